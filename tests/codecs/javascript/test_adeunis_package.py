"""A maker's real codec, as the maker publishes it: @adeunis/codecs from npm, by its own examples.

The package is CommonJS for Node.js with its Buffer, and knows no TS013: a few lines after it call its functions.
Its examples are its own unit tests, which it ships: payload, parser, and what each field shall be.
"""

import json
import re

import pytest

from vigie.codecs.javascript.codec_file import CodecFile
from vigie.codecs.javascript.try_file import Trial
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable

AT = 1_795_600_800_123
BY_PARSER = """
function decodeUplink(input) {
    var one = JSON.parse(String.fromCharCode.apply(null, input.bytes));
    var content = new codec[one.parser]().parseFrame(
        Buffer.from(one.payload, "hex"), Buffer.from(one.configuration, "hex"), one.network, one.device);
    return { data: content };
}"""
BY_DEVICE = """
function decodeUplink(input) {
    var decoder = new codec.Decoder();
    decoder.setDeviceType("%s");
    var hex = input.bytes.map(function (one) { return ("0" + one.toString(16)).slice(-2); }).join("");
    var content = decoder.decode(hex);
    var read = !content.error && content.type !== "Unsupported" && content.type !== "Invalid";
    return read ? { data: content } : { errors: [content.error || content.type] };
}"""

_IT = re.compile(r"\bit\('((?:[^'\\]|\\.)*)',.*?(?=\n  it\(|\n}\);|\Z)", re.DOTALL)
_TEXT = r"((?:'[^']*'[\s+]*)+)"
_CALL = re.compile(
    r"parseFrame\(\s*Buffer\.from\((?:payloadString|" + _TEXT + r"), 'hex'\),\s*"
    r"Buffer\.from\((?:(\w+)|" + _TEXT + r")(?:, 'hex')?\)((?:,\s*'\w+')*)\s*\)"
)
_EXPECT = re.compile(r"expect\(content((?:\.\w+|\['[^']+'\]|\[\d+\])*)\)\.to\.equal\(\s*(.+?)\s*\);", re.DOTALL)
_STEP = re.compile(r"\.(\w+)|\['([^']+)'\]|\[(\d+)\]")


def joined(text):
    return "".join(re.findall(r"'([^']*)'", text))


def examples(package):
    """(name, what to call, what shall come out) of the package's own tests."""
    for path in sorted(package.glob("src/products/**/*.parser.spec.ts")):
        text = path.read_text("utf-8")
        parser = re.search(r"= new codec\.(\w+)\(", text)
        for case in _IT.finditer(text) if parser else ():
            body = case.group(0)
            named = dict(re.findall(r"const (\w+) =\s*" + _TEXT, body))
            call = _CALL.search(body)
            if call is None or body.count("parseFrame(") != 1:
                continue
            literal, configuration, empty, rest = call.groups()
            network, device = [*re.findall(r"'(\w+)'", rest), None, None][:2]
            asked = {
                "parser": parser.group(1),
                "payload": joined(literal or named.get("payloadString", "")),
                "configuration": joined(named.get(configuration, "")) if configuration else joined(empty),
                "network": network,
                "device": device,
            }
            expected = [
                (steps, value)
                for steps, value in _EXPECT.findall(body)
                if re.fullmatch(r"-?[\d.]+|true|false|'[^'\\]*'", value)
            ]
            yield f"{path.parent.name}/{path.name} {case.group(1)}", asked, expected


def at_path(data, steps):
    for name, key, place in _STEP.findall(steps):
        if (name or key) == "length" and isinstance(data, list):
            data = len(data)
        else:
            data = data[int(place)] if place else data[name or key]
    return data


def test_its_own_examples(adeunis, runner):
    trial = Trial(adeunis / "dist/index.js", runner, after=BY_PARSER)
    cases = list(examples(adeunis))
    found = trial.run_many([(json.dumps(asked).encode(), 1, None) for _, asked, _ in cases])
    checked, wrong = 0, []
    for (name, asked, expected), raw in zip(cases, found, strict=True):
        if "data" not in raw:
            wrong.append((name, asked, raw))
            continue
        for steps, value in expected:
            should = value[1:-1] if value.startswith("'") else json.loads(value)
            try:
                given = at_path(raw["data"], steps)
            except (KeyError, IndexError, TypeError) as error:
                given = error
            checked += 1
            if given != should:
                wrong.append((name, steps, given, should))
    assert not wrong
    assert (len(cases), checked) == (181, 1240)


@pytest.fixture
def by_device(adeunis, write_codec, runner):
    def of(device, tables):
        folder = write_codec((adeunis / "dist/index.js").read_text("utf-8"), tables, folder=device, id=device,
                             version="1.6.1", maker="Adeunis", licence="MIT", after="after.js")  # fmt: skip
        (folder / "after.js").write_text(BY_DEVICE % device)
        return CodecFile.read(folder).codec(runner)

    return of


def read(decoded):
    return [(PROPERTIES[one.property].name, one.channel, one.value) for one in decoded.readings]


def test_its_comfort_sensor_in_our_words(by_device):
    tables = """
    [fields]
    type = { ignored = "the kind of frame" }
    "temperature.values.0" = { property = "air_temperature" }
    "humidity.values.0" = { property = "relative_humidity" }
    """
    codec = by_device("comfort", tables)
    found = codec.decode(bytes.fromhex("4c2000c51f00c72000c82100ca2200cc2300cd24"), 1, AT)
    assert read(found) == [("air_temperature", 0, 19.7), ("relative_humidity", 0, 31.0)]
    assert found.extras["temperature.values.5"] == "20.5"
    with pytest.raises(Undecodable, match="Unsupported") as caught:
        codec.decode(b"\xff\x00", 1, AT)
    assert caught.value.reason is Reason.CODEC_FAILED


def test_its_linky_reader_in_our_words(by_device):
    tables = """
    [fields]
    ISOUSC = { extra = "subscribed_current_a" }
    HCHP = { property = "active_energy_index", channel = 1, unit = "Wh" }
    HCHC = { property = "active_energy_index", channel = 2, unit = "Wh" }
    """
    payload = "494030323137323830333138313948432e2e800000000000002d000000000000000000000000000000000000000048502e2e"
    found = by_device("ticCbeLinkyMono", tables).decode(bytes.fromhex(payload), 1, AT)
    assert read(found) == [("active_energy_index", 2, 0.0), ("active_energy_index", 1, 0.0)]
    assert found.extras["ADCO"] == "021728031819"
    assert found.extras["subscribed_current_a"] == "45"
