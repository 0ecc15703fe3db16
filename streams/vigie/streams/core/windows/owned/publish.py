"""Windows of an owner as records: aggregates of points, and parts for the zones that they lie in."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from math import isnan
from typing import NamedTuple

import numpy as np

from vigie.streams.core.windows.owned.encode import BulkEncoder, Windows
from vigie.streams.core.windows.owned.owner import Owner, Publication
from vigie.streams.core.windows.owned.specs import CODES
from vigie.streams.core.windows.owned.summary import Made
from vigie.streams.core.windows.owned.touch import Repair
from vigie.streams.core.windows.series_name import indicator_name
from vigie.streams.core.windows.statistics import Ints
from vigie.topics import zone_part
from vigie.topics.aggregate_encoder import AggregateEncoder
from vigie.topics.property import PROPERTIES
from vigie.topics.zone_part import Part, ZonePart

Pair = tuple[bytes | None, bytes]
_NAN = float("nan")
_EMPTY_HASH = "e4a6a0577479b2b4"
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


class Publisher:
    """Makes records of windows.

    Args:
        encoder: of aggregates.v1.
    """

    def __init__(self, encoder: AggregateEncoder) -> None:
        self._encoder = encoder
        self._bulk = BulkEncoder(encoder)

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
            revisions = [owner.revision_of(window) + 1 for window in windows]
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
        self, owner: Owner, publication: Publication, made: Made, chosen: Ints, revisions: list[int],
        reasons: list[str], out: Published,
    ) -> None:  # fmt: skip
        """One aggregate for each chosen window of a series."""
        pairs, told, own = publication.pairs, made.told, made.pairs[chosen]
        of = told.statistics
        causes = list(dict.fromkeys(reasons))
        numbers = {one: place for place, one in enumerate(causes)}
        whole = (
            pairs.code[own], pairs.start_at[own], pairs.end_at[own], revisions, of.count[chosen],
            told.expected[chosen], of.excluded[chosen], told.quality[chosen],
        )  # fmt: skip
        doubles = (
            of.minimum, of.mean, of.maximum, of.value, told.completeness, of.sum, of.deviation, of.first, of.last,
        )  # fmt: skip
        name, unit = _name_of(made.series)
        rests = self._bulk.rests(
            Windows(
                name, unit, np.column_stack(whole).astype(np.int64), CODES,
                np.array([numbers[one] for one in reasons], np.int64), causes, of.resets[chosen],
                np.column_stack([one[chosen] for one in doubles]),
                made.hashes if len(chosen) == len(made.hashes) else [made.hashes[one] for one in chosen.tolist()],
            )
        )  # fmt: skip
        heads = self._heads(owner)
        out.aggregates.extend(
            (heads[point][0], heads[point][1] + data)
            for point, data in zip(pairs.point[own].tolist(), rests, strict=True)
        )
        out.reasons.update(reasons)

    def _heads(self, owner: Owner) -> list[tuple[bytes, bytes]]:
        """Key and first bytes of the records of each point."""
        heads = owner.heads
        for point in owner.memory.points[len(heads) :]:
            subject = f"point:{point}"
            heads.append((subject.encode(), self._bulk.prefix(subject)))
        return heads

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
        reason = "corrected" if repair is None else repair.reason
        name, unit = _name_of(series)
        head = self._encoder.series(f"point:{owner.memory.points[point]}", name, CODES[code], unit)
        share = 0.0 if step_s else _NAN
        record = self._encoder.join(
            head, start, end, revision, 0, _NAN, _NAN, _NAN, _EMPTY_HASH, reason, _NAN, expected, share, 0, _NAN, _NAN,
            _NAN, _NAN, 9,
        )  # fmt: skip
        out.aggregates.append((self._heads(owner)[point][0], record))
        out.reasons[reason] += 1
        return True

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
            subjects = asking(names[now[pair]] if now[pair] >= 0 else (), window[1], asked)
            own = tuple(parts[pair])
            out.parts.extend(_parts_for(subjects, window, own))
            before = set(publication.summary.others.get(pair, ()))
            if repairs is not None:
                before |= repairs[pair].subjects
            gone = {one for number in before for one in asking(names[number], window[1], asked)} - set(subjects)
            if gone and repairs is not None:
                out.parts.extend(_parts_for(sorted(gone), window, ()))


def asking(subjects: Sequence[str], code: str, asked: Asked) -> Sequence[str]:
    """Those that have windows of a code."""
    return subjects if code in ZONE_CODES else [one for one in subjects if code in asked.get(one, ())]


@cache
def _name_of(series: int) -> tuple[str, str]:
    """Name and unit of a series' indicator."""
    channel, entry = (series & 0xFFFF ^ 0x8000) - 0x8000, PROPERTIES.get(series >> 16)
    if entry is None:
        return f"property_{series >> 16}" + (f"#{channel}" if channel else ""), ""
    return indicator_name(entry.id, channel), entry.unit


def _parts_for(
    subjects: Iterable[str], window: tuple[str, str, int, int, int, str], parts: tuple[Part, ...]
) -> Iterator[Pair]:
    encode = zone_part.encode
    for subject in subjects:
        yield subject.encode(), encode(ZonePart(subject, *window, parts))


def _revision(owner: Owner, publication: Publication, pair: int, rows_before: int) -> int:
    """Revision of a window that is repaired: 0 where it was never published."""
    pairs, repairs = publication.pairs, publication.repairs
    known = owner.revision_of((int(pairs.point[pair]), int(pairs.code[pair]), int(pairs.start_at[pair])))
    if known >= 0:
        return known + 1
    return 1 if rows_before > 0 or (repairs is not None and repairs[pair].surely) else 0
