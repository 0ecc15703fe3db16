"""Every codec and envelope gives what its own vectors say, and two files never claim one name."""

import inspect
import re
from dataclasses import replace
from pathlib import Path

import pytest

from vigie.codecs import registry
from vigie.codecs.registry import RegisteredTwiceError, codecs, envelopes, register_codec, register_envelope
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Undecodable

DOCS = (Path(__file__).resolve().parents[2] / "docs/codecs.md").read_text("utf-8")
RECEIVED_AT = 1_795_424_400_000
VECTORS = [(codec, vector) for codec in codecs().values() for vector in codec.vectors]
ids = [f"{codec.id}-{vector.payload[:24]}" for codec, vector in VECTORS]


@pytest.mark.parametrize(("codec", "vector"), VECTORS, ids=ids)
def test_a_vector_gives_what_it_says(codec, vector):
    payload = bytes.fromhex(vector.payload)
    if vector.reason:
        with pytest.raises(Undecodable) as caught:
            codec.decode(payload, vector.f_port, RECEIVED_AT)
        assert caught.value.reason.value == vector.reason
        assert caught.value.message[0].isupper()
        return
    readings = codec.decode(payload, vector.f_port, RECEIVED_AT).readings
    found = {(PROPERTIES[one.property].name, one.channel): one.value for one in readings}
    assert len(found) == len(readings), "two readings of one property and channel"
    for name, channel, value in vector.readings:
        assert found[name, channel] == pytest.approx(value, rel=1e-12)
    assert len(found) == len(vector.readings)
    own = int.from_bytes(payload[2:6], "little") * 1000 if payload[:2] == b"\x20\xce" else None
    assert {one.observed_at for one in readings} == {own}


@pytest.mark.parametrize("codec", codecs().values(), ids=lambda codec: codec.id)
def test_a_codec_stands_in_the_page_with_what_it_reads(codec):
    row = next((line for line in DOCS.splitlines() if line.startswith(f"| `{codec.id}` |")), "")
    assert row, f"docs/codecs.md has no line for {codec.id}"
    named = {name for vector in codec.vectors for name, _, _ in vector.readings}
    assert [name for name in named if not re.search(rf"\b{name}\b", row)] == []


def test_the_page_names_no_codec_that_is_not_there():
    named = set(re.findall(r"^\| `((?:milesight|decentlab|elsys)[\w-]*)` \|", DOCS, flags=re.MULTILINE))
    assert named == set(codecs())


@pytest.mark.parametrize("form", envelopes())
def test_an_envelope_says_its_source_and_stands_in_the_page(form):
    module = inspect.getmodule(envelopes()[form])
    assert "Source:" in (inspect.getdoc(module) or "")
    assert f"| `{form}` |" in DOCS


@pytest.mark.parametrize("codec", codecs().values(), ids=lambda codec: codec.id)
def test_the_source_file_says_where_the_layout_is_documented(codec):
    assert "\nSource: " in Path(codec.file).read_text("utf-8")


def test_two_files_cannot_register_one_codec():
    known = codecs()["elsys"]
    with pytest.raises(RegisteredTwiceError) as caught:
        register_codec(replace(known, file="", hash=""))
    assert known.file in str(caught.value)
    assert __file__ in str(caught.value)
    assert registry.codecs()["elsys"] is known


def test_two_files_cannot_register_one_envelope():
    with pytest.raises(RegisteredTwiceError) as caught:
        register_envelope("chirpstack-v4", lambda _body, _event: None)
    assert "chirpstack_v4.py" in str(caught.value)
    assert __file__ in str(caught.value)
