"""What `detect` keeps under one key: memories of subjects, baselines of points, values of neighbours; as bytes.

Keys: a point's id for its readings, `point:P1` or another subject for aggregates, `near:P1` for what a point is beside
its neighbours, `baseline:P1`, `group:toits`.
"""

from msgspec import Struct, msgpack

from vigie.streams.core.detect import memory as memories
from vigie.streams.core.detect.lean import full, lean
from vigie.streams.core.detect.memory import Memory
from vigie.topics import baseline


class Baselines:
    """The baselines of a point.

    Attributes:
        series: property << 16 | channel -> its baseline, in little memory.
    """

    __slots__ = ("series",)

    def __init__(self, data: bytes) -> None:
        """Take them from bytes (topics/baseline.py)."""
        self.series = {one.property << 16 | one.channel: lean(one) for one in baseline.decode(data)}

    def dump(self) -> bytes:
        """As bytes again."""
        return baseline.encode([full(one) for one in self.series.values()])


class Group(Struct, array_like=True):
    """Latest good values of the points of a buddy group, by series (property << 16 | channel) and point.

    Attributes:
        values: series -> point -> instant (epoch ms UTC) and value.
    """

    values: dict[int, dict[str, tuple[int, float]]]

    def take(self, key: int, point: str, at: int, value: float) -> None:
        """Note a value, unless a later one is known."""
        of = self.values.setdefault(key, {})
        known = of.get(point)
        if known is None or at >= known[0]:
            of[point] = at, value

    def others(self, key: int, point: str, since_at: int) -> dict[str, tuple[int, float]]:
        """What the others measured since an instant.

        >>> group = Group({})
        >>> group.take(1, "P1", 0, 20.0), group.take(1, "P2", 5, 21.0), group.take(1, "P2", 3, 9.0)
        (None, None, None)
        >>> group.others(1, "P1", 0)
        {'P2': (5, 21.0)}
        """
        found = self.values.get(key, {})
        return {name: pair for name, pair in found.items() if name != point and pair[0] >= since_at}


Kept = Memory | Baselines | Group
_MEMORY, _BASELINES, _GROUP = b"m", b"b", b"g"
_encode = msgpack.Encoder().encode
_group = msgpack.Decoder(Group).decode


def dump(kept: Kept) -> bytes:
    """What is kept to bytes."""
    if type(kept) is Memory:
        return _MEMORY + memories.dump(kept)
    if type(kept) is Baselines:
        return _BASELINES + kept.dump()
    return _GROUP + _encode(kept)


def load(data: bytes) -> Kept:
    """Bytes to what they hold."""
    kind, rest = data[:1], data[1:]
    if kind == _MEMORY:
        return memories.load(rest)
    return Baselines(rest) if kind == _BASELINES else _group(rest)
