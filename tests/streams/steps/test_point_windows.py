"""Windows of points made again from a real store: those that lost all of their readings."""

import psycopg
import pytest
from fleet_objects import point

from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.plan import Asked, Span
from vigie.streams.sinks.migrate import migrate
from vigie.streams.sinks.transaction import Transaction
from vigie.streams.steps.point_windows import PointWindows
from vigie.topics.aggregate import Aggregate
from vigie.topics.aggregate_encoder import AggregateEncoder
from vigie.topics.avro import Framer

FRAMER = Framer("aggregates.v1")
HOUR, DAY = 3_600_000, 86_400_000
MIDNIGHT = 1_750_197_600_000  # 18 June 2025, 00:00 in Paris


def window(indicator: str, code: str, start_at: int, end_at: int) -> Aggregate:
    return Aggregate(
        subject="point:P1", indicator=indicator, window_code=code, window_start=start_at, window_end=end_at,
        revision=3, count=4, minimum=1.0, mean=1.0, maximum=1.0, input_hash="1" * 16, reason="closed", value=1.0,
    )  # fmt: skip


@pytest.mark.parametrize(("reason", "emptied"), [("placement", 4), ("late", 2)])
def test_what_nobody_announced_at_a_point_is_emptied_too_when_its_device_was_elsewhere(database, reason, emptied):
    standing = [
        window(name, code, MIDNIGHT + 6 * HOUR * (code == "1h"), MIDNIGHT + (7 * HOUR if code == "1h" else DAY))
        for name in ("air_temperature", "battery_level#1", "heat_at_5h") for code in ("1h", "1d")
    ]  # fmt: skip
    span = Span(MIDNIGHT, MIDNIGHT + DAY, {"P1": Asked(reason)})
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        transaction = Transaction()
        transaction.aggregates.add([FRAMER.encode(one) for one in standing])
        transaction.prepare(connection)
        with connection.transaction():
            transaction.write(connection)
        made = PointWindows(AggregateEncoder(), "Europe/Paris").again(
            connection, FleetView().with_objects([point("P1")]), span
        )
        found = [FRAMER.decode(record.value, Aggregate) for one in made for record in one.records]
    assert {(one.count, one.value, one.revision, one.reason) for one in found} == {(0, None, 4, reason)}
    assert len(found) == emptied
    assert (
        {one.indicator for one in found} == {"air_temperature", "battery_level#1"}
        if emptied == 4
        else {"air_temperature"}
    )
