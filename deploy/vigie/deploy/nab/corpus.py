"""The benchmark's series and labels, from a folder: as numenta/NAB lays them out, or all in one place."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatch
from math import nan
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vigie.deploy.nab.scoring import Profile, Weighed, profiles_of, weigh
from vigie.deploy.operator_error import Exit, OperatorError

WINDOWS, PROFILES = "combined_windows.json", "profiles.json"
USUAL_PLACES = (Path("../shared/data/nab"), Path("shared/data/nab"), Path("NAB"), Path("../NAB"))
"""Where the benchmark is looked for when no folder is given, from the working folder."""
PUBLISHED = (
    Profile("standard", 1, 1, 0.11),
    Profile("reward_low_FP_rate", 1, 1, 0.22),
    Profile("reward_low_FN_rate", 1, 2, 0.11),
)
"""The profiles of release 1.1, for a folder without any."""


class Series(NamedTuple):
    """One file.

    Attributes:
        name: its path below the data, with `/`.
        at: (n,) epoch ms, the times of the file taken as UTC.
        value: (n,) nan where the file holds no number.
        weighed: what a detection at each row is worth.
        windows: first and last row of each labelled window.
    """

    name: str
    at: NDArray[np.int64]
    value: NDArray[np.float64]
    weighed: Weighed
    windows: tuple[tuple[int, int], ...]


class Corpus(NamedTuple):
    """What is scored.

    Attributes:
        series: in the order of the labels.
        profiles: in the order of profiles.json.
        missing: labelled files that the folder does not hold.
    """

    series: tuple[Series, ...]
    profiles: tuple[Profile, ...]
    missing: tuple[str, ...]


def found_folder() -> Path:
    """The folder at one of the usual places.

    Raises:
        OperatorError: there is none.
    """
    for place in USUAL_PLACES:
        if place.is_dir():
            return place
    raise OperatorError(
        "No folder with the Numenta Anomaly Benchmark was given, and none is at "
        f"{', '.join(map(str, USUAL_PLACES))}. Clone github.com/numenta/NAB and name it with --data.",
        Exit.USAGE,
    )


def read(folder: Path, pattern: str = "*") -> Corpus:
    """The benchmark in a folder: of numenta/NAB itself, of its `data`, or of one that holds labels beside the series.

    Args:
        folder: of one of these kinds.
        pattern: which files, as in a shell, against `realTweets/Twitter_volume_AAPL.csv` or its last part.

    Raises:
        OperatorError: there are no labels, a file cannot be understood, or nothing fits the pattern.
    """
    data = folder / "data" if (folder / "data").is_dir() else folder
    windows = _json(_first(folder, "labels", WINDOWS))
    said = _first(folder, "config", PROFILES)
    wanted = [name for name in windows if fnmatch(name, pattern) or fnmatch(name.rpartition("/")[2], pattern)]
    there = [name for name in wanted if (data / name).is_file()]
    if not there:
        raise OperatorError(f"None of the files of {folder / WINDOWS} that fit {pattern} is in {data}.", Exit.USAGE)
    return Corpus(
        tuple(_series(data, name, windows[name]) for name in there),
        profiles_of(_json(said)) if said.is_file() else PUBLISHED,
        tuple(sorted(set(wanted) - set(there))),
    )


def _first(folder: Path, room: str, name: str) -> Path:
    places = (folder / name, folder / room / name, folder.parent / room / name)
    return next((place for place in places if place.is_file()), places[0])


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise OperatorError(
            f"{path} is missing: the folder of --data holds {WINDOWS} beside the series, or is a clone of "
            "github.com/numenta/NAB.",
            Exit.USAGE,
        ) from None
    except json.JSONDecodeError as error:
        raise OperatorError(f"{path} is no JSON: {error}.", Exit.USAGE) from None


def _series(data: Path, name: str, windows: list[list[str]]) -> Series:
    rows = list(_rows(data / name))
    if not rows:
        raise OperatorError(f"{data / name} has no rows.", Exit.USAGE)
    at = np.array([row[0] for row in rows], np.int64)
    limits = tuple(_limits(data / name, at, first, last) for first, last in sorted(windows))
    return Series(name, at, np.array([row[1] for row in rows]), weigh(len(at), limits), limits)


def _rows(path: Path) -> Iterator[tuple[int, float]]:
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        if [cell.strip() for cell in next(lines, [])][:2] != ["timestamp", "value"]:
            raise OperatorError(f"{path}, line 1: the columns `timestamp` and `value` are expected.", Exit.USAGE)
        for cells in lines:
            if cells:
                try:
                    yield instant(cells[0]), float(cells[1]) if cells[1].strip() else nan
                except (ValueError, IndexError):
                    raise OperatorError(
                        f"{path}, line {lines.line_num}: {','.join(cells)[:80]} is no time and number, such as "
                        "2014-04-01 00:05:00,19.7.",
                        Exit.USAGE,
                    ) from None


def instant(text: str) -> int:
    """A time of the benchmark, taken as UTC, in epoch ms.

    >>> instant("2014-04-10 07:15:00.000000")
    1397114100000
    """
    read = datetime.fromisoformat(text.strip())
    return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000)


def _limits(path: Path, at: NDArray[np.int64], first: str, last: str) -> tuple[int, int]:
    inside = np.flatnonzero((at >= instant(first)) & (at <= instant(last)))
    if not len(inside):
        raise OperatorError(
            f"{path} has no row in its window from {first} to {last}: not the labels of this file.", Exit.USAGE
        )
    return int(inside[0]), int(inside[-1])
