"""What `alarm` listens to, and the ticks that all obey (JSON on `alarm-inputs` and `platform`)."""

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
        last_arrival_at: epoch ms UTC of the last arrival before the silence; names the silence.
        due_at: epoch ms UTC when it was declared silent at the earliest (last arrival + 3 periods).
        arrival_at: epoch ms UTC of the arrival that ends it; None at its start.
        decided_at: epoch ms UTC, the tick or the arrival that decided.
        period_s: declared upload period.
        model: device model, for the sentence; empty if unknown.
        network: where the device was last heard.
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
    """

    connector: str
    source: str
    at: int
    up: bool
    received: int


AlarmInput = Tick | Heartbeat | SilenceSignal | PlatformSignal | ConnectorHeartbeat

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
