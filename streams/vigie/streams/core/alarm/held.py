"""What `alarm` keeps of its alarms (`state.alarm.alarms`): one value per alarm key, and the alerts that are over.

Alerts that are over stand in a ring of slots, so that a verdict may come late and the state stays bounded. The values
of earlier versions are read and turned into those of today.
"""

from msgspec import Struct, msgpack

from vigie.streams.core.alarm.life_cycle import UNACKNOWLEDGED
from vigie.topics.alert_event import Explanation
from vigie.topics.identity import alert_id

WRITER = "writer"
"""Key of the writer's generation; alarm keys all hold colons."""
RING = "ring"
SLOTS = 10_000
"""So many alerts that are over are remembered."""
REMEMBERED = 32
"""Latest alerts of an alarm whose repeats are known."""


class Alert(Struct, array_like=True):
    """One alert, changed in place.

    Attributes:
        id: alert id.
        key: alarm key.
        revision: of its last transition; -1 before the first.
        state: A to F (life_cycle.py).
        priority: 1 to 4.
        level: of a rule with levels.
        raised_at, arrival_at, decided_at: epoch ms UTC, of the raise.
        reason: of the raise.
        explanation: encoded; of the condition, as it was last.
        mail: what the raise asks for.
        told: whether a mail about it was asked for.
        acknowledged: whether a person acknowledged it.
        suppressed_by: alert id of the root cause; empty for none.
        out_of_service: an intervention is open at its point.
        latched: it stays until it is reset.
        late: archived, never mailed.
        level_revision: of the last rise of its level.
        returned_at: epoch ms UTC when what was wrong was over; 0 while it is not.
        assignee: whom it is assigned to.
        children: ids of the alerts that it explains, at most so many; `more` counts those beyond.
        use_case, commune, network, point, device: for lists and filters.
        commands: ids of the latest commands that were answered.
    """

    id: str
    key: str
    revision: int
    state: str
    priority: int
    level: int
    raised_at: int
    arrival_at: int
    decided_at: int
    reason: str
    explanation: bytes
    mail: str
    told: bool = False
    acknowledged: bool = False
    suppressed_by: str = ""
    out_of_service: bool = False
    latched: bool = False
    late: bool = False
    level_revision: int = 0
    returned_at: int = 0
    assignee: str = ""
    children: tuple[str, ...] = ()
    more: int = 0
    use_case: str = ""
    commune: str = ""
    network: str = ""
    point: str = ""
    device: str = ""
    commands: tuple[str, ...] = ()


class SilenceAlarm(Struct, array_like=True, frozen=True, tag=0):
    """The silences of one device, as the first version kept them; read only."""

    last_arrival_at: int
    active: bool


class PlatformAlarm(Struct, array_like=True, frozen=True, tag=1):
    """Trouble at one place of the platform, as the first version kept it; read only."""

    alerts: tuple[str, ...]


class Writer(Struct, array_like=True, frozen=True, tag=2):
    """How often the writing of alerts has changed hands."""

    generation: int


class Alarm(Struct, array_like=True, tag=3):
    """One alarm, changed in place.

    Attributes:
        current: its open alert.
        recent: ids of its latest alerts, so that a repeated signal is known.
        raises: epoch ms UTC, when it was raised within the last 24 h, for the chatter guard.
        chattering_since: epoch ms UTC; 0 while it does not chatter.
        told_level: highest level that was told of since it chatters.
        shelved_until: epoch ms UTC; 0 while it is not shelved. Of the alarm, so that a next alert is shelved too.
    """

    current: Alert | None = None
    recent: tuple[str, ...] = ()
    raises: tuple[int, ...] = ()
    chattering_since: int = 0
    told_level: int = 0
    shelved_until: int = 0


class Over(Struct, array_like=True, tag=4):
    """An alert that is over, in a slot of the ring."""

    alert: Alert


class Ring(Struct, array_like=True, tag=5):
    """How many alerts have gone to the ring."""

    count: int = 0


Held = SilenceAlarm | PlatformAlarm | Writer | Alarm | Over | Ring

dump = msgpack.Encoder().encode
"""A state value as bytes, for the changelog."""
load = msgpack.Decoder(Held).decode
"""The value that `dump` wrote."""

_explanation_encoder = msgpack.Encoder()
_explanation_decoder = msgpack.Decoder(tuple[str, str, dict[str, str]])


def packed(explanation: Explanation) -> bytes:
    """An explanation as bytes: a hundred thousand of them in memory are to be small."""
    return _explanation_encoder.encode((explanation.sentence_fr, explanation.sentence_en, explanation.fields))


def unpacked(data: bytes) -> Explanation:
    """The explanation that `packed` wrote.

    >>> unpacked(packed(Explanation(sentence_fr="a", sentence_en="b", fields={"c": "d"}))).fields
    {'c': 'd'}
    """
    fr, en, fields = _explanation_decoder.decode(data)
    return Explanation(sentence_fr=fr, sentence_en=en, fields=fields)


def slot(number: int) -> str:
    """Key of the slot of the n-th alert that was over.

    >>> slot(12_345)
    'over/2345'
    """
    return f"over/{number % SLOTS}"


def as_alarm(key: str, held: Held | None) -> Alarm:
    """What is held of an alarm, whatever version kept it; a new one where nothing is held."""
    if isinstance(held, Alarm):
        return held
    if isinstance(held, PlatformAlarm):
        return Alarm(recent=held.alerts)
    if isinstance(held, SilenceAlarm):
        cause = alert_id(key, str(held.last_arrival_at))
        found = Alarm(recent=(cause,))
        if held.active:
            subject = key.removeprefix("silence:").rpartition(":")[0]
            said = Explanation(
                sentence_fr=f"Le capteur {subject} est silencieux.", sentence_en=f"Device {subject} is silent.",
                fields={"device": subject},
            )  # fmt: skip
            found.current = Alert(
                cause, key, 0, UNACKNOWLEDGED, 3, 0, held.last_arrival_at, held.last_arrival_at, held.last_arrival_at,
                "no_arrival", packed(said), "incident", told=True, device=subject,
            )  # fmt: skip
        return found
    return Alarm()
