"""Windows of points through the role observe on a real Kafka, killed in between: nothing lost, late readings repair."""

import signal
from itertools import count
from pathlib import Path

import pytest
from fleet_objects import Outbox, device, placement, point
from streams.steps.installation import MINUTE, START, Installation, uplink, wait_until

from vigie.topics.aggregate import Aggregate

pytestmark = pytest.mark.parts

ADDRESSES = [f"eui:24e124136b0003{number:02x}" for number in range(6)]
FLEET = [
    one
    for number, address in enumerate(ADDRESSES)
    for one in (
        point(f"TEM-{number}", zones=("Z1",)),
        device(f"D{number}", address),
        placement(f"TEM-{number}/1", f"D{number}", f"TEM-{number}"),
    )
]  # fmt: skip
Key = tuple[str, str, int]


def last_of(place: Installation) -> dict[Key, Aggregate]:
    """The last record of each window, by subject, code and minute of the day."""
    return {(one.subject, one.window_code, (one.window_start - START) // MINUTE): one for one in place.aggregates()}


def play(place: Installation, first: int, last: int) -> None:
    """The minutes of the day: each device measures once in a quarter of an hour; each minute ends with its tick."""
    for minute in range(first, last + 1):
        for number, address in enumerate(ADDRESSES):
            if minute % 15 == number + 1:
                place.uplinks(uplink(address, minute - 0.5, minute, [20.0 + number + minute // 15]))
        if minute % 5 == 0:
            place.tick(minute)


def test_windows_of_points_are_published_at_ticks_and_repaired(kafka: str, tmp_path: Path):
    with Installation(kafka, tmp_path, session_timeout_s=6) as place:
        Outbox(kafka, place.settings.topic("fleet.v1")).apply(1, *FLEET)
        observe = place.start("observe").wait_ready()
        play(place, 0, 50)
        quarters = {(f"point:TEM-{n}", "15m", minute) for n in range(6) for minute in (0, 15)}
        wait_until(lambda: last_of(place).keys() >= quarters, 30, observe.text)
        observe.end(signal.SIGKILL)
        play(place, 51, 90)
        observe = place.start("observe").wait_ready()
        play(place, 91, 100)
        quarters = {(f"point:TEM-{n}", "15m", minute) for n in range(6) for minute in range(0, 75, 15)}
        hours = {(f"point:TEM-{n}", "1h", 0) for n in range(6)}
        wait_until(lambda: last_of(place).keys() >= quarters | hours, 60, observe.text)
        found = last_of(place)
        assert {found[key].count for key in quarters} == {1}
        assert [found[f"point:TEM-{n}", "1h", 0].value for n in range(6)] == [21.5 + n for n in range(6)]
        assert {found[key].completeness for key in hours} == {1.0}

        place.uplinks(uplink(ADDRESSES[2], 3, 200, [22.5]))  # hours late
        key, minutes = ("point:TEM-2", "1h", 0), count(101)
        wait_until(lambda: last_of(place)[key].count == 5 or place.tick(next(minutes)), 30, observe.text)
        found = last_of(place)
        assert (found[key].value, found[key].reason, found[key].revision) == ((22 + 23 + 24 + 25 + 22.5) / 5, "late", 1)
        quarter = found["point:TEM-2", "15m", 0]
        assert (quarter.count, quarter.value, quarter.revision) == (2, 22.25, 1)
        zone = ("zone:Z1", "1h", 0)
        wait_until(lambda: zone in last_of(place) or place.tick(next(minutes)), 30, observe.text)
        mean = (sum(21.5 + n for n in range(6)) - 23.5 + found[key].value) / 6
        wait_until(
            lambda: last_of(place)[zone].value == pytest.approx(mean) or place.tick(next(minutes)), 30, observe.text
        )
        of_zone = last_of(place)[zone]
        assert (of_zone.count, of_zone.expected, of_zone.parts) == (6, 6, tuple(f"TEM-{n}" for n in range(6)))
