"""Windows made again from a real store, of series that nobody announced: they are known by what stands."""

import psycopg
from fleet_objects import point

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.plan import OWNED_CODES, Asked, Span
from vigie.streams.core.windows.roster import Roster
from vigie.streams.core.windows.work import SeriesWork, ZoneWork
from vigie.streams.sinks.migrate import migrate
from vigie.streams.sinks.transaction import Transaction
from vigie.streams.steps.window_maker import WindowMaker
from vigie.topics.aggregate import Aggregate
from vigie.topics.aggregate_encoder import AggregateEncoder
from vigie.topics.avro import Framer

FRAMER = Framer("aggregates.v1")
HOUR, DAY = 3_600_000, 86_400_000
MIDNIGHT = 1_750_197_600_000  # 18 June 2025, 00:00 in Paris
STANDING = [
    Aggregate(
        subject="point:P1", indicator=name, window_code=code, window_start=MIDNIGHT, window_end=MIDNIGHT + length,
        revision=3, count=4, minimum=1.0, mean=1.0, maximum=1.0, input_hash="1" * 16, reason="closed", value=1.0,
    )
    for name in ("air_temperature", "battery_level#1", "heat_at_5h") for code, length in (("1h", HOUR), ("1d", DAY))
]  # fmt: skip
BOTH = {"air_temperature", "battery_level#1"}


def test_what_nobody_announced_at_a_point_counts_in_its_zone_and_is_emptied_when_its_device_was_elsewhere(database):
    maker = WindowMaker(AggregateEncoder(), "Europe/Paris")
    roster = Roster(FleetView().with_objects([point("P1")]), {})
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        transaction = Transaction()
        transaction.aggregates.add([FRAMER.encode(one) for one in STANDING])
        transaction.prepare(connection)
        with connection.transaction():
            transaction.write(connection)

        def made(work):
            records = maker.do(connection, roster, work, "job").records
            return [FRAMER.decode(record.value, Aggregate) for record in records]

        def emptied(reason):
            span = Span(MIDNIGHT, MIDNIGHT + DAY, {"P1": Asked(reason)})
            return made(SeriesWork(span, OWNED_CODES))

        day = made(ZoneWork("use_case:heat", (Window("1d", MIDNIGHT, MIDNIGHT + DAY),), "late"))
        moved, late = emptied("placement"), emptied("late")
    assert {(one.indicator, one.count, one.value) for one in day} == {(name, 1, 1.0) for name in BOTH}
    assert {(one.indicator, one.window_code) for one in moved} == {
        (name, code) for name in BOTH for code in ("1h", "1d")
    }
    assert {(one.count, one.value, one.revision, one.reason) for one in moved} == {(0, None, 4, "placement")}
    assert {one.indicator for one in late} == {"air_temperature"}, "nothing goes by a late reading: not looked for"
