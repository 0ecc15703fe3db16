"""The sources file: what is wrong is told with its line, secrets are never shown, the example is one that works."""

import re
from pathlib import Path

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
