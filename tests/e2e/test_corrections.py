"""Corrections of the fleet, from the statement to the history in the store: each journey on one chain that runs on."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from e2e.correction_city import (
    DAY,
    GROUND,
    MARCH,
    MIDNIGHT,
    PERIOD,
    City,
    device,
    every,
    placement,
    point,
    spread,
    stated,
)
from real_parts import Services, fresh_database
from streams.steps.installation import wait_until

from vigie.streams.core.local_time import local
from vigie.streams.sinks.recompute_requests import ask
from vigie.topics import quality

pytestmark = pytest.mark.parts

MOVED_AT, SWAPPED_AT, CORRECTED_AT = MARCH + 9 * DAY, MARCH + 10 * DAY, MARCH + 15 * DAY
COUNT = 80
"""Uplinks of a device: four a day for twenty days of March."""
LONG = 2600
SPREAD = "max(air_temperature) - min(air_temperature)"

RENAMED, ELSEWHERE, OLD, NEW, BEFORE, AFTER, TUNED, JUDGED, STRANGER, LOGGER, BUSY, WRONG = (
    f"eui:24e124136b0003{number:02x}" for number in range(12)
)
IN_FORCE = "SELECT count(*) FROM observation WHERE point = %s AND NOT withdrawn"
VALUES = (
    "SELECT (extract(epoch FROM observed_at) * 1000)::bigint, value, raw_value, flag, qualified_value, tests, reason"
    " FROM v_mesure WHERE point = %s ORDER BY observed_at"
)


@pytest.fixture(scope="module")
def city(services: Services, kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """All points and devices but the stranger, and March of each device, in the store."""
    server, owner = services.database()
    with fresh_database(server, owner) as database:
        place = City(kafka, database, tmp_path_factory.mktemp("city"))
        try:
            first = place.apply(
                *GROUND,
                point("RENAMED"), device("D-RENAMED", RENAMED), placement("RENAMED/1", "D-RENAMED", "RENAMED"),
                point("OLD"), point("NEW"), device("D-ELSEWHERE", ELSEWHERE), placement("OLD/1", "D-ELSEWHERE", "OLD"),
                point("SWAPPED"), device("D-BEFORE", BEFORE), placement("SWAPPED/1", "D-BEFORE", "SWAPPED"),
                stated("conversion", "TUNED", property="air_temperature", method="linear", factor=1, offset=0),
                point("TUNED"), device("D-TUNED", TUNED),
                placement("TUNED/1", "D-TUNED", "TUNED", conversions=["TUNED"]),
                point("JUDGED"), device("D-JUDGED", JUDGED), placement("JUDGED/1", "D-JUDGED", "JUDGED"),
                point("CLAIMED"),
                point("LOG-A"), point("LOG-B"), device("D-LOGGER", LOGGER), placement("LOG-A/1", "D-LOGGER", "LOG-A"),
                point("WRONG"), device("D-WRONG", WRONG), placement("WRONG/1", "D-WRONG", "WRONG"), spread(SPREAD),
                point("BUSY"), point("BUSIER"), device("D-BUSY", BUSY), placement("BUSY/1", "D-BUSY", "BUSY"),
            )  # fmt: skip
            assert place.repaired(first) == 0
            for address in (RENAMED, ELSEWHERE, BEFORE, TUNED, JUDGED, STRANGER, WRONG):
                place.send(address, every(PERIOD, MARCH, COUNT))
            place.send(BUSY, every(PERIOD // 20, MARCH, LONG))
            place.send_history(LOGGER, every(PERIOD, MARCH, COUNT))
            wait_until(lambda: place.one("SELECT count(*) FROM uplink")[0] == 8 * COUNT + LONG, 60, place.said)
            wait_until(lambda: place.one("SELECT count(*) FROM observation")[0] == 7 * COUNT + LONG, 60, place.said)
            for name in ("RENAMED", "OLD", "TUNED", "JUDGED", "WRONG"):
                place.days_come_to(name, range(19), lambda day: (mean(day), 4, 0, "late"))
                place.days_come_to(name, range(19), lambda day: (apart(day), 4, 0, "late"), "spread")
            yield place
        finally:
            place.close()


def of_day(day: int) -> range:
    """The uplinks of a day of March: at 5, 11, 17 and 23 o'clock."""
    return range(4 * day + 1, min(4 * day + 5, COUNT))


def value(n: int) -> float:
    return 20 + n % 5


def mean(day: int, kept: Callable[[int], bool] = lambda _: True, value: Callable[[int], float] = value) -> float | None:
    """Of what was kept of a day; none below three quarters of it."""
    values = [value(n) for n in of_day(day) if kept(n)]
    return round(sum(values) / len(values), 9) if len(values) > 2 else None


def apart(day: int) -> float:
    return max(map(value, of_day(day))) - min(map(value, of_day(day)))


def test_a_point_is_renamed_and_its_address_corrected(city: City):
    day, sent = city.now(), city.observations_sent()
    revision = city.apply(
        point("RENAMED", code="TEM-13055-07", name="Cours Julien", latitude=43.2942, longitude=5.3838)
    )
    assert city.rows("SELECT FROM fleet_repair WHERE revision = %s", revision) == []
    names = "SELECT DISTINCT code, name FROM {} WHERE point = 'RENAMED'"
    assert city.rows(names.format("v_mesure")) == [("TEM-13055-07", "Cours Julien")]
    assert city.one("SELECT count(*) FROM v_mesure WHERE code = 'TEM-13055-07'")[0] == COUNT, "history is renamed"
    assert city.rows(names.format("mesure_connue_le(%s)"), day) == [("RENAMED", "Place RENAMED")]
    assert city.one("SELECT latitude, longitude FROM v_point WHERE point = 'RENAMED'") == (43.2942, 5.3838)
    assert city.observations_sent() == sent, "fleet.v1 alone tells of a rename"


def test_a_device_was_in_fact_at_another_point_since_march(city: City):
    day, before = city.now(), every(PERIOD, MARCH, COUNT)
    revision = city.apply(
        placement("OLD/1", "D-ELSEWHERE", "OLD", None, MOVED_AT), placement("NEW/1", "D-ELSEWHERE", "NEW", MOVED_AT)
    )
    left = [at for at in before if at < MOVED_AT]
    assert city.repaired(revision) == 2 * (COUNT - len(left)), "once for each point, only the span that differs"
    instants = "SELECT (extract(epoch FROM observed_at) * 1000)::bigint FROM {} WHERE point = %s ORDER BY observed_at"
    city.comes_to([(at,) for at in left], instants.format("v_mesure"), "OLD")
    city.comes_to([(at,) for at in before if at >= MOVED_AT], instants.format("v_mesure"), "NEW")
    assert city.one("SELECT count(*) FROM observation WHERE point = 'OLD' AND withdrawn")[0] == COUNT - len(left)
    known = instants.format("mesure_connue_le('" + day.isoformat() + "')")
    assert city.rows(known, "OLD") == [(at,) for at in before], "what was known on that day is still told"
    assert city.rows(known, "NEW") == []
    assert city.rows("SELECT DISTINCT reason FROM v_mesure WHERE point = 'NEW'") == [("placement",)]
    moved = (MOVED_AT - MARCH) // PERIOD
    city.days_come_to("OLD", range(7), lambda day: (mean(day), 4, 0, "late"))
    for name, is_there in (("OLD", lambda n: n < moved), ("NEW", lambda n: n >= moved)):
        city.days_come_to(
            name, range(8, 19),
            lambda day, there=is_there: (mean(day, there), sum(map(there, of_day(day))), 0, "placement"),
        )  # fmt: skip
    assert city.rows("SELECT FROM aggregate WHERE subject = 'point:NEW' AND window_start < to_timestamp(%s)",
                     MOVED_AT / 1000 - 86_400) == []  # fmt: skip

    city.send(ELSEWHERE, [before[-1] + PERIOD])
    city.comes_to([(COUNT - len(left) + 1,)], IN_FORCE, "NEW")
    assert city.one(IN_FORCE, "OLD")[0] == len(left)


def test_a_logger_was_moved_between_two_readings_of_one_upload(city: City):
    city.days_come_to("LOG-A", range(19), lambda day: (mean(day, value=lambda n: 15 + n / 8), 4, 0, "late"))
    revision = city.apply(
        placement("LOG-A/1", "D-LOGGER", "LOG-A", None, MOVED_AT), placement("LOG-B/1", "D-LOGGER", "LOG-B", MOVED_AT)
    )
    city.repaired(revision)
    values = "SELECT (extract(epoch FROM observed_at) * 1000)::bigint, value FROM v_mesure WHERE point = %s ORDER BY 1"
    readings = [(at, 15 + n / 8) for n, at in enumerate(every(PERIOD, MARCH, COUNT))]
    city.comes_to([one for one in readings if one[0] < MOVED_AT], values, "LOG-A")
    city.comes_to([one for one in readings if one[0] >= MOVED_AT], values, "LOG-B")
    city.days_come_to("LOG-B", range(9, 19), lambda day: (mean(day, value=lambda n: 15 + n / 8), 4, 0, "placement"))


def test_a_device_is_replaced_in_the_field(city: City):
    known = [at for at in every(PERIOD, MARCH, COUNT) if at >= SWAPPED_AT]
    city.send(AFTER, [at + PERIOD // 2 for at in known], lambda n: 22 + n % 3)
    before = city.now()
    city.vigie("replace", "SWAPPED", "--device", "D-AFTER", "--address", AFTER, "--at", legal(SWAPPED_AT))
    revision = city.last_revision()
    city.repaired(revision)
    series = "SELECT device, count(*), min(observed_at) >= to_timestamp(%s) FROM v_mesure WHERE point = %s GROUP BY 1"
    city.comes_to(
        [("D-AFTER", len(known), True), ("D-BEFORE", COUNT - len(known), False)],
        series + " ORDER BY 1", SWAPPED_AT / 1000, "SWAPPED",
    )  # fmt: skip
    breaks = "SELECT nature_fr, device, (extract(epoch FROM at) * 1000)::bigint FROM v_rupture WHERE point = 'SWAPPED'"
    assert ("changement de capteur", "D-AFTER", SWAPPED_AT) in city.rows(breaks)
    known_then = "SELECT DISTINCT device FROM mesure_connue_le(%s) WHERE point = 'SWAPPED'"
    assert city.rows(known_then, before) == [("D-BEFORE",)]


def test_a_calibration_is_corrected_back_to_a_date(city: City):
    state = "SELECT observed_at, revision FROM observation WHERE point = 'TUNED' ORDER BY observed_at"
    before = city.rows(state)
    linear = {"property": "air_temperature", "method": "linear", "factor": 1}
    revision = city.apply(
        stated("conversion", "TUNED", None, CORRECTED_AT, **linear, offset=0),
        stated("conversion", "TUNED", CORRECTED_AT, None, **linear, offset=-1.5),
    )
    instants = every(PERIOD, MARCH, COUNT)
    touched = [n for n, at in enumerate(instants) if at >= CORRECTED_AT]
    assert city.repaired(revision) == len(touched)
    expected = [(20 + n % 5 - 1.5, 20 + n % 5.0) if n in touched else (20 + n % 5, None) for n in range(COUNT)]
    city.comes_to(expected, "SELECT value, raw_value FROM v_mesure WHERE point = %s ORDER BY observed_at", "TUNED")
    for n, (was, now) in enumerate(zip(before, city.rows(state), strict=True)):
        assert now[0] == was[0]
        assert (now[1] > was[1]) == (n in touched)
    assert city.rows(
        "SELECT DISTINCT reason, fleet_revision FROM v_mesure WHERE point = 'TUNED' AND raw_value IS NOT NULL"
    ) == [("conversion", revision)]
    first = (CORRECTED_AT - MARCH) // PERIOD
    corrected = lambda n: value(n) - 1.5 * (n >= first)  # noqa: E731
    city.days_come_to("TUNED", range(14), lambda day: (mean(day), 4, 0, "late"))
    city.days_come_to("TUNED", range(14, 19), lambda day: (mean(day, value=corrected), 4, 0, "corrected"))


def test_the_owner_rejects_a_span(city: City):
    first, after_last = MARCH + 5 * DAY, MARCH + 7 * DAY
    revision = city.apply(
        stated(
            "qualification", "Q-1", point="JUDGED", start_at=iso(first), end_at=iso(after_last),
            verdict="rejected", reason="travaux devant le capteur", by="responsable-chaleur",
        )
    )  # fmt: skip
    assert city.repaired(revision) == 2 * DAY // PERIOD
    flags = [4 if first <= at < after_last else None for at in every(PERIOD, MARCH, COUNT)]
    city.comes_to(
        [(flag,) for flag in flags],
        "SELECT CASE WHEN tests >> 52 & 15 = 4 THEN flag END FROM v_mesure WHERE point = %s ORDER BY observed_at",
        "JUDGED",
    )
    for (at, value, _, flag, qualified, tests, reason), rejected in zip(
        city.rows(VALUES, "JUDGED"), flags, strict=True
    ):
        assert value == 20 + (at - MARCH) // PERIOD % 5, "the raw value stays"
        if rejected:
            assert (flag, qualified, reason) == (quality.Flag.FAIL, None, "human")
            assert quality.unpack(tests)[quality.Test.HUMAN] is quality.Flag.FAIL
    stays = lambda n: not first <= MARCH + n * PERIOD < after_last  # noqa: E731
    city.days_come_to("JUDGED", range(4), lambda day: (mean(day), 4, 0, "late"))
    city.days_come_to(
        "JUDGED", range(4, 7),
        lambda day: (mean(day, stays), sum(map(stays, of_day(day))), 4 - sum(map(stays, of_day(day))), "quality"),
    )  # fmt: skip


def test_a_codec_was_wrong_since_monday_and_what_it_decoded_is_replayed(city: City):
    monday = 9 * 4 + 1  # the first uplink of 10 March
    instants = every(PERIOD, MARCH, COUNT)
    right = lambda n: value(n) - 3 * (n >= monday)  # noqa: E731
    city.send_again(WRONG, instants[monday:], lambda n: right(n + monday))
    city.days_come_to("WRONG", range(9), lambda day: (mean(day), 4, 0, "late"))
    city.days_come_to("WRONG", range(9, 19), lambda day: (mean(day, value=right), 4, 0, "corrected"))
    city.days_come_to("WRONG", range(9, 19), lambda day: (apart(day), 4, 0, "corrected"), "spread")


def test_an_indicator_is_defined_anew(city: City):
    state = "SELECT window_start, revision, definition, value FROM {} WHERE subject = 'point:SWAPPED' AND indicator ="
    state += f" 'spread' AND window_start >= to_timestamp({MIDNIGHT / 1000}) ORDER BY 1"
    before = city.rows(state.format("aggregate"))
    revision = city.apply(spread(f"({SPREAD}) / 2"))
    wait_until(lambda: f"Revision {revision} of the fleet is in force" in city.roles["recompute"].text(), 20, city.said)
    span = (datetime.fromtimestamp((MIDNIGHT + days * DAY) / 1000, UTC) for days in (0, 5))
    ask(city.connection, "spread", "point:SWAPPED", *span, "definition")
    city.comes_to([("done", 5)], "SELECT state, changed FROM recompute_request")
    city.comes_to([(5,)], "SELECT count(*) FROM aggregate WHERE indicator = 'spread' AND reason = 'definition'")
    after = city.rows(state.format("aggregate"))
    for (start_at, was, old, told), now in zip(before[:5], after[:5], strict=True):
        assert now[:2] == (start_at, was + 1)
        assert (now[2] != old, now[3]) == (True, told / 2)
    assert [row for row in city.rows(state.format("aggregate_superseded")) if row in before] == before[:5]


def test_a_device_that_nobody_knew_is_claimed_and_its_history_placed(city: City):
    assert city.one("SELECT count(*) FROM uplink WHERE device = %s", STRANGER)[0] == COUNT
    assert city.one("SELECT count(*) FROM observation WHERE device = 'D-STRANGER'")[0] == 0
    city.vigie("claim", STRANGER, "--point", "CLAIMED", "--at", legal(MARCH), "--id", "D-STRANGER")
    assert city.repaired(city.last_revision()) == COUNT
    city.comes_to(
        [(at, 20 + n % 5) for n, at in enumerate(every(PERIOD, MARCH, COUNT))],
        "SELECT (extract(epoch FROM observed_at) * 1000)::bigint, value FROM v_mesure WHERE point = %s"
        " ORDER BY observed_at", "CLAIMED",
    )  # fmt: skip


def test_recompute_is_killed_in_the_middle_of_a_repair(city: City):
    revision = city.apply(placement("BUSY/1", "D-BUSY", "BUSIER"))
    state = "SELECT count(*) FILTER (WHERE state = 'done'), sum(uplinks) FROM fleet_repair WHERE revision = %s"
    wait_until(lambda: city.one(state, revision)[1] > 0, 30, city.said)
    assert city.one(state, revision)[0] < 2
    city.kill_recompute()
    assert city.repaired(revision) == 2 * LONG
    city.comes_to([(LONG,)], IN_FORCE, "BUSIER")
    city.comes_to([(0,)], IN_FORCE, "BUSY")
    assert city.one("SELECT count(*), count(DISTINCT uplink) FROM observation WHERE point = 'BUSIER'") == (LONG, LONG)


def legal(at: int) -> str:
    return local(at, "Europe/Paris").strftime("%Y-%m-%d %H:%M")


def iso(at: int) -> str:
    return local(at, "UTC").strftime("%Y-%m-%dT%H:%M:%SZ")
