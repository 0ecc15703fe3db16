"""Every codec and envelope gives what its own vectors say, and two files never claim one name."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from vigie.codecs import registry
from vigie.codecs.registry import RegisteredTwiceError, codecs, envelopes, register_codec, register_envelope
from vigie.topics.property import BY_NAME, PROPERTIES
from vigie.topics.reason import Undecodable

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
    assert len({(one.property, one.channel, one.observed_at) for one in readings}) == len(readings), "said twice"
    found = sorted((PROPERTIES[one.property].name, one.channel, one.value) for one in readings)
    expected = sorted(vector.readings)
    assert [one[:2] for one in found] == [one[:2] for one in expected]
    assert [one[2] for one in found] == pytest.approx([one[2] for one in expected], rel=1e-12)
    if codec.maker == "Milesight" and payload[:2] == b"\x20\xce":
        assert {one.observed_at for one in readings} == {int.from_bytes(payload[2:6], "little") * 1000}


@pytest.mark.parametrize("envelope", envelopes().values(), ids=lambda envelope: envelope.form)
def test_an_envelope_says_its_source_and_whether_it_was_written_against_a_real_message(envelope):
    assert "Source:" in (ast.get_docstring(ast.parse(Path(envelope.file).read_text("utf-8"))) or "")
    assert envelope.source
    assert envelope.title
    assert envelope.sample in ("real", "documentation")
    assert len(envelope.hash) == 16


@pytest.mark.parametrize("codec", codecs().values(), ids=lambda codec: codec.id)
def test_a_codec_gives_no_property_that_it_does_not_name(codec):
    named = {name for vector in codec.vectors for name, _, _ in vector.readings}
    assert named <= set(codec.properties) <= set(BY_NAME)
    assert codec.maker


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
        register_envelope(replace(envelopes()["chirpstack-v4"], file="", hash=""))
    assert "chirpstack_v4.py" in str(caught.value)
    assert __file__ in str(caught.value)
