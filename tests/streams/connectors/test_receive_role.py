"""The role as a whole: it starts only where there are sources, ends in order, and a wrong file is a sentence."""

import signal

import pytest
from streams.connectors.receiving import Receiving, headers, uplink, wait_until

from vigie.deploy import preflight
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.roles import ROLES
from vigie.deploy.supervisor import Supervisor
from vigie.streams.settings import Settings

HTTP = """
[[source]]
name = "tts"
kind = "http"
net = "lora"
format = "chirpstack-v4"
token = "env:TTS_TOKEN"
"""


def test_without_sources_it_does_nothing_and_is_well(kafka, tmp_path):
    with Receiving(kafka, tmp_path, "") as role:
        assert "No source is to be run" in role.text()
        assert role.health()["ready"]
        assert role.end() == 0


def test_a_wrong_file_ends_it_with_a_sentence(kafka, tmp_path):
    role = Receiving(kafka, tmp_path, HTTP.replace("token", "tokn"), env={"TTS_TOKEN": "t"}).start(ready=False)
    assert role.process.wait(30) == 1
    assert f"{role.file}, line 7: tokn: Object contains unknown field `tokn`" in role.text()
    assert "Traceback" not in role.text()


def test_it_waits_for_kafka_and_can_be_stopped_meanwhile(kafka, tmp_path):
    import dataclasses

    role = Receiving(kafka, tmp_path, HTTP, env={"TTS_TOKEN": "t"})
    role.settings = dataclasses.replace(role.settings, kafka="127.0.0.1:9")
    role.start(ready=False)
    wait_until(lambda: "No Kafka broker answers" in role.text(), 30, role.text)
    assert not role.health().get("ready")
    assert role.end() == 0


def test_a_sender_may_say_the_first_arrival_only_where_a_recorded_day_is_played(kafka, tmp_path):
    import httpx

    given = {"Authorization": "Bearer t", "vigie-ingested-at": "1750197600000"}
    for ticks, passed_on in (("log", True), ("live", False)):
        folder = tmp_path / ticks
        folder.mkdir()
        with Receiving(kafka, folder, HTTP, env={"TTS_TOKEN": "t"}, ticks=ticks) as role:
            assert httpx.post(role.url() + "tts", content=uplink(1), headers=given).status_code == 200
            (record,) = role.records()
            assert (headers(record).get("vigie-ingested-at") == "1750197600000") is passed_on
            assert role.end(signal.SIGINT) == 0


@pytest.mark.parametrize("named", [True, False])
def test_the_supervisor_starts_it_only_where_there_are_sources(tmp_path, named, monkeypatch):
    monkeypatch.setenv("TTS_TOKEN", "t")
    (tmp_path / "sources.toml").write_text(HTTP)
    settings = Settings(data=tmp_path, sources=tmp_path / "sources.toml" if named else None)
    assert ("receive" in [role.name for role in Supervisor(settings)._roles]) is named
    assert preflight.check_sources(settings) is named
    assert ROLES["receive"].needs == "sources"


def test_a_wrong_sources_file_is_told_before_anything_starts(tmp_path):
    (tmp_path / "sources.toml").write_text(HTTP)
    with pytest.raises(OperatorError, match="line 7: token: the environment variable TTS_TOKEN is not set") as told:
        preflight.check_sources(Settings(data=tmp_path, sources=tmp_path / "sources.toml"))
    assert told.value.exit_code == Exit.USAGE
