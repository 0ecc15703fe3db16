"""Which schema ids a producer writes: those it carries, once the registry has said that they are right."""

import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from vigie.streams.settings import Settings
from vigie.topics.avro import schema_ids, schema_of_topic, schema_text
from vigie.topics.catalogue import TOPICS

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"
TIMEOUT_S = 5.0


class SchemaRefusedError(RuntimeError):
    """The registry does not let us write a topic as we would; the message says which, why and what to do."""


def schema_ids_in_use(settings: Settings, topics: Iterable[str]) -> dict[str, int]:
    """Under which ids must the values of these topics be written?

    The registry is asked once, at the start of a role. A registry that does not know a schema yet is told it, and
    public topics then get the level FULL_TRANSITIVE. Where it is away, the ids that it gave last time are taken, else
    the packaged ones, with a warning: its absence stops nothing.

    Args:
        settings: of the installation; `schema_registry`, else the embedded one on `host` and `registry_port`.
        topics: bare names of topics that hold Avro records.

    Returns:
        Bare topic name -> schema id.

    Raises:
        SchemaRefusedError: the registry holds an incompatible schema, or does not let us in.
    """
    url = settings.schema_registry or f"http://{settings.host}:{settings.registry_port}"
    memory = settings.data / "schema-ids"
    wanted = list(topics)
    try:
        with httpx.Client(base_url=url, timeout=TIMEOUT_S, headers={"Accept": MEDIA_TYPE}) as client:
            ids = {topic: _id_of(client, settings, topic) for topic in wanted}
    except _AwayError as error:
        log.warning(
            "The schema registry at %s is away (%s); writing with the ids known before. "
            "Consumers that need it cannot start meanwhile",
            url,
            error,
        )
        return {topic: _recall(memory, url, topic) or schema_ids()[f"{topic}-value"] for topic in wanted}
    for topic, schema_id in ids.items():
        _remember(memory, url, topic, schema_id)
    return ids


class _AwayError(Exception):
    """The registry cannot answer now."""


def _id_of(client: httpx.Client, settings: Settings, topic: str) -> int:
    name = schema_of_topic(topic)
    if name is None:
        raise ValueError(f"Topic {topic} holds no Avro records: see vigie.topics.catalogue")
    subject = f"{settings.topic(topic)}-value"
    path = f"/subjects/{quote(subject, safe='')}"
    body = {"schema": schema_text(name), "schemaType": "AVRO"}
    answer = _ask(client, "POST", path, body)
    if answer.status_code == httpx.codes.NOT_FOUND:
        answer = _ask(client, "POST", f"{path}/versions", body)
        if answer.is_success and TOPICS[topic].public:
            _make_strict(client, subject)
    if answer.status_code == httpx.codes.CONFLICT:
        raise SchemaRefusedError(
            f"The schema registry at {client.base_url} refuses this release's schema of {settings.topic(topic)}: "
            f"{_message(answer)} Start the release that goes with the registry, or give the topic a new major version"
        )
    if not answer.is_success:
        raise SchemaRefusedError(
            f"The schema registry at {client.base_url} answers {answer.status_code} for subject {subject}: "
            f"{_message(answer)} Register the schema there, or give this installation the right to"
        )
    return int(answer.json()["id"])


def _make_strict(client: httpx.Client, subject: str) -> None:
    answer = _ask(client, "PUT", f"/config/{quote(subject, safe='')}", {"compatibility": "FULL_TRANSITIVE"})
    if not answer.is_success:
        log.warning("Set the level of subject %s to FULL_TRANSITIVE by hand: %s", subject, _message(answer))


def _ask(client: httpx.Client, method: str, path: str, body: dict[str, Any]) -> httpx.Response:
    try:
        answer = client.request(method, path, json=body, headers={"Content-Type": MEDIA_TYPE})
    except httpx.TransportError as error:
        raise _AwayError(str(error) or type(error).__name__) from error
    if answer.is_server_error:
        raise _AwayError(f"it answers {answer.status_code}: {_message(answer)}")
    return answer


def _message(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:200]


def _remember(memory: Path, url: str, topic: str, schema_id: int) -> None:
    try:
        memory.mkdir(parents=True, exist_ok=True)
        partial = memory / f".{topic}.{os.getpid()}"
        partial.write_text(json.dumps({"url": url, "id": schema_id}), encoding="utf-8")
        partial.replace(memory / topic)
    except OSError as error:
        log.warning("%s cannot be written (%s): without the registry the packaged id will be used", memory, error)


def _recall(memory: Path, url: str, topic: str) -> int | None:
    """The id that this registry gave last time; what another one gave means nothing here."""
    try:
        kept = json.loads((memory / topic).read_text(encoding="utf-8"))
        return int(kept["id"]) if kept["url"] == url else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
