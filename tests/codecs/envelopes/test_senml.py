"""SenML in JSON and CBOR: base values, relative time, names, units, LwM2M paths; both say the same of the same pack."""

import json
import math
import time

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.codecs.envelopes import senml_cbor, senml_json
from vigie.codecs.frame import Hints
from vigie.codecs.registry import envelopes
from vigie.codecs.values.senml import resolve
from vigie.codecs.values.unit_meanings import meaning
from vigie.topics.property import BY_NAME, PROPERTIES
from vigie.topics.reason import Reason, Undecodable


def short(error: Undecodable) -> None:
    """A refusal that a person can read."""
    assert error.reason is not Reason.INTERNAL_ERROR
    assert 0 < len(error.message) < 200


AT = 1_795_428_000
KEYS = {
    "bver": -1, "bn": -2, "bt": -3, "bu": -4, "bv": -5, "bs": -6,
    "n": 0, "u": 1, "v": 2, "vs": 3, "vb": 4, "s": 5, "t": 6, "ut": 7, "vd": 8,
}  # fmt: skip
HINTS = Hints(source="ville", model="Station", arrived_at=AT * 1000 + 5000)


def as_json(pack) -> bytes:
    return json.dumps(pack).encode()


def as_cbor(pack) -> bytes:
    return cbor2.dumps([{KEYS.get(name, name): value for name, value in record.items()} for record in pack])


def both(pack, hints=HINTS):
    """The frames of a pack, after the check that JSON and CBOR say the same."""
    frames = senml_json.parse(as_json(pack), hints)
    assert senml_cbor.parse(as_cbor(pack), hints) == frames
    return frames


def values(frame):
    found = {(PROPERTIES[one.property].name, one.channel): one.value for one in frame.decoded.readings}
    assert len(found) == len(frame.decoded.readings)
    return found


def test_a_pack_of_two_instants_and_two_devices():
    frames = both([
        {"bn": "urn:dev:mac:0024befffe804ff1_", "bt": AT, "n": "temp", "u": "Cel", "v": 21.5},
        {"n": "rh", "u": "%RH", "v": 48},
        {"n": "temp", "u": "Cel", "t": -900, "v": 21.3},
        {"bn": "urn:dev:ow:10e2073a01080063:", "bu": "V", "n": "voltage", "v": 230.1},
        {"n": "battery", "v": 3.61},
    ])  # fmt: skip
    assert [(one.address, one.observed_at, values(one)) for one in frames] == [
        ("eui:0024befffe804ff1", AT * 1000, {("air_temperature", 0): 21.5, ("relative_humidity", 0): 48.0}),
        ("eui:0024befffe804ff1", (AT - 900) * 1000, {("air_temperature", 0): 21.3}),
        ("src:ville:urn:dev:ow:10e2073a01080063", AT * 1000, {("voltage", 0): 230.1, ("battery_voltage", 0): 3610.0}),
    ]
    assert all((one.timed, one.f_cnt, one.profile, one.received_at) == (True, None, "Station", None) for one in frames)


def test_a_resolved_pack_and_other_orders_are_the_same_uplinks():
    base = [
        {"bn": "urn:dev:mac:0024befffe804ff1/", "bt": AT, "bv": 20, "n": "temp", "u": "Cel", "v": 1.5},
        {"n": "t2", "u": "Cel", "v": 1},
    ]
    flat = [
        {"n": "urn:dev:mac:0024befffe804ff1/t2", "u": "Cel", "v": 21, "t": AT},
        {"n": "urn:dev:mac:0024befffe804ff1/temp", "u": "Cel", "v": 21.5, "t": AT},
    ]
    assert both(base) == both(flat)
    assert values(both(base)[0]) == {("air_temperature", 0): 21.5, ("air_temperature", 2): 21.0}


def test_a_time_below_2_28_is_relative_to_the_arrival():
    now, before = both(
        [
            {"n": "urn:dev:mac:0024befffe804ff1/temp", "v": 1},
            {"n": "urn:dev:mac:0024befffe804ff1/temp", "v": 2, "t": -60.5},
        ]
    )
    assert (now.observed_at, now.timed) == (None, False)
    assert (before.observed_at, before.timed) == (AT * 1000 + 5000 - 60_500, False)
    again = both(
        [{"n": "urn:dev:mac:0024befffe804ff1/temp", "v": 2, "t": -60.5}], Hints(source="ville", arrived_at=AT * 1000)
    )
    assert again[0].identity == before.identity, "an identity never holds the arrival"
    [later] = both([{"n": "a/temp", "v": 2, "t": 2**28 - 1}])
    assert later.observed_at == AT * 1000 + 5000 + (2**28 - 1) * 1000
    [absolute] = both([{"n": "a/temp", "v": 2, "t": 2**28}])
    assert absolute.observed_at == 2**28 * 1000
    with pytest.raises(Undecodable) as caught:
        senml_json.parse(as_json([{"n": "a/temp", "v": 2, "t": -60}]), Hints(source="ville"))
    assert caught.value.reason is Reason.BAD_TIME
    assert envelopes()["senml-json"].needs_arrival
    assert envelopes()["senml-cbor"].needs_arrival


def test_sums_are_exact():
    [frame] = both([{"bn": "a/", "bt": AT, "bv": 20.1, "n": "temp", "u": "Cel", "v": 0.2}])
    assert values(frame) == {("air_temperature", 0): 20.3}


def test_names_become_devices():
    for name, address in (
        ("urn:dev:mac:0024BEFFFE804FF1:temp", "eui:0024befffe804ff1"),
        ("urn:imei:868508064807350/3303/0/5700", "imei:868508064807350"),
        ("urn:gsma:imei:86850806-480735-0/temp", "imei:868508064807350"),
        ("urn:dev:ops:32473-Refrigerator-5002_temp", "src:ville:urn:dev:ops:32473-Refrigerator-5002"),
        ("st-7/temp", "src:ville:st-7"),
        ("temp", "src:ville:ville"),
        ("/3303/0/5700", "src:ville:ville"),
        ("ep-1/3303/0/5700", "src:ville:ep-1"),
    ):
        [frame] = both([{"n": name, "u": "Cel", "v": 1, "t": AT}])
        assert frame.address == address, name
        assert values(frame) == {("air_temperature", 0): 1.0}, name
        assert senml_json.peek(as_json([{"n": name, "u": "Cel", "v": 1}]), HINTS) == address
        assert senml_cbor.peek(as_cbor([{"n": name, "u": "Cel", "v": 1}]), HINTS) == address
    known = Hints(source="ville", address="imei:868508064807350")
    assert both([{"n": "/3303/0/5700", "v": 1}], known)[0].address == "imei:868508064807350"
    assert both([{"n": "urn:dev:mac:0024befffe804ff1/temp", "v": 1}], known)[0].address == "eui:0024befffe804ff1"
    assert senml_json.peek(as_json([{"n": "a/temp", "v": 1}, {"n": "b/temp", "v": 1}]), HINTS) is None


def test_lwm2m_paths():
    [frame] = both([
        {"bn": "/", "bt": AT, "n": "3303/0/5700", "v": 21.5}, {"n": "3303/1/5700", "v": 19},
        {"n": "3303/1/5701", "vs": "K"},
        {"n": "3304/0/5700", "v": 48}, {"n": "3304/0/5602", "v": 90}, {"n": "3315/0/5700", "v": 101325},
        {"n": "3330/0/5700", "v": 1.234}, {"n": "3305/0/5805", "v": 12}, {"n": "3200/2/5500", "vb": True},
        {"n": "3/0/9", "v": 87}, {"n": "3/0/7/0", "v": 3610}, {"n": "3/0/3", "vs": "1.2.0"},
        {"n": "3/0/2", "vs": "SN1"},
        {"n": "4/0/2", "v": -97}, {"n": "4/0/8", "v": 140738817}, {"n": "4/0/10", "v": 208}, {"n": "4/0/9", "v": 1},
        {"n": "6/0/0", "v": 48.58}, {"n": "10245/0/1", "vd": "AQI"},
    ])  # fmt: skip
    assert values(frame) == {
        ("air_temperature", 0): 21.5, ("air_temperature", 1): -254.15, ("relative_humidity", 0): 48.0,
        ("air_pressure", 0): 1013.25, ("distance", 0): 1234.0, ("active_energy_index", 0): 12.0, ("contact", 2): 1.0,
        ("battery_level", 0): 87.0, ("battery_voltage", 0): 3610.0,
    }  # fmt: skip
    assert frame.decoded.firmware == "1.2.0"
    assert (frame.cell.rssi_dbm, frame.cell.operator, frame.cell.cell_id) == (-97.0, "20801", "140738817")
    assert frame.decoded.extras == {
        "3303/1/5701": "K", "3304/0/5602": "90", "serial": "SN1", "latitude_deg": "48.58", "10245/0/1": "0102",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "unit", "value", "expected"),
    [
        ("temp", "K", 294.65, ("air_temperature", 0, 21.5)), ("water_temp", "Cel", 8.5, ("water_temperature", 0, 8.5)),
        ("humidity", "%", 0.48, ("relative_humidity", 0, 48.0)), ("humidity", "%", 48, ("relative_humidity", 0, 48.0)),
        ("fill", "/", 0.57, ("fill", 0, 57.0)), ("battery", "%EL", 87, ("battery_level", 0, 87.0)),
        ("level", "m", 1.234, ("water_level", 0, 1.234)), ("distance", "mm", 1234, ("distance", 0, 1234.0)),
        ("pressure", "Pa", 101325, ("air_pressure", 0, 1013.25)), ("power", "kW", 1.5, ("active_power", 0, 1500.0)),
        ("energy", "kWh", 1.5, ("active_energy_index", 0, 1500.0)), ("cond", "mS/cm", 0.5, ("conductivity", 0, 500.0)),
        ("wind_speed", "km/h", 36, ("wind_speed", 0, 10.0)), ("lamp", "lx", 7, ("illuminance", 0, 7.0)),
        ("laeq", "dB", 61.2, ("laeq", 0, 61.2)), ("rain", "mm", 0.2, ("rainfall", 0, 0.2)),
        ("passages_total", "count", 12, ("passages_total", 0, 12.0)),
        ("water_depth-3", "m", 2, ("water_depth", 3, 2.0)),
        ("co2", "ppm", 420, None), ("soil_temp", "Cel", 12, None), ("speed", "parsec", 1, None),
    ],
)  # fmt: skip
def test_units_and_words(name, unit, value, expected):
    [frame] = both([{"n": f"a/{name}", "u": unit, "v": value, "t": AT}])
    found = [(PROPERTIES[one.property].name, one.channel, round(one.value, 9)) for one in frame.decoded.readings]
    assert found == ([] if expected is None else [expected])
    assert frame.decoded.extras == ({f"{name}_{unit}": str(value)} if expected is None else {})
    assert frame.decoded.warnings == (["PERCENT_NOT_RATIO"] if unit == "%" and value > 1 else [])


def test_what_lwm2m_knows_of_the_cell():
    pack = [{"bn": "urn:imei:868508064807350/4/0/", "bt": AT, "n": "2", "v": -87}, {"n": "11", "v": 12.5}]
    [frame] = both([*pack, {"n": "12", "v": 40077}, {"n": "3", "v": 7}, {"n": "7/0", "vs": "iot.orange"}])
    assert (frame.cell.rssi_dbm, frame.cell.snr_db) == (-87.0, 12.5)
    assert frame.decoded.extras == {"lac": "40077", "link_quality": "7", "apn": "iot.orange"}


def test_texts_booleans_bytes_sums_and_places():
    [frame] = both([
        {"bn": "a/", "bt": AT, "n": "state", "vs": "ok"}, {"n": "door", "vb": False}, {"n": "alarm", "vb": True},
        {"n": "raw", "vd": "-_8"}, {"n": "place", "u": "lat", "v": 48.58}, {"n": "place", "u": "lon", "v": 7.75},
        {"n": "power", "u": "W", "v": 12, "s": 99.5, "ut": 60},
    ])  # fmt: skip
    assert values(frame) == {("door_open", 0): 0.0, ("active_power", 0): 12.0}
    assert frame.decoded.extras == {
        "state": "ok", "alarm": "1", "raw": "fbff", "latitude_deg": "48.58", "longitude_deg": "7.75",
        "power_sum": "99.5",
        "power_update_time_s": "60",
    }  # fmt: skip


def test_two_names_of_one_property_are_not_one_reading():
    [frame] = both([{"bn": "a/", "bt": AT, "bu": "Cel", "n": "temp", "v": 1}, {"n": "temp_in", "v": 2}])
    assert values(frame) == {("air_temperature", 0): 1.0}
    assert frame.decoded.extras == {"temp_in_Cel": "2"}


@pytest.mark.parametrize(
    "pack",
    [
        {}, [], [1], [{"n": "a/b"}], [{"n": "a/b", "v": 1, "vs": "x"}], [{"v": 1}], [{"n": "é", "v": 1}],
        [{"n": "a", "v": "1"}], [{"n": "a", "v": True}], [{"n": "a", "vb": 1}], [{"n": "a", "vs": 1}],
        [{"n": "a", "v": 1, "bver": 11}], [{"n": "a", "v": 1, "bver": 0}], [{"n": "a", "v": 1, "bver": True}], [
            {"n": "a", "v": 1, "bver": 10}, {"n": "a", "v": 1, "bver": 26}],
        [{"n": "a", "v": 1, "must_": 1}], [{"n": "a", "v": 1, "u": 7}],
        [{"bn": [], "v": 1}], [{"bn": "a", "n": {}, "v": 1}], [{"n": "a", "vd": "é"}],
    ],
)  # fmt: skip
def test_what_is_no_pack(pack):
    labelled = isinstance(pack, list) and all(isinstance(one, dict) for one in pack)
    in_cbor = as_cbor(pack) if labelled else cbor2.dumps(pack)
    for envelope, body in ((senml_json, as_json(pack)), (senml_cbor, in_cbor)):
        envelope.peek(body, HINTS)
        with pytest.raises(Undecodable) as caught:
            envelope.parse(body, HINTS)
        assert caught.value.reason is Reason.BAD_ENVELOPE
        assert len(caught.value.message) < 200


def test_the_example_of_the_rfc_with_an_older_version():
    pack = [
        {"bn": "urn:dev:ow:10e2073a0108006:", "bt": 1.276020076001e09, "bu": "A", "bver": 5, "n": "voltage", "u": "V",
         "v": 120.1},
        {"n": "current", "t": -5, "v": 1.2}, {"n": "current", "v": 1.7},
    ]  # fmt: skip
    now, before = both(pack)
    assert (now.observed_at, values(now)) == (1276020076001, {("current", 0): 1.7, ("voltage", 0): 120.1})
    assert (before.observed_at, values(before)) == (1276020071001, {("current", 0): 1.2})


def test_labels_that_nobody_must_understand_are_passed_over():
    assert both([{"n": "a/temp", "v": 1, "t": AT, "note": "x", "bver": 10}])[0].decoded.extras == {"temp": "1"}


def test_instants_that_cannot_be():
    for at in (1e300, -1e300, 2e12):
        with pytest.raises(Undecodable) as caught:
            both([{"n": "a/temp", "v": 1, "t": at}])
        assert caught.value.reason is Reason.BAD_TIME


def test_strange_cbor():
    for body in (
        b"", b"\xff", b"\x81" * 1000, b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff", bytes.fromhex("d81c81d81d00"),
        bytes.fromhex("81a200616102c4821b000000ffffffffff01"), bytes.fromhex("81a200616102f97e00"),
        bytes.fromhex("81a1800102"),
        cbor2.dumps([{0: "a", 2: 2**70}]), cbor2.dumps([{0: "a", 2: math.inf}]), cbor2.dumps([{(1, 2): 1, 2: 1}]),
    ):  # fmt: skip
        senml_cbor.peek(body, HINTS)
        try:
            frames = senml_cbor.parse(body, HINTS)
        except Undecodable:
            continue
        assert all(math.isfinite(one.value) for frame in frames for one in frame.decoded.readings)


def test_a_pack_of_one_instant_with_very_many_values_is_read_in_a_moment():
    pack = [{"bn": "a/", "bt": AT, "bu": "Cel", "n": f"temp{place}", "v": 1} for place in range(19_000)]
    began = time.perf_counter()
    [frame] = senml_json.parse(as_json(pack), HINTS)
    assert len(values(frame)) > 9_000
    assert time.perf_counter() - began < 2.0


def test_a_pack_of_a_day_costs_little():
    pack = [{"bn": "urn:dev:mac:0024befffe804ff1_", "bt": AT, "n": "temp", "u": "Cel", "v": 0}]
    pack += [
        {"n": name, "u": unit, "v": place / 8, "t": -900 * place}
        for place in range(1, 24)
        for name, unit in (("temp", "Cel"), ("rh", "%RH"), ("bat", "V"))
    ]
    assert len(both(pack)) == 24


def test_meanings_name_properties_of_the_catalogue():
    for unit in (
        "Cel",
        "%RH",
        "%EL",
        "%",
        "m",
        "kg",
        "Pa",
        "V",
        "A",
        "W",
        "VA",
        "Wh",
        "m/s",
        "deg",
        "m3/s",
        "S/m",
        "NTU",
        "mg/l",
        "pH",
        "count",
        "dB",
        "",
    ):
        for name in (
            "x",
            "water level",
            "battery",
            "door",
            "wind",
            "o2",
            "orp",
            "laeq",
            "passages",
            "tilt",
            "fire",
            "lid",
            "cos_phi",
        ):
            found = meaning(name, unit)
            assert not found.property or found.property in BY_NAME


numbers = st.floats(-1e6, 1e6, allow_nan=False) | st.integers(-(10**6), 10**6)
records = st.fixed_dictionaries(
    {},
    optional={
        "bn": st.sampled_from(["a/", "urn:dev:mac:0024befffe804ff1_", "/3303/0/", "urn:imei:868508064807350/"]),
        "bt": st.sampled_from([0, AT, -5.5]), "bu": st.sampled_from(["Cel", "%"]), "bv": numbers, "bs": numbers,
        "n": st.sampled_from(["temp", "5700", "rh", "3/0/9", "door"]),
        "u": st.sampled_from(["Cel", "V", "%", "zz", ""]),
        "v": numbers, "vs": st.text(max_size=5), "vb": st.booleans(), "s": numbers,
        "t": st.sampled_from([0, -60, 30.25, AT]),
        "ut": numbers, "bver": st.sampled_from([10, 26, 5]),
    },
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.lists(records, max_size=5))
def test_json_and_cbor_say_the_same_or_refuse_the_same(pack):
    outcomes = []
    for parse, body in ((senml_json.parse, as_json(pack)), (senml_cbor.parse, as_cbor(pack))):
        try:
            outcomes.append(parse(body, HINTS))
        except Undecodable as error:
            outcomes.append((error.reason, error.message))
    assert outcomes[0] == outcomes[1]
    if isinstance(outcomes[0], list):
        assert sum(len(one.decoded.readings) for one in outcomes[0]) <= len(resolve(pack))
        assert len({(one.address, one.observed_at, one.identity) for one in outcomes[0]}) == len(outcomes[0])
        for frame in outcomes[0]:
            values(frame)
            assert all(type(one.value) is float and math.isfinite(one.value) for one in frame.decoded.readings)


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes(body):
    for one in (senml_json, senml_cbor):
        one.peek(body, HINTS)
        try:
            one.parse(body, HINTS)
        except Undecodable as error:
            short(error)
