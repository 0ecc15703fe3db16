"""What each test objects to, qualified by the steps, kept by the store, and explained by whole sentences."""

import json
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from fleet_objects import device, fleet_object, placement, point
from observations_by_hand import Fleet as StoredFleet
from observations_by_hand import store
from qualify_by_hand import Fleet, observations, placed, process, record, step, uplink

from vigie.deploy.cli import main
from vigie.streams.sinks.migrate import migrate
from vigie.streams.steps.neighbours import NeighboursStep
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics.property import BY_NAME
from vigie.topics.quality import Flag, Test
from vigie.topics.uplink import Reading

pytestmark = pytest.mark.parts

NOON_AT = 1_750_500_000_000  # 2025-06-21 12:00 in Marseille
STEP_MS = 900_000
T = "air_temperature"


def series(name: str, *values: float, every_ms: int = STEP_MS) -> list[tuple[int, dict[str, float]]]:
    """Values of which the last but one is at noon."""
    return [(NOON_AT + (place + 2 - len(values)) * every_ms, {name: one}) for place, one in enumerate(values)]


HOUR_MS = 4 * STEP_MS
CASES: dict[str, tuple[list[tuple[int, dict[str, float]]], str]] = {
    "gross_range": (
        series(T, 20, 20.4, 60, 20.8), "60 °C est hors de ce que le capteur sait mesurer (de -15 °C à 48 °C).",
    ),
    "climatology": (series(T, 3.0, 2.6, 2.9), "2,6 °C n'est pas de saison à cette heure (de 4 °C à 42 °C)."),
    "spike": (
        [*series(T, 20, 24, 20.5), (NOON_AT + 8_000, {T: 24})],
        ("24 °C s'écarte de 3,5 °C de la valeur d'avant (20 °C, 21/06 11:45:00) et de celle d'après (20,5 °C, 21/06 "
         "12:15:00) : plus que 3 °C."),
    ),
    "rate_of_change": (
        series(T, 20, 26, 26.1),
        "Variation de 6 °C en 15 min depuis 20 °C, 21/06 11:45:00, soit 24 °C par heure : plus que 20 °C.",
    ),
    "flat_line": (series(T, 21, *[20] * 13, 20.1), "La série n'a varié que de 0 °C en 3 h : moins que 0,1 °C."),
    "attenuated": (
        series(T, *[20.0, 20.2] * 49, 20.1), "La série varie de 0,2 °C sur 1 j : moins que 0,5 °C.",
    ),
    "consistency": (
        [(NOON_AT, {T: 20, "dew_point": 21})],
        ("20 °C ne s'accorde pas avec ce qui est mesuré au même instant ou juste avant (point de rosée 21 °C ; "
         "avant : –), ou sort de la table de conversion."),
    ),
    "neighbours": (
        series(T, 13, 13.2, 13.3),
        "13,2 °C, quand la médiane de 6 voisins est de 20,7 °C (écart -7,5 °C) : plus de 4 fois leur dispersion.",
    ),
    "radiation": (
        series(T, 24, 24, 24.1),
        "3,4 °C au-dessus de la médiane de 6 voisins (20,6 °C), le soleil étant levé : plus que 3 °C.",
    ),
    "clock": (
        [(NOON_AT, {T: 20})],
        ("Le capteur dit 21/06/2025 à 12:00:00 (UTC+02:00), mais son message est arrivé le 21/06/2025 à 11:00:00 "
         "(UTC+02:00) : son horloge est fausse."),
    ),
    "duplicate": (
        [(NOON_AT - 8_000, {T: 20}), (NOON_AT, {T: 20})],
        "Les mêmes valeurs sont arrivées moins de 30 s plus tôt, sous un autre compteur de trames.",
    ),
    "counter": (
        series("passages_total", 4_294_967_290, 5, 12),
        "5 est peu plausible depuis 4 294 967 290, 21/06 11:45:00.",
    ),
    "gap": (
        series(T, 20, 20.4, 20.6, every_ms=4 * STEP_MS),
        "La série était interrompue depuis 1 h (avant : 20 °C, 21/06 11:00:00) ; la valeur n'en est pas moins bonne.",
    ),
    "human": (series(T, 20, 20.4, 20.6), "Rejetée par responsable-chaleur : capteur tombé."),
    "service": (
        series(T, 20, 20.4, 20.6), "Une intervention était en cours (I1), depuis le 21/06/2025 à 11:50:00 (UTC+02:00).",
    ),
}  # fmt: skip
MATES = range(5)


def fleet() -> list[Any]:
    found: list[Any] = []
    for name in [*CASES, *(f"mate{number}" for number in MATES)]:
        group = {"buddy_group": "G"} if name in ("neighbours", "radiation") or name.startswith("mate") else {}
        below = {"altitude_m": 100.0 if name.startswith("mate") else 0.0}
        found += [
            point(name, **group, **below, properties=[{"property": T}, {"property": "passages_total"}]),
            device(f"D-{name}", f"eui:{name}"),
            placement(f"{name}/1", f"D-{name}", name),
        ]
    found += [
        fleet_object("intervention", "I1", point="service", state="under_way", type="curative",
                     started_at="2025-06-21T09:50:00Z"),
        fleet_object("qualification", "Q1", point="human", verdict="rejected", reason="capteur tombé",
                     by="responsable-chaleur", start_at="2025-06-21T09:50:00Z", end_at="2025-06-21T10:10:00Z"),
    ]  # fmt: skip
    return found


def sent() -> list[Any]:
    """Records of `placed`: the cases, and five neighbours 100 m above that say 20 to 20.4 degrees at noon."""
    own = {name: found for name, (found, _) in CASES.items()}
    own |= {f"mate{number}": [(NOON_AT, {T: 19.8 + number / 10})] for number in MATES}
    records = []
    for name, found in own.items():
        for at, values in found:
            readings = [Reading(BY_NAME[one].id, 0, float(value), None) for one, value in values.items()]
            arrived = at - HOUR_MS if name == "clock" else 0
            one = uplink(len(records) + 1 << 64, at, readings, address=f"eui:{name}", ingested_at=arrived)
            records.append(record(one, len(records), at_point=name, placed_by=f"{name}/1"))
    return records


def qualified() -> list[Any]:
    """All observations that qualify and neighbours make of it together."""
    follower = Fleet(*fleet())
    worker, neighbours = step(follower), NeighboursStep(follower)
    out = process(worker, placed(sent()))
    found, values = observations(out), out.records["buddies"]
    said = Outputs()
    neighbours.process(
        Batch([SimpleNamespace(value=one, offset=place, timestamp=0) for place, (_, one) in enumerate(values)],
              topic="buddies", partition=0), said,
    )  # fmt: skip
    verdicts = [SimpleNamespace(key=key, value=one, offset=place, timestamp=0, headers=[])
                for place, (key, one) in enumerate(said.records["requalify"])]  # fmt: skip
    return found + observations(process(worker, Batch(verdicts, topic="requalify", partition=0)))


def objections(database: str, name: str) -> dict[str, str]:
    """Test -> what it says of the first value of a point at noon, if it objects."""
    command = ["quality", "explain", name, "2025-06-21 12:00", "--json", "--property", next(iter(CASES[name][0][0][1]))]
    result = CliRunner().invoke(main, command, env={"VIGIE_DATABASE": database})
    assert result.exit_code == 0, result.output
    tests = [one for one in json.loads(result.stdout)[0]["tests"] if one["flag"] in (Flag.SUSPECT, Flag.FAIL)]
    return {one["test"]: one["sentence"].replace("\u202f", " ").replace("\u00a0", " ") for one in tests}


def test_each_objection_is_explained_by_what_the_test_saw(database):
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        attributes = [(one.kind, one.id, [("[,)", json.loads(one.versions[0].attributes))]) for one in fleet()]
        StoredFleet(connection).state("2025-01-01Z", *attributes)
        store(connection, *qualified())
    said = {name: objections(database, name).get(name) for name in CASES}
    assert said == {name: sentence for name, (_, sentence) in CASES.items()}
    assert {test.name.lower() for test in Test} == set(CASES)
