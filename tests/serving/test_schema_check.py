"""What a producer does at its start, for each thing a registry may answer.

It stands here and not under tests/streams because the registry it asks is the embedded one.
"""

import json
from dataclasses import replace

import httpx
import pytest
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from vigie.serving.registry import packaged
from vigie.streams.schema_check import SchemaRefusedError, schema_ids_in_use
from vigie.topics.avro import schema_text

TOPICS = ["uplinks.lora.v1", "aggregates.v1", "alerts.v1", "dead-letters.v1"]


@pytest.mark.parts
def test_the_embedded_registry_confirms_the_packaged_ids(registry, installation, caplog):
    here = replace(installation, schema_registry=registry.url, prefix=registry.prefix)
    assert schema_ids_in_use(here, TOPICS) == dict(zip(TOPICS, [1, 2, 3, 4], strict=True))
    assert not caplog.records


@pytest.mark.parts
def test_a_registry_that_does_not_know_us_is_told_and_its_ids_are_taken(registry, installation, caplog):
    """A registry with other ids, as an external one: our prefix is unknown there and one schema has an id already."""
    client = SchemaRegistryClient({"url": registry.url})
    other = json.loads(schema_text("alert_event")) | {"doc": "Registered by somebody else, before us."}
    here = replace(installation, schema_registry=registry.url)
    foreign = client.register_schema(f"{here.prefix}alerts.v1-value", Schema(json.dumps(other), "AVRO"))
    ids = schema_ids_in_use(here, TOPICS)
    latest = client.get_latest_version(f"{here.prefix}alerts.v1-value")
    assert (ids["alerts.v1"], latest.version) == (latest.schema_id, 2)
    assert ids["alerts.v1"] != foreign
    assert client.get_compatibility(f"{here.prefix}uplinks.lora.v1-value") == "FULL_TRANSITIVE"
    assert not caplog.records


@pytest.mark.parts
def test_an_incompatible_registry_stops_with_a_sentence(registry, installation):
    here = replace(installation, schema_registry=registry.url)
    client = SchemaRegistryClient({"url": registry.url})
    client.set_compatibility(f"{here.prefix}alerts.v1-value", "FULL_TRANSITIVE")
    other = '{"type":"record","name":"AlertEvent","namespace":"org.vigie.v1","fields":[]}'
    client.register_schema(f"{here.prefix}alerts.v1-value", Schema(other, "AVRO"))
    with pytest.raises(SchemaRefusedError, match=r"refuses this release's schema.*field event_id has no default"):
        schema_ids_in_use(here, TOPICS)


def test_without_a_registry_it_warns_and_goes_on(installation, caplog):
    here = replace(installation, schema_registry="http://127.0.0.1:9")
    assert schema_ids_in_use(here, TOPICS)["alerts.v1"] == packaged("")["alerts.v1-value"][0]
    assert "is away" in caplog.text


class _Elsewhere(httpx.BaseTransport):
    """An external registry as it answers over HTTP; `status` 200 gives ids of its own."""

    status = 200

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.status != 200:
            return httpx.Response(self.status, json={"error_code": self.status, "message": "No."})
        return httpx.Response(200, json={"id": 70 + len(request.url.path) % 7})


@pytest.fixture
def elsewhere(monkeypatch) -> _Elsewhere:
    transport = _Elsewhere()
    original = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **options: original(transport=transport, **options))
    return transport


def test_ids_of_an_external_registry_are_remembered_for_the_day_it_is_away(installation, elsewhere, caplog):
    here = replace(installation, schema_registry="http://registry.example")
    ids = schema_ids_in_use(here, TOPICS)
    assert min(ids.values()) >= 70
    elsewhere.status = 503
    assert schema_ids_in_use(here, TOPICS) == ids
    assert "it answers 503" in caplog.text
    another = replace(here, schema_registry="http://other.example")
    assert schema_ids_in_use(another, TOPICS)["alerts.v1"] == 3, "what one registry gave means nothing to another"


@pytest.mark.parametrize("status", [401, 403, 422])
def test_a_registry_that_refuses_us_stops_with_a_sentence(installation, elsewhere, status):
    elsewhere.status = status
    here = replace(installation, schema_registry="http://registry.example")
    with pytest.raises(SchemaRefusedError, match=rf"answers {status} for subject .*uplinks\.lora\.v1-value"):
        schema_ids_in_use(here, TOPICS)


def test_a_data_folder_that_cannot_be_written_is_no_reason_to_stop(installation, elsewhere, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    here = replace(installation, schema_registry="http://registry.example", data=tmp_path / "file")
    assert schema_ids_in_use(here, TOPICS)
    assert "cannot be written" in caplog.text


def test_a_topic_without_avro_is_a_mistake_of_ours(installation):
    with pytest.raises(ValueError, match="holds no Avro"):
        schema_ids_in_use(installation, ["raw.lora"])
