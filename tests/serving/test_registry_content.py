"""What the registry decides, without HTTP or Kafka."""

import json

import pytest

from vigie.serving.registry import packaged
from vigie.serving.registry_content import Content, Refused, Subject, Version, seeded

OLD = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}'
NEW = '{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","default":0}]}'
BAD = '{"type":"record","name":"R","fields":[{"name":"b","type":"int"}]}'


def seed(content: Content, **schemas: tuple[int, str]) -> list[str]:
    return [name for name, _ in seeded(content, schemas)]


def numbers(content: Content, name: str) -> list[tuple[int, int]]:
    return [(entry.version, entry.id) for entry in content.versions(name)]


def test_seeding_twice_changes_nothing():
    content = Content("vigie.")
    assert len(list(seeded(content, packaged("vigie.")))) == len(packaged("vigie."))
    assert list(seeded(content, packaged("vigie."))) == []


def test_a_later_release_adds_its_version_under_its_own_id():
    content = Content("vigie.")
    seed(content, s=(1, OLD))
    assert seed(content, s=(5, NEW)) == ["s"]
    assert numbers(content, "s") == [(1, 1), (2, 5)]


def test_an_earlier_release_adds_nothing():
    content = Content("vigie.")
    seed(content, s=(1, OLD))
    seed(content, s=(5, NEW))
    assert seed(content, s=(1, OLD)) == []


def test_a_packaged_schema_that_breaks_the_contract_stops_the_start():
    content = Content("vigie.")
    seed(content, s=(1, OLD))
    with pytest.raises(Refused, match="field b has no default"):
        seed(content, s=(5, BAD))


def test_an_id_that_names_another_schema_is_never_given_again():
    content = Content("vigie.")
    seed(content, s=(1, OLD))
    with pytest.raises(Refused, match="id 1 already names another schema"):
        seed(content, t=(1, BAD))


def test_a_packaged_schema_somebody_registered_first_gets_the_packaged_id_too():
    content = Content("vigie.")
    subject, version = content.registered("s", OLD)
    assert subject
    content.apply("s", subject)
    assert version.id == 1000
    seed(content, s=(1, OLD))
    assert numbers(content, "s") == [(1, 1000), (2, 1)]
    assert content.schema("1") == content.schema("1000")


@pytest.mark.parametrize("name", ["", "*", "a\nb"])
def test_names_that_no_subject_may_have(name):
    with pytest.raises(Refused, match="cannot be the name of a subject"):
        Content("vigie.").registered(name, OLD)


@pytest.mark.parametrize(("number", "code"), [("0", 42202), ("-2", 42202), ("x", 42202), ("٣", 40402), ("9", 40402)])
def test_versions_that_are_none(number, code):
    content = Content("vigie.")
    content.apply("s", Subject(versions=(Version(version=1, id=7, schema=OLD),)))
    with pytest.raises(Refused) as refused:
        content.version("s", number)
    assert refused.value.code == code


def test_a_level_of_one_subject_is_its_own():
    content = Content("vigie.")
    content.apply("s", content.with_level("s", "NONE"))
    assert (content.level("s"), content.level("t")) == ("NONE", "FULL_TRANSITIVE")
    assert content.level("vigie.receptions-value") == "BACKWARD_TRANSITIVE"
    assert content.level("other.receptions-value") == "FULL_TRANSITIVE", "another installation's topic is unknown here"


def test_documentation_makes_another_schema_but_order_of_keys_does_not():
    content = Content("vigie.")
    seed(content, s=(1, OLD))
    assert content.registered("s", json.dumps(json.loads(OLD), sort_keys=True))[0] is None
    documented = json.loads(OLD) | {"doc": "Words."}
    subject, version = content.registered("s", json.dumps(documented))
    assert subject is not None
    assert version.version == 2
