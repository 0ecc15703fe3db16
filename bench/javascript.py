"""Makers' JavaScript codecs: payloads per second of one core, the runner and its worker process counted together.

The three codecs are written here in the style of three makers' files: channel and type (Milesight), a switch with an
implicit global (Elsys), a table of sensors with a display name each (Decentlab).
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import _quickjs
from figures import Figure, cpu_s

from vigie.codecs.javascript.codec_file import CodecFile
from vigie.codecs.javascript.runner import Runner
from vigie.codecs.vectors import examples

COUNT, ROUNDS, AT = 20_000, 5, 1_795_600_800_000

EM300 = """
function decodeUplink(input) { return { data: Decoder(input.bytes, input.fPort) }; }
function Decoder(bytes, port) {
    var decoded = {};
    for (var i = 0; i < bytes.length;) {
        var channel_id = bytes[i++], channel_type = bytes[i++];
        if (channel_id === 0x01 && channel_type === 0x75) { decoded.battery = bytes[i]; i += 1; }
        else if (channel_id === 0x03 && channel_type === 0x67) {
            decoded.temperature = int16(bytes.slice(i, i + 2)) / 10;
            i += 2;
        }
        else if (channel_id === 0x04 && channel_type === 0x68) { decoded.humidity = bytes[i] / 2; i += 1; }
        else break;
    }
    return decoded;
}
function uint16(bytes) { return ((bytes[1] << 8) + bytes[0]) & 0xffff; }
function int16(bytes) { var ref = uint16(bytes); return ref > 0x7fff ? ref - 0x10000 : ref; }
"""
ELSYS = """
var TYPE_TEMP = 1, TYPE_RH = 2, TYPE_ACC = 3, TYPE_LIGHT = 4, TYPE_MOTION = 5, TYPE_CO2 = 6, TYPE_VDD = 7;
function bin16dec(bin) { var num = bin & 0xFFFF; if (0x8000 & num) num = -(0x010000 - num); return num; }
function DecodePayload(data) {
    var obj = new Object();
    for (i = 0; i < data.length; i++) {
        switch (data[i]) {
            case TYPE_TEMP:
                var temp = (data[i + 1] << 8) | data[i + 2];
                temp = bin16dec(temp);
                obj.temperature = temp / 10;
                i += 2;
                break;
            case TYPE_RH: obj.humidity = data[i + 1]; i += 1; break;
            case TYPE_LIGHT: obj.light = (data[i + 1] << 8) | data[i + 2]; i += 2; break;
            case TYPE_MOTION: obj.motion = data[i + 1]; i += 1; break;
            case TYPE_CO2: obj.co2 = (data[i + 1] << 8) | data[i + 2]; i += 2; break;
            case TYPE_VDD: obj.vdd = (data[i + 1] << 8) | data[i + 2]; i += 2; break;
            default: i = data.length; break;
        }
    }
    return obj;
}
function decodeUplink(input) { return { "data": DecodePayload(input.bytes) } }
"""
DL_LID = """
var decoder = {
    PROTOCOL_VERSION: 2,
    SENSORS: [{ length: 11, values: [%s] }, { length: 1, values: [
        { name: 'battery_voltage', displayName: 'Battery voltage', unit: 'V',
          convert: function (x) { return x[0] / 1000; } }
    ] }],
    read_int: function (bytes, pos) { return (bytes[pos] << 8) + bytes[pos + 1]; },
    decode: function (bytes) {
        var i, j, version = bytes[0];
        if (version != this.PROTOCOL_VERSION) return { error: "protocol version " + version + " doesn't match v2" };
        var flags = this.read_int(bytes, 3), pos = 5;
        var result = { 'protocol_version': version, 'device_id': this.read_int(bytes, 1) };
        for (i = 0; i < this.SENSORS.length; i++, flags >>= 1) {
            if ((flags & 1) !== 1) continue;
            var sensor = this.SENSORS[i], x = [];
            for (j = 0; j < sensor.length; j++) { x.push(this.read_int(bytes, pos)); pos += 2; }
            for (j = 0; j < sensor.values.length; j++) {
                var value = sensor.values[j];
                if ('convert' in value) {
                    result[value.name] = { displayName: value.displayName, value: value.convert.bind(this)(x) };
                    if ('unit' in value) result[value.name]['unit'] = value.unit;
                }
            }
        }
        return result;
    }
};
function decodeUplink(input) {
    var res = decoder.decode(input.bytes);
    return res.error ? { errors: [res.error] } : { data: res };
}
""" % ", ".join(
    f"{{ name: '{name.lower().replace(': ', '_').replace(' ', '_')}', displayName: '{name}', unit: '{unit}', "
    f"convert: function (x) {{ return x[{place}]{' / 1.024' if unit == 'ms' else ''}; }} }}"
    for place, (name, unit) in enumerate(
        [(f"Distance: {which}", "mm") for which in (
            "average", "minimum", "maximum", "median", "10th percentile", "25th percentile", "75th percentile",
            "90th percentile", "most frequent value")] + [("Number of samples", ""), ("Total acquisition time", "ms")]
    )
)  # fmt: skip

_LID = max((bytes.fromhex(one.bytes_hex) for one in examples() if one.codec == "dl-lid"), key=len)
CODECS = {
    "EM300-TH": (EM300, "01755c03673401046865", {"temperature": "air_temperature", "humidity": "relative_humidity"}),
    "Elsys": (ELSYS, "0100e202290400270506060308070d62", {
        "temperature": "air_temperature", "humidity": "relative_humidity", "light": "illuminance",
        "vdd": "battery_voltage",
    }),
    "DL-LID": (DL_LID, _LID.hex(), {"distance_average": "distance"}),
}  # fmt: skip


def _read(folder: Path, name: str, text: str, fields: dict[str, str]) -> CodecFile:
    where = folder / name
    where.mkdir()
    (where / "x.js").write_text(text)
    papers = {"id": name, "version": "1", "maker": "bench", "source": "bench", "licence": "Apache-2.0", "file": "x.js"}
    lines = [f"{key} = {json.dumps(value)}" for key, value in papers.items()]
    lines += ["[fields]", *(f'{field} = {{ property = "{ours}" }}' for field, ours in fields.items())]
    (where / "codec.toml").write_text("\n".join(lines))
    return CodecFile.read(where)


def _engine_alone_s(text: str, payload: bytes) -> float:
    """CPU seconds per payload of the bare engine: bytes in and JSON out, 32 at a time."""
    context = _quickjs.Context()
    context.eval(text)
    run = context.eval(
        "(function (t) { const jobs = JSON.parse(t), out = []; for (let i = 0; i < jobs.length; i++) "
        "out[i] = JSON.stringify(decodeUplink({ bytes: jobs[i], fPort: 1 })); return out.join(); })"
    )
    jobs = json.dumps([list(payload)] * 32)
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(100):
            run(jobs)
        best = min(best, (time.process_time() - started) / 3200)
    return best


def figures() -> Iterator[Figure]:
    with TemporaryDirectory() as folder, Runner() as runner:
        for name, (text, payload_hex, fields) in CODECS.items():
            payload = bytes.fromhex(payload_hex)
            codec = _read(Path(folder), name, text, fields).codec(runner)
            assert codec.batch is not None
            jobs = [(payload, 1, AT)] * COUNT
            readings = len(codec.decode(*jobs[0]).readings)
            worker = runner.workers[0].pid
            assert worker is not None
            cpu, wall = float("inf"), float("inf")
            for _ in range(ROUNDS):
                started, ours, theirs = time.perf_counter(), time.process_time(), cpu_s(worker)
                codec.batch(jobs)
                cpu = min(cpu, time.process_time() - ours + cpu_s(worker) - theirs)
                wall = min(wall, time.perf_counter() - started)
            yield Figure(
                name=f"JavaScript runner: {name}", value=COUNT / cpu, unit="payloads/s of one core",
                ratio=_engine_alone_s(text, payload) / (cpu / COUNT), ratio_to="the engine alone",
                note=f"batches of {COUNT}, best of {ROUNDS}, {len(payload)} bytes, {readings} readings",
            )  # fmt: skip
            yield Figure(
                name=f"JavaScript runner: {name}, wall clock", value=COUNT / wall, unit="payloads/s",
                note="one worker beside the caller, on two cores",
            )  # fmt: skip
