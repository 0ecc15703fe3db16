"""A seeded day of a metropolis: every body that reaches the platform, and what each must become.

The same seed makes the same bytes. What a body must become is known here because it is made here: nothing of the
platform's decoding is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from vigie.deploy.demo import network, schedule
from vigie.deploy.demo.announced import announced
from vigie.deploy.demo.expected import DUPLICATE, UPLINK, Counts, Event, Point, count
from vigie.deploy.demo.fleet import LOGGER, STORES, Device, Link, fleet
from vigie.deploy.demo.incidents import Flood, Outage, flood, outage
from vigie.deploy.demo.nature import Behaviour, Values
from vigie.deploy.demo.other_links import nb_frame, station_body
from vigie.deploy.demo.schedule import (
    DAY_END_AT,
    DAY_START_AT,
    HOUR_MS,
    LOGGER_FLUSH_AT,
    MEMORY_FLUSH_AT,
    MINUTE_MS,
    SPOILED,
    Fault,
    Transmission,
    chance,
)
from vigie.deploy.demo.wires import Sample, em300_th_history
from vigie.topics.reason import Reason

REASONS = {
    Fault.CUT_JSON: Reason.NOT_JSON,
    Fault.RANDOM_BODY: Reason.NOT_JSON,
    Fault.BAD_BASE64: Reason.BAD_BASE64,
    Fault.TRUNCATED: Reason.TRUNCATED,
    Fault.BAD_LAYOUT: Reason.BAD_PAYLOAD,
    Fault.UNKNOWN_PROFILE: Reason.NO_CODEC,
    Fault.NO_ADDRESS: Reason.BAD_ENVELOPE,
    Fault.WRONG_TYPE: Reason.BAD_ENVELOPE,
    Fault.BAD_TIME: Reason.BAD_TIME,
    Fault.EMPTY: Reason.EMPTY_PAYLOAD,
}
SPOILED_OF_EACH = 6
OVERTAKEN = 12
SHARE_OF_COPIES = 0.02
INCIDENTS = (2, 4)
"""Mails of the gateway (it fails, it is back) and of the river (a threshold, the next one, a reminder after four hours,
for nobody acknowledges it, the end)."""
QUIET = (DAY_START_AT + 9 * HOUR_MS + 20 * MINUTE_MS, DAY_START_AT + 14 * HOUR_MS + 5 * MINUTE_MS)
"""When the silent device says nothing: 09:20 to 14:05, legal time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A day.

    Attributes:
        seed: what it was made from.
        devices: the fleet.
        events: bodies by rising arrival.
        silent: the device that falls silent, comes back, and in the night sends what it has stored meanwhile.
        outage: the gateway that fails for some hours.
        flood: the river that rises.
        logger: the device that stores its readings and sends them every 6 hours; in the night those of the three days
            before as well.
    """

    seed: int
    devices: tuple[Device, ...]
    events: tuple[Event, ...]
    silent: Device
    logger: Device
    outage: Outage
    flood: Flood

    def expected(self, also: Sequence[Event] = ()) -> Counts:
        """What this day, with other events beside it, must come to at its last tick."""
        found = count([*self.events, *also], fleet=announced(self.devices), last_tick_at=DAY_END_AT)
        for one in INCIDENTS:
            found.alerts_raised, found.alerts_cleared = found.alerts_raised + 1, found.alerts_cleared + 1
            found.mails += one
        return found


def city(seed: int) -> City:
    """Make the day of a seed.

    >>> day = city(1)
    >>> len(day.devices), len({device.commune for device in day.devices}), day.events == city(1).events
    (300, 12, True)
    """
    devices = fleet(seed)
    rng = chance(seed, "faults")
    logger = next(device for device in devices if device.group.profile == LOGGER)
    regular = [device for device in devices if device is not logger]
    out = outage(devices)
    silent = rng.choice([d for d in regular if d.group.profile == STORES and out.gateway not in d.gateways])
    # The faults are those of a LoRaWAN network server; the other links have theirs in the tests.
    rest = [
        device for device in regular
        if device is not silent and device.group.link is Link.LORA and device.address not in out.alone
    ]  # fmt: skip
    overtaken = set(rng.sample([d.address for d in rest if d.period_s <= 900], OVERTAKEN))
    spoiled: dict[str, Fault] = {}
    for fault in SPOILED:
        able = [d.address for d in rest if d.address not in spoiled and d.address not in overtaken and _can(d, fault)]
        spoiled.update(dict.fromkeys(rng.sample(able, SPOILED_OF_EACH), fault))
    events: list[Event] = []
    for device in devices:
        own = chance(seed, device.address)
        behaviour = device.group.behaviour(own, device.commune)
        if device is logger:
            events += _logger_events(own, device, behaviour, out)
            continue
        sent = schedule.regular(own, device.period_s * 1000)
        if device is silent:
            stored = [one.sent_at - one.sent_at % 1000 for one in sent if QUIET[0] <= one.sent_at < QUIET[1]]
            sent = [one for one in sent if not QUIET[0] <= one.sent_at < QUIET[1] and one.sent_at < MEMORY_FLUSH_AT]
            events += _stored_events(
                own, device, behaviour, schedule.late_flush(own, MEMORY_FLUSH_AT, stored), 64_000, out
            )
        if device.group.link is Link.LORA:
            sent = schedule.with_copies(own, sent, SHARE_OF_COPIES)
        if device.address in overtaken:
            sent = schedule.with_overtaken(own, sent)
        if device.address in spoiled:
            sent = schedule.with_spoiled(own, sent, spoiled[device.address])
        events += _events(own, device, behaviour, sent, out)
    events.sort(key=lambda event: (event.arrival_at, event.body))
    return City(
        seed=seed, devices=tuple(devices), events=tuple(events), silent=silent, logger=logger, outage=out,
        flood=flood(devices, events),
    )  # fmt: skip


def _can(device: Device, fault: Fault) -> bool:
    """Whether a fault shows on this device: only Decentlab's layout has a version byte to be wrong."""
    return fault is not Fault.BAD_LAYOUT or device.group.profile.startswith("Decentlab")


def _hour(at: int) -> float:
    return (at - DAY_START_AT) / HOUR_MS


def _events(rng: Random, device: Device, behaviour: Behaviour, sent: list[Transmission], out: Outage) -> list[Event]:
    """The bodies of a device that sends what it measures."""
    f_cnt, found = rng.randrange(60_000), list[Event]()
    for one in sent:
        f_cnt += 1
        values = behaviour(_hour(one.sent_at))
        sample = device.group.wire(values)
        if one.fault is Fault.LOST:
            continue
        if device.group.link is Link.LORA:
            found += _bodies(rng, device, one, f_cnt, sample, out)
        else:
            found.append(_other_body(rng, device, one, f_cnt, values, sample))
    return found


def _other_body(rng: Random, device: Device, one: Transmission, count: int, values: Values, sample: Sample) -> Event:
    """What a device without LoRaWAN sends; an NB-IoT frame holds no instant, so its arrival is its time."""
    link, arrival_at = device.group.link, one.sent_at + one.delay_ms
    if link is Link.NBIOT:
        body, observed_at = nb_frame(rng, device, count, sample.payload), arrival_at
    else:
        body, observed_at = station_body(device, count, one.sent_at, values), one.sent_at
    points = tuple(Point(reading.property, reading.channel, observed_at, reading.value) for reading in sample.readings)
    return Event(arrival_at, link, link.net, body, UPLINK, device.address, points)


def _logger_events(rng: Random, device: Device, behaviour: Behaviour, out: Outage) -> list[Event]:
    """The bodies of a device that stores its readings and sends them once per period."""
    sent = schedule.flushes(rng, 15 * MINUTE_MS, device.period_s * 1000)
    before = range(DAY_START_AT - 72 * HOUR_MS, DAY_START_AT, 15 * MINUTE_MS)
    return _stored_events(rng, device, behaviour, [*sent, *schedule.late_flush(rng, LOGGER_FLUSH_AT, before)], 0, out)


def _stored_events(
    rng: Random,
    device: Device,
    behaviour: Behaviour,
    sent: list[tuple[Transmission, list[int]]],
    f_cnt: int,
    out: Outage,
) -> list[Event]:
    """The bodies of messages that hold stored readings, counted from `f_cnt`."""
    found: list[Event] = []
    for one, instants in sent:
        f_cnt += 1
        sample = em300_th_history([(at, behaviour(_hour(at))) for at in instants])
        found += _bodies(rng, device, one, f_cnt, sample, out)
    return found


def _bodies(rng: Random, device: Device, one: Transmission, f_cnt: int, sample: Sample, out: Outage) -> list[Event]:
    """What one transmission brings to the platform: a body, twice where it is delivered twice, none if nobody hears."""
    gateways = out.hears(device, one.sent_at)
    if not gateways:
        return []
    up = network.up(
        rng, device, gateways, heard_at=one.sent_at, f_cnt=f_cnt, f_port=sample.f_port, payload=sample.payload
    )
    link, arrival_at = Link.LORA, one.sent_at + one.delay_ms
    if one.fault in SPOILED:
        body = network.spoil(rng, up, sample.payload, one.fault)
        reason = REASONS[one.fault]
        if reason in (Reason.NOT_JSON, Reason.BAD_ENVELOPE):
            return [Event(arrival_at, link, link.net, body, reason.value, "", ())]
        return [Event(arrival_at, link, link.net, body, reason.value, device.address, ())]
    points = tuple(
        Point(reading.property, reading.channel, reading.observed_at or one.sent_at, reading.value)
        for reading in sample.readings
    )
    body = network.text(up)
    first = Event(arrival_at, link, link.net, body, UPLINK, device.address, points)
    if one.fault is Fault.EXACT_COPY:
        return [first, Event(arrival_at + rng.randint(5, 60), link, link.net, body, DUPLICATE, device.address, ())]
    if one.fault is Fault.LATER_COPY:
        late_ms = rng.randint(2_000, 30_000)
        again = network.text(network.heard_later(rng, up, one.sent_at + late_ms // 2))
        return [first, Event(arrival_at + late_ms, link, link.net, again, DUPLICATE, device.address, ())]
    return [first]
