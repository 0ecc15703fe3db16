"""An installation in memory, minute by minute: silence and rules, root cause and life cycle, and the mails of it.

The steps are those of the roles `observe` and `alarm`, and the desk that of `notify`; Kafka and the mail server alone
are left out.
"""

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any, cast

from vigie.deploy.faults.silence_town import MINUTE_MS, SOURCE, Arrival
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.mail.desk import Desk, Rules
from vigie.streams.core.mail.directory import AddressBook
from vigie.streams.core.mail.dispatch import Dispatch
from vigie.streams.core.mail.letter import Letter
from vigie.streams.core.mail.outbox_records import Record
from vigie.streams.core.mail.shelf import Shelf
from vigie.streams.steps.alarm import AlarmStep
from vigie.streams.steps.detect import DetectStep
from vigie.streams.steps.silence import SilenceStep
from vigie.streams.steps.uplink_reader import UplinkReader
from vigie.streams.transport.state import SavedState
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import reception
from vigie.topics.alarm_input import AlarmInput, ConnectorHeartbeat, Freeze, Heartbeat, Thaw, Tick, decode, encode
from vigie.topics.alert_event import AlertEvent
from vigie.topics.avro import Framer
from vigie.topics.fleet_object import FleetObject
from vigie.topics.observation import Observation, ObservedReading, observation_id, revision
from vigie.topics.observation_encoder import ObservationEncoder
from vigie.topics.property import BY_NAME
from vigie.topics.reception import Reception

ZONE = "Europe/Paris"
UPLINKS = "uplinks.lora.v1"
MAILS_PER_HOUR = 6


class Installation:
    """All that a town needs.

    Args:
        objects: of the fleet.
        tolerated: false alarms of silence in 30 days.
        value_of: what a message holds; rules judge it if it is given.

    Attributes:
        events: transitions of alerts, in order.
        letters: mails, in order, to the one contact there is.
    """

    def __init__(
        self, objects: list[FleetObject], *, tolerated: float = 1.0, value_of: Callable[[Arrival], float] | None = None
    ) -> None:
        self.events: list[AlertEvent] = []
        self.letters: list[Letter] = []
        self._view = FleetView().with_objects(objects)
        self._tolerated, self._value_of = tolerated, value_of
        self._saved: dict[str, dict[bytes, bytes]] = {}
        self._offsets: dict[str, int] = {}
        self._framer, self._encoder = Framer("alerts.v1"), ObservationEncoder()
        self._mails = _Mails()
        self._begin()

    def _begin(self) -> None:
        fleet = cast("Any", SimpleNamespace(view=self._view))
        self._silence = SilenceStep(
            lambda _: 0, _Given(), lambda: self._view, partitions=1, tolerated=self._tolerated, zone=ZONE
        )
        self._alarm = AlarmStep(ZONE, None, lambda: self._view)
        self._detect = DetectStep(fleet, ZONE, live=False) if self._value_of else None

    def restart(self) -> None:
        """Every role ends and begins anew from what it saved."""
        self._save()
        self._begin()
        for state in self._states():
            state.restore(0, self._saved.get(state.topic, {}).items())

    def _states(self) -> list[SavedState[Any]]:
        detect = self._detect.states if self._detect else ()
        return [*self._silence.states, *self._alarm.states, *detect]

    def _save(self) -> None:
        for state in self._states():
            for changed in state.snapshot().values():
                self._saved.setdefault(state.topic, {}).update(changed)

    def minute(self, at: int, came: list[Arrival], statistics: Iterable[str] = (), *, up: bool = True) -> None:
        """A tick, and what arrived since the one before it.

        Args:
            at: epoch ms UTC of the tick.
            came: messages.
            statistics: gateways that told of themselves.
            up: whether the source's other side is there.
        """
        out = Outputs()
        if came:
            value = self._value_of or _any_value
            self._silence.process(self._batch(UPLINKS, [_uplink(one, value(one)) for one in came], at), out)
            if self._detect:
                seen = [self._encoder.encode(_observation(one, value(one))) for one in came]
                self._detect.process(self._batch("observations.v1", seen, at), out)
        told = [Reception(address=f"gw:{name}", ingested_at=at - 1, kind="stats", network="") for name in statistics]
        if told:
            self._silence.process(self._batch("receptions", [reception.encode(one) for one in told], at), out)
        tick, log = Tick(at=at), _messages(out)
        log.append(ConnectorHeartbeat(connector="mqtt", source=SOURCE, at=at, up=up, received=len(came)))
        log.append(tick)
        out = Outputs()
        self._silence.tick(tick, [0], out)
        if self._detect:
            self._detect.tick(tick, [0], out)
        log += _messages(out)
        log += [Heartbeat(role=role, tick_at=at, partitions=((UPLINKS, 0),)) for role in ("decode", "observe")]
        self._judge(log, at)
        self._mails.until(at, self.letters)

    def _judge(self, log: list[AlarmInput], at: int) -> None:
        while log:
            out = Outputs()
            self._alarm.process(self._batch("alarm-inputs", [encode(one) for one in log], at), out)
            for record in out.records.get("platform", ()):
                message = decode(record[1])
                if isinstance(message, Freeze | Thaw):
                    self._silence.on_platform(message)
            found = [self._framer.decode(record[1], AlertEvent) for record in out.records.get("alerts.v1", ())]
            self.events += found
            self._mails.take(found)
            log = _messages(out)

    def _batch(self, topic: str, values: list[Any], at: int) -> Batch:
        first = self._offsets.get(topic, 0)
        self._offsets[topic] = first + len(values)
        records = [
            SimpleNamespace(offset=first + place, value=value, timestamp=at, key=b"")
            for place, value in enumerate(values)
        ]
        return Batch(records, topic=topic, partition=0)


class _Given(UplinkReader):
    """Uplinks as they are given, without Avro."""

    def read(self, batch: Batch) -> list[dict[str, Any]]:
        return [record.value for record in batch]


class _Places:
    """The outbox's places, in memory."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[Record, int]] = {}
        self.offset = -1

    def items(self) -> Iterable[tuple[str, Record]]:
        return [(place, record) for place, (record, _) in self._held.items()]

    def put(self, place: str, record: Record) -> None:
        self._held[place] = record, self.offset

    def applied(self, place: str) -> int:
        return self._held[place][1] if place in self._held else -1


class _Mails:
    """The desk of `notify`, one address."""

    def __init__(self) -> None:
        self._places, self._book = _Places(), AddressBook()
        self._shelf = Shelf(self._places)
        self._desk = Desk(self._shelf, Rules(ZONE, "fr", "07:00", 1))
        self._dispatch = Dispatch(self._desk, MAILS_PER_HOUR)

    def take(self, events: list[AlertEvent]) -> None:
        for event in events:
            self._desk.take(event, self._places.offset + 1, event.decided_at)
            self._places.offset += 1

    def until(self, at: int, sent: list[Letter]) -> None:
        self._desk.advance(at, self._book)
        while mails := self._dispatch.mails(at):
            for mail in mails:
                self._dispatch.plan(mail)
                letter = self._dispatch.letter(mail)
                if letter.events or letter.more:
                    sent.append(letter)
                self._dispatch.done(mail, at)
        self._shelf.write()


def _any_value(arrival: Arrival) -> float:
    """Never twice the same, so that no device looks frozen."""
    return arrival.measured_at // MINUTE_MS * 7919 % 1000 / 10


def _messages(out: Outputs) -> list[AlarmInput]:
    return [decode(record[1]) for record in out.records.get("alarm-inputs", ())]


def _uplink(arrival: Arrival, value: float) -> dict[str, Any]:
    return {
        "device": arrival.device.address, "revision": 0, "id": _id(arrival), "observed_at": arrival.measured_at,
        "ingested_at": arrival.at, "network": arrival.device.network, "extras": {"model": "EM310"}, "warnings": (),
        "radio": {"gateways": [{"id": name} for name in arrival.gateways]} if arrival.gateways else None,
        "readings": [
            {"property": _property(arrival), "channel": 0, "value": value, "observed_at": arrival.measured_at}
        ],
    }  # fmt: skip


def _observation(arrival: Arrival, value: float) -> Observation:
    uplink, device = _id(arrival), arrival.device
    return Observation(
        id=observation_id(uplink, device.point, arrival.measured_at), revision=revision(0, 1, 0), withdrawn=False,
        point=device.point, device=f"D{device.number}", placement=f"{device.point}/1", use_case=device.use_case,
        commune="13055", zones=(), uplink=uplink, network=device.network, observed_at=arrival.measured_at,
        received_at=arrival.at, ingested_at=arrival.at,
        readings=(ObservedReading(_property(arrival), 0, value, 1, 1),), ruleset="1", fleet_revision=1, reason="live",
    )  # fmt: skip


def _id(arrival: Arrival) -> str:
    return f"{arrival.device.number:012x}{arrival.measured_at:020x}"


def _property(arrival: Arrival) -> int:
    return BY_NAME[arrival.device.measures].id
