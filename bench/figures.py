"""A figure: what was measured, printed, and kept in bench/results.jsonl so that runs can be compared."""

import json
import os
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).with_name("results.jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured number.

    Attributes:
        name: what was measured.
        value: the number.
        unit: its unit.
        ratio: the same as a ratio to `ratio_to`, measured in the same run; None where there is nothing beside it.
        ratio_to: what the ratio compares with.
        note: under which conditions.
    """

    name: str
    value: float
    unit: str
    ratio: float | None = None
    ratio_to: str = ""
    note: str = ""


def keep(figure: Figure) -> str:
    """Append a figure to the results file; returns its JSON line."""
    line = json.dumps(asdict(figure), ensure_ascii=False)
    stamped = {"at": int(time.time() * 1000), "machine": platform.machine(), "cpus": os.cpu_count(),
               "python": platform.python_version(), **asdict(figure)}  # fmt: skip
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(stamped, ensure_ascii=False) + "\n")
    return line


def cpu_s(pid: int) -> float:
    """User and system CPU seconds that a process has used, all its threads together."""
    with Path(f"/proc/{pid}/stat").open(encoding="ascii") as file:
        after_name = file.read().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Resident memory of a process in MB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
