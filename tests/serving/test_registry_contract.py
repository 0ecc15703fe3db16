"""The embedded registry, asked by the clients that people use against any Confluent-compatible registry."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient, SchemaRegistryError
from schema_registry.client import SchemaRegistryClient as OtherClient
from schema_registry.client.errors import ClientError

from vigie.topics.avro import schema_ids, schema_text

pytestmark = pytest.mark.parts


def record(*fields: dict) -> str:
    return json.dumps({"type": "record", "name": "R", "fields": list(fields)})


A = {"name": "a", "type": "int"}
B = {"name": "b", "type": ["null", "string"], "default": None}
B_REQUIRED = {"name": "b", "type": "string"}


@pytest.fixture
def client(registry) -> SchemaRegistryClient:
    return SchemaRegistryClient({"url": registry.url})


@pytest.fixture
def subject() -> str:
    return f"s{uuid4().hex[:8]}-value"


def refusal(call, *arguments) -> SchemaRegistryError:
    with pytest.raises(SchemaRegistryError) as caught:
        call(*arguments)
    return caught.value


def test_the_packaged_schemas_are_known_under_the_packaged_ids(registry, client):
    for bare, schema_id in schema_ids().items():
        latest = client.get_latest_version(registry.prefix + bare)
        assert latest.schema_id == schema_id
    assert json.loads(client.get_schema(1).schema_str) == json.loads(schema_text("uplink"))


def test_register_look_up_and_read_back(client, subject):
    schema = Schema(record(A), "AVRO")
    schema_id = client.register_schema(subject, schema)
    assert schema_id >= 1000, "ids below 1000 are kept for packaged schemas"
    assert client.register_schema(subject, Schema(record(A).replace(" ", "\n "), "AVRO")) == schema_id
    assert client.get_schema(schema_id).schema_str == record(A)
    found = client.lookup_schema(subject, schema)
    assert (found.version, found.schema_id) == (1, schema_id)
    assert client.get_versions(subject) == [1]
    assert subject in client.get_subjects()
    second = client.register_schema(subject, Schema(record(A, B), "AVRO"))
    assert second != schema_id
    assert [client.get_version(subject, n).schema_id for n in client.get_versions(subject)] == [schema_id, second]
    assert client.get_latest_version(subject).version == 2


def test_one_schema_has_one_id_under_every_subject(client, subject):
    schema = Schema(record(A), "AVRO")
    first = client.register_schema(subject, schema)
    assert client.register_schema("other-" + subject, schema) == first
    uses = {entry.subject for entry in client.get_schema_versions(first)}
    assert {subject, "other-" + subject} <= uses


@pytest.mark.parametrize("form", ["a/{}", "/{}/"])
def test_a_subject_may_hold_slashes(registry, client, subject, form):
    name, schema = form.format(subject), Schema(record(A), "AVRO")
    assert refusal(client.get_versions, name).error_code == 40401
    schema_id = client.register_schema(name, schema)
    assert client.lookup_schema(name, schema).schema_id == schema_id
    assert client.get_version(name, 1).subject == name
    assert client.get_latest_version(name).schema_id == schema_id
    assert client.test_compatibility(name, Schema(record(A, B), "AVRO"))
    client.set_compatibility(name, "NONE")
    assert client.get_compatibility(name) == "NONE"
    assert name in client.get_subjects()
    assert client.delete_version(name, 1) == 1
    client.register_schema(name, schema)
    assert client.delete_subject(name) == [2]
    assert httpx.get(registry.url + "/subjects/").is_success


def test_error_codes_of_the_contract(client, subject):
    assert refusal(client.get_versions, subject).error_code == 40401
    assert refusal(client.lookup_schema, subject, Schema(record(A), "AVRO")).error_code == 40401
    assert refusal(client.get_schema, 999_999).error_code == 40403
    client.register_schema(subject, Schema(record(A), "AVRO"))
    assert refusal(client.get_version, subject, 7).error_code == 40402
    assert refusal(client.lookup_schema, subject, Schema(record(A, B), "AVRO")).error_code == 40403
    broken = refusal(client.register_schema, subject, Schema('{"type":"record"}', "AVRO"))
    assert (broken.http_status_code, broken.error_code) == (422, 42201)
    assert refusal(client.set_compatibility, subject, "SOMETIMES").error_code == 42203


def test_media_type_and_form_of_errors(registry):
    answer = httpx.get(registry.url + "/subjects/none/versions")
    assert answer.headers["content-type"] == "application/vnd.schemaregistry.v1+json"
    assert answer.status_code == 404
    assert answer.json()["error_code"] == 40401
    assert httpx.get(registry.url + "/nowhere").json() == {"error_code": 404, "message": "HTTP Not Found"}
    body = httpx.post(registry.url + "/subjects/x/versions", content=b"not json")
    assert (body.status_code, body.json()["error_code"]) == (422, 42201)
    large = httpx.post(registry.url + "/subjects/x/versions", json={"schema": " " * 1_000_000})
    assert large.status_code == 413


def test_an_incompatible_schema_is_refused_with_the_field_in_the_message(registry, client):
    public = registry.prefix + "uplinks.lora.v1-value"
    changed = json.loads(schema_text("uplink"))
    changed["fields"].append({"name": "zone", "type": "string"})
    error = refusal(client.register_schema, public, Schema(json.dumps(changed), "AVRO"))
    assert (error.http_status_code, error.error_code) == (409, 409)
    assert "field zone has no default" in str(error)
    assert "FULL_TRANSITIVE" in str(error)
    assert client.get_versions(public) == [1], "what was refused is not there"


def test_levels_follow_the_topic_catalogue(registry, client, subject):
    assert client.get_compatibility() == "FULL_TRANSITIVE"
    assert client.get_compatibility(registry.prefix + "alerts.v1-value") == "FULL_TRANSITIVE"
    assert client.get_compatibility(registry.prefix + "dead-letters.v1-value") == "BACKWARD_TRANSITIVE"
    assert refusal(client.get_compatibility, subject).error_code == 40408
    client.set_compatibility(subject, "NONE")
    assert client.get_compatibility(subject) == "NONE"
    client.register_schema(subject, Schema(record(A), "AVRO"))
    client.register_schema(subject, Schema(record(B_REQUIRED), "AVRO"))
    client.delete_config(subject)
    assert refusal(client.get_compatibility, subject).error_code == 40408
    assert refusal(client.register_schema, subject, Schema(record(A, B), "AVRO")).error_code == 409


def test_compatibility_is_tested_without_registering(client, subject):
    client.register_schema(subject, Schema(record(A), "AVRO"))
    assert client.test_compatibility(subject, Schema(record(A, B), "AVRO"))
    assert not client.test_compatibility(subject, Schema(record(A, B_REQUIRED), "AVRO"))
    assert not client.test_compatibility_all_versions(subject, Schema(record(A, B_REQUIRED), "AVRO"))
    assert client.get_versions(subject) == [1]


def test_a_deleted_version_is_no_longer_listed_but_its_id_stays_readable(client, subject):
    first = client.register_schema(subject, Schema(record(A), "AVRO"))
    client.register_schema(subject, Schema(record(A, B), "AVRO"))
    assert client.delete_version(subject, 1) == 1
    assert client.get_versions(subject) == [2]
    assert client.delete_subject(subject) == [2]
    assert refusal(client.get_versions, subject).error_code == 40401
    client.clear_caches()
    assert client.get_schema(first).schema_str == record(A)
    assert client.register_schema(subject, Schema(record(A), "AVRO")) == first
    assert client.get_versions(subject) == [3], "a version number is never used again"
    client.delete_subject(subject)
    assert refusal(lambda: client.delete_subject(subject, permanent=True)).http_status_code == 422


def test_python_schema_registry_client(registry, subject):
    other = OtherClient(registry.url)
    schema_id = other.register(subject, record(A))
    assert other.get_by_id(schema_id).flat_schema is not None
    assert other.get_schema(subject).version == 1
    assert other.check_version(subject, record(A)).schema_id == schema_id
    assert other.check_version(subject, record(B_REQUIRED)) is None
    assert other.test_compatibility(subject, record(A, B))
    assert not other.test_compatibility(subject, record(A, B_REQUIRED))
    with pytest.raises(ClientError) as refused:
        other.register(subject, record(A, B_REQUIRED))
    assert refused.value.http_code == 409
    assert other.get_compatibility() == "FULL_TRANSITIVE"
    assert other.update_compatibility("BACKWARD", subject)
    assert other.get_compatibility(subject) == "BACKWARD"
    assert other.get_versions(subject) == [1]
    assert subject in other.get_subjects()
    assert other.delete_version(subject, 1) == 1


@pytest.mark.parametrize("death", [signal.SIGTERM, signal.SIGKILL])
def test_a_restart_keeps_the_content(installation, start_role, death):
    with start_role("registry", installation) as first:
        client = SchemaRegistryClient({"url": first.url})
        schema_id = client.register_schema("s-value", Schema(record(A), "AVRO"))
        client.set_compatibility("s-value", "NONE")
        client.set_compatibility(level="BACKWARD")
        before = {name: client.get_versions(name) for name in client.get_subjects()}
        first.process.send_signal(death)
        assert first.process.wait(20) == (0 if death is signal.SIGTERM else -9)
    with start_role("registry", installation) as second:
        client = SchemaRegistryClient({"url": second.url})
        assert client.get_schema(schema_id).schema_str == record(A)
        assert {name: client.get_versions(name) for name in client.get_subjects()} == before
        assert (client.get_compatibility("s-value"), client.get_compatibility()) == ("NONE", "BACKWARD")
        assert client.register_schema("t-value", Schema(record(A, B), "AVRO")) == schema_id + 1


def test_a_second_registry_fences_the_first(installation, start_role):
    with start_role("registry", installation) as first, start_role("registry", installation) as second:
        answer = httpx.post(first.url + "/subjects/s-value/versions", json={"schema": record(A)})
        assert (answer.status_code, answer.json()["error_code"]) == (500, 50001)
        assert first.process.wait(15) == 1
        said = first.log.read_text()
        assert "Another schema registry has taken over the topic `schemas`" in said
        assert "set VIGIE_SCHEMA_REGISTRY" in said
        assert httpx.post(second.url + "/subjects/s-value/versions", json={"schema": record(A)}).is_success


def test_a_taken_port_is_said(registry, installation, start_role):
    port = int(registry.url.rsplit(":", 1)[1])
    taken = start_role("registry", replace(installation, registry_port=port))
    with pytest.raises(AssertionError, match="VIGIE_REGISTRY_PORT"), taken:
        pass


def test_it_waits_for_a_broker_that_is_away_and_can_be_told_to_end(installation):
    """It holds its port, says 503 on /healthz, and keeps trying."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = replace(installation, kafka="127.0.0.1:1", metrics_port=port)
    settings.data.mkdir(exist_ok=True)
    log = settings.data / "registry.log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "vigie.deploy.cli", "worker", "registry"]
        process = subprocess.Popen(command, env=os.environ | settings.to_env(), stdout=out, stderr=out)
    try:
        end = time.monotonic() + 30
        while time.monotonic() < end and log.read_text().count("Kafka does not answer yet") < 2:
            time.sleep(0.1)
        health = httpx.get(f"http://127.0.0.1:{port}/healthz")
        assert (health.status_code, health.json()["reason"]) == (503, "starting")
        process.terminate()
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.wait(10)
