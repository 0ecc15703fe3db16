"""Every member of a registry keeps the house's promises: found by itself, documented, with its units and vectors."""

import ast
import importlib
import inspect
import json
import pkgutil
import re
from functools import cache
from math import isfinite, isnan
from pathlib import Path

import click
import pytest

from vigie.codecs.model_map import NO_CODEC, ModelMap
from vigie.codecs.registry import codecs, envelopes
from vigie.deploy.indicator_page import page, section
from vigie.deploy.roles import ROLES
from vigie.streams.core.aggregate_words import CATEGORIES
from vigie.streams.core.windows.expression_units import unit_of
from vigie.streams.core.windows.indicator import indicators
from vigie.topics.aggregate import WINDOW_CODES
from vigie.topics.avro import parsed_schema, schema_ids, schema_of_topic
from vigie.topics.catalogue import NETWORKS, RESERVED, TOPICS, Partitioning
from vigie.topics.fleet.kinds.point import USE_CASES
from vigie.topics.property import BY_NAME, PROPERTIES, Kind
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


PAGE_OF_INDICATORS = (ROOT / "docs/indicators.md").read_text("utf-8")
COUNTED = {"passages", "passages/j", "messages", "messages/j", "lampes", "mois", "o/j", "/sem"}
"""Units of indicators that no property and no combination of their units has."""


@pytest.mark.parametrize("one", indicators().values(), ids=lambda one: one.name)
def test_an_indicator_says_what_it_is_and_has_a_page_and_a_test(one):
    assert re.fullmatch(rf"{one.use_case or '(network|platform)'}_[a-z0-9_]+", one.name)
    assert one.use_case in (*USE_CASES, "")
    texts = ("label_fr", "label_en", "definition_fr", "formula", "period_fr", "source", "limits_fr", "version")
    assert [name for name in texts if not getattr(one, name).strip()] == []
    assert set(one.codes) <= set(WINDOW_CODES)
    assert one.codes
    assert [name for name in one.properties if name not in BY_NAME] == []
    assert one.properties or one.load, "computed from nothing"
    assert 0 <= one.bound <= 1
    assert [name for name, parameter in one.parameters.items() if not parameter.meaning_fr] == []
    for parameter in one.parameters.values():
        assert isfinite(parameter.least)
        assert isfinite(parameter.most)
        assert isnan(parameter.default) or parameter.least <= parameter.default <= parameter.most
    if one.unit and one.unit not in COUNTED:
        unit_of(one.unit)
    assert "\n".join(section(one)) in PAGE_OF_INDICATORS, "run: vigie indicators doc > docs/indicators.md"
    assert is_named_by_a_test(one.name), f"no test names {one.name}"


NAME_ALL = ("test_conformance.py", "test_indicator_views.py", "test_indicator_commands.py")


@cache
def texts_of_tests() -> dict[str, str]:
    found = (ROOT / "tests").rglob("test_*.py")
    return {path.name: path.read_text("utf-8") for path in found if path.name not in NAME_ALL}


def is_named_by_a_test(name: str) -> bool:
    """As a whole, or by an f-string that begins like it (`f"noise_l{percent}"`)."""
    heads = {head for text in texts_of_tests().values() for head in re.findall(r'f"([a-z]+_[a-z0-9_]+)\{', text)}
    return any(name in text for text in texts_of_tests().values()) or any(name.startswith(head) for head in heads)


def test_the_page_of_indicators_is_what_the_registry_says():
    assert page() == PAGE_OF_INDICATORS, "run: vigie indicators doc > docs/indicators.md"


def test_each_file_of_indicators_registers_something_and_each_category_has_its_words():
    from vigie.streams import indicators as package

    files = {getattr(one.compute, "func", one.compute).__module__ for one in indicators().values()}
    silent = []
    for entry in pkgutil.iter_modules(package.__path__):
        path = ROOT / f"streams/vigie/streams/indicators/{entry.name}.py"
        if f"{package.__name__}.{entry.name}" not in files and "register(" not in path.read_text("utf-8"):
            silent.append(entry.name)
    assert silent == []
    assert categories_in(ROOT / "streams/vigie/streams") - CATEGORIES.keys() - {""} == set()


def categories_in(folder: Path) -> set[str]:
    """Texts that are given as a category somewhere: an argument or a variable of this name."""
    found = set()
    for path in [*(folder / "indicators").glob("*.py"), *(folder / "core").glob("*/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "category":
                found |= texts_in(node.value)
            if isinstance(node, ast.Assign) and any("category" in names_in(target) for target in node.targets):
                found |= texts_in(node.value)
    return found


def names_in(node: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def texts_in(node: ast.expr) -> set[str]:
    """Texts that an expression can be: not those that it compares or looks up."""
    if isinstance(node, ast.IfExp):
        return texts_in(node.body) | texts_in(node.orelse)
    if isinstance(node, ast.Tuple):
        return {text for each in node.elts for text in texts_in(each)}
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


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
