"""Campbell's TOA5 tables, and Stevens' text report that the same loggers post."""

import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.codecs.envelopes import campbell_toa5, stevens_text
from vigie.codecs.frame import Frame, Hints, Refused
from vigie.codecs.layout import Column, Layout
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable


def short(error: Undecodable) -> None:
    """A refusal that a person can read."""
    assert error.reason is not Reason.INTERNAL_ERROR
    assert 0 < len(error.message) < 200


START = 1_795_428_000_000
HEAD = (
    '"TOA5","ill_aval","CR1000","1031","CR1000.Std.32","CPU:ill.CR1","4062","Quarter"\r\n'
    '"TIMESTAMP","RECORD","BattV_Min","AirTC_Avg","RH","Lvl_m","Rain_mm_Tot","WS_ms_Avg","AirTC_Std","PTemp_C"\r\n'
    '"TS","RN","Volts","Deg C","%","m","mm","meters/second","Deg C","Deg C"\r\n'
    '"","","Min","Avg","Smp","Smp","Tot","Avg","Std","Smp"\r\n'
)
ROWS = [
    '"2026-11-23 10:00:00",4711,12.71,8.5,91.2,1.234,0.2,3.1,0.05,14.2',
    '"2026-11-23 10:15:00",4712,12.7,"NAN",91,1.236,0,3,0.04,14.1',
]


def told(text: str, **more):
    return campbell_toa5.parse(text.encode(), Hints(source="rivers", **more))


def values(frame):
    return {PROPERTIES[one.property].name: one.value for one in frame.decoded.readings}


def test_a_table_says_itself_what_its_columns_are():
    first, second = told(HEAD + "".join(row + "\r\n" for row in ROWS), model="Centrale")
    assert (first.address, first.observed_at, first.profile) == ("src:rivers:ill_aval", START, "Centrale")
    assert values(first) == {
        "battery_voltage": 12710.0, "air_temperature": 8.5, "relative_humidity": 91.2, "water_level": 1.234,
        "rainfall": 0.2, "wind_speed": 3.1, "device_temperature": 14.2,
    }  # fmt: skip
    assert first.decoded.extras == {
        "station": "ill_aval", "logger": "CR1000", "logger_serial": "1031", "logger_os": "CR1000.Std.32",
        "program": "CPU:ill.CR1", "program_signature": "4062", "table": "Quarter", "AirTC_Std": "0.05",
        "sequence": "4711",
    }  # fmt: skip
    assert (first.payload, first.timed) == (ROWS[0].encode(), True)
    assert "air_temperature" not in values(second)
    assert second.decoded.warnings == ["MISSING_VALUE"]


def test_a_table_of_very_many_columns_is_read_in_a_moment():
    count = 9_000
    columns = "".join(f',"AirTC_{place}"' for place in range(count))
    head = HEAD.splitlines()[0] + f'\r\n"TIMESTAMP"{columns}\r\n"TS"' + ',"Deg C"' * count + '\r\n""' + ',"Avg"' * count
    began = time.perf_counter()
    [one] = told(head + '\r\n"2026-11-23 10:00:00"' + ",1.5" * count + "\r\n")
    assert len(one.decoded.readings) == count
    assert time.perf_counter() - began < 1.5


def test_two_tables_of_a_station_never_share_an_uplink():
    [one] = told(HEAD + ROWS[0] + "\r\n")
    [other] = told(HEAD.replace("Quarter", "Daily") + ROWS[0] + "\r\n")
    assert one.payload == other.payload
    assert one.identity != other.identity
    assert one.profile == "Campbell CR1000", "the logger's own type where no model is declared"


def test_a_layout_declares_zone_and_columns():
    layout = Layout(
        name="c", time="TIMESTAMP", time_zone="Europe/Paris", bearer="lte", decimal=",", separator=";",
        columns=(Column(name="Lvl_m", property="water_depth", factor=1, offset=-0.2),),
    )  # fmt: skip
    [frame] = told(HEAD + ROWS[0] + "\r\n", layout=layout)
    assert frame.observed_at == START - 3_600_000
    assert values(frame) == {"water_depth": 1.034}
    assert frame.decoded.extras["AirTC_Avg"] == "8.5"
    assert frame.bearer == "lte"
    named = msgspec.structs.replace(layout, device_name="quai", columns=())
    [frame] = told(HEAD + ROWS[0] + "\r\n", layout=named)
    assert frame.address == "src:rivers:quai"
    assert values(frame)["air_temperature"] == 8.5
    for hints in ({"layout": named}, {"address": "imei:868508064807350"}, {}):
        [frame] = told(HEAD + ROWS[0] + "\r\n", **hints)
        assert campbell_toa5.peek((HEAD + ROWS[0]).encode(), Hints(source="rivers", **hints)) == frame.address


def test_a_station_with_an_accent_has_one_name():
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        body = (HEAD.replace("ill_aval", "Île") + ROWS[0] + "\r\n").encode(encoding)
        [frame] = campbell_toa5.parse(body, Hints(source="rivers"))
        assert frame.address == campbell_toa5.peek(body, Hints(source="rivers")) == "src:rivers:Île"


def test_parts_and_repeats_are_the_same_uplinks():
    def named(text):
        return {(one.identity, one.observed_at, tuple(one.decoded.readings)) for one in told(text)}

    whole = named(HEAD + ROWS[0] + "\r\n" + ROWS[1] + "\r\n")
    assert named(HEAD + ROWS[1] + "\r\n") | named(HEAD + ROWS[0] + "\r\n") | whole == whole
    assert len(whole) == 2


def test_bad_rows_and_a_half_written_one():
    said = told(HEAD + ROWS[0] + "\r\n" + '"2026-11-23 10:0' + "\r\n" + ROWS[1])
    assert [type(one) for one in said] == [Frame, Refused, Refused]
    assert said[1].reason is Reason.NOT_WELL_FORMED
    assert "Line 6" in said[1].message
    assert said[2].reason is Reason.TRUNCATED


@pytest.mark.parametrize(
    "body", ["", "x", ROWS[0], HEAD.splitlines()[0], HEAD.replace("TOA5", "TOB1"), HEAD.replace("TIMESTAMP", "T")]
)
def test_what_is_no_table(body):
    with pytest.raises(Undecodable) as caught:
        told(body)
    assert caught.value.reason is Reason.BAD_ENVELOPE
    assert len(caught.value.message) < 200
    assert told(HEAD) == []


REPORT = (
    "CR1000_5190,2026-11-23 10:20:30,4712,48.58,7.75,140\n"
    "2026-11-23 10:00:00,4711,12.7,1.234\n2026-11-23 10:15:00,4712,12.6,NAN\n"
)
COLUMNS = Layout(
    name="s",
    time="1",
    header_line=0,
    columns=(Column(name=3, property="battery_voltage", factor=1000), Column(name=4, property="water_level")),
)


def test_a_report_of_stevens():
    hints = Hints(source="rivers", layout=COLUMNS)
    first, second = stevens_text.parse(REPORT.encode(), hints)
    assert (first.address, first.observed_at) == ("src:rivers:CR1000_5190", START)
    assert values(first) == {"battery_voltage": 12700.0, "water_level": 1.234}
    assert first.decoded.extras == {
        "station": "CR1000_5190", "latitude_deg": "48.58", "longitude_deg": "7.75", "altitude_m": "140",
        "sequence": "4711",
    }  # fmt: skip
    assert values(second) == {"battery_voltage": 12600.0}
    assert stevens_text.peek(REPORT.encode(), hints) == first.address
    later = REPORT.replace("10:20:30,4712", "11:20:30,4716")
    assert stevens_text.parse(later.encode(), hints)[0] == first, "a record of another report is the same uplink"


@pytest.mark.parametrize("body", [b"", b"2026-11-23 10:00:00,4711,12.7\n", b"a,b\n"])
def test_what_is_no_report(body):
    with pytest.raises(Undecodable) as caught:
        stevens_text.parse(body, Hints(source="rivers", layout=COLUMNS))
    assert caught.value.reason is Reason.BAD_ENVELOPE


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=150), st.integers(0, len(HEAD) + 30))
def test_any_bytes(tail, kept):
    for envelope, start in ((campbell_toa5, HEAD + ROWS[0]), (stevens_text, REPORT)):
        body = start.encode()[:kept] + tail
        hints = Hints(source="rivers")
        envelope.peek(body, hints)
        try:
            said = envelope.parse(body, hints)
        except Undecodable as error:
            short(error)
            continue
        assert all(isinstance(one, Frame) or len(one.message) < 250 for one in said)
