"""The demo's day: the same seed makes the same bytes, and what it expects is what its bytes hold."""

import base64
import json
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from vigie.deploy.demo.announced import announced
from vigie.deploy.demo.city import INCIDENTS, City, city
from vigie.deploy.demo.communes import COMMUNES
from vigie.deploy.demo.expected import DUPLICATE, UPLINK, count
from vigie.deploy.demo.fleet import Link
from vigie.deploy.demo.incidents import OUT
from vigie.deploy.demo.intake import write_sources
from vigie.deploy.demo.schedule import DAY_END_AT, DAY_START_AT, MIDNIGHT_AT

SIX = {"dechets", "bruit", "cours-eau", "mobilites", "eclairage", "chaleur"}


@cache
def city_of(seed: int) -> City:
    """Made once; nothing here changes it."""
    return city(seed)


@pytest.fixture(scope="module")
def day() -> City:
    return city_of(1)


def test_the_same_seed_makes_the_same_bytes_and_another_seed_others(day: City):
    again, other = city(1), city_of(2)
    assert day.events == again.events
    assert [e.body for e in day.events[:500]] != [e.body for e in other.events[:500]]


def test_300_devices_of_six_use_cases_stand_in_12_communes(day: City):
    assert len(day.devices) == len({device.address for device in day.devices}) == 300
    assert {device.commune for device in day.devices} == set(COMMUNES)
    assert len({device.commune.insee for device in day.devices}) == 12
    assert {device.group.use_case for device in day.devices} == SIX
    assert len({device.name for device in day.devices}) == 300


def test_they_come_over_three_connectivities(day: City):
    links = Counter(device.group.link for device in day.devices)
    assert links == {Link.LORA: 268, Link.NBIOT: 20, Link.STATION: 12}
    sent = Counter(event.link for event in day.events)
    assert min(sent.values()) > 400


def test_arrivals_rise_and_fall_in_the_day(day: City):
    arrivals = [event.arrival_at for event in day.events]
    assert arrivals == sorted(arrivals)
    assert DAY_START_AT <= arrivals[0] <= arrivals[-1] < DAY_END_AT


def test_the_day_holds_each_trouble(day: City):
    fates = Counter(event.fate for event in day.events)
    assert fates[UPLINK] > 10_000
    assert fates[DUPLICATE] > 100
    assert set(fates) - {UPLINK, DUPLICATE} == {
        "not_json", "bad_base64", "truncated", "bad_payload", "no_codec", "bad_envelope", "bad_time", "empty_payload"
    }  # fmt: skip
    counters: dict[str, int] = {}
    overtaken = 0
    for event in day.events:
        if event.fate == UPLINK and event.link == Link.LORA:
            f_cnt = json.loads(event.body)["fCnt"]
            overtaken += f_cnt < counters.get(event.device, -1)
            counters[event.device] = max(f_cnt, counters.get(event.device, -1))
    assert overtaken >= 12


def test_a_duplicate_repeats_counter_and_payload_and_nothing_else_does(day: City):
    seen: set[tuple[str, int, str]] = set()
    exact = 0
    bodies: set[bytes] = set()
    for event in day.events:
        if event.fate not in (UPLINK, DUPLICATE) or event.link != Link.LORA:
            continue
        body = json.loads(event.body)
        identity = (body["devAddr"], body["fCnt"], body["data"])
        assert (identity in seen) == (event.fate == DUPLICATE)
        exact += event.body in bodies
        seen.add(identity)
        bodies.add(event.body)
    assert 0 < exact < sum(event.fate == DUPLICATE for event in day.events)


def test_one_device_falls_silent_for_hours_and_the_logger_flushes_six_hours(day: City):
    heard = [event.arrival_at for event in day.events if event.device == day.silent.address]
    longest = max(after - before for before, after in pairwise(heard))
    assert 4 * 3_600_000 < longest < 6 * 3_600_000
    flushes = [e for e in day.events if e.device == day.logger.address and e.arrival_at < MIDNIGHT_AT]
    assert len({event.arrival_at // 3_600_000 for event in flushes}) == 3
    assert all(len({point.observed_at for point in event.points}) >= 10 for event in flushes)
    assert max(flushes[-1].arrival_at - point.observed_at for point in flushes[-2].points) > 5.5 * 3_600_000


def test_in_the_night_come_what_the_silent_device_stored_and_three_days_of_the_logger(day: City):
    late = [e for e in day.events if e.points and e.arrival_at - e.points[0].observed_at > 9 * 3_600_000]
    assert min(event.arrival_at for event in late) >= MIDNIGHT_AT + 70 * 60_000
    stored = {device: sorted({p.observed_at for e in late if e.device == device for p in e.points})
              for device in (day.silent.address, day.logger.address)}  # fmt: skip
    assert {event.device for event in late} == set(stored)
    assert 17 <= len(stored[day.silent.address]) <= 20
    assert stored[day.silent.address][-1] - stored[day.silent.address][0] > 4 * 3_600_000
    assert len(stored[day.logger.address]) == 288
    assert stored[day.logger.address][-1] < DAY_START_AT


def test_expected_counts_add_up(day: City):
    found = day.expected()
    assert found.received == len(day.events)
    assert found.received == found.decoded + found.duplicates + sum(found.dead_letters.values())
    assert (found.alerts_raised, found.alerts_cleared, found.mails) == (7, 7, 8)
    assert found.stored > found.decoded
    assert found.windows > found.decoded


@pytest.mark.parametrize("seed", range(2, 5))
def test_whatever_the_seed_one_device_is_silent_by_itself_and_some_with_their_gateway(seed: int):
    day = city_of(seed)
    found, often = day.expected(), {device.address for device in day.devices if device.period_s == 900}
    assert len(day.outage.alone & often) >= 4
    own = 3  # the silent device, the gateway, the river
    assert found.alerts_raised == found.alerts_cleared == own + len(day.outage.alone & often)
    hears = [e for e in day.events if day.outage.gateway.encode() in e.body]
    assert not [event for event in hears if OUT[0] + 2_000 <= event.arrival_at < OUT[1]]
    first, second = day.flood.levels_m
    assert 0.1 < second - first < 1


def test_expected_silences_come_from_arrivals_and_periods(day: City):
    fleet, whole = announced(day.devices), day.expected()
    own = len(INCIDENTS)
    without = [event for event in day.events if event.device != day.devices[5].address]
    found = count(without, fleet=fleet, last_tick_at=DAY_END_AT)
    assert found.alerts_raised == whole.alerts_raised - own + 1, "a device that never spoke is silent as well"
    early = [e for e in day.events if e.device != day.devices[5].address or e.arrival_at < DAY_START_AT + 7_200_000]
    found = count(early, fleet=fleet, last_tick_at=DAY_END_AT)
    assert (found.alerts_raised, found.alerts_cleared) == (
        whole.alerts_raised - own + 1, whole.alerts_cleared - own
    )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 7])
def test_the_platforms_own_decoders_read_what_the_city_means(seed: int, tmp_path: Path):
    """Each body through envelope and codec comes to the city's own words, or to its reason."""
    from vigie.codecs.model_map import ModelMap
    from vigie.codecs.registry import codecs, envelopes
    from vigie.streams import sources
    from vigie.topics.reason import Undecodable

    models, wrong = ModelMap.load(), []
    declared = sources.load(write_sources(tmp_path, None))
    said = {source.name: (envelopes()[source.format], declared.hints(source)) for source in declared.sources}
    for event in city_of(seed).events:
        envelope, hints = said[event.link]
        try:
            frame = envelope.parse(event.body, hints)
            if isinstance(frame, list | tuple):
                (frame,) = frame
            received_at = event.arrival_at if frame.received_at is None else frame.received_at
            model = models.find(frame.profile, frame.codec_tag)
            if model is None:
                fate, points = "no_codec", []
            elif not frame.payload:
                fate, points = "empty_payload", []
            else:
                decoded = frame.decoded or codecs()[model.codec].decode(frame.payload, frame.f_port or 0, received_at)
                fate = UPLINK
                points = [
                    (r.property, r.channel, r.observed_at or frame.observed_at or received_at, round(r.value, 6))
                    for r in decoded.readings
                ]
                assert frame.address == event.device
        except Undecodable as error:
            fate, points = error.reason.value, []
        expected = UPLINK if event.fate == DUPLICATE else event.fate
        meant = [(p.property, p.channel, p.observed_at, round(p.value, 6)) for p in event.points]
        if fate != expected or (event.fate == UPLINK and sorted(points) != sorted(meant)):
            wrong.append((event.device, event.fate, fate, meant, points, base64.b64encode(event.body[-90:])))
    assert wrong == [], f"{len(wrong)} bodies, the first: {wrong[0]}"
