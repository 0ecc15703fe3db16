"""`vigie decode` and `vigie codecs`, as they are typed."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from chirpstack_events import body
from click.testing import CliRunner, Result

from vigie.deploy.cli import main
from vigie.deploy.operator_error import Exit
from vigie.deploy.payloads_given import Asked, asked_of_lines, payload_bytes
from vigie.streams.settings import Settings

ELSYS_2 = """
id = "elsys"
version = "2.0.0"
maker = "Elsys"
source = "written for this test"
licence = "Apache-2.0"
file = "elsys.js"

[fields]
temperature = { property = "air_temperature" }
humidity = { property = "relative_humidity" }
"""
JAVASCRIPT = """
function decodeUplink(input) {
  var data = {};
  for (i = 0; i < input.bytes.length; i++) {   // i leaks, as the maker's own does
    if (input.bytes[i] == 1) { data.temperature = (input.bytes[i + 1] << 8 | input.bytes[i + 2]) / 10 + SHIFT; i += 2; }
    else if (input.bytes[i] == 2) { data.humidity = input.bytes[i + 1]; i += 1; }
  }
  return { data: data };
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = tmp_path / "codecs" / "elsys-2"
    own.mkdir(parents=True)
    (own / "codec.toml").write_text(ELSYS_2, "utf-8")
    (own / "elsys.js").write_text(JAVASCRIPT.replace("SHIFT", "0.5"), "utf-8")
    return own.parent


def vigie(*words: str, folder: Path | None = None, language: str = "fr", stdin: bytes | None = None) -> Result:
    environment = {"VIGIE_LANGUAGE": language, "VIGIE_CODECS": str(folder or ""), "COLUMNS": "160"}
    return CliRunner().invoke(main, list(words), env=environment, input=stdin)


def test_a_payload_for_people():
    done = vigie("decode", "--model", "EM300-TH", "01755C 0367 3401 046865")
    assert done.exit_code == 0, done.output
    assert "EM300-TH · milesight-em300-th" in done.output
    assert "30,8\u202f°C" in done.output
    assert "humidité relative" in done.output
    english = vigie("decode", "--model", "EM300-TH", "AXVcA2c0AQRoZQ==", language="en")
    assert "30.8 °C" in english.output


def test_a_payload_for_machines():
    done = vigie("decode", "--codec", "elsys", "--port", "5", "0100e202290400270506", "--json")
    found = json.loads(done.output)
    assert [(one["property"], one["value"], one["unit"]) for one in found["readings"]] == [
        ("air_temperature", 22.6, "°C"), ("relative_humidity", 41.0, "%"), ("illuminance", 39.0, "lx")
    ]  # fmt: skip
    assert found["extras"]["motion"] == "6"
    assert found["codec"]["id"] == "elsys"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--codec", "elsys", "0100"), Exit.DIFFERENT, "truncated"),
        (("--codec", "elsys", "zz"), Exit.DIFFERENT, "neither hex digits nor base64"),
        (("--codec", "none-such", "00"), Exit.USAGE, "No codec is called"),
        (("--model", "EM300", "00"), Exit.USAGE, "EM300-TH"),
        (("0100e2",), 2, "--model or --codec"),
        ((), 2, "PAYLOAD"),
        (("--format", "none-such", "-"), Exit.USAGE, "chirpstack-v4"),
        (("--format", "chirpstack-v4", "/nowhere"), 2, "cannot be read"),
        (("--codec", "elsys", "--received-at", "hier", "00"), 2, "hier » n'est pas une date"),
    ],
)
def test_what_cannot_be_decoded_is_said(words, code, says):
    done = vigie("decode", *words, stdin=b"")
    assert done.exit_code == int(code), done.output
    assert says in done.output


def test_a_file_of_payloads(tmp_path: Path):
    csv = tmp_path / "payloads.csv"
    csv.write_text("Model;Payload;Port\nEM300-TH;01755c03673401046865;85\nERS;0100e2;5\nERS;0100;5\n", "utf-8-sig")
    done = vigie("decode", "--file", str(csv), "--json")
    lines = [json.loads(line) for line in done.output.splitlines()]
    assert [line.get("refused") for line in lines] == [None, None, "truncated"]
    assert lines[2]["where"] == f"{csv}, line 4"
    assert done.exit_code == int(Exit.DIFFERENT)
    jsonl = tmp_path / "payloads.jsonl"
    jsonl.write_text('{"codec": "elsys", "payload": "0100e2", "port": 5}\n', "utf-8")
    assert vigie("decode", "--file", str(jsonl)).exit_code == 0
    csv.write_text("model,port\nERS,5\n", "utf-8")
    assert "no payload" in vigie("decode", "--file", str(csv)).output


@pytest.mark.parametrize(
    "text",
    [
        "01755c", "01 75 5C", "01:75:5c", "01-75-5c", "0x01755c", "0X01755C", "0x01 0x75 0x5c", "0x01,0x75,0x5C",
        "01,75,5C", r"\x01\x75\x5c", "AXVc", " AXVc\n", "AXVcAA==", "AXVcAA", "AXVc_w",
    ],
)  # fmt: skip
def test_payloads_as_people_write_them(text: str):
    assert payload_bytes(text)[:3] == bytes.fromhex("01755c")


@pytest.mark.parametrize(
    "text", ["0175 5", "01755", "zz", "[1,117,92]", "1,117,92", "é", "0x", "01755c.", "AXVc!", "h'01'"]
)
def test_what_is_no_payload_is_not_guessed(text: str):
    with pytest.raises(ValueError, match=r"neither hex|odd number"):
        payload_bytes(text)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"model": "ERS", "payload": "0100e2"}\n[1]\n', "line 2 is '[1]', expected an object"),
        (b'{"model": "ERS", "payload": "0100e2"\n', "line 1 cannot be read as JSON"),
        (b"[" * 100_000, "cannot be read as JSON"),
        (b"\xff\xfe\x00m", "is no text in UTF-8"),
        (b"", "holds no payloads"),
        ("model;payload;port\nERS;0100e2;²\n".encode(), "expected 0 to 255"),
        (b"model;payload;port\nERS;0100e2;-1\n", "expected 0 to 255"),
        (b"model,payload,received_at\nERS,0100e2,hier\n", "line 2: « hier » n'est pas une date"),
        (b"model,payload\n" + b'"' + b"x" * (1 << 24) + b'x"\n', "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_none_is_a_sentence(tmp_path: Path, content: bytes, says: str):
    path = tmp_path / "payloads"
    path.write_bytes(content)
    done = vigie("decode", "--file", str(path))
    assert done.exit_code == int(Exit.USAGE), done.output
    assert says in done.output.replace("\n", " ")


def test_a_row_that_cannot_be_decoded_takes_no_other_with_it(tmp_path: Path):
    path = tmp_path / "payloads.json"
    rows = [{"model": "none-such", "payload": "01"}, {"payload": "01"}, {"codec": "none-such", "payload": "01"}]
    rows += [{"model": "ERS", "payload": ""}, {"model": "ERS", "payload": "00" * 70_000}][1:]
    path.write_text(json.dumps([*rows, {"model": "ERS", "payload": "0100e2"}]), "utf-8")
    done = vigie("decode", "--file", str(path), "--json")
    found = [json.loads(line) for line in done.output.splitlines()]
    assert [line.get("refused") for line in found] == ["no_codec", "no_codec", "no_codec", "too_large", None]
    assert found[4]["where"] == f"{path}, entry 5"


def test_each_row_may_have_its_own_reception(tmp_path: Path):
    path = tmp_path / "payloads.csv"
    path.write_text("codec,payload,received_at\nat,01,2026-03-02 08:00\n", "utf-8")
    settings = replace(Settings(), timezone="Europe/Paris")
    (one,) = asked_of_lines(path, Asked(received_at=5), settings)
    assert one.received_at == 1772434800000


def test_a_file_asks_one_worker_for_all_of_its_payloads(tmp_path: Path, folder: Path):
    vigie("codecs", "promote", "elsys", "2.0.0", folder=folder)
    path = tmp_path / "payloads.csv"
    path.write_text("codec,payload\n" + "elsys,0100e2\n" * 300, "utf-8")
    started = time.monotonic()
    done = vigie("decode", "--file", str(path), "--json", folder=folder)
    assert time.monotonic() - started < 10, "a worker process for each would take a minute"
    assert len(done.output.splitlines()) == 300
    assert '"version": "2.0.0"' in done.output


def test_nothing_that_a_payload_says_reaches_the_terminal_as_a_command(folder: Path):
    (folder / "elsys-2" / "elsys.js").write_text(
        "function decodeUplink(i) { return { data: { note: '\\u001b[2J\\u0007', '\\u001b[31m': 1 } } }", "utf-8"
    )
    vigie("codecs", "promote", "elsys", "2.0.0", folder=folder)
    done = vigie("decode", "--codec", "elsys", "01", folder=folder)
    assert done.exit_code == 0, done.output
    assert not set(done.output) & {"\x1b", "\x07"}


def test_a_message_of_a_network_server():
    done = vigie("decode", "--format", "chirpstack-v4", "-", "--json", stdin=body())
    found = json.loads(done.output)
    assert (found["device"], found["f_cnt"], found["payload"]) == ("eui:24e124136b000001", 7, "01755c")
    assert found["radio"]["gateways"][0]["rssi_dbm"] == -97
    assert found["readings"][0]["property"] == "battery_level"


def test_the_list_says_versions_makers_licences_and_states(folder: Path):
    done = vigie("codecs", "list", "--json", folder=folder)
    found = {(one["id"], one["version"]): one for one in map(json.loads, done.output.splitlines())}
    assert found["elsys", "2.0.0"]["runner"] == "javascript"
    assert len(found["elsys", "2.0.0"]["hash"]) == 16
    (active,) = [one for one in found.values() if one["id"] == "elsys" and one["state"] == "active"]
    assert active["runner"] == "native", "what is on the shelf is not active by being there"
    assert "Decentlab" not in vigie("codecs", "list", "--maker", "elsys", folder=folder).output


def test_a_version_is_promoted_and_decodes(folder: Path):
    assert vigie("codecs", "shadow", "elsys", "2.0.0", folder=folder).exit_code == 0
    done = vigie("codecs", "promote", "elsys", "2.0.0", "--json", folder=folder)
    assert json.loads(done.output)["version"] == "2.0.0"
    found = json.loads(vigie("decode", "--codec", "elsys", "0100e20229", "--json", folder=folder).output)
    assert found["codec"]["version"] == "2.0.0"
    assert [one["value"] for one in found["readings"]] == [23.1, 41.0]
    before = json.loads(vigie("codecs", "list", "--json", "--maker", "elsys", folder=folder).output.splitlines()[0])
    assert vigie("codecs", "promote", "elsys", before["version"], folder=folder).exit_code == 0
    refused = vigie("codecs", "promote", "elsys", "7", folder=folder)
    assert (refused.exit_code, "There is no elsys '7'" in refused.output) == (int(Exit.USAGE), True)


def test_off_and_a_version_is_refused(folder: Path):
    done = vigie("codecs", "shadow", "elsys", "2.0.0", "--off", folder=folder)
    assert done.exit_code == int(Exit.USAGE)
    assert "--off" in done.output
    assert not (folder / "active.toml").exists()


def test_every_codec_is_held_to_its_own_vectors():
    done = vigie("codecs", "test", "--json")
    assert done.exit_code == 0, done.output[:2000]
    assert json.loads(done.output)["outcomes"]["equal"] > 700


EXAMPLES = [
    {"vendor": "elsys", "codec": "ers", "index": 0, "fport": 5, "bytes_hex": "0100e20229", "file": "ers.js",
     "output": {"data": {"temperature": 22.6, "humidity": 41}}},
    {"vendor": "nobody", "codec": "x", "index": 0, "bytes_hex": "00", "output": {"data": {}}},
]  # fmt: skip


def test_published_examples_are_compared(tmp_path: Path):
    path = tmp_path / "vectors.json"
    path.write_text(json.dumps(EXAMPLES), "utf-8")
    done = vigie("codecs", "test", str(path), "--json")
    assert (done.exit_code, json.loads(done.output)["outcomes"]) == (0, {"equal": 1, "no_codec": 1})
    assert "no native codec for nobody/x" in vigie("codecs", "test", str(path)).output
    wrong = json.loads(json.dumps(EXAMPLES))
    wrong[0]["output"]["data"]["temperature"] = 22.7
    path.write_text("\n".join(map(json.dumps, wrong)), "utf-8")
    done = vigie("codecs", "test", str(path))
    assert done.exit_code == int(Exit.DIFFERENT)
    assert "air_temperature is 22.6, the maker's 22.7" in done.output
    path.write_text("{", "utf-8")
    assert "cannot be read as JSON" in vigie("codecs", "test", str(path)).output
    path.write_text('[{"vendor": "x"}]', "utf-8")
    assert "example 0" in vigie("codecs", "test", str(path)).output


@pytest.mark.parametrize("place", ["elsys/ers.js", "vendor/elsys/ers.js", "vendors/elsys/codecs/ers.js", "ers.js"])
def test_makers_own_files_are_found_as_their_collections_name_them(tmp_path: Path, place: str):
    path, script = tmp_path / "vectors.json", tmp_path / "makers" / place
    path.write_text(json.dumps(EXAMPLES[:1]), "utf-8")
    script.parent.mkdir(parents=True)
    script.write_text(JAVASCRIPT.replace("SHIFT", "0"), "utf-8")
    other = tmp_path / "makers" / "other" / "y.js"
    other.parent.mkdir()
    other.write_text("", "utf-8")
    done = vigie("codecs", "test", str(path), "--javascript", str(tmp_path / "makers"), "--json")
    assert (done.exit_code, json.loads(done.output)["outcomes"]) == (0, {"equal": 1})
    script.write_text(JAVASCRIPT.replace("SHIFT", "1"), "utf-8")
    done = vigie("codecs", "test", str(path), "--javascript", str(tmp_path / "makers"))
    assert (done.exit_code, "data.temperature is 23.6, expected 22.6" in done.output) == (int(Exit.DIFFERENT), True)
    script.unlink()
    done = vigie("codecs", "test", str(path), "--javascript", str(tmp_path / "makers"))
    assert "has no ers.js of elsys" in done.output
