"""The whole mission by one command, for another day and in another language than the README's; nothing is left over."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.parts


@pytest.mark.timeout(420)
def test_a_day_of_the_metropolis_comes_to_what_its_seed_gives(tmp_path: Path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    done = subprocess.run(
        [sys.executable, "-m", "vigie.deploy.cli", "demo", "--json", "--seed", "7", "--data", str(tmp_path / "day")],
        env=environment | {"VIGIE_LANGUAGE": "en"}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["ok"]
    assert told["differences"] == []
    assert told["restarts"] == 0
    assert told["decoded"] > 20_000
    assert told["alerts"]["raised"] == told["alerts"]["cleared"] > 6, "a device, a gateway with some more, a river"
    assert told["mails"] == 8
    assert (tmp_path / "day/alertes.xlsx").exists()
    assert told["delay_p95_s"] < 30
    assert told["indicators"] >= 15
    assert told["repaired_windows"] > 288 * 2, "the late flush: three days of the logger alone"
    assert (tmp_path / "day/mails/0001.eml").exists()
    left = [p for p in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(p.info["cmdline"] or ())]
    assert left == []
