"""Each way in which a change of a public schema can hurt somebody is found, and named by its field."""

import copy
import json

import pytest

from vigie.serving.compatibility import LEVELS, InvalidSchemaError, incompatibilities, parse
from vigie.topics.avro import RECORDS, schema_text

UPLINK = json.loads(schema_text("uplink"))


def field(schema: dict, name: str) -> dict:
    return next(entry for entry in schema["fields"] if entry["name"] == name)


def changed(change) -> str:
    schema = copy.deepcopy(UPLINK)
    change(schema)
    return json.dumps(schema)


def against_uplink(change, level: str = "FULL_TRANSITIVE") -> list[str]:
    return incompatibilities(level, changed(change), [(1, json.dumps(UPLINK))])


def add_optional(schema):
    schema["fields"].append({"name": "zone", "type": ["null", "string"], "default": None})


def drop_optional(schema):
    schema["fields"].remove(field(schema, "session"))


def add_symbol(schema):
    field(schema, "bearer")["type"]["symbols"].append("satellite")


def describe(schema):
    schema["doc"] = "Other words."


def rename_with_alias_both_defaulted(schema):
    field(schema, "extras").update(name="more", aliases=["extras"])


@pytest.mark.parametrize(
    "change", [add_optional, drop_optional, add_symbol, describe, rename_with_alias_both_defaulted]
)
def test_harmless_changes(change):
    assert against_uplink(change) == []


def add_required(schema):
    schema["fields"].append({"name": "zone", "type": "string"})


def add_required_inside_array(schema):
    field(schema, "readings")["type"]["items"]["fields"].append({"name": "quality", "type": "int"})


def drop_required(schema):
    schema["fields"].remove(field(schema, "network"))


def retype_inside_optional_record(schema):
    sf = next(entry for entry in field(schema, "radio")["type"][1]["fields"] if entry["name"] == "sf")
    sf.update(type="string")
    del sf["default"]


def widen(schema):
    field(schema, "f_cnt")["type"].append("string")


def rename_record(schema):
    field(schema, "codec")["type"]["name"] = "Ref"


def drop_default_of_enum_and_symbol(schema):
    bearer = field(schema, "bearer")["type"]
    del bearer["default"]
    bearer["symbols"].remove("wired")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (add_required, "field zone has no default"),
        (add_required_inside_array, "field readings[].quality has no default"),
        (drop_required, "field network has no default"),
        (retype_inside_optional_record, "field radio.sf may hold"),
        (widen, "field f_cnt may hold string"),
        (rename_record, "field codec is record Ref"),
        (drop_default_of_enum_and_symbol, "field bearer may hold wired"),
    ],
)
def test_harmful_changes_name_their_field(change, place):
    assert any(place in sentence for sentence in against_uplink(change))
    assert against_uplink(change, "NONE") == []


def test_direction():
    assert against_uplink(add_required, "FORWARD") == []
    assert against_uplink(drop_required, "BACKWARD") == []
    assert all(s.startswith("the new schema cannot read") for s in against_uplink(add_required))
    assert all(s.startswith("readers of version 1 cannot read") for s in against_uplink(drop_required))


def test_transitive_asks_every_version():
    one = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}'
    two = '{"type":"record","name":"R","fields":[]}'
    three = '{"type":"record","name":"R","fields":[{"name":"a","type":"string","default":""}]}'
    assert incompatibilities("FULL", three, [(1, one), (2, two)]) == []
    found = incompatibilities("FULL_TRANSITIVE", three, [(1, one), (2, two)])
    assert found
    assert all("version 1" in sentence for sentence in found)


@pytest.mark.parametrize("name", RECORDS.values())
@pytest.mark.parametrize("level", LEVELS)
def test_each_packaged_schema_follows_itself(name, level):
    assert incompatibilities(level, schema_text(name), [(1, schema_text(name))]) == []


def test_recursive_schemas_end():
    tree = '{"type":"record","name":"T","fields":[{"name":"v","type":"%s"},{"name":"t","type":["null","T"]}]}'
    assert incompatibilities("FULL", tree % "int", [(1, tree % "int")]) == []
    assert incompatibilities("FULL", tree % "string", [(1, tree % "int")])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "3",
        "null",
        '"foo"',
        '{"type":"record"}',
        '{"type":"record","name":"A","fields":[{"name":"a","type":"Nope"}]}',
        '{"type":"record","name":"A","fields":[{"name":"a","type":"int","default":"x"}]}',
        '{"type":"record","name":"A","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_schema_is_said_to_be_none(text):
    with pytest.raises(InvalidSchemaError, match="not an Avro schema"):
        parse(text)
