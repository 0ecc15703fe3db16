"""What a demo begins from: an empty data folder of its own, and settings that hang on nothing outside."""

import shutil
from dataclasses import replace
from pathlib import Path

from vigie.deploy.installation import end_orphans, holder
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings

MEMORY_HOURS = 26
"""So that the flush of three days is partly repaired in memory, partly made again from the store."""
PARTITIONS = 2
"""Of topics by device and by point; a day in two minutes has 1,500 ticks, and each costs something per partition."""


def wipe(data: Path) -> None:
    """Empty the demo's data folder.

    Raises:
        OperatorError: it is in use, or holds something else than a demo.
    """
    mark = data / "demo"
    if holder(data):
        raise OperatorError(
            f"A demo is running on {data} (pid {holder(data)}): stop it with Ctrl-C there, or give another --data.",
            Exit.IN_USE,
        )
    if data.exists() and any(data.iterdir()) and not mark.exists():
        raise OperatorError(
            f"{data} is not empty and holds no demo: it would be wiped. Give --data a new folder.", Exit.USAGE
        )
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    mark.write_text("Wiped at each start of `vigie demo`.\n", encoding="utf-8")
    end_orphans(data)
    for entry in data.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry != mark:
            entry.unlink()


def demo_settings(settings: Settings, data: Path) -> Settings:
    """The settings of a demo: everything embedded, every port free, the day's own clock."""
    return replace(
        settings,
        kafka="",
        database="",
        schema_registry="",
        data=data.resolve(),
        prefix="vigie.",
        ticks="log",
        models=None,
        codecs=data.resolve() / "codecs",
        sources=None,
        receive_port=0,
        kafka_port=0,
        database_port=0,
        registry_port=0,
        http_port=0,
        metrics_port=0,
        host="127.0.0.1",
        token="",
        public_url="",
        smtp_user="",
        smtp_password="",
        smtp_starttls=False,
        memory_hours=MEMORY_HOURS,
        partitions=PARTITIONS,
    )
