"""The sources file: what is wrong is told with its line, secrets are never shown, the example is one that works."""

import re
import socket
from pathlib import Path

import asyncssh
import msgspec
import pytest

from vigie.codecs.layout import Layout
from vigie.streams import sources
from vigie.streams.connector import Secret, connectors
from vigie.streams.sources import SourcesError, load

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "deploy/sources.example.toml"
GOOD = """\
# sources of the town

[[source]]
name = "ville"
kind = "mqtt"
net = "lora"
format = "chirpstack-v4"
host = "lns.example"
topic = "application/+/device/{device}/event/{event}"

[[source]]
name = "tts"
kind = "http"
net = "lora"
format = "chirpstack-v4"
token_file = "tts.token"

[[source]]
name = "own"
kind = "kafka"
net = "nbiot"
format = "chirpstack-v4"
network = "chirpstack-nb"
model = "M"
layout = "station"

[[layout]]
name = "station"
time = "Date"
columns = [
  { name = "Hauteur", property = "water_depth", factor = 0.01 },
]
"""


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "sources.toml"
    file.write_text(text)
    return file


def refused(tmp_path: Path, text: str, **options: bool) -> tuple[int, str]:
    """The line and the sentence."""
    with pytest.raises(SourcesError) as error:
        load(write(tmp_path, text), **options)
    said = str(error.value)
    found = re.match(rf"{tmp_path}/sources.toml, line (\d+): (.*)", said)
    assert found, said
    return int(found[1]), found[2]


def test_a_good_file_is_read(tmp_path):
    found = load(write(tmp_path, GOOD))
    assert [source.name for source in found.sources] == ["ville", "tts", "own"]
    assert isinstance(found.layouts["station"], Layout)
    assert found.of_kind("http")[0].name == "tts"
    assert load(None).sources == ()


def test_what_a_network_server_writes_itself_is_declared_by_topic(tmp_path):
    found = load(write(tmp_path, GOOD))
    declared = found.declared("raw.nbiot")
    assert (declared.connector, declared.format, declared.network) == ("kafka", "chirpstack-v4", "chirpstack-nb")
    assert (declared.hints.source, declared.hints.model) == ("own", "M")
    assert declared.hints.layout is found.layouts["station"]
    assert found.declared("raw.lora") is None, "a source that is received declares nothing"


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('net = "lora"\nformat', 'net = "lorawan"\nformat', 6, "net: Invalid enum value 'lorawan'"),
        ('kind = "mqtt"', 'kind = "mqtx"', 5, "expected kind = one of coap, folder, http, kafka, mqtt"),
        ('kind = "mqtt"\n', "", 3, "expected kind = one of"),
        ('host = "lns.example"\n', "", 3, "missing required field `host`"),
        ('host = "lns.example"', 'hots = "lns.example"', 8, "unknown field `hots`"),
        ('host = "lns.example"', "host = 7", 8, "host: Expected `str`, got `int`"),
        ('host = "lns.example"', 'host = "h"\nport = 99999', 9, "port: Expected `int` <= 65535"),
        ('host = "lns.example"', 'host = "h"\nqos = 2', 9, "qos: Invalid enum value 2"),
        ("event/{event}", "event/{what}", 9, "topic: expected {device} and {event}".removeprefix("topic: ")),
        ("event/{event}", "event/x{event}", 9, "expected +, #, {device} and {event} as whole levels"),
        ('format = "chirpstack-v4"\nhost', 'format = "chirpstack-v5"\nhost', 7, "expected format = one of"),
        (
            'format = "chirpstack-v4"\ntoken_file',
            'format = "logger-csv"\ntoken_file',
            15,
            "expected layout = the name of",
        ),
        ('name = "tts"', 'name = "TTS"', 12, "name: Expected `str` matching regex"),
        ('name = "tts"', 'name = "ville"', 12, "two [[source]] have the name 'ville'"),
        ('token_file = "tts.token"\n', "", 12, "expected one of token, user with password, signing_key"),
        ('token_file = "tts.token"', 'token = "pl4in-s3cret"', 16, 'token: Expected "env:NAME"'),
        ('token_file = "tts.token"', 'token = "env:VIGIE_TOKEN"', 16, 'token: Expected "env:NAME"'),
        ('token_file = "tts.token"', 'user = "x"', 16, "expected user and password together"),
        ('layout = "station"', 'layout = "statoin"', 25, "no [[layout]] has the name 'statoin'"),
        ('property = "water_depth"', 'property = "depth"', 30, "columns: column 'Hauteur': the catalogue has no"),
        (
            '[[layout]]\nname = "station"',
            '[[layout]]\nname = "station"\nseparatr = ";"',
            29,
            "unknown field `separatr`",
        ),
        ("# sources of the town", "[sources]", 1, "'sources' is unknown"),
        ('host = "lns.example"', 'host = "h"\nmodel = "x\\u0000y"', 9, "model: expected no control characters"),
        ('topic = "application', 'topic = "$share/g/application', 9, "expected the topic alone; group names"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, old, new, line, told):
    assert old in GOOD
    found, sentence = refused(tmp_path, GOOD.replace(old, new, 1))
    assert told in sentence
    assert found == line, sentence
    assert "pl4in-s3cret" not in sentence


def test_text_that_is_no_toml_is_told_with_its_line(tmp_path):
    with pytest.raises(SourcesError, match=r"sources.toml \(VIGIE_SOURCES\) is not TOML: .*line 2"):
        load(write(tmp_path, "[[source]]\nname = ville\n"))
    with pytest.raises(SourcesError, match="cannot be read: No such file"):
        load(tmp_path / "nothing.toml")
    (tmp_path / "latin").write_bytes(b"# \xe9")
    with pytest.raises(SourcesError, match="cannot be read: it is not UTF-8"):
        load(tmp_path / "latin")


def test_two_sources_cannot_declare_one_topic(tmp_path):
    second = GOOD[GOOD.index('[[source]]\nname = "own"') :].replace('"own"', '"two"').partition("[[layout]]")[0]
    line, sentence = refused(tmp_path, second + GOOD)
    assert "two [[source]] have the topic 'raw.nbiot'" in sentence
    assert line > 10


POLL = """
[[source]]
name = "hubeau"
kind = "poll"
net = "cellular"
format = "hubeau"
shape = "hubeau"
items = ["A"]
"""


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ('since = "2026-13-45"', "expected a date such as 2026-11-01: month must be in 1..12"),
        ('url = "http://["', "expected an address such as"),
        ('url = "https://api.example:99999"', "expected an address such as"),
        ('url = "https://me:s3cret@api.example"', "expected an address such as"),
        ('url = "https://api.example/v2?key=s3cret"', "expected an address such as"),
    ],
)
def test_an_address_or_a_date_that_is_none_is_told_before_it_is_asked_for(tmp_path, added, told):
    line, sentence = refused(tmp_path, POLL + added + "\n")
    assert (line, told in sentence) == (9, True), sentence
    assert "s3cret" not in sentence


MQTT = GOOD[: GOOD.index('[[source]]\nname = "tts"')]
UDP = '[[source]]\nname = "a"\nkind = "udp"\nnet = "nbiot"\nformat = "milesight-nb"\nport = {port}\n'


def test_two_sources_of_one_session_or_port_are_refused(tmp_path):
    one = MQTT + 'client_id = "same"\n'
    assert refused(tmp_path, one + one.replace('"ville"', '"other"')) == (
        22, "two [[source]] have the client_id 'same at lns.example:1883': change one",
    )  # fmt: skip
    load(write(tmp_path, one + one.replace('"ville"', '"other"').replace("lns.example", "lns2.example")))
    two = UDP.format(port=5030) + UDP.format(port=5030).replace('"a"', '"b"').replace('"udp"', '"coap"')
    line, sentence = refused(tmp_path, two + 'allow = ["10.0.0.0/8"]\n')
    assert (line, sentence) == (12, "two [[source]] have the port 'UDP 127.0.0.1:5030': change one")


def test_what_cannot_be_read_or_listened_on_is_told_to_receive_and_to_nobody_else(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        text = UDP.format(port=other.getsockname()[1])
        load(write(tmp_path, text))
        line, sentence = refused(tmp_path, text, secrets=True)
        assert (line, "nothing can listen on UDP 127.0.0.1:" in sentence) == (6, True), sentence
    load(write(tmp_path, text), secrets=True)
    assert refused(tmp_path, text + 'host = "203.0.113.7"\n', secrets=True)[0] == 7
    (tmp_path / "no.pem").write_text("no certificate")
    for key in ("ca", "certificate"):
        for file, told in (("nowhere.pem", "cannot be read (No such file"), ("no.pem", "cannot be read (")):
            text = f'{MQTT}{key} = "{tmp_path}/{file}"\n'
            load(write(tmp_path, text))
            line, sentence = refused(tmp_path, text, secrets=True)
            assert (line, told in sentence) == (11, True), sentence


@pytest.mark.parametrize("key", ["key", "known_hosts"])
def test_a_key_that_is_none_is_told_at_start(tmp_path, key):
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "id", "pkcs8-pem", "pass-s3cret")
    (tmp_path / "known").write_text("* ssh-ed25519 nonsense\n[")
    text = (
        '[[source]]\nname = "a"\nkind = "sftp"\nnet = "cellular"\nformat = "chirpstack-v4"\nhost = "h"\nuser = "u"\n'
        + (f'fingerprint = "SHA256:{"A" * 43}"\nkey = "{{}}"\n' if key == "key" else 'key = "ID"\nknown_hosts = "{}"\n')
    ).replace("ID", str(tmp_path / "open"))
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "open")
    for file in ("nowhere", "id") if key == "key" else ("nowhere",):
        line, sentence = refused(tmp_path, text.format(tmp_path / file), secrets=True)
        assert (line, sentence.startswith(f"{key}: ")) == (9, True), sentence


def test_a_mark_before_the_text_is_no_mistake(tmp_path):
    (tmp_path / "sources.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert len(load(tmp_path / "sources.toml").sources) == 3


def test_a_secret_of_two_lines_is_refused_without_being_shown(tmp_path, monkeypatch):
    text = GOOD.replace('token_file = "tts.token"', 'token = "env:TWO_LINES"')
    monkeypatch.setenv("TWO_LINES", "s3cret\nm0re")
    line, sentence = refused(tmp_path, text, secrets=True)
    assert (line, sentence) == (
        16, "token: the environment variable TWO_LINES holds a line end or another control character",
    )  # fmt: skip


def test_a_secret_that_is_not_there_is_told_to_receive_and_to_nobody_else(tmp_path, monkeypatch):
    text = GOOD.replace('host = "lns.example"', 'host = "lns.example"\nuser = "v"\npassword = "env:NO_SUCH_SECRET"')
    monkeypatch.delenv("NO_SUCH_SECRET", raising=False)
    load(write(tmp_path, text))
    assert refused(tmp_path, text, secrets=True) == (
        10, "password: the environment variable NO_SUCH_SECRET is not set",
    )  # fmt: skip
    monkeypatch.setenv("NO_SUCH_SECRET", "s3cret")
    line, sentence = refused(tmp_path, text, secrets=True)
    assert (line, "tts.token cannot be read" in sentence) == (18, True)
    (tmp_path / "tts.token").write_text("t0ken-s3cret\n")
    found = load(write(tmp_path, text), secrets=True)
    assert found.sources[0].secret("password") == "s3cret"
    assert found.sources[1].secret("token") == "t0ken-s3cret"
    assert "s3cret" not in repr(found)
    assert "s3cret" not in str(found.sources)


def test_each_kind_is_in_the_example_and_in_the_docs_with_each_of_its_keys():
    found = load(EXAMPLE)
    assert {source.__struct_config__.tag for source in found.sources} == set(connectors())
    page = (ROOT / "docs/connectors.md").read_text("utf-8")
    for kind, connector in connectors().items():
        assert f"`{kind}`" in page
        for field in msgspec.structs.fields(connector.source):
            assert f"`{field.name}`" in page, f"docs/connectors.md does not tell of {field.name} ({kind})"
        assert connector.title
        assert connector.confirms
        assert (connector.run or connector.run_together) or kind == "kafka"


def test_each_example_of_the_docs_stands_in_the_example_file():
    page = (ROOT / "docs/connectors.md").read_text("utf-8")
    example = _plain(EXAMPLE.read_text("utf-8"))
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", page, re.MULTILINE)
    tables = [_plain(block) for block in blocks if re.match(r"\s*\[\[(source|layout)", block)]
    assert len(tables) >= 8
    for table in tables:
        assert table in example, table


def _plain(text: str) -> str:
    lines = (re.sub(r"\s+#.*", "", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("#"))


def test_a_secret_shows_where_it_stands_and_not_what_it_is(tmp_path):
    assert repr(Secret(variable="A")) == "Secret(env:A)"
    assert all(not hasattr(Secret(variable="A"), name) for name in ("value", "text"))


def test_the_hook_takes_no_other_types(tmp_path):
    line, sentence = refused(tmp_path, GOOD.replace('token_file = "tts.token"', "token = 7"))
    assert line == 16
    assert "7" not in sentence.replace("16", "")
    assert sources is not None
