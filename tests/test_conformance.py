"""Every member of a registry keeps the house's promises: found by itself, documented, with its units and vectors."""

import ast
import importlib
import inspect
import json
import pkgutil
import re
from pathlib import Path

import click
import pytest

from vigie.codecs.model_map import NO_CODEC, ModelMap
from vigie.codecs.registry import codecs, envelopes
from vigie.deploy.roles import ROLES
from vigie.topics.avro import parsed_schema, schema_ids, schema_of_topic
from vigie.topics.catalogue import NETWORKS, RESERVED, TOPICS, Partitioning
from vigie.topics.property import PROPERTIES, Kind
from vigie.topics.reason import Reason

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [
    path for room in ("topics", "codecs", "streams", "serving", "deploy") for path in (ROOT / room).rglob("*.py")
]


@pytest.mark.parametrize("entry", PROPERTIES.values(), ids=lambda entry: entry.name)
def test_a_property_has_what_a_reader_and_an_exporter_need(entry):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", entry.name)
    assert 0 < entry.id < 2**15
    assert entry.label_fr
    assert entry.label_fr[0].islower() or entry.label_fr.split()[0].isupper() or entry.label_fr[:2] == "pH"
    if entry.kind in (Kind.GAUGE, Kind.LEVEL, Kind.ANGLE) and entry.name not in ("ph", "power_factor"):
        assert entry.unit, "a measured quantity without a unit"
    if entry.unit and entry.name != "turbidity":
        assert entry.cefact, "UN/CEFACT has a code for every unit but NTU"
    assert entry.kind is not Kind.CATEGORY or not entry.unit


def test_property_names_are_unique():
    assert len({entry.name for entry in PROPERTIES.values()}) == len(PROPERTIES)


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
def test_a_topic_says_key_value_writer_and_how_long_it_is_kept(topic):
    assert topic.key
    assert topic.value
    assert topic.writer
    assert topic.compacted or topic.retention_days or topic.name == "alerts.v1", "kept for ever by mistake?"
    assert topic.name not in RESERVED
    assert topic.config()["message.timestamp.type"] == "LogAppendTime"
    assert topic.name in (ROOT / "docs/topics.md").read_text("utf-8")
    if topic.public:
        assert topic.name.endswith(".v1"), "a public topic is versioned"
        assert schema_of_topic(topic.name) is not None, "a public topic is Avro"
    if schema_of_topic(topic.name) is not None:
        assert f"{topic.name}-value" in schema_ids()
    if topic.name.startswith("state."):
        assert topic.compacted
        assert topic.name.split(".")[1] in ROLES


def test_topics_that_are_read_together_are_partitioned_together():
    for kind in ("raw", "replay"):
        assert all(TOPICS[f"{kind}.{net}"].partitioning is Partitioning.DEVICE for net in NETWORKS)
    for net in NETWORKS:
        assert TOPICS[f"uplinks.{net}.v1"].partitioning is TOPICS["receptions"].partitioning is Partitioning.DEVICE


@pytest.mark.parametrize("name", sorted({schema_of_topic(topic) for topic in TOPICS} - {None}))
def test_each_field_of_a_public_schema_says_what_it_is(name: str):
    schema = parsed_schema(name)
    assert schema["doc"]
    fields = json.loads((ROOT / f"topics/vigie/topics/schemas/{name}.avsc").read_text("utf-8"))["fields"]
    assert [field["name"] for field in fields if not field.get("doc")] == []


@pytest.mark.parametrize("codec", codecs().values(), ids=lambda codec: codec.id)
def test_a_codec_has_a_source_and_a_good_and_a_bad_vector(codec):
    assert codec.source
    assert len(codec.hash) == 16
    assert any(vector.readings for vector in codec.vectors)
    assert any(vector.reason for vector in codec.vectors)
    reasons = {str(reason.value) for reason in Reason}
    assert all(vector.reason in reasons for vector in codec.vectors if vector.reason)
    assert inspect.getdoc(importlib.import_module(f"vigie.codecs.payloads.{Path(codec.file).stem}"))


def test_each_model_has_a_known_codec_and_a_french_label():
    for model in ModelMap.load():
        assert model.codec == NO_CODEC or model.codec in codecs(), model
        assert model.label, model


def test_each_file_of_payloads_and_envelopes_registers_something():
    from vigie.codecs import envelopes as envelopes_package
    from vigie.codecs import payloads

    files = {Path(codec.file).stem for codec in codecs().values()}
    assert {entry.name for entry in pkgutil.iter_modules(payloads.__path__)} == files
    forms = {Path(envelope.file).stem for envelope in envelopes().values()}
    assert {entry.name for entry in pkgutil.iter_modules(envelopes_package.__path__)} == forms


@pytest.mark.parametrize("role", ROLES.values(), ids=lambda role: role.name)
def test_a_role_can_be_loaded(role):
    assert callable(role.load())
    assert role.does


def leaves(command: click.Command, name: str) -> list[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        return [(name, command)]
    return [leaf for sub, found in command.commands.items() for leaf in leaves(found, f"{name} {sub}")]


PRINTS_NO_DATA = {
    "up",
    "down",
    "worker",
    "psql",
    "consume",
    "topics doc",
    "codecs doc",
    "alerts export",
    "scrape-targets",
}
"""Commands whose output is a picture, a file, or JSON in any case."""

LONGER = {
    "streams/vigie/streams/transport/worker.py": "the life of one worker, from start to stop",
}
"""Files over 300 lines in which no second idea was found, and what their one idea is."""


def test_each_command_that_prints_data_has_json_and_each_has_help():
    from vigie.deploy import commands

    found = []
    for entry in pkgutil.iter_modules(commands.__path__):
        module = importlib.import_module(f"{commands.__name__}.{entry.name}")
        found += leaves(module.command, entry.name.replace("_", "-"))
    assert len(found) > 10
    for name, command in found:
        assert command.help, name
        assert "vigie " in (command.epilog or ""), f"{name} has no example"
        options = {option for parameter in command.params for option in parameter.opts}
        assert name in PRINTS_NO_DATA or "--json" in options, f"vigie {name} prints data, but has no --json"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_source_file_is_one_idea(path: Path):
    text = path.read_text("utf-8")
    known = str(path.relative_to(ROOT)) in LONGER
    assert (text.count("\n") > 300) == known, (
        "longer than 300 lines: look for the second idea in it, or list it (or take it off the list)"
    )
    assert path.stem not in ("utils", "util", "helpers", "misc", "common")
    assert ast.get_docstring(ast.parse(text)), "a file says what it is for"


def test_no_todo_is_left():
    mark = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [str(path.relative_to(ROOT)) for path in SOURCES if mark.search(path.read_text("utf-8"))] == []
