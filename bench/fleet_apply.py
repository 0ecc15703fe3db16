"""`vigie fleet apply` of a metropolis: 20,000 points with their devices and placements, from CSV files to `fleet.v1`.

By the command line, as an operator runs it: a first apply into an empty database, the same again (no change), then
one in which every device has another address, so that the history of every point is to be repaired. An apply reads and
checks all files, asks the store how many uplinks it concerns, records and publishes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from figures import Figure
from load import broker, make_topics

from vigie.deploy.embedded.postgres import EmbeddedPostgres

POINTS = int(os.environ.get("VIGIE_TEST_BENCH_POINTS", "20000"))


def write_city(folder: Path, prefix: str) -> None:
    """The files; addresses begin with the prefix (8 hex digits)."""
    folder.mkdir(exist_ok=True)
    numbers = range(POINTS)
    (folder / "commune.csv").write_text("id;name;latitude;longitude;radius_km\n13055;Marseille;43.2965;5.3698;20\n")
    (folder / "model.csv").write_text("id;maker;properties\nEM300-TH;Milesight;air_temperature relative_humidity\n")
    (folder / "zone.csv").write_text("id;name;role\nZ;Projet;project\n")
    (folder / "point.csv").write_text(
        "id;code;use_case;commune;zones;latitude;longitude;properties;step_s;upload_s\n"
        + "".join(f"P{n};TEM-{n};heat;13055;Z;43.3;5.37;air_temperature relative_humidity;900;900\n" for n in numbers)
    )
    (folder / "device.csv").write_text(
        "id;addresses;model;contract\n" + "".join(f"D{n};eui:{prefix}{n:08x};EM300-TH;owned\n" for n in numbers)
    )
    (folder / "placement.csv").write_text(
        "id;device;point;from;height_m\n" + "".join(f"P{n}/1;D{n};P{n};2024-01-01;3.5\n" for n in numbers)
    )


def figures() -> Iterator[Figure]:
    with broker() as servers, tempfile.TemporaryDirectory(prefix="vigie-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        database = EmbeddedPostgres(folder / "postgres")
        database.start()
        prefix = f"bench-{uuid4().hex[:6]}."
        env = os.environ | {"VIGIE_KAFKA": servers, "VIGIE_PREFIX": prefix, "VIGIE_DATA": name,
                            "VIGIE_DATABASE": database.dsn()}  # fmt: skip
        try:
            make_topics(servers, prefix)
            write_city(folder / "fleet", "24e12400")
            yield _apply(env, folder, "fleet apply: a metropolis into an empty database", 3 * POINTS + 3)
            yield _apply(env, folder, "fleet apply: nothing has changed", 0)
            write_city(folder / "fleet", "24e12401")
            yield _apply(env, folder, "fleet apply: every address has changed", POINTS)
        finally:
            database.stop()


def _apply(env: dict[str, str], folder: Path, name: str, changes: int) -> Figure:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "vigie.deploy.cli", "fleet", "apply", str(folder / "fleet"), "--json"],
        env=env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    took_s, told = time.monotonic() - began, json.loads(done.stdout)
    if (len(told["changes"]), told["published"], told["waiting"]) != (changes, changes, 0):
        raise RuntimeError(
            f"{name}: {len(told['changes'])} changes, {told['published']} published instead of {changes}"
        )
    return Figure(name=name, value=took_s, unit="s", note=f"{POINTS} points, {changes} objects, published included")
