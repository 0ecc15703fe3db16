"""What the manufacturers' decoders give and what ours give are the same values, in our words and units."""

import json
from importlib.resources import files

import pytest

from vigie.codecs.maker_words import judge, words
from vigie.codecs.registry import codecs
from vigie.codecs.vectors import COLLECTIONS, Example, examples
from vigie.topics.property import PROPERTIES

ids = [f"{one.collection}-{one.codec}-{one.index}" for one in examples()]


@pytest.mark.parametrize("example", examples(), ids=ids)
def test_a_packaged_example_gives_what_its_manufacturer_says(example: Example):
    verdict = judge(
        example.vendor, example.codec, example.index, example.f_port or 1, bytes.fromhex(example.bytes_hex),
        {"data": example.output},
    )  # fmt: skip
    assert (verdict.outcome, verdict.why) == ("equal", "")
    assert verdict.codec == example.decoder


@pytest.mark.parametrize("example", examples(), ids=ids)
def test_the_packaged_readings_follow_from_the_manufacturers_output(example: Example):
    """The demo expects them, without asking our codecs."""
    names = words()[example.vendor].maps[example.codec]
    expected = sorted(
        (PROPERTIES[one.property].name, one.channel, one.value) for one in names.read(example.output).readings
    )
    given = sorted(example.readings)
    assert [one[:2] for one in given] == [one[:2] for one in expected]
    assert [one[2] for one in given] == pytest.approx([one[2] for one in expected], rel=1e-9)


def test_each_collection_is_packaged_with_its_licence():
    folder = files("vigie.codecs.vectors")
    readme = folder.joinpath("README.md").read_text("utf-8")
    assert {one.collection for one in examples()} == set(COLLECTIONS)
    assert all(f"{name}.json" in readme for name in COLLECTIONS)
    assert "Apache License 2.0" in readme
    assert "Orne Brocaar" in folder.joinpath("LICENSE-MIT").read_text("utf-8")


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_public_example_of_a_family_that_we_read_gives_the_makers_values(shared, collection, record_property):
    """Those of other families are listed; an excuse is a sentence."""
    listed, wrong = [], []
    found = json.loads((shared / "vectors" / f"{collection}.json").read_text("utf-8"))
    for one in found:
        payload, port = bytes.fromhex(one["bytes_hex"]), 1 if one["fport"] is None else one["fport"]
        verdict = judge(one["vendor"], one["codec"], one["index"], port, payload, one["output"])
        name = f"{one['vendor']}/{one['codec']} {one['index']}"
        if verdict.outcome == "unequal":
            wrong.append(f"{name}: {verdict.why}")
        elif verdict.outcome != "equal":
            listed.append(f"{name}: {verdict.why}")
    print("\n".join(listed))
    record_property("listed", len(listed))
    assert wrong == []
    native = {one["vendor"] for one in found} & set(words())
    assert {name.partition("/")[0] for name in listed if "no native codec" in name}.isdisjoint(native)


@pytest.mark.parametrize("vendor", sorted(words()))
def test_the_words_of_a_vendor_name_codecs_that_there_are(vendor):
    assert set(words()[vendor].codecs.values()) <= set(codecs())
    assert all(len(reason) > 20 for reason in words()[vendor].unequal.values()), "an excuse is a sentence"
    assert all(len(reason) > 20 for reason in words()[vendor].unread.values())
    assert set(words()[vendor].unread).isdisjoint(words()[vendor].codecs)


def test_a_device_of_a_known_maker_that_is_not_read_has_its_reason():
    tracker = judge("tektelic", "t0006129", 0, 10, bytes.fromhex("0000010067015a"), {"data": {"sensor_data": {}}})
    assert (tracker.outcome, tracker.why) == ("no_codec", "a tracker of goods: none of the six uses")
