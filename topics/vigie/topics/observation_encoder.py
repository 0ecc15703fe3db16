"""Observation to Avro bytes by hand: the same bytes as fastavro's, at a tenth of its cost (docs/performance.md).

Where an observation was made, under which fleet and why repeat from one to the next; so do the properties of a point
and their flags, of which only the values change. tests/topics/test_observation_encoder.py holds it to fastavro's bytes.
"""

from collections.abc import Callable, Iterable
from struct import Struct

from vigie.topics.avro import Framer
from vigie.topics.observation import Observation, ObservedReading
from vigie.topics.quality import rolled
from vigie.topics.uplink_encoder import zigzag

Shape = tuple[int, ...]
"""Which values an observation holds, in order: property << 16 | channel of each."""
Words = tuple[int, ...]
"""Flags of all tests of each value, packed."""
Template = tuple[Callable[..., bytes], list[bytes | float]]

_NULL, _SOME, _END = b"\x00", b"\x02", b"\x00"
_LIMIT = 20_000
_PACKERS_LIMIT, _MOST_PACKED_READINGS = 5_000, 32
_MOST_CACHED = 64
"""Characters: what somebody may write at will is looked up only while it is short."""

_double = Struct("<d").pack
_two_low_groups = [bytes((low & 127 | 128, low >> 7 | 128)) for low in range(1 << 14)]


class _HighGroups(dict[int, bytes]):
    """Varint bytes of a number above its lowest 14 bits."""

    def __missing__(self, number: int) -> bytes:
        if len(self) >= _LIMIT:
            self.clear()
        out, rest = bytearray(), number
        while rest > 127:
            out.append(rest & 127 | 128)
            rest >>= 7
        out.append(rest)
        made = self[number] = bytes(out)
        return made


class Texts(dict[str, bytes]):
    """Avro bytes of short strings, remembered."""

    def __missing__(self, text: str) -> bytes:
        data = text.encode()
        made = zigzag(len(data)) + data
        if len(text) <= _MOST_CACHED:
            if len(self) >= _LIMIT:
                self.clear()
            self[text] = made
        return made


class Pairs(dict[tuple[int, int], bytes]):
    """Avro bytes of two numbers."""

    def __missing__(self, pair: tuple[int, int]) -> bytes:
        if len(self) >= _LIMIT:
            self.clear()
        made = self[pair] = zigzag(pair[0]) + zigzag(pair[1])
        return made


class _Packers(dict[tuple[Shape, Words], Template]):
    """How to pack the values of one shape with these flags: a function, and its arguments with places at 1, 3, 5 …"""

    def __missing__(self, key: tuple[Shape, Words]) -> Template:
        shape, words = key
        fixed, lead = [], zigzag(len(shape))
        for pair, word in zip(shape, words, strict=True):
            fixed.append(lead + zigzag(pair >> 16) + zigzag(pair & 0xFFFF))
            lead = _said[rolled(word), word] + _NULL
        layout = Struct("<" + "".join(f"{len(part)}sd" for part in fixed) + f"{len(lead) + 1}s")
        if len(self) >= _PACKERS_LIMIT:
            self.clear()
        arguments: list[bytes | float] = []
        for part in fixed:
            arguments += (part, 0.0)
        made = self[key] = layout.pack, [*arguments, lead + _END]
        return made


_high, _texts, _pairs, _said, _packers = _HighGroups(), Texts(), Pairs(), Pairs(), _Packers()


def long(number: int) -> bytes:
    """An Avro long, quick for instants and revisions.

    >>> long(-1).hex(), long(1_700_000_000_000) == zigzag(1_700_000_000_000)
    ('01', True)
    """
    if number < 8192:
        return zigzag(number)
    twice = number << 1
    return _two_low_groups[twice & 0x3FFF] + _high[twice >> 14]


def place(point: str, device: str, placement: str, use_case: str, commune: str, zones: Iterable[str]) -> bytes:
    """The bytes of where an observation was made, for `ObservationEncoder.join`."""
    named = [_texts[zone] for zone in zones]
    return b"".join((
        _texts[point], _texts[device], _texts[placement], _texts[use_case], _texts[commune],
        zigzag(len(named)) if named else b"", *named, _END,
    ))  # fmt: skip


def cause(ruleset: str, fleet_revision: int, reason: str) -> bytes:
    """The bytes of how and why it was made, for `ObservationEncoder.join`."""
    return _texts[ruleset] + long(fleet_revision) + _texts[reason]


def values_bytes(shape: Shape, words: Words, values: Iterable[float]) -> bytes:
    """The bytes of values none of which was converted, for `ObservationEncoder.join`.

    Args:
        shape: of the observation; at most 32 values.
        words: their tests, packed; the roll-up follows from them.
        values: the same number.
    """
    if not shape:
        return _END
    pack, template = _packers[shape, words]
    arguments = template.copy()
    arguments[1::2] = values
    return pack(*arguments)


def readings_bytes(readings: tuple[ObservedReading, ...]) -> bytes:
    """The bytes of readings one by one: as they are, whatever their roll-up."""
    if not readings:
        return _END
    parts = [zigzag(len(readings))]
    for one in readings:
        raw = one.raw
        parts += (
            _pairs[one.property, one.channel], _double(one.value), _said[one.flag, one.tests],
            _NULL if raw is None else _SOME + _double(raw),
        )  # fmt: skip
    parts.append(_END)
    return b"".join(parts)


class ObservationEncoder:
    """Framed Avro bytes of observations.

    Args:
        schema_id: id under which the registry in use knows the schema; None for the packaged id.
    """

    def __init__(self, schema_id: int | None = None) -> None:
        self.header = Framer("observations.v1", schema_id).header + b"\x40"  # then the id: a string of 32 bytes

    def encode(self, one: Observation) -> bytes:
        """The framed bytes of an observation whose id and uplink have 32 characters."""
        return self.join(
            one.id.encode(),
            one.revision,
            one.withdrawn,
            place(one.point, one.device, one.placement, one.use_case, one.commune, one.zones),
            one.uplink.encode(),
            one.network,
            (one.observed_at, one.received_at, one.ingested_at),
            readings_bytes(one.readings),
            cause(one.ruleset, one.fleet_revision, one.reason),
        )

    def join(
        self,
        name: bytes,
        revision: int,
        withdrawn: bool,
        placed: bytes,
        uplink: bytes,
        network: str,
        instants: tuple[int, int, int],
        readings: bytes,
        caused: bytes,
    ) -> bytes:
        """The framed bytes of an observation from parts that are known already.

        Args:
            name: its id, 32 hex digits.
            revision: of the observation.
            withdrawn: whether it is taken back.
            placed: of `place`.
            uplink: id of the uplink, 32 hex digits.
            network: that carried it.
            instants: observed_at, received_at, ingested_at, epoch ms.
            readings: of `values_bytes` or `readings_bytes`.
            caused: of `cause`.
        """
        observed, received, ingested = instants
        observed_at = long(observed)
        return b"".join((
            self.header, name, long(revision), b"\x01" if withdrawn else b"\x00", placed, b"\x40", uplink,
            _texts[network], observed_at, observed_at if observed == received else long(received), long(ingested),
            readings, caused,
        ))  # fmt: skip
