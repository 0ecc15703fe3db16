"""Data of numbers that comes packed says the same as data that comes whole."""

import pytest

from vigie.codecs.decoder import Decoded
from vigie.codecs.javascript.answers import Packed, read_answers
from vigie.codecs.javascript.codec_file import CodecFile
from vigie.topics.reason import Undecodable

AT = 1_795_600_800_123
DRESSED = """
function decodeUplink(input) {
    var b = input.bytes, data = { version: 2, level: { displayName: "Level", value: b[1] / 8, unit: "mm" },
        battery: { displayName: "Battery", value: b[1] / 100, unit: b[0] === 1 ? "mV" : "V" },
        count: { displayName: "Count", value: b[1] } };
    if (b[0] === 2) data.more = { displayName: "More", value: -b[1], unit: "%" };
    if (b[0] === 3) data.level.value = NaN;
    if (b[0] === 4) data.level.value = null;
    if (b[0] === 5) data.level.value = "full";
    if (b[0] === 6) delete data.battery;
    if (b[0] === 7) data.list = [1, 2];
    if (b[0] === 8) data.flag = true;
    if (b[0] === 9) return { data: data, warnings: ["w"] };
    if (b[0] === 10) return { data: data, errors: ["e"] };
    if (b[0] === 11) return { data: {} };
    if (b[0] === 12) return { data: null };
    if (b[0] === 13) data.toJSON = function () { return { other: 1 }; };
    if (b[0] === 14) data.level.toJSON = function () { return 9; };
    if (b[0] === 15) { delete data.level; data = { level: 5, 7: 1, battery: { value: 1e300, unit: "V" }, 3: 2 }; }
    if (b[0] === 16) data.nothing = undefined;
    if (b[0] === 17) throw new Error("no");
    if (b[0] === 18) data = [1, 2];
    return { data: data };
}
"""
TABLES = """
[fields]
level = { property = "distance", unit = "mm" }
battery = { property = "battery_voltage", factor = 1000, unit = "V" }
count = { property = "distance", channel = 1, words = { "7" = 70 } }
more = { property = "distance", channel = 1 }
version = { ignored = "checked, not told" }
"""


@pytest.fixture
def both(write_codec, runner):
    """What a batch says, beside the same payloads each in a context that has not yet seen a long name."""

    def of(payloads):
        file = CodecFile.read(write_codec(DRESSED, TABLES))
        codec = file.codec(runner)
        codec.decode(b"\x00\x01", 1, AT)  # the first one tells of the long names
        packed = codec.batch([(payload, 1, AT) for payload in payloads])
        plain = []
        for place, payload in enumerate(payloads):
            fresh = CodecFile.read(write_codec(DRESSED + f"// {place}", TABLES)).codec(runner)
            plain += fresh.batch([(payload, 1, AT)])
        return packed, plain

    return of


def said(one):
    if isinstance(one, Undecodable):
        return one.reason, one.message
    assert isinstance(one, Decoded)
    return sorted((r.property, r.channel, r.value) for r in one.readings), one.extras, one.warnings, one.dated


def test_packed_and_whole_say_the_same(both):
    payloads = [bytes([kind, number]) for number in (7, 3) for kind in (*range(19), *range(18, -1, -1), 0, 0, 2, 2)]
    packed, plain = both(payloads)
    assert [said(one) for one in packed] == [said(one) for one in plain]
    assert sum(isinstance(one, Decoded) for one in packed) > 40


def test_numbers_with_long_names_do_come_packed(write_codec, runner):
    file = CodecFile.read(write_codec(DRESSED, TABLES))
    found = {}
    for _ in range(2):
        runner.run(file.script, [(bytes([0, number]), 1, AT) for number in range(100)], found.__setitem__)
    assert all(isinstance(one, Packed) for one in found.values())
    assert found[99].shape.names == ["version", "level", "battery", "count"]
    assert found[99].shape.units == [None, "mm", "V", None]
    assert found[99].values == [2, 12.375, 0.99, 99]


@pytest.mark.parametrize(
    "text",
    [b"", b"[", b"{}", b"[1,2]", b'[{"values":[1]}]', b'[{"values":[1],"names":["a","b"],"units":[null,null]}]',
     b"[" * 5000 + b"]" * 5000],
)  # fmt: skip
def test_what_is_no_answer_to_one_payload(text):
    assert read_answers(text, 1) is None
