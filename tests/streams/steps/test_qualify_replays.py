"""What an earlier decoding made at a point is taken back, however the replay and a repair come together."""

from types import SimpleNamespace

from qualify_by_hand import (
    ADDRESS,
    POINT,
    START_AT,
    STEP_MS,
    TEMPERATURE,
    in_force,
    observations,
    placed,
    process,
    record,
    step,
    uplink,
    usual_fleet,
)

from vigie.streams.transport.step import Batch
from vigie.topics import requalify
from vigie.topics.observation import revision
from vigie.topics.requalify import Again
from vigie.topics.uplink import Reading

LAST_MONTH = START_AT - 30 * 86_400_000


def temperature(celsius: float, at: int | None = None) -> Reading:
    return Reading(TEMPERATURE, 0, celsius, at)


def test_a_replay_without_a_reading_at_the_point_takes_back_what_stood_there():
    worker = step(usual_fleet())
    wrong = uplink(1, START_AT, [temperature(20.0)])
    before = observations(process(worker, placed([record(wrong, 1)])))
    elsewhere = uplink(1, START_AT, [], revision=1)
    states = in_force([*before, *observations(process(worker, placed([record(elsewhere, 2)])))])
    assert [(one.withdrawn, one.reason) for one in states.values()] == [(True, "replay")]

    forgotten = uplink(2, LAST_MONTH, [], revision=2)
    (told,) = observations(process(worker, placed([record(forgotten, 3)])))
    assert (told.withdrawn, told.uplink, told.revision) == (True, f"{2:032x}", revision(2, 1, 0))


def test_a_repair_of_one_instant_takes_no_other_instant_of_the_replay_back():
    worker = step(usual_fleet())
    instants = [START_AT, START_AT + STEP_MS]
    wrong, right = (
        uplink(7, instants[-1], [temperature(20.0 + n + number, at) for n, at in enumerate(instants)], revision=number)
        for number in (0, 1)
    )
    found = observations(process(worker, placed([record(wrong, 0)])))
    # The store holds the replay already, and hands on its first instant before the replay comes here.
    again = Again(POINT, 1, "placement", f"{7:032x}", 1, ADDRESS, "ville", START_AT, START_AT + 400, START_AT + 900,
                  (temperature(21.0),))  # fmt: skip
    message = SimpleNamespace(value=requalify.encode(again), key=b"", offset=0, timestamp=0)
    found += observations(process(worker, Batch([message], topic="requalify", partition=0)))
    found += observations(process(worker, placed([record(right, 1)])))
    assert not [one for one in found if one.withdrawn]
    states = in_force(found).values()
    assert sorted((one.observed_at, one.readings[0].value) for one in states) == [
        (instants[0], 21.0), (instants[1], 22.0),
    ]  # fmt: skip
