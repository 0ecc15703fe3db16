"""Codecs of ours in the style of the collections' traps: what makers' files do that a clean program would not."""

import pytest

from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable

AT = 1_795_600_800_123
TEXT = "2026-11-25T10:00:00.123456789Z"
TEMPERATURE = '[fields]\ntemperature = { property = "air_temperature" }\n'


def data(tried, payload=b"\x01\x02", f_port=85, at=TEXT):
    found = tried.run(payload, f_port, at)
    assert "data" in found, found
    return found["data"]


@pytest.mark.parametrize(
    "script",
    [
        "function decodeUplink(input) { return { data: { n: input.bytes[1], port: input.fPort } }; }",
        "var decodeUplink = function (input) { return { data: { n: input.bytes[1], port: input.fPort } }; };",
        "'use strict'; const decodeUplink = ({ bytes, fPort }) => ({ data: { n: bytes[1], port: fPort } });",
        """module.exports = { decodeUplink(input) { return { data: this.read(input) }; },
           read(input) { return { n: input.bytes[1], port: input.fPort }; } };""",
        "exports.decodeUplink = function (input) { return { data: { n: input.bytes[1], port: input.fPort } }; };",
        "export function decodeUplink(input) { return { data: { n: input.bytes[1], port: input.fPort } }; }",
        """function decodeUplink(input) { return { data: { n: input.bytes[1], port: input.fPort } }; }
export { decodeUplink, decodeUplink as decode };""",
        """const d = (i) => ({ data: { n: i.bytes[1], port: i.fPort } });
export default { decodeUplink: d, a: {} };""",
        "export default function (input) { return { data: { n: input.bytes[1], port: input.fPort } }; }",
        "const d=i=>({data:{n:i.bytes[1],port:i.fPort}});export{d as decodeUplink,d as x};",
        "export { d as decodeUplink };\nconst d = (i) => ({ data: { n: i.bytes[1], port: i.fPort } });",
        "export const driver = { decodeUplink: (i) => ({ data: { n: i.bytes[1], port: i.fPort } }) };",
        "function Decoder(bytes, port) { return { n: bytes[1], port: port }; }",
        "function Decode(fPort, bytes, variables) { return { n: bytes[1], port: fPort, ...variables }; }",
        "\ufefffunction Decoder(bytes, port) {\r\n  return { n: bytes[1], port: port };\r\n}\r\n",
        "var driver; (() => { driver = { decodeUplink: (i) => ({ data: { n: i.bytes[1], port: i.fPort } }) } })();",
        """function Decoder() { throw new Error('the older one') }
           function decodeUplink(input) { return { data: { n: input.bytes[1], port: input.fPort } }; }""",
    ],
)
def test_each_way_of_naming_the_function(trial, script):
    assert data(trial(script)) == {"n": 2, "port": 85}


def test_a_style_that_is_stated_counts(trial):
    both = "function Decoder(b, p) { return { by: 'Decoder', p } } function decodeUplink() { return { data: 1 } }"
    assert data(trial(both, style="decoder")) == {"by": "Decoder", "p": 85}
    assert data(trial(both, style="ts013")) == 1


def test_sloppy_mode(trial):
    script = """
    function decodeUplink(input) {
        for (i = 0; i < input.bytes.length; i++) last = input.bytes[i];   // implicit globals
        with ({ inner: 010 }) { var octal = inner; }
        delete Object;
        return { data: { last: last, i: i, octal: octal, self: typeof this.parseInt, args: arguments.length } };
    }"""
    assert data(trial(script)) == {"last": 2, "i": 2, "octal": 8, "self": "function", "args": 1}


def test_bytes_are_an_array(trial):
    script = """
    function decodeUplink(input) {
        var bytes = input.bytes, rest = bytes.slice(1).concat([9]);
        bytes.shift(); bytes.push(7);
        var text = String.fromCharCode.apply(null, rest);
        return { data: { array: Array.isArray(bytes), rest: rest, bytes: bytes, text: text } };
    }"""
    assert data(trial(script), b"AB") == {"array": True, "rest": [66, 9], "bytes": [66, 7], "text": "B\t"}


def test_object_prototype_is_extended(codec, trial):
    script = """
    Object.prototype.extra = function () { return 1; };
    Array.prototype.last = function () { return this[this.length - 1]; };
    function decodeUplink(input) {
        var seen = [];
        for (var key in input) seen.push(key);
        return { data: { temperature: input.bytes.last(), seen: seen.indexOf("extra") >= 0 ? 1 : 0 } };
    }"""
    found = codec(script, TEMPERATURE).decode(b"\x15", 1, AT)
    assert [one.value for one in found.readings] == [21.0]
    assert found.extras == {"seen": "1"}
    other = trial("function decodeUplink(input) { return { data: { extra: typeof ({}).extra } }; }")
    assert data(other) == {"extra": "undefined"}, "another codec's context is its own"


def test_tampered_builtins_hurt_only_their_own_codec(trial):
    script = """
    JSON.stringify = function () { return "nonsense"; }; JSON.parse = null; Array.isArray = null;
    String.prototype.includes = function () { throw 1; }; Array.prototype.join = null; Date = null;
    function decodeUplink(input) { return { data: { n: input.bytes[0] }, errors: [] }; }"""
    assert "data" in trial(script).run(b"\x05") or "error" in trial(script).run(b"\x05")
    assert data(trial("function decodeUplink(i) { return { data: JSON.stringify([1]) } }")) == "[1]"


def test_console_is_silent(trial):
    script = """
    console.log("loading"); console.table([]);
    function decodeUplink() { console.error("%s", 1); console.debug(); return { data: { a: 1 } }; }"""
    assert data(trial(script)) == {"a": 1}


def test_there_is_no_clock_and_no_chance(trial):
    script = """
    var loaded = Date.now();
    class Later extends Date { plus(ms) { return new Date(this.getTime() + ms); } }
    function decodeUplink(input) {
        return { data: {
            now: Date.now(), date: new Date().getTime(), text: Date(), later: new Later().plus(1).getTime(),
            given: new Date(5).getTime(), utc: Date.UTC(1970, 0, 2), parsed: Date.parse("1970-01-01T00:00:01Z"),
            local: new Date(2026, 0, 1).toISOString(),
            kind: new Date() instanceof Date, own: new Date().constructor === Date,
            reached: new (new Date().constructor)().getTime(), loaded: loaded, performance: typeof performance,
            random: [Math.random(), Math.random()] } };
    }"""
    tried = trial(script)
    found = data(tried)
    assert found["now"] == found["date"] == found["reached"] == AT
    assert found["later"] == AT + 1
    assert found["text"].startswith("Wed Nov 25 2026 10:00:00 GMT+0000")
    assert (found["given"], found["utc"], found["parsed"], found["loaded"]) == (5, 86_400_000, 1000, 0)
    assert found["local"] == "2026-01-01T00:00:00.000Z"
    assert found["kind"] is found["own"] is True
    assert found["performance"] == "undefined"
    assert found["random"][0] != found["random"][1]
    assert data(tried) == found, "the same payload gives the same"


def test_recv_time_serves_both_kinds_of_codecs(trial):
    script = """
    function decodeUplink(input) {
        var at = input.recvTime;
        return { data: {
            copied: at, text: "" + at, iso: at.toISOString(), json: JSON.parse(JSON.stringify({ at: at })).at,
            ms: at.getTime(), number: +at, date: new Date(at).getTime(), parsed: Date.parse(at), minus: at - 1000,
            is: at instanceof Date, day: at.split("T")[0], cut: at.substring(0, 4), long: at.length,
            year: at.getFullYear(),
            earlier: new Date(at.getTime() - 1000) } };
    }"""
    found = data(trial(script))
    for name in ("copied", "text", "iso", "json"):
        assert found[name] == TEXT
    for name in ("ms", "number", "date", "parsed"):
        assert found[name] == AT
    assert found["minus"] == AT - 1000
    assert found["is"] is True
    assert (found["day"], found["cut"], found["long"], found["year"]) == ("2026-11-25", "2026", len(TEXT), 2026)
    assert found["earlier"] == "2026-11-25T09:59:59.123Z"


def test_recv_time_that_was_changed_is_told_changed(trial):
    script = "function decodeUplink(i) { i.recvTime.setUTCHours(11); return { data: { at: i.recvTime } } }"
    assert data(trial(script)) == {"at": "2026-11-25T11:00:00.123Z"}


def test_recv_time_as_text_where_the_codec_wants_that(codec):
    script = "function decodeUplink(i) { return { data: { kind: typeof i.recvTime, at: i.recvTime } } }"
    assert codec(script, recv_time="text").decode(b"1", 1, AT).extras == {
        "kind": "string",
        "at": "2026-11-25T10:00:00.123Z",
    }
    assert codec(script, version="2").decode(b"1", 1, AT).extras["kind"] == "object"


def test_recv_time_as_text_in_a_trial(trial):
    script = (
        "function decodeUplink(i) { return { data: { kind: typeof i.recvTime, at: i.recvTime, now: Date.now() } } }"
    )
    odd = "2026-11-25 10:00:00+0000"
    assert data(trial(script, recv_text=True), at=odd) == {"kind": "string", "at": odd, "now": 1_795_600_800_000}


def test_no_recv_time_is_given_where_none_is_known(trial):
    script = "function decodeUplink(i) { return { data: { has: 'recvTime' in i, at: i.recvTime || new Date() } } }"
    assert data(trial(script), at=None) == {"has": False, "at": "1970-01-01T00:00:00.000Z"}


@pytest.mark.parametrize(
    ("call", "text"),
    [
        # what Node.js 20 with its tables writes for 2024-07-03T09:46:40Z
        ("toLocaleString('fr-FR', { timeZone: 'Europe/Paris' })", "03/07/2024 11:46:40"),
        ("toLocaleString('en-GB', { timeZone: 'Europe/Paris' })", "03/07/2024, 11:46:40"),
        ("toLocaleString('en-US', { timeZone: 'Europe/Paris' })", "7/3/2024, 11:46:40 AM"),
        ("toLocaleString('en-US', { timeZone: 'UTC', hour12: false })", "7/3/2024, 09:46:40"),
        ("toLocaleDateString('fr-FR', { timeZone: 'Europe/Paris' })", "03/07/2024"),
        ("toLocaleTimeString('fr-FR', { timeZone: 'Europe/Paris' })", "11:46:40"),
        (
            """toLocaleString('fr-FR', { timeZone: 'Europe/Paris', year: '2-digit', month: '2-digit', day: '2-digit',
               hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false })""",
            "03/07/24 11:46:40",
        ),
        ("toLocaleTimeString('en-US', { timeZone: 'UTC', hour: '2-digit', minute: '2-digit' })", "09:46 AM"),
        ("toLocaleString('fr-FR')", "03/07/2024 09:46:40"),
    ],
)
def test_dates_for_people_in_a_zone_are_right(trial, call, text):
    script = f"function decodeUplink(i) {{ return {{ data: {{ t: new Date(1720000000000).{call} }} }} }}"
    assert data(trial(script)) == {"t": text}


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        ("2026-03-29T00:59:59Z", "29/03/2026 01:59:59"),
        ("2026-03-29T01:00:00Z", "29/03/2026 03:00:00"),
        ("2026-10-25T00:59:59Z", "25/10/2026 02:59:59"),
        ("2026-10-25T01:00:00Z", "25/10/2026 02:00:00"),
        ("2026-12-31T23:30:00Z", "01/01/2027 00:30:00"),
    ],
)
def test_the_change_of_summer_time(trial, instant, text):
    script = (
        "function decodeUplink(i) { return { data: i.recvTime.toLocaleString('fr-FR', { timeZone: 'Europe/Paris' }) } }"
    )
    assert data(trial(script), at=instant) == text


@pytest.mark.parametrize(
    "call",
    [
        "toLocaleString('fr-FR', { timeZone: 'America/New_York' })",
        "toLocaleString(undefined, { timeZone: 'Asia/Tokyo' })",
        "toLocaleString('de-DE', { timeZone: 'Europe/Paris' })",
        "toLocaleDateString('fr-FR', { timeZone: 'Europe/Paris', month: 'long' })",
        "toLocaleTimeString('fr-FR', { timeZone: 'Europe/Paris', timeStyle: 'short' })",
        "toLocaleTimeString('fr-FR', { timeZone: 'Europe/Paris', hour: '2-digit' })",
        "toLocaleDateString('en-US', { timeZone: 'Europe/Paris', hour: '2-digit', minute: '2-digit' })",
        "toLocaleString('fr-FR', { timeZone: 'Europe/Paris', hour12: true })",
    ],
)
def test_a_zone_or_language_that_is_not_known_is_an_error_never_a_wrong_text(trial, call):
    tried = trial(f"function decodeUplink(i) {{ return {{ data: {{ t: new Date(1720000000000).{call} }} }} }}")
    assert "this engine" in tried.run(b"1")["error"]


def test_the_buffer_of_node_for_files_that_name_it(trial):
    script = """
    function decodeUplink(input) {
        const b = Buffer.from(input.bytes);
        return { data: {
            hex: b.toString("hex"), u16: b.readUInt16BE(0), le: b.readInt16LE(0), i8: b.readInt8(0),
            u24: b.readUIntBE(0, 3),
            float: Buffer.from("3fc00000", "hex").readFloatBE(0), slice: b.slice(1).readUInt8(0), length: b.length,
            base64: Buffer.from("AP8=", "base64").toString("hex"), text: Buffer.from("é").toString(),
            join: Buffer.concat([b, b]).length,
            is: Buffer.isBuffer(b), decoder: new TextDecoder().decode(new Uint8Array([0xc3, 0xa9])) } };
    }"""
    assert data(trial(script), bytes.fromhex("ff0102")) == {
        "hex": "ff0102", "u16": 0xFF01, "le": 0x01FF, "i8": -1, "u24": 0xFF0102, "float": 1.5, "slice": 1, "length": 3,
        "base64": "00ff", "text": "é", "join": 6, "is": True, "decoder": "é",
    }  # fmt: skip


def test_no_surface_towards_the_outside(trial):
    script = """
    function decodeUplink() {
        var found = {};
        for (const name of ["process", "std", "os", "fetch", "XMLHttpRequest", "setTimeout", "WebAssembly", "Atomics",
            "SharedArrayBuffer", "performance"]) found[name] = typeof globalThis[name];
        try { require("fs"); } catch (error) { found.require = error.message; }
        return { data: found };
    }"""
    found = data(trial(script))
    assert "fs" in found.pop("require")
    assert set(found.values()) == {"undefined"}


def test_state_kept_between_calls_stays_in_its_codec(trial):
    script = "var seen = 0; function decodeUplink() { seen += 1; return { data: { seen: seen } } }"
    one, other = trial(script), trial(script + "\n// another file")
    assert [found["data"]["seen"] for found in one.run_many([(b"1", 1, None)] * 3)] == [1, 2, 3]
    assert data(other)["seen"] == 1


def test_what_a_codec_gives_in_our_words(codec):
    script = """
    function decodeUplink(input) {
        return { data: { temperature: input.bytes[0] / 10, battery: { value: 3.2, unit: "V" }, door: "open",
                         history: [{ timestamp: 1795500000, temperature: 20.5 }] },
                 errors: [], warnings: ["clock not set", "old firmware"] };
    }"""
    tables = (
        TEMPERATURE
        + """
    battery = { property = "battery_voltage", factor = 1000, unit = "V" }
    [lists.history]
    time = "timestamp"
    [lists.history.fields]
    temperature = { property = "air_temperature" }
    """
    )
    found = codec(script, tables).decode(b"\xd7", 1, AT)
    assert [(one.property, one.value, one.observed_at) for one in found.readings] == [
        (BY_NAME["air_temperature"].id, 21.5, None),
        (BY_NAME["battery_voltage"].id, 3200.0, None),
        (BY_NAME["air_temperature"].id, 20.5, 1_795_500_000_000),
    ]
    assert found.dated
    assert found.extras == {"door": "open", "codec_warnings": "clock not set; old firmware"}
    assert found.warnings == ["CODEC_WARNING"]


@pytest.mark.parametrize(
    ("result", "why"),
    [
        ("{ errors: ['unknown port'] }", "unknown port"),
        ("{ errors: 'as a text' }", "as a text"),
        ("{ errors: new Error('as an Error') }", "as an Error"),
        ("{ data: { temperature: 1 }, errors: [new Error('in a list')] }", "in a list"),
        ("undefined", "undefined"),
        ("null", "null"),
        ("7", "number"),
        ("{}", "neither data nor errors"),
        ("{ data: 'text' }", "text"),
        ("{ data: { temperature: NaN } }", "NaN"),
        ("{ data: { temperature: -Infinity } }", "Infinity"),
        ("{ data: { temperature: 'warm' } }", "warm"),
        ("Promise.resolve({ data: { temperature: 1 } })", "promise"),
    ],
)
def test_errors_and_nonsense_are_refused_with_what_was_given(codec, result, why):
    one = codec(
        f"function decodeUplink(input) {{ if (input.bytes[0]) return {result}; return {{ data: {{}} }}; }}", TEMPERATURE
    )
    with pytest.raises(Undecodable) as caught:
        one.decode(b"\x01", 1, AT)
    assert caught.value.reason is Reason.CODEC_FAILED
    assert why in caught.value.message
    assert caught.value.message.startswith("The codec ours 1")
    assert len(caught.value.message) < 200
    assert one.decode(b"\x00", 1, AT).readings == []


def test_a_nan_that_is_no_property_is_told_as_such(codec):
    found = codec("function decodeUplink() { return { data: { depth: 0 / 0, none: null } } }").decode(b"1", 1, AT)
    assert found.extras == {"depth": "NaN"}


def test_half_a_character_and_large_numbers(codec):
    script = (
        "function decodeUplink() { return { data: { t: 'a\\ud800b', big: 2n ** 70n, small: 5n, at: new Date(0) } } }"
    )
    assert codec(script).decode(b"1", 1, AT).extras == {
        "t": "a?b",
        "big": str(2**70),
        "small": "5",
        "at": "1970-01-01T00:00:00.000Z",
    }
