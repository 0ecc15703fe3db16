"""A codec folder: its papers, and the sentence where they cannot be used."""

from hashlib import sha256

import pytest

from vigie.codecs.decoder import Runner as RunBy
from vigie.codecs.decoder import Vector
from vigie.codecs.javascript.codec_file import CodecFile, CodecFileError
from vigie.topics.reason import Undecodable

AT = 1_795_600_800_123
SCRIPT = (
    "function decodeUplink(i) { if (!i.bytes.length) throw 1; return { data: { t: i.bytes[0] / 10, door: 'open' } } }"
)
TABLES = """
[fields]
t = { property = "air_temperature" }
door = { extra = "door" }

[[vector]]
payload = "d7"
readings = [["air_temperature", 0, 21.5]]

[[vector]]
payload = ""
f_port = 2
reason = "codec_failed"
"""


def test_its_papers_are_those_of_every_uplink_it_decodes(write_codec, runner):
    folder = write_codec(SCRIPT, TABLES, id="ours-door", version="1.2", models=["D1", "D2"], licence="MIT")
    file = CodecFile.read(folder)
    codec = file.codec(runner)
    assert (codec.id, codec.version, codec.maker, codec.licence) == ("ours-door", "1.2", "Ours", "MIT")
    assert codec.runner is RunBy.JAVASCRIPT
    assert codec.hash == sha256(SCRIPT.encode()).hexdigest()[:16]
    assert codec.file == str(folder / "x.js")
    assert codec.properties == ("air_temperature",)
    assert codec.extras == ("door",)
    assert file.models == ("D1", "D2")
    assert codec.vectors == (
        Vector(payload="d7", readings=(("air_temperature", 0, 21.5),)),
        Vector(payload="", f_port=2, reason="codec_failed"),
    )
    assert codec.decode(b"\xd7", 1, AT).readings[0].value == 21.5
    (one, other) = codec.batch([(b"\xd7", 1, AT), (b"", 2, AT)])
    assert one.extras == {"door": "open"}
    assert isinstance(other, Undecodable)
    assert other.reason.value == codec.vectors[1].reason


def test_what_is_evaluated_after_the_file_counts_in_its_hash(write_codec, runner):
    folder = write_codec("function read(bytes) { return { t: bytes[0] } }", TABLES, after="after.js")
    (folder / "after.js").write_text("function decodeUplink(input) { return { data: read(input.bytes) } }")
    one = CodecFile.read(folder).codec(runner)
    assert one.decode(b"\x05", 1, AT).readings[0].value == 5
    (folder / "after.js").write_text("function decodeUplink(input) { return { data: read([9]) } }")
    other = CodecFile.read(folder).codec(runner)
    assert other.hash != one.hash
    assert other.decode(b"\x05", 1, AT).readings[0].value == 9
    assert one.decode(b"\x05", 1, AT).readings[0].value == 5, "a codec in use is the one that was read"


def test_an_older_file_in_latin_1(write_codec, runner):
    folder = write_codec("")
    (folder / "x.js").write_bytes(b"// temp\xe9rature\nfunction Decoder(b, p) { return { n: p } }")
    assert CodecFile.read(folder).codec(runner).decode(b"1", 7, AT).extras == {"n": "7"}


@pytest.mark.parametrize(
    ("papers", "tables", "why"),
    [
        ({"id": None}, "", "id"),
        ({"version": 2}, "", "Expected `str`"),
        ({"licence": ""}, "", "licence is '', expected a text"),
        ({"colour": "red"}, "", "colour"),
        ({"file": "absent.js"}, "", "file names 'absent.js', which cannot be read: No such file"),
        ({"file": "../ours/x.js"}, "", "expected the name of a file beside it"),
        ({"after": "/etc/passwd"}, "", "expected the name of a file beside it"),
        ({"style": "ts14"}, "", "style is 'ts14', expected ts013 or decoder"),
        ({"recv_time": "number"}, "", "recv_time is 'number', expected date or text"),
        ({}, "[fields]\nt = { property = 'warmth' }", "warmth"),
        ({}, "[fields]\nt = {}", "t says neither"),
        ({}, "[fields]\nt = { property = 'air_temperature', channel = 40000 }", "channel of t is 40000"),
        ({}, "[fields]\nt = { property = 'air_temperature', factor = inf }", "not finite"),
        ({}, "[lists.h]\ntime = 't'\ntime_format = 'minutes'\n[lists.h.fields]", "minutes"),
        ({}, "[[vector]]\npayload = 'xyz'", "vector 1: payload is 'xyz', expected hexadecimal digits"),
        ({}, "[[vector]]\npayload = ''\nreason = 'tired'", "vector 1: reason is 'tired'"),
        ({}, "[[vector]]\npayload = ''\nreadings = [['warmth', 0, 1.0]]", "'warmth' is no property"),
        ({}, "[fields", "is not TOML"),
    ],
)
def test_papers_that_cannot_be_used(write_codec, papers, tables, why):
    folder = write_codec("var a", tables, **papers)
    with pytest.raises(CodecFileError) as caught:
        CodecFile.read(folder)
    assert why in str(caught.value)
    assert str(folder / "codec.toml") in str(caught.value)


def test_a_folder_without_papers(tmp_path):
    with pytest.raises(CodecFileError, match=r"codec.toml cannot be read: No such file"):
        CodecFile.read(tmp_path)


def test_a_file_that_is_too_large(write_codec):
    folder = write_codec("//" + "x" * 4_000_000)
    with pytest.raises(CodecFileError, match="at most 4000000 are read"):
        CodecFile.read(folder)
