"""`vigie quality audit, compare, reliability, network, returns`, on a real PostgreSQL, within this process."""

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from click.testing import CliRunner
from store_by_hand import COMMUNE, MODEL, device, observation, placement, point, state, uplink

from vigie.deploy.cli import main
from vigie.streams.settings import Settings
from vigie.streams.sinks.migrate import migrate

pytestmark = pytest.mark.parts

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def moment(number: int) -> str:
    return (START + timedelta(minutes=15 * number)).isoformat()


@pytest.fixture
def store(database, monkeypatch):
    for name in [name for name in os.environ if name.startswith("VIGIE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VIGIE_DATABASE", database)
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection)
        state(connection, COMMUNE, MODEL, device("a1"), point("P1"), placement("P1/1", "a1", "P1", START.isoformat()))
        yield connection


def vigie(*arguments: str):
    return CliRunner().invoke(main, ["quality", *arguments])


def test_audit_on_the_console_as_json_and_as_a_file(store, tmp_path):
    with store.transaction():
        for number in range(192):
            uplink(store, "eui:a1", moment(number), f_cnt=number)
            observation(store, "P1", moment(number))
    shown = vigie("audit", "P1")
    assert shown.exit_code == 0, shown.output
    assert "192 / 192" in shown.output
    assert "Verdict d'ensemble : conforme" in shown.output
    assert json.loads(vigie("audit", "P1", "--json").output)["verdict"] == "pass"
    file = tmp_path / "audit.html"
    assert vigie("audit", "P1", "--html", str(file)).exit_code == 0
    assert "Audit de mise en service" in file.read_text("utf-8")


def test_an_audit_that_fails_ends_with_17_and_one_of_nothing_with_2(store):
    failed = vigie("audit", "P1")
    assert (failed.exit_code, "non conforme" in failed.output) == (17, True)
    missing = vigie("audit", "P9")
    assert (missing.exit_code, missing.output) == (2, "vigie: La flotte ne connaît pas ce point de mesure.\n")


def test_a_comparison_offers_a_conversion_that_the_fleet_takes(store, tmp_path):
    state(store, ("comparison", "C1", {"point": "P1", "property": "air_temperature", "method": "reference_instrument"}),
          *[("comparison_value", f"v{hour}", {"comparison": "C1", "start_at": moment(4 * hour),
                                              "end_at": moment(4 * hour + 4), "value": 2.0 * hour + 1})
            for hour in range(3)])  # fmt: skip
    for number in range(12):
        observation(store, "P1", moment(number), {"air_temperature": float(number // 4)})
    shown = vigie("compare", "C1")
    assert shown.exit_code == 0, shown.output
    assert "Intervalles comparés" in shown.output
    assert "−2" in shown.output or "-2" in shown.output
    found = json.loads(vigie("compare", "C1", "--json").output)
    assert (found["fit"]["factor"], found["fit"]["offset"]) == (pytest.approx(2), pytest.approx(1))
    text = vigie("compare", "C1", "--yaml").output
    assert 'comparison: "C1"' in text
    assert taken(text, tmp_path) == found["conversion"] | {"id": "C1-conversion"}
    assert vigie("compare", "C9").exit_code == 2


async def dead_letters_topic(settings: Settings) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(settings.topic("dead-letters.v1"), 1, 1)])
    finally:
        await admin.close()


def test_the_reliability_of_a_day_is_computed_and_shown(store, kafka, monkeypatch):
    monkeypatch.setenv("VIGIE_KAFKA", kafka)
    monkeypatch.setenv("VIGIE_PREFIX", f"t{uuid4().hex[:8]}.")
    asyncio.run(dead_letters_topic(Settings.from_env(os.environ)))
    for number in range(96):
        observation(store, "P1", moment(number), uplink=uplink(store, "eui:a1", moment(number)), placement="P1/1")
    none = vigie("reliability", "--day", "2026-03-02")
    assert (none.exit_code, "--compute" in none.output) == (17, True)
    computed = vigie("reliability", "--day", "2026-03-02", "--compute")
    assert computed.exit_code == 0, computed.output
    assert "use_case:heat" in computed.output
    assert "52 / 96" in computed.output  # the second day of March has 00:00 to 13:00 of them
    assert "dead_letters" not in computed.output
    lines = [json.loads(line) for line in vigie("reliability", "--day", "2026-03-02", "--json").output.splitlines()]
    assert {line["subject"] for line in lines} == {
        "commune:13055", "model:em300-th", "network:ville", "platform:all", "use_case:heat"
    }  # fmt: skip
    errors = [line for line in lines if line["indicator"] == "decode_errors"]
    assert {line["method"] for line in errors} == {"dead_letters"}
    text = vigie("reliability", "--day", "2026-03-02", "--subject", "point:P1", "--csv").output
    assert "2026-03-02,point:P1,sensor,0.5416" in text
    assert vigie("reliability", "--day", "2199-01-01").exit_code == 2


def test_the_report_on_a_lent_network(store, tmp_path):
    state(store, ("party", "aubagne", {"name": "Aubagne", "type": "commune"}),
          ("network", "ville", {"party": "aubagne", "bearer": "lora", "quota_uplinks_per_day": 60}))  # fmt: skip
    for number in range(96):
        uplink(store, "eui:a1", moment(number))
    days = ("--from", "2026-03-01", "--to", "2026-03-02")
    within = vigie("network", "ville", *days)
    assert (within.exit_code, "Dans les limites convenues." in within.output) == (0, True), within.output
    uplink(store, "eui:b9", moment(50.5))
    for number in range(20):
        uplink(store, "eui:a1", moment(45.01 + number))
    found = vigie("network", "ville", *days, "--json")
    assert found.exit_code == 17
    assert [day["uplinks"] for day in json.loads(found.output)["days"]] == [44, 73]
    assert vigie("network", "ville", *days, "--html", str(tmp_path / "r.html")).exit_code == 17
    assert "Aubagne" in (tmp_path / "r.html").read_text("utf-8")
    assert vigie("network", "none", *days).exit_code == vigie("network", "ville", "--from", "hier").exit_code == 2


def taken(text: str, folder) -> dict:
    """The conversion as the reader of fleet files takes it."""
    from vigie.deploy.fleet_files.statement import read

    (folder / "conversion.yaml").write_text(text, "utf-8")
    statement = read(folder, "Europe/Paris")
    assert not statement.refused(), statement.problems
    (one,) = statement.stated
    return one.attributes | {"id": one.id}
