"""Whatever the order of arrival, the batches, the repeats and the restarts: the same observations are in force.

They are compared with core/quality/run.py, which tests the complete set at once.
"""

from itertools import pairwise
from typing import Any

import numpy as np
from fleet_objects import device, fleet_object, placement
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from qualify_by_hand import (
    DEW_POINT,
    HUMIDITY,
    START_AT,
    STEP_MS,
    TEMPERATURE,
    Changelog,
    in_force,
    observations,
    placed,
    process,
    record,
    step,
    uplink,
    usual_fleet,
)  # fmt: skip

from vigie.streams.core.quality.legal_hour import calendar
from vigie.streams.core.quality.run import Records, all_flags
from vigie.topics import quality
from vigie.topics.observation import Observation
from vigie.topics.property import PROPERTIES
from vigie.topics.quality import Flag, unpack
from vigie.topics.quality_parameters import start_values
from vigie.topics.uplink import Reading, Uplink

PROPERTIES_USED = (TEMPERATURE, HUMIDITY, DEW_POINT)
SECOND = "eui:b2"
"""A device that takes the place of the first after 20 steps."""
CHANGE_AT = START_AT + 20 * STEP_MS

FLEET = usual_fleet(
    placement("P1/1", "D1", "P1", None, CHANGE_AT), placement("P1/2", "D2", "P1", CHANGE_AT, None),
    device("D2", SECOND),
    fleet_object("quality_setting", "s1", point="P1", property="air_temperature", test="attenuated",
                 parameters={"span_h": 4, "suspect_below": 1.5, "min_values": 4}),
    fleet_object("quality_setting", "s2", point="P1", property="dew_point", test="attenuated",
                 parameters={"span_h": 2, "suspect_below": 0.4, "by_range": 0, "min_values": 3}),
)  # fmt: skip


def a_day(seed: int) -> list[Uplink]:
    """Up to a day of uplinks of a point: steps, constant stretches, spikes, pauses, repeats by radio, packets."""
    rng = np.random.default_rng(seed)
    level, found, at, still = 20.0, list[Uplink](), START_AT, 0
    for number in range(int(rng.integers(2, 60))):
        at += int(rng.choice([1, 1, 1, 1, 1, 2, 6]) * STEP_MS + rng.integers(-5, 5) * 1000)
        if at > START_AT + 90 * STEP_MS:
            break
        still = still - 1 if still else int(rng.choice([0, 0, 0, 0, 0, 0, 0, 16]))
        if not still:
            level += float(rng.choice([0.0, 0.5, -0.5, 1.0, -4.0, 5.0], p=[0.3, 0.25, 0.25, 0.1, 0.05, 0.05]))
        spike = 12.0 if rng.random() < 0.05 else 0.0
        lost = float("nan") if rng.random() < 0.03 else level + spike
        values = [(TEMPERATURE, lost), (HUMIDITY, 60.0 + level % 7), (DEW_POINT, level - 2 + 3 * (rng.random() < 0.1))]
        address = "eui:a1" if at < CHANGE_AT else SECOND
        own = [(at, values)]
        if (
            rng.random() < 0.1 and at - 2 * STEP_MS > CHANGE_AT
        ):  # with history of its own, minutes apart from the others
            own = [(at - 400_000, [(p, v + 0.5) for p, v in values]), (at, values)]
        readings = [Reading(p, 0, v, instant if len(own) > 1 else None) for instant, vs in own for p, v in vs]
        found.append(uplink(number << 64, at, readings, address=address))
        if rng.random() < 0.1 and len(own) == 1:
            found.append(uplink(1000 + number << 64, at + 8000, readings, address=address))
    return found


def with_holes(day: list[Uplink], seed: int) -> list[Uplink]:
    """The same uplinks, of which some hold one property and some another."""
    rng = np.random.default_rng(seed)
    wanted = [(TEMPERATURE,), (HUMIDITY, DEW_POINT), PROPERTIES_USED]
    return [
        structs.replace(one, readings=tuple(r for r in one.readings if r.property in wanted[int(rng.integers(0, 3))]))
        for one in day
    ]


def an_arrival(day: list[Uplink], seed: int) -> tuple[list[list[Uplink]], list[str]]:
    """The uplinks in batches of any order with repeats, and what befalls the worker before each: it is stopped, or it
    is lost with what it did not save."""
    rng = np.random.default_rng(seed)
    late = rng.exponential(float(rng.choice([1.0, 3.0, 1000.0])), len(day))
    sent = [day[one] for one in np.argsort(np.arange(len(day)) + late)]
    for _ in range(int(rng.integers(0, 5))):
        sent.insert(int(rng.integers(0, len(sent) + 1)), day[int(rng.integers(0, len(day)))])
    cuts = sorted({0, len(sent), *rng.integers(0, len(sent), int(rng.integers(0, len(sent)))).tolist()})
    batches = [sent[begin:end] for begin, end in pairwise(cuts)]
    return batches, rng.choice(["", "", "saved", "stopped", "lost"], len(batches)).tolist()


def published(batches: list[list[Uplink]], befalls: list[str] | None = None) -> list[Observation]:
    worker, found, offset, changelog = step(FLEET), [], 0, Changelog()
    unsaved: list[Any] = []
    for number, batch in enumerate(batches):
        fate = befalls[number] if befalls else ""
        if fate in ("saved", "stopped"):
            changelog.save(worker)
            unsaved = []
        if fate in ("stopped", "lost"):
            worker = changelog.reborn(FLEET)
        if fate == "lost" and unsaved:  # read again, in one batch
            found += observations(process(worker, placed(unsaved)))
        records = [record(one, offset + place) for place, one in enumerate(batch)]
        offset += len(batch)
        unsaved += records
        found += observations(process(worker, placed(records)))
    return found


def contents(found: list[Observation]) -> dict[str, Any]:
    return {
        name: (one.point, one.device, one.placement, one.observed_at, one.withdrawn,
               [(r.property, r.channel, repr(r.value), r.flag, hex(r.tests)) for r in one.readings])
        for name, one in in_force(found).items()
    }  # fmt: skip


seeds = st.integers(0, 2**32 - 1)


@given(seeds, seeds, st.booleans())
@settings(max_examples=20, deadline=None)
def test_the_same_observations_are_in_force(day_seed, seed, holes):
    day = with_holes(a_day(day_seed), seed) if holes else a_day(day_seed)
    batches, befalls = an_arrival(day, seed)
    assert contents(published(batches, befalls)) == contents(published([[one] for one in day]))


@given(seeds)
@settings(max_examples=15, deadline=None)
def test_the_flags_are_those_of_the_complete_set(seed):
    found = sorted(
        in_force(published([[one] for one in a_day(seed)])).values(), key=lambda one: (one.observed_at, one.uplink)
    )
    at = np.array([one.observed_at for one in found])
    values = {
        name: np.array([next(r.value for r in one.readings if r.property == name) for one in found])
        for name in PROPERTIES_USED
    }
    parameters = {name: start_values(PROPERTIES[name].name) for name in PROPERTIES_USED}
    for setting in FLEET.view.settings_of("P1"):
        test = quality.Test(setting.test)
        parameters[setting.property][test] = parameters[setting.property].get(test, {}) | setting.parameters
    records = Records(
        at, np.array([one.ingested_at for one in found]), np.zeros(len(at), np.int32),
        np.array([int(one.uplink[:16], 16) for one in found], np.uint64), values,
    )  # fmt: skip
    expected = all_flags(records, parameters, 900.0, calendar(at, "Europe/Paris"))
    for row, one in enumerate(found):
        for reading in one.readings:
            said = {test: flag for test, flag in unpack(reading.tests).items() if flag != Flag.UNKNOWN}
            wanted = {t: Flag(f[row]) for t, f in expected[reading.property].items() if f[row] != Flag.UNKNOWN}
            assert said == wanted, (row, reading, said, wanted)


def test_a_missing_value_is_so_whatever_else_has_come_before():
    lost = uplink(1 << 64, START_AT, [Reading(TEMPERATURE, 0, float("nan"), None)])
    both = [Reading(TEMPERATURE, 0, 20.0, None), Reading(DEW_POINT, 0, 12.0, None)]
    other = uplink(2 << 64, START_AT + STEP_MS, both)
    assert contents(published([[lost], [other]])) == contents(published([[other], [lost]]))
