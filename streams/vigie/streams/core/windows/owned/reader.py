"""What windows need of a framed observation: read by hand in its usual form, by fastavro in any other.

Where an observation was made, why, and which properties with which flags it holds repeat from one to the next: they are
looked up by their bytes (core/avro_pieces.py). tests/streams/core/windows/test_observation_reader.py holds the two
ways to the same answers.
"""

from collections.abc import Callable
from math import isfinite
from struct import Struct, error
from typing import Any, NamedTuple

from vigie.streams.core.avro_pieces import Table, UnusualError, end_of_texts, highs, remember, varint
from vigie.streams.core.windows.owned.layout import Layout, layout_of
from vigie.topics.avro import Framer

_LAYOUTS = 8
"""So many combinations of flags are kept of one shape."""
_MISSING = 9

Subjects = tuple[str, ...]
"""Whom a point's windows are parts of: `zone:`, `commune:`, `use_case:`, `network:` and an id each."""


class Observed(NamedTuple):
    """An observation.

    Attributes:
        point: id.
        subjects: whom its windows are parts of.
        name: first 32 bits of its id; with point and instant they name it.
        revision: the highest of a name counts.
        withdrawn: whether it is taken back.
        observed_at, ingested_at: epoch ms UTC.
        layout: which series it holds.
        flags: roll-up of each value, one byte each; 0 where there is no number, or where it is taken back.
        values: one per series.
        reason: of topics.observation.REASONS.
    """

    point: str
    subjects: Subjects
    name: int
    revision: int
    withdrawn: bool
    observed_at: int
    ingested_at: int
    layout: Layout
    flags: bytes
    values: tuple[float, ...]
    reason: str


class _Place:
    """A point with its zones, use case and commune; and what they are called together with a network."""

    __slots__ = ("by_network", "commune", "point", "use_case", "zones")

    def __init__(self, point: str, use_case: str, commune: str, zones: list[str]) -> None:
        self.point, self.use_case, self.commune, self.zones = point, use_case, commune, zones
        self.by_network: dict[bytes, Subjects] = {}

    def subjects(self, network: bytes) -> Subjects:
        """With a network, as its Avro bytes."""
        found = self.by_network.get(network)
        if found is None:
            made = subjects_of(self.zones, self.commune, self.use_case, network[1:].decode())
            found = self.by_network[network] = made
        return found


_subjects: dict[Subjects, Subjects] = {}


def subjects_of(zones: list[str], commune: str, use_case: str, network: str) -> Subjects:
    """Whom a point's windows are parts of; equal ones are one object.

    >>> subjects_of(["Z1"], "13055", "heat", "ville")
    ('zone:Z1', 'commune:13055', 'use_case:heat', 'network:ville')
    """
    named = [("commune", commune), ("use_case", use_case), ("network", network)]
    made = (*(f"zone:{zone}" for zone in zones), *(f"{kind}:{name}" for kind, name in named if name))
    return interned(made)


def interned(subjects: Subjects) -> Subjects:
    """The one object of all that are equal."""
    if len(_subjects) > 100_000:
        _subjects.clear()
    return _subjects.setdefault(subjects, subjects)


def _texts_of(chunk: bytes, count: int) -> tuple[list[str], int]:
    found, at = [], 0
    for _ in range(count):
        end = at + 1 + (chunk[at] >> 1)
        found.append(chunk[at + 1 : end].decode())
        at = end
    return found, at


def _place(chunk: bytes) -> _Place:
    (point, _, _, use_case, commune), at = _texts_of(chunk, 5)
    zones, _ = _texts_of(chunk[at + 1 :], chunk[at] >> 1)
    return _Place(point, use_case, commune, zones)


def _reason(chunk: bytes) -> str:
    _, at = _texts_of(chunk, 1)
    fleet_revision, at = varint(chunk, at)
    [reason], end = _texts_of(chunk[at:], 1)
    if fleet_revision & 1 or at + end != len(chunk):
        raise UnusualError
    return reason


_places: dict[bytes, _Place] = Table(_place)
_reasons: dict[bytes, str] = Table(_reason)


class _Form:
    """How readings of one shape with one set of flags stand in Avro."""

    __slots__ = ("fixed", "flags", "layout", "places", "size", "unpack")

    def __init__(self, fixed: list[bytes], series: list[int], flags: bytes, places: list[int]) -> None:
        form = Struct("<" + "".join(f"{len(part)}sd" for part in fixed[:-1]) + f"{len(fixed[-1])}s")
        self.fixed, self.size, self.unpack = tuple(fixed), form.size, form.unpack_from
        self.layout, self.flags = layout_of(tuple(series)), flags
        self.places = places if len(places) < len(fixed) - 1 else None  # what devices said stands between


_forms: dict[bytes, list[_Form]] = {}
"""Count, first property and channel of readings -> forms that were met, the last used first."""


def _learn(value: bytes, at: int, key: bytes) -> _Form:
    """Read the shape and the flags of readings whose form was not met before."""
    fixed: list[bytes] = []
    series: list[int] = []
    places: list[int] = []
    flags, start = bytearray(), at
    count, at = value[at] >> 1, at + 1
    for _ in range(count):
        number, at = varint(value, at)
        channel, at = varint(value, at)
        places.append(len(fixed))
        fixed.append(value[start:at])
        start = at + 8
        flag, at = varint(value, start)
        tests, at = varint(value, at)
        if number & 1 or channel & 1 or flag & 1 or tests & 1 or value[at] & ~2:
            raise UnusualError
        at += 1
        if value[at - 1]:
            fixed.append(value[start:at])
            start = at = at + 8
        series.append(number >> 1 << 16 | channel >> 1)
        flags.append(0 if flag >> 1 == _MISSING else flag >> 1)
    if value[at] or len(set(series)) < len(series):
        raise UnusualError
    fixed.append(value[start : at + 1])
    return remember(_forms, key, _Form(fixed, series, bytes(flags), places), _LAYOUTS)


_NONE = layout_of(())
_no_values: tuple[float, ...] = ()


def read(value: bytes) -> Observed:
    """A framed observation.

    Raises:
        ValueError, EOFError and what else fastavro raises: it is no observation.
    """
    try:
        found = _read(value)
    except (UnusualError, IndexError, error, UnicodeDecodeError):
        found = None
    return found if found is not None else read_any(value)


def _read(value: bytes) -> Observed | None:
    if value[5] != 0x40:
        return None
    name = int(value[6:14], 16)
    revision, at = varint(value, 38)
    if revision & 1 or value[at] > 1:
        return None
    withdrawn, start = value[at], at + 1

    end = end_of_texts(value, start, 5)
    if not end:
        return None
    place = _places[value[start:end]]

    if value[end] != 0x40:
        return None
    at = end + 33
    end = at + 1 + (value[at] >> 1)
    if value[at] > 127 or value[at] & 1:
        return None
    network = value[at:end]
    subjects = place.by_network.get(network) or place.subjects(network)

    observed_at = (value[end] & 127 | (value[end + 1] & 127) << 7) >> 1 | highs[value[end + 2 : end + 6]]
    if value[end + 6 : end + 12] != value[end : end + 6]:
        highs[value[end + 8 : end + 12]]  # as long as it should be
    ingested_at = (value[end + 12] & 127 | (value[end + 13] & 127) << 7) >> 1 | highs[value[end + 14 : end + 18]]
    if value[end] & value[end + 1] & value[end + 6] & value[end + 7] & value[end + 12] & value[end + 13] < 128:
        return None
    if (value[end] | value[end + 6] | value[end + 12]) & 1:
        return None  # negative: before 1970

    at = end + 18
    count, values = value[at], _no_values
    if count == 0:
        layout, flags, at = _NONE, b"", at + 1
    elif count & 0x81:
        return None
    else:
        form, found = _measured(value, at)
        layout, flags, values = form.layout, form.flags, found[1::2]
        if form.places is not None:
            values = tuple([values[place] for place in form.places])
        at += form.size
    total = sum(values)
    if withdrawn:
        flags = bytes(len(flags))
    elif total - total != 0:  # one of them is no number
        flags = _with_gaps(flags, values)
    return Observed(
        place.point, subjects, name, revision >> 1, withdrawn == 1, observed_at, ingested_at, layout, flags, values,
        _reasons[value[at:]],
    )  # fmt: skip


def _measured(value: bytes, at: int) -> tuple[_Form, tuple[Any, ...]]:
    key = value[at : at + 4]
    known = _forms.get(key, [])
    for place, form in enumerate(known):
        if at + form.size <= len(value):
            found = form.unpack(value, at)
            if found[::2] == form.fixed:
                if place:
                    known.insert(0, known.pop(place))
                return form, found
    form = _learn(value, at, key)
    return form, form.unpack(value, at)


def _with_gaps(flags: bytes, values: tuple[float, ...]) -> bytes:
    return bytes([flag if isfinite(number) else 0 for flag, number in zip(flags, values, strict=True)])


_decode: Callable[[bytes], dict[str, Any]] = Framer("observations.v1").decode_dict


def read_any(value: bytes) -> Observed:
    """The same by fastavro, of any form; of two values of one series the later counts."""
    one = _decode(value)
    readings = {(r["property"] << 16 | r["channel"] & 0xFFFF): r for r in one["readings"]}
    values = tuple([r["value"] for r in readings.values()])
    flags = bytes([0 if r["flag"] == _MISSING or one["withdrawn"] else r["flag"] & 0xFF for r in readings.values()])
    return Observed(
        one["point"],
        subjects_of(one["zones"], one["commune"], one["use_case"], one["network"]),
        int(one["id"][:8], 16),
        one["revision"],
        one["withdrawn"],
        one["observed_at"],
        one["ingested_at"],
        layout_of(tuple(readings)),
        _with_gaps(flags, values),
        values,
        one["reason"],
    )
