"""A logger's stamps to instants: formats, zones, the hour that is told twice and the hour that does not exist.

A logger that stamps legal time without offset tells one hour of autumn twice. Which of the two a row means follows from
the order of the rows (that of their record numbers, where all have one): where the stamps of such an hour fall back or
stand still, the second time begins; without such a fall the first time is meant if an earlier row comes before, else
the second if a later row comes after. A body that holds nothing but rows of one pass says neither: the first is taken,
with the warning AMBIGUOUS_TIME. The hour of spring that does not exist is read in the time that was in force before
(the logger's clock was not yet set), with the warning NO_SUCH_TIME.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from vigie.codecs.instants import YEAR_10000_AT

AMBIGUOUS, NO_SUCH = "AMBIGUOUS_TIME", "NO_SUCH_TIME"
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(?:([Zz])|([+-])(\d\d):?(\d\d))?",
    re.ASCII,
)
_EPOCH = re.compile(r"\d{1,15}(?:[.,]\d{1,9})?", re.ASCII)
_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_QUARTER_MS = 900_000
_LONG_APART_MS = 6 * 3_600_000
_MOST_CACHED = 50_000


class Stamp(NamedTuple):
    """What a stamp says: an instant (epoch ms), or wall time as milliseconds from 1970 where it names no offset."""

    at: int
    is_wall: bool


class Instant(NamedTuple):
    """An instant (epoch ms), the doubt about it, and whether it is the second pass of an hour that is told twice."""

    at: int
    warning: str = ""
    second: bool = False


class Stamps:
    """Reads the stamps of one format and one zone.

    Args:
        time_format: `iso`, `epoch_s`, `epoch_ms` or a strptime pattern.
        time_zone: IANA name, `UTC` or an offset like `+01:00`.
    """

    def __init__(self, time_format: str, time_zone: str) -> None:
        self._format = time_format
        self._fixed_ms = _fixed(time_zone)
        self._zone = ZoneInfo(time_zone) if self._fixed_ms is None else None
        self._offsets: dict[int, tuple[int, int]] = {}

    def read(self, text: str) -> Stamp:
        """A stamp.

        Raises:
            ValueError: it is not of the format, or no such day or minute exists.

        >>> Stamps("%d/%m/%Y %H:%M", "UTC").read("23/11/2026 10:00")
        Stamp(at=1795428000000, is_wall=True)
        """
        if self._format == "iso":
            stamp = _iso(text)
        elif self._format in ("epoch_s", "epoch_ms"):
            if not _EPOCH.fullmatch(text):
                raise ValueError(text)
            value = float(text.replace(",", "."))
            stamp = Stamp(round(value * 1000) if self._format == "epoch_s" else round(value), False)
        else:
            found = datetime.strptime(text, self._format)
            is_wall = found.tzinfo is None
            stamp = Stamp(((found.replace(tzinfo=UTC) if is_wall else found) - _ZERO) // _MS, is_wall)
        if not 0 <= stamp.at < YEAR_10000_AT - 86_400_000:  # a day for the zone
            raise ValueError(text)
        return stamp

    def resolve(self, stamps: Sequence[Stamp], sequences: Sequence[int | None] = ()) -> list[Instant]:
        """The instants of the stamps of one body.

        Args:
            stamps: in the order of the rows.
            sequences: record numbers of the rows; they count only if every row has one.

        >>> paris = Stamps("iso", "Europe/Paris")
        >>> rows = [paris.read(f"2026-10-25 {one}") for one in ("01:30", "02:00", "02:30", "02:00", "02:30", "03:00")]
        >>> [(one.at - 1792886400000) // 60000 for one in paris.resolve(rows)]
        [-30, 0, 30, 60, 90, 120]
        """
        if self._fixed_ms is not None:
            return [Instant(max(one.at - self._fixed_ms, 0) if one.is_wall else one.at) for one in stamps]
        found = [Instant(one.at) for one in stamps]
        order = [place for place, one in enumerate(stamps) if one.is_wall]
        numbers = sequences if len(sequences) == len(stamps) and all(one is not None for one in sequences) else ()
        if numbers:
            order.sort(key=lambda place: numbers[place] or 0)
        elif sum(stamps[b].at < stamps[a].at for a, b in pairwise(order)) * 2 > len(order) > 1:
            order.reverse()  # the latest row stands first
        run: list[int] = []
        before = False
        for step, place in enumerate(order):
            wall = stamps[place].at
            first, second = self._both(wall)
            if first > second and (not run or abs(wall - stamps[run[-1]].at) < _LONG_APART_MS):
                before = before if run else step > 0
                run.append(place)
                continue
            self._settle(run, stamps, numbers, found, before, after=True)
            run, before = ([place], True) if first > second else ([], False)
            if not run:
                found[place] = Instant(max(wall - first, 0), NO_SUCH if first < second else "")
        self._settle(run, stamps, numbers, found, before, after=False)
        return found

    def _settle(
        self, run: list[int], stamps: Sequence[Stamp], numbers: Sequence[int | None], found: list[Instant],
        before: bool, *, after: bool,
    ) -> None:  # fmt: skip
        """The instants of rows that stand one behind the other in an hour that is told twice."""
        if not run:
            return
        fall: int | None = None
        for step, (earlier, later) in enumerate(pairwise(run), 1):
            same_row = numbers and numbers[earlier] == numbers[later]  # which a file may hold twice
            if stamps[later].at <= stamps[earlier].at and not same_row:
                fall = step
                break
        warning = ""
        if fall is None:
            fall = 0 if after and not before else len(run)
            warning = "" if before or after else AMBIGUOUS
        for step, place in enumerate(run):
            first, second = self._both(stamps[place].at)
            is_second = step >= fall
            found[place] = Instant(stamps[place].at - (second if is_second else first), warning, is_second)

    def _both(self, wall: int) -> tuple[int, int]:
        """Offsets in ms that a wall time can have; the same twice, except in the two hours a year."""
        quarter = wall // _QUARTER_MS
        known = self._offsets.get(quarter)
        if known is None:
            moment = _ZERO.replace(tzinfo=None) + quarter * _QUARTER_MS * _MS
            given = [moment.replace(tzinfo=self._zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1)]
            if len(self._offsets) >= _MOST_CACHED:
                self._offsets.clear()
            known = self._offsets[quarter] = given[0] // _MS, given[1] // _MS
        return known


def _fixed(time_zone: str) -> int | None:
    if time_zone in ("UTC", "Etc/UTC", "GMT"):
        return 0
    if time_zone[:1] in ("+", "-") and len(time_zone) == 6:
        offset = (int(time_zone[1:3]) * 60 + int(time_zone[4:6])) * 60_000
        return -offset if time_zone[0] == "-" else offset
    return None


def _iso(text: str) -> Stamp:
    found = _ISO.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day, hour, minute, second, fraction, z, sign, hours, minutes = found.groups()
    moment = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC)
    at = (moment - _ZERO) // _MS
    if fraction:
        at += int((fraction + "00")[:3])
    if not sign:
        return Stamp(at, z is None)
    if hours > "23" or minutes > "59":
        raise ValueError(text)
    offset = (int(hours) * 60 + int(minutes)) * 60_000
    return Stamp(at + offset if sign == "-" else at - offset, False)
