"""A small city whose fleet is corrected: observe, store and recompute on one Kafka and one PostgreSQL."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from churn import end_offsets
from msgspec.structs import replace
from roles_by_hand import vigie
from streams.steps.installation import MINUTE, PARTITIONS, START, Installation, Role, uplink, wait_until

from vigie.streams.fleet.apply import apply
from vigie.streams.sinks.database import connect_to_write
from vigie.streams.sinks.migrate import migrate
from vigie.topics.alarm_input import Tick
from vigie.topics.fleet.stated import Stated
from vigie.topics.uplink import Reading

DAY = 1440 * MINUTE
MARCH = START - 109 * DAY
"""1 March 2025, 00:00 in legal time as it was in June."""
MIDNIGHT = MARCH + 60 * MINUTE
"""The same as it is in March."""
PERIOD = 6 * 60 * MINUTE
DAILY = "air_temperature"


def stated(
    kind: str, name: str, valid_from: int | None = None, valid_to: int | None = None, /, **fields: Any
) -> Stated:  # fmt: skip
    return Stated(kind=kind, id=name, valid_from=valid_from, valid_to=valid_to, attributes=fields)


def point(name: str, /, **fields: Any) -> Stated:
    return stated("point", name, **{
        "code": name, "name": f"Place {name}", "use_case": "heat", "commune": "13055", "latitude": 43.3,
        "longitude": 5.4, "properties": [{"property": "air_temperature"}], "step_s": 21_600, "upload_s": 21_600,
    } | fields)  # fmt: skip


def device(name: str, address: str) -> Stated:
    return stated("device", name, addresses=[address], model="EM300-TH")


def placement(
    name: str, device_: str, point_: str, since: int | None = None, until: int | None = None, **fields: Any
) -> Stated:
    return stated("placement", name, since, until, device=device_, point=point_, **fields)


GROUND = [
    stated("commune", "13055", name="Marseille", latitude=43.3, longitude=5.4, radius_km=30),
    stated("model", "EM300-TH", maker="Milesight"),
    stated("party", "ville", name="Ville", type="commune"),
    stated("contact", "responsable-chaleur", party="ville", role="owner"),
]


def spread(expression: str) -> Stated:
    """An indicator of the city's own."""
    return stated(
        "indicator", "spread", name="Amplitude", definition="Écart du jour", owner="responsable-chaleur",
        expression=expression, unit="°C", windows=["1d"], use_case="heat",
    )  # fmt: skip


class City:
    """The chain, fed by the tests and ticked twice a second."""

    def __init__(self, kafka: str, database: str, folder: Path) -> None:
        self.place = Installation(kafka, folder, database=database, repair_rate=1000)
        self.connection = connect_to_write(self.place.settings)
        migrate(self.connection)
        self.roles = {name: self.place.start(name) for name in ("observe", "store", "recompute")}
        self._minute = 0
        self._ended = threading.Event()
        self._ticking = threading.Thread(target=self._tick, daemon=True)
        self._ticking.start()

    def _tick(self) -> None:
        while not self._ended.wait(0.5):
            self._minute += 1
            self.place.inputs(Tick(at=START + self._minute * MINUTE))
            self.place.tick(self._minute)

    def close(self) -> None:
        self._ended.set()
        self._ticking.join()
        self.connection.close()
        self.place.__exit__()

    def said(self) -> str:
        """The ends of all logs."""
        return "\n".join(f"--- {role.log.name}\n{role.text()[-1500:]}" for role in self.roles.values())

    # -- what is done

    def send(self, address: str, instants: Iterable[int], value: Callable[[int], float] = lambda n: 20 + n % 5) -> int:
        """One uplink at each instant; returns how many."""
        found = [uplink(address, (at - START) / MINUTE, n, [value(n)]) for n, at in enumerate(instants)]
        self.place.uplinks(*found)
        return len(found)

    def send_again(self, address: str, instants: list[int], value: Callable[[int], float]) -> None:
        """The uplinks from the first of these instants on, decoded by another codec."""
        found = [uplink(address, (at - START) / MINUTE, n, [value(n)]) for n, at in enumerate(instants)]
        query = "SELECT id FROM uplink WHERE device = %s AND observed_at >= to_timestamp(%s) ORDER BY observed_at"
        ids = self.rows(query, address, instants[0] / 1000)
        self.place.uplinks(*(replace(one, id=name.hex, revision=1) for one, (name,) in zip(found, ids, strict=True)))

    def send_history(self, address: str, instants: list[int]) -> None:
        """One uplink of a logger, at the last instant, with a reading of each."""
        last = uplink(address, (instants[-1] - START) / MINUTE, 1)
        readings = tuple(Reading(1, 0, 15 + n / 8, at) for n, at in enumerate(instants))
        self.place.uplinks(replace(last, readings=readings))

    def apply(self, *objects: Stated) -> int:
        """State these objects; returns the revision of the fleet."""
        done = apply(self.connection, list(objects), author="test", source="test")
        assert done.revision is not None, done.problems
        return done.revision

    def vigie(self, *words: str) -> None:
        """A command of `vigie fleet`, without questions."""
        vigie(self.place.settings, "fleet", *words, "--yes", "--replay", "--json")

    def last_revision(self) -> int:
        return int(self.one("SELECT max(revision) FROM fleet_revision")[0])

    def repaired(self, revision: int) -> int:
        """Wait until history is repaired after an apply; returns how many rows were handed on."""

        def state() -> tuple[int, int]:
            query = "SELECT count(*) FILTER (WHERE state <> 'done'), coalesce(sum(uplinks), 0) FROM fleet_repair"
            open_, rows = self.one(query + " WHERE revision = %s", revision)
            return int(open_), int(rows)

        wait_until(lambda: state()[0] == 0, 30, self.said)
        return state()[1]

    def days_come_to(
        self, point_name: str, days: Iterable[int], told: Callable[[int], tuple[Any, ...]], indicator: str = DAILY
    ) -> None:
        """Wait until these days of March (0 is the first) say so of a point: value, count, excluded, reason."""
        expected = [(day, *told(day)) for day in days]
        self.comes_to(
            expected,
            "SELECT (extract(epoch FROM window_start) * 1000 - %s)::bigint / %s, round(value::numeric, 9)::float8,"
            " count, excluded, reason FROM aggregate WHERE subject = %s AND indicator = %s AND window_code = '1d'"
            " AND window_start >= to_timestamp(%s) AND window_start < to_timestamp(%s) ORDER BY 1",
            MIDNIGHT, DAY, f"point:{point_name}", indicator, (MIDNIGHT + expected[0][0] * DAY) / 1000,
            (MIDNIGHT + (expected[-1][0] + 1) * DAY) / 1000,
        )  # fmt: skip

    def comes_to(self, expected: object, query: str, *values: object) -> None:
        """Wait until a query has this answer: rows, each a tuple."""
        found: list[Any] = []

        def same() -> bool:
            found[:] = self.rows(query, *values)
            return found == expected

        wait_until(same, 20, lambda: f"{query} {values}\nfound {found[:12]}\nexpected {expected}\n{self.said()}")

    # -- what came of it

    def rows(self, query: str, *values: object) -> list[Any]:
        return self.connection.execute(query.encode(), values).fetchall()

    def one(self, query: str, *values: object) -> Any:
        (found,) = self.rows(query, *values)
        return found

    def now(self) -> Any:
        return self.one("SELECT clock_timestamp()")[0]

    def observations_sent(self) -> int:
        settings = self.place.settings
        return sum(end_offsets(settings.kafka, settings.topic("observations.v1"), PARTITIONS).values())

    def kill_recompute(self) -> Role:
        """kill -9 and a new one, as a supervisor would."""
        self.roles["recompute"].process.kill()
        self.roles["recompute"].process.wait()
        self.roles["recompute"] = self.place.start("recompute")
        return self.roles["recompute"]


def every(period: int, since: int, count: int) -> list[int]:
    return [since + n * period for n in range(count)]
