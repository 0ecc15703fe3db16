"""`vigie alerts ack` and its kin: sent to a real `alarm` on a real Kafka, answered by an event; no database needed."""

import getpass
import json
import os
import re
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from confluent_kafka import Producer
from streams.core.alarm_by_hand import MINUTE, START
from streams.steps.installation import Installation, wait_until

from vigie.deploy.alert_topic import alert_events
from vigie.deploy.cli import main
from vigie.topics.alarm_input import ConditionSignal
from vigie.topics.alert_event import AlertEvent
from vigie.topics.avro import Framer
from vigie.topics.identity import alert_id

KEY = "value:point:SEINE-01:high_water"
ALERT = alert_id(KEY, "o1")


def condition(level: int, minute: int) -> ConditionSignal:
    at = START + minute * MINUTE
    return ConditionSignal(
        kind="value", subject="point:SEINE-01", rule="high_water", active=level > 0, cause_id="o1", level=level,
        priority=2, event_at=at, arrival_at=at, decided_at=at, sentence_fr="La Seine est haute.",
        sentence_en="The Seine is high.", point="SEINE-01", latched=True,
    )  # fmt: skip


def environment(place: Installation) -> dict[str, str | None]:
    ours: dict[str, str | None] = dict.fromkeys(name for name in os.environ if name.startswith("VIGIE_"))
    return ours | {name: value for name, value in place.settings.to_env().items() if value}


@pytest.mark.parts
def test_commands_are_obeyed_or_refused_and_answered(kafka: str, tmp_path: Path):
    with Installation(kafka, tmp_path) as place:
        role = place.start("alarm").wait_ready()
        place.inputs(condition(1, 0))
        wait_until(lambda: len(place.alerts()) == 1, 30, role.text)
        place.tick(5)

        def vigie(*words: str, code: int = 0, **more: str) -> Result:
            result = CliRunner().invoke(main, ["alerts", *words], env=environment(place) | more)
            assert result.exit_code == code, result.stderr or result.output
            return result

        said = vigie("ack", ALERT, "--as", "astreinte-eau", "--reason", "équipe en route").stdout
        assert "La Seine est haute." in said
        assert f"Alerte {ALERT[:8]} : acquittée, par astreinte-eau. État : acquittée." in said
        again = vigie("ack", ALERT, code=19)
        assert again.stderr == (
            f"vigie: Refusé : l'alerte est déjà acquittée. L'alerte {ALERT[:8]} reste comme elle est.\n"
        )
        event = json.loads(vigie("shelve", ALERT, "--for", "3d", "--reason", "pont fermé", "--json").stdout)
        assert (event["transition"], event["state"], event["author"]) == ("shelved", "shelved", getpass.getuser())
        assert event["event_at"] == "2025-06-17T22:05:00Z", "dated by the log's own clock"
        assert event["command"]
        english = vigie("shelve", ALERT, "--for", "8d", "--reason", "x", code=19, VIGIE_LANGUAGE="en").stderr
        assert "an alert is shelved for seven days at most" in english
        vigie("confirm", ALERT, "--source", "caméra du pont")
        vigie("verdict", ALERT, "false", "--reason", "toile d'araignée")
        assert "identifiant entier" in vigie("reset", ALERT[:8], code=15).stderr
        assert "aucune alerte n'est connue" in vigie("reset", "f" * 32, code=19).stderr
        vigie("shelve", ALERT, "--reason", "x", code=2)
        assert "d'un contact" in vigie("ack", ALERT, "--as", "Jeanne Martin", code=2).stderr

        found = [event for event in place.alerts() if event.alarm_key]
        assert [event.transition for event in found] == [
            "raised", "acknowledged", "refused", "shelved", "refused", "confirmed", "judged",
        ]  # fmt: skip
        assert [event.revision for event in found] == list(range(len(found)))
        assert found[-1].explanation.fields["confirmed_by"] == "caméra du pont"
        assert found[-1].explanation.fields["verdict"] == "false"

        role.process.kill()
        late = vigie("comment", ALERT, "bonjour", "--wait", "0.3", code=14).stderr
        assert "n'est pas perdue" in re.sub(r"\s+", " ", late)
        _abort(place, msgspec.structs.replace(found[-1], event_id="f" * 32))
        assert alert_events(place.settings) == place.alerts(), "what was not committed never was"


def _abort(place: Installation, event: AlertEvent) -> None:
    """What a worker leaves that ends before it commits."""
    writer = Producer({"bootstrap.servers": place.settings.kafka, "transactional.id": place.settings.prefix})
    writer.init_transactions()
    writer.begin_transaction()
    writer.produce(place.settings.topic("alerts.v1"), Framer("alerts.v1").encode(event), partition=0)
    writer.flush()
    writer.abort_transaction()


def test_without_kafka_it_says_so(tmp_path):
    ours = dict.fromkeys(name for name in os.environ if name.startswith("VIGIE_"))
    env = ours | {"VIGIE_DATA": str(tmp_path), "VIGIE_DATABASE": "postgresql://nobody@127.0.0.1:1/none"}
    result = CliRunner().invoke(main, ["alerts", "ack", ALERT], env=env)
    assert result.exit_code == 15
    assert "VIGIE_KAFKA" in result.stderr
