"""What `detect` remembers of a subject: what each rule holds at each series, and the alarm of each rule."""

from contextlib import suppress
from typing import Any

from msgspec import Raw, Struct, ValidationError, msgpack

from vigie.streams.core.detect.hold import Hold
from vigie.streams.core.detect.rule import Rule


class Alarm(Struct, array_like=True, gc=False):
    """The alarm of a rule at a subject: it is one, however many series the rule watches there.

    Attributes:
        level: the worst of its series.
        cause_id: of the value that began it.
        since_at: epoch ms UTC of that value.
        kind: of the signal.
        trial: whether its rule was on trial when it began.
    """

    level: int
    cause_id: str
    since_at: int
    kind: str = "value"
    trial: bool = False


class Late(Struct, array_like=True, gc=False):
    """An excess among values that came late: it is told once it is over, as raised and cleared.

    Attributes:
        hold: as of values that came in time.
        raised: the signal of its worst level; empty while there is none.
        last_arrival_at: epoch ms UTC.
    """

    hold: Hold
    raised: bytes = b""
    last_arrival_at: int = 0


NOTHING = b"\xc0"


class _Saved(Struct, array_like=True):
    holds: dict[str, dict[str, Hold]]
    alarms: dict[str, Alarm]
    late: dict[str, dict[str, Late]]


_encode = msgpack.Encoder().encode
_decode = msgpack.Decoder(_Saved).decode


class Memory:
    """Of one subject.

    Attributes:
        holds: rule -> series -> what it holds.
        alarms: rule -> its alarm, while there is one.
        late: rule -> series -> an excess that came late.
        plan: by which `bound` was made.
        bound: series -> its watches, each with its hold and what it judges by.
    """

    __slots__ = ("alarms", "bound", "holds", "late", "plan")

    def __init__(self) -> None:
        self.holds: dict[str, dict[str, Hold]] = {}
        self.alarms: dict[str, Alarm] = {}
        self.late: dict[str, dict[str, Late]] = {}
        self.plan: Any = None
        self.bound: dict[int | str, list[tuple[Any, Hold, Any]]] = {}

    def hold(self, rule: Rule, name: str, key: int | str) -> Hold:
        """What a rule holds at a series, made if need be, its own memory ready for use."""
        of = self.holds.setdefault(name, {})
        found = of.get(str(key))
        if found is None:
            found = of[str(key)] = Hold()
        awake(found, rule)
        return found


def awake(hold: Hold, rule: Rule) -> None:
    """Make a rule's own memory of its bytes."""
    if rule.memory is not None and type(hold.memory) is Raw:
        held: Any = hold
        made, data = rule.memory(), bytes(hold.memory)
        if data != NOTHING:
            with suppress(ValidationError):  # of another version of the rule: it learns anew
                made = msgpack.decode(data, type=type(made))
        held.memory = made


def dump(memory: Memory) -> bytes:
    """A memory to bytes."""
    return _encode(_Saved(memory.holds, memory.alarms, memory.late))


def load(data: bytes) -> Memory:
    """Bytes to the memory they hold.

    >>> from vigie.streams.core.detect.hold import settle
    >>> memory = Memory()
    >>> _ = settle(memory.holds.setdefault("R1", {}).setdefault("1", Hold()), 2, 7, "a", 1, 0)
    >>> load(dump(memory)).holds["R1"]["1"].level
    2
    """
    saved, found = _decode(data), Memory()
    found.holds, found.alarms, found.late = saved.holds, saved.alarms, saved.late
    late = [one.hold for of in found.late.values() for one in of.values()]
    for hold in (*(one for of in found.holds.values() for one in of.values()), *late):
        hold.memory = hold.memory.copy()  # the buffer that it was read from is let go of
    return found
