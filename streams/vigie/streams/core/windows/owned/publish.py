"""Windows of an owner as records: aggregates of points, and parts for the zones that they lie in."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isnan
from typing import NamedTuple

import numpy as np

from vigie.streams.core.windows.owned.owner import Owner, Publication
from vigie.streams.core.windows.owned.specs import CODES
from vigie.streams.core.windows.owned.summary import Made
from vigie.streams.core.windows.owned.touch import Repair
from vigie.streams.core.windows.series_name import indicator_name
from vigie.streams.core.windows.statistics import Way
from vigie.topics import zone_part
from vigie.topics.aggregate_encoder import PLAIN, AggregateEncoder, Series, rest
from vigie.topics.property import PROPERTIES
from vigie.topics.zone_part import Part, ZonePart

Pair = tuple[bytes | None, bytes]
_NAN = float("nan")
_EMPTY_HASH = "e4a6a0577479b2b4"
_MOST_CACHED = 500_000
ZONE_CODES = frozenset({"1h", "1d"})
"""Windows of points that zones are made of; others where the fleet asks."""
Asked = Mapping[str, frozenset[str]]
NOTHING_ASKED: Asked = {}


class Published(NamedTuple):
    """Records.

    Attributes:
        aggregates, parts: key and value.
        reasons: how many aggregates for which reason.
    """

    aggregates: list[Pair]
    parts: list[Pair]
    reasons: Counter[str]


class _Kept:
    """Bytes of a series at a point, by window code."""

    __slots__ = ("by_code", "key")

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.by_code: list[Series | None] = [None] * len(CODES)


class Publisher:
    """Makes records of windows.

    Args:
        encoder: of aggregates.v1.
    """

    def __init__(self, encoder: AggregateEncoder) -> None:
        self._encoder = encoder
        self._series: dict[int, dict[str, _Kept]] = {}
        self._count = 0

    def publish(self, owner: Owner, publication: Publication, asked: Asked = NOTHING_ASKED) -> Published:
        """The records of a publication; the owner notes the revisions.

        Args:
            owner: of the windows.
            publication: of them.
            asked: zone (as subject) -> codes of windows that the fleet asks of it beside ZONE_CODES.
        """
        out = Published([], [], Counter())
        told: dict[int, int] = {}  # pair -> highest revision
        for made in publication.summary.made:
            if publication.repairs is None:
                self._close(owner, publication, made, out, told)
            else:
                self._repair(owner, publication, made, out, told)
        self._emptied(owner, publication, out, told)
        self._note(owner, publication, told)
        self._parts(owner, publication, told, asked, out)
        return out

    # -- aggregates

    def _close(
        self, owner: Owner, publication: Publication, made: Made, out: Published, told: dict[int, int]
    ) -> None:  # fmt: skip
        chosen = np.flatnonzero(made.fresh)
        pairs = made.pairs[chosen].tolist()
        if not pairs:
            return
        if not owner.revisions:
            revisions = [0] * len(pairs)
        else:
            windows = zip(*(column[made.pairs[chosen]].tolist() for column in publication.pairs[:3]), strict=True)
            revisions = [owner.revisions.get(window, -1) + 1 for window in windows]
        told.update(zip(pairs, revisions, strict=True))
        self._make(owner, publication, made, chosen, revisions, ["closed"] * len(pairs), out)

    def _repair(
        self, owner: Owner, publication: Publication, made: Made, out: Published, told: dict[int, int]
    ) -> None:  # fmt: skip
        repairs = publication.repairs
        assert repairs is not None
        chosen, revisions, reasons = [], [], []
        for place, (pair, rows) in enumerate(zip(made.pairs.tolist(), made.rows.tolist(), strict=True)):
            repair = repairs[pair]
            if made.series in repair.changed:
                revision = _revision(owner, publication, pair, rows - repair.added.get(made.series, 0))
                chosen.append(place)
                revisions.append(revision)
                reasons.append(repair.reason if revision else "late")
                told[pair] = max(revision, told.get(pair, 0))
            elif repair.subjects:
                told.setdefault(pair, 0)
        if chosen:
            self._make(owner, publication, made, np.array(chosen), revisions, reasons, out)

    def _make(
        self, owner: Owner, publication: Publication, made: Made, chosen: "np.ndarray[tuple[int], np.dtype[np.int64]]",
        revisions: list[int], reasons: list[str], out: Published,
    ) -> None:  # fmt: skip
        """One aggregate for each chosen window of a series."""
        points, pairs, told, join = owner.memory.points, publication.pairs, made.told, self._encoder.join
        own, of = made.pairs[chosen], told.statistics
        series = self._series.setdefault(made.series, {})
        records = out.aggregates
        resets = made.way is Way.METER and bool(of.resets.any())
        extra = of.resets[chosen].tolist() if resets else None
        kept_hashes = made.hashes if len(chosen) == len(made.hashes) else [made.hashes[one] for one in chosen.tolist()]
        columns = (
            pairs.point[own], pairs.code[own], pairs.start_at[own], pairs.end_at[own], of.count[chosen],
            of.minimum[chosen], of.mean[chosen], of.maximum[chosen], of.value[chosen], told.expected[chosen],
            told.completeness[chosen], of.excluded[chosen], of.sum[chosen], of.deviation[chosen], of.first[chosen],
            of.last[chosen], told.quality[chosen],
        )  # fmt: skip
        rows = zip(*(column.tolist() for column in columns), revisions, reasons, kept_hashes, strict=True)
        for number, row in enumerate(rows):
            (point, code, start, end, count, low, mean, high, value, expected, share, excluded, total, deviation, first,
             last, quality, revision, reason, hashed) = row  # fmt: skip
            kept = series.get(points[point]) or self._kept(series, points[point])
            head = kept.by_code[code] or self._head(kept, points[point], made.series, code)
            others = rest(details={"resets": float(extra[number])}) if extra is not None and extra[number] else PLAIN
            records.append((
                kept.key,
                join(head, start, end, revision, count, low, mean, high, hashed, reason, value, expected, share,
                     excluded, total, deviation, first, last, quality, others),
            ))  # fmt: skip
        out.reasons.update(reasons if len(set(reasons)) > 1 else {reasons[0]: len(reasons)})

    def _emptied(self, owner: Owner, publication: Publication, out: Published, told: dict[int, int]) -> None:
        """Windows that were published with readings and have none now."""
        repairs, doubted = publication.repairs, publication.doubted
        if repairs is None and not doubted:
            return
        filled = {(pair, made.series) for made in publication.summary.made for pair in made.pairs.tolist()}
        asked = doubted.items() if repairs is None else [(pair, one.changed) for pair, one in enumerate(repairs)]
        for pair, changed in asked:
            for one in sorted(changed):
                if (pair, one) in filled:
                    continue
                repair = None if repairs is None else repairs[pair]
                rows_before = 1 if repair is None else -repair.added.get(one, 0)
                revision = _revision(owner, publication, pair, rows_before)
                if revision and self._empty(owner, publication, pair, one, revision, repair, out):
                    told[pair] = max(revision, told.get(pair, 0))

    def _empty(
        self, owner: Owner, publication: Publication, pair: int, series: int, revision: int, repair: Repair | None,
        out: Published,
    ) -> bool:  # fmt: skip
        """One window without readings; whether it is one of the owner's."""
        point, code, start, end = (int(column[pair]) for column in publication.pairs)
        step_s = owner.step_if_due(point, series, code, end)
        if step_s is None:
            return False
        expected = max((end - start) // (step_s * 1000), 1) if step_s else -1
        name, reason = owner.memory.points[point], "corrected" if repair is None else repair.reason
        known = self._series.setdefault(series, {})
        kept = known.get(name) or self._kept(known, name)
        head = kept.by_code[code] or self._head(kept, name, series, code)
        out.aggregates.append((
            kept.key,
            self._encoder.join(
                head, start, end, revision, 0, _NAN, _NAN, _NAN, _EMPTY_HASH, reason, _NAN, expected,
                0.0 if step_s else _NAN, 0, _NAN, _NAN, _NAN, _NAN, 9,
            ),
        ))  # fmt: skip
        out.reasons[reason] += 1
        return True

    def _kept(self, series: dict[str, _Kept], point: str) -> _Kept:
        self._count += 1
        if self._count > _MOST_CACHED:
            self._series.clear()
            self._count = 0
        made = series[point] = _Kept(f"point:{point}".encode())
        return made

    def _head(self, kept: _Kept, point: str, series: int, code: int) -> Series:
        entry = PROPERTIES.get(series >> 16)
        channel = (series & 0xFFFF ^ 0x8000) - 0x8000
        if entry is None:
            name = f"property_{series >> 16}" + (f"#{channel}" if channel else "")
        else:
            name = indicator_name(entry.id, channel)
        made = self._encoder.series(f"point:{point}", name, CODES[code], entry.unit if entry else "")
        kept.by_code[code] = made
        return made

    # -- revisions

    def _note(self, owner: Owner, publication: Publication, told: dict[int, int]) -> None:
        if publication.repairs is None and not owner.revisions:
            return
        pairs = publication.pairs
        for pair, revision in told.items():
            if revision:
                window = int(pairs.point[pair]), int(pairs.code[pair]), int(pairs.start_at[pair])
                owner.revise(window, revision)

    # -- parts

    def _parts(
        self, owner: Owner, publication: Publication, told: dict[int, int], asked: Asked, out: Published
    ) -> None:  # fmt: skip
        pairs, repairs = publication.pairs, publication.repairs
        codes, wanted = pairs.code.tolist(), ZONE_CODES.union(*asked.values())
        chosen = {pair: revision for pair, revision in told.items() if CODES[codes[pair]] in wanted}
        if not chosen:
            return
        parts: dict[int, list[Part]] = {pair: [] for pair in chosen}
        for made in publication.summary.made:
            of = made.told.statistics
            series, channel = made.series >> 16, (made.series & 0xFFFF ^ 0x8000) - 0x8000
            columns = (
                made.told.quality, of.count, of.excluded, of.minimum, of.mean, of.maximum, of.sum, of.value,
            )  # fmt: skip
            for pair, quality, count, excluded, *numbers in zip(
                made.pairs.tolist(), *(column.tolist() for column in columns), strict=True
            ):
                if pair in parts:
                    low, mean, high, total, value = [None if isnan(one) else one for one in numbers]
                    parts[pair].append(
                        Part(series, channel, count, excluded, low, mean, high, total, value, quality)
                    )  # fmt: skip
        names = list(owner.memory.subjects)
        now = publication.summary.subjects.tolist()
        for pair, revision in chosen.items():
            reason = "closed" if repairs is None else repairs[pair].reason
            window = (
                owner.memory.points[int(pairs.point[pair])], CODES[codes[pair]], int(pairs.start_at[pair]),
                int(pairs.end_at[pair]), revision, reason,
            )  # fmt: skip
            subjects = _asking(names[now[pair]] if now[pair] >= 0 else (), window[1], asked)
            own = tuple(parts[pair])
            out.parts.extend(_parts_for(subjects, window, own))
            before = set(publication.summary.others.get(pair, ()))
            if repairs is not None:
                before |= repairs[pair].subjects
            gone = {one for number in before for one in _asking(names[number], window[1], asked)} - set(subjects)
            if gone and repairs is not None:
                out.parts.extend(_parts_for(sorted(gone), window, ()))


def _asking(subjects: Sequence[str], code: str, asked: Asked) -> Sequence[str]:
    """Those that have windows of a code."""
    return subjects if code in ZONE_CODES else [one for one in subjects if code in asked.get(one, ())]


def _parts_for(
    subjects: Iterable[str], window: tuple[str, str, int, int, int, str], parts: tuple[Part, ...]
) -> Iterator[Pair]:
    encode = zone_part.encode
    for subject in subjects:
        yield subject.encode(), encode(ZonePart(subject, *window, parts))


def _revision(owner: Owner, publication: Publication, pair: int, rows_before: int) -> int:
    """Revision of a window that is repaired: 0 where it was never published."""
    pairs, repairs = publication.pairs, publication.repairs
    known = owner.revisions.get((int(pairs.point[pair]), int(pairs.code[pair]), int(pairs.start_at[pair])))
    if known is not None:
        return known + 1
    return 1 if rows_before > 0 or (repairs is not None and repairs[pair].surely) else 0
