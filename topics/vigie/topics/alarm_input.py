"""What `alarm` listens to, and the ticks and freezes that all obey (JSON on `alarm-inputs` and `platform`)."""

from msgspec import Struct, json


class Tick(Struct, frozen=True, kw_only=True, tag="tick"):
    """The minute `at` (epoch ms UTC) has come: the only clock that decisions read."""

    at: int


class Heartbeat(Struct, frozen=True, kw_only=True, tag="heartbeat"):
    """A role has processed, and confirmed, all that its partitions held when the tick came.

    Attributes:
        role: who says so.
        tick_at: epoch ms UTC of the tick that is answered.
        partitions: (bare topic, partition) pairs that this worker answers for.
        fleet_revision: of the fleet by which it places; 0 of a role that knows no fleet.
    """

    role: str
    tick_at: int
    partitions: tuple[tuple[str, int], ...]
    fleet_revision: int = 0


class SilenceSignal(Struct, frozen=True, kw_only=True, tag="silence"):
    """A device is silent, or has come back.

    Attributes:
        address: the device id.
        silent: True at the start of a silence, False when the device is heard again.
        last_arrival_at: epoch ms UTC of the last arrival before the silence; names the silence. Of a device that never
            spoke: since when it was to be heard.
        due_at: epoch ms UTC when it was declared silent at the earliest.
        arrival_at: epoch ms UTC of the arrival that ends it; None at its start.
        decided_at: epoch ms UTC, the tick or the arrival that decided.
        period_s: declared upload period; 0 where none is declared.
        model: device model, for the sentence; empty if unknown.
        network: where the device was last heard.
        rule: `no_arrival`, `never_seen`, `no_return` (after an intervention) or `poor_coverage` (a business cap came
            before the probability did: told in the digest).
        law: how it was judged: `slots` (a clock that loses slots), `irregular`, `schedule`, `cap`.
        interval_s, jitter_s: T and J in force.
        missed: slots missed in a row, m.
        phi: -log10 of the probability that such a silence is bad luck, per slot.
        phi_threshold: from the false alarms that the installation tolerates.
        loss: probability that a slot is lost, p.
        burst: probability that a slot is lost after a lost one, r.
        gateways: that carried at least 5 % of its frames in the last 7 days.
    """

    address: str
    silent: bool
    last_arrival_at: int
    due_at: int
    arrival_at: int | None
    decided_at: int
    period_s: int
    model: str = ""
    network: str = ""
    rule: str = "no_arrival"
    law: str = "slots"
    interval_s: float = 0.0
    jitter_s: float = 0.0
    missed: int = 0
    phi: float = 0.0
    phi_threshold: float = 0.0
    loss: float = 0.0
    burst: float = 0.0
    gateways: tuple[str, ...] = ()


class ConditionSignal(Struct, frozen=True, kw_only=True, tag="condition"):
    """What a rule watches has begun, has changed its level, or is over.

    Attributes:
        kind: `value` (of a rule), `data` (a gap, a fault of quality) or `communication` (late, zombie, clock, …).
        subject: what it is about: `point:<id>`, `device:<address>`, `zone:<id>`.
        rule: id of the fleet's rule, or name of the platform's own.
        active: False once it is over.
        cause_id: id of the first causing reading, or what else names it; the same until it is over.
        level: 1 or more while it is active, the higher the worse; 0 once it is over.
        priority: 1 to 4, of this level.
        event_at: epoch ms UTC when it became so.
        arrival_at: epoch ms UTC, arrival of what showed it.
        decided_at: epoch ms UTC, the tick or the arrival that decided.
        late: it is archived and counted in the digest, and mailed to nobody.
        latched: it stays until it is reset by a person.
        trial: its rule is on trial: archived, and mailed to nobody.
        definition: the platform's rule that judged, and its version: `threshold 1`.
        use_case, commune, network, point, device, placement: empty where unknown.
        facts: of its explanation (alert_facts.py).
        sentence_fr, sentence_en: what a person reads first.
    """

    kind: str
    subject: str
    rule: str
    active: bool
    cause_id: str
    level: int
    priority: int
    event_at: int
    arrival_at: int
    decided_at: int
    sentence_fr: str
    sentence_en: str
    late: bool = False
    latched: bool = False
    trial: bool = False
    definition: str = ""
    use_case: str = ""
    commune: str = ""
    network: str = ""
    point: str = ""
    device: str = ""
    placement: str = ""
    facts: dict[str, str] = {}


class PlatformSignal(Struct, frozen=True, kw_only=True, tag="platform"):
    """Something is wrong with the platform itself (a poison record, say).

    Attributes:
        subject: what it is about, such as `decode raw.lora/3`.
        rule: kind of trouble, such as `poison_record`.
        cause_id: what makes a repeat of the signal the same alert (topic/partition/offset).
        at: epoch ms UTC, arrival of what caused it.
        message: a sentence.
    """

    subject: str
    rule: str
    cause_id: str
    at: int
    message: str


class ConnectorHeartbeat(Struct, frozen=True, kw_only=True, tag="connector"):
    """A source of `receive`, told of once a minute.

    Attributes:
        connector: its kind, such as `mqtt`.
        source: its name in the sources file.
        at: epoch ms UTC, on the clock of the machine that receives.
        up: whether the other side is there.
        received: bodies that Kafka has confirmed since the last heartbeat of this worker.
        network: of what it brings, as the sources file says; empty where each body names its own.
    """

    connector: str
    source: str
    at: int
    up: bool
    received: int
    network: str = ""


class Heard(Struct, frozen=True, kw_only=True, tag="heard"):
    """What one partition of `observe` heard since the last tick, by gateway and by network.

    Attributes:
        tick_at: epoch ms UTC.
        partition: of the uplinks.
        gateways: gateway -> frames that it heard.
        statistics: gateway -> arrival (epoch ms UTC) of its own latest statistics, where one came.
        parents: address -> gateways that carried at least 5 % of its frames in 7 days; only where that changed.
        networks: network -> latest arrival (epoch ms UTC) of anything of it.
        watched: network -> how many devices have a clock in this partition.
        carries: gateway -> network of what it relays, empty where there are several; only where that changed.
    """

    tick_at: int
    partition: int
    gateways: dict[str, int] = {}
    statistics: dict[str, int] = {}
    parents: dict[str, tuple[str, ...]] = {}
    networks: dict[str, int] = {}
    watched: dict[str, int] = {}
    carries: dict[str, str] = {}


class Command(Struct, frozen=True, kw_only=True, tag="command"):
    """A person (or a part of the platform that acts for one) wants something done with an alert.

    Attributes:
        id: names it, so that a repeat changes nothing.
        alert_id: which alert.
        alert_revision: the revision that the author saw; a command that would undo what came since is refused.
        action: one of ACTIONS.
        author: id of a contact, or a name typed; `system` for the platform.
        at: epoch ms UTC when it was given.
        reason: in the author's words; shelving needs one.
        until_at: epoch ms UTC when shelving ends.
        value: whom it is assigned to; `true` or `false` of a verdict; `confirmed` or `refuted` of a confirmation.
        facts: what is attached (action `attach`): a second source's value, an image's name and hash.
    """

    id: str
    alert_id: str
    alert_revision: int
    action: str
    author: str
    at: int
    reason: str = ""
    until_at: int = 0
    value: str = ""
    facts: dict[str, str] = {}


ACTIONS = ("ack", "unack", "shelve", "unshelve", "comment", "assign", "confirm", "verdict", "reset", "attach")
"""What a command may want; `attach` is the platform's own (a second source, an image)."""


class Freeze(Struct, frozen=True, kw_only=True, tag="freeze"):
    """Silence clocks stand still: nobody can say who is silent there. Written again each minute while it holds.

    Attributes:
        scope: `all`, `network:<name>` or `source:<name>`.
        at: epoch ms UTC since when.
        until_at: epoch ms UTC; without another by then it is over.
        cause: alert id of what is wrong.
        reason: `blind`, `lag`, `source_stopped`, `network_down`, `started`.
    """

    scope: str
    at: int
    until_at: int
    cause: str
    reason: str


class Thaw(Struct, frozen=True, kw_only=True, tag="thaw"):
    """The silence clocks of a scope go on, from `at` (epoch ms UTC)."""

    scope: str
    at: int


AlarmInput = (
    Tick
    | Heartbeat
    | SilenceSignal
    | ConditionSignal
    | PlatformSignal
    | ConnectorHeartbeat
    | Heard
    | Command
    | Freeze
    | Thaw
)

_encoder = json.Encoder()
_decoder: json.Decoder[AlarmInput] = json.Decoder(AlarmInput)


def encode(message: AlarmInput) -> bytes:
    """A message to bytes.

    >>> encode(Tick(at=60000))
    b'{"type":"tick","at":60000}'
    """
    return _encoder.encode(message)


def decode(value: bytes) -> AlarmInput:
    """Bytes to the message they hold; raises msgspec.DecodeError on anything else.

    >>> decode(b'{"type":"tick","at":60000}')
    Tick(at=60000)
    """
    return _decoder.decode(value)
