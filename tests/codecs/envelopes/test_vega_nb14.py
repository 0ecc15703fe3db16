"""Vega's JSON: two clocks, tenths of decibels, packets that are sent again until they are confirmed."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.codecs.envelopes.vega_nb14 import parse, peek
from vigie.codecs.frame import Hints
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Cell

MANUAL = {
    "Message": {
        "dev": "NB-14 v0.1", "IMEI": "867723030711443", "IMSI": "250990283462252", "ICCID": "8970199170730496235",
        "num": 3, "UTC": 1571227504,
    },
    "CellStatus": {
        "TAC": "9C8D", "CID": "0856831D", "SQ": 19, "EARFCN": 1240, "PCID": 26, "RSRP": -822, "RSRQ": -108,
        "RSSI": -744,
        "SNR": 119,
    },
    "Telemetry": {
        "reason": "time", "UTC": 1571227500, "bat": 99, "temp": 28, "RAW": 43, "RAI": 580, "RBW": 22, "RBI": 1100,
        "onewire": [21.6, 20.6, 21.6, 2.2, 1.4, 33.2, 31.7, 18.4, 14.9, -11.8], "s_alarm1": 0, "s_alarm2": 0,
        "s_magnet": 0, "s_raw": 0, "s_rai": 1, "s_rbw": 0, "s_rbi": 1,
    },
}  # fmt: skip


def body(**changes) -> bytes:
    message = copy.deepcopy(MANUAL)
    for path, value in changes.items():
        part, _, name = path.partition("__")
        message[part][name] = value
    return json.dumps(message).encode()


def test_the_example_of_the_manual():
    frame = parse(body(), Hints(source="vega"))
    assert frame.address == peek(body()) == "imei:867723030711443"
    assert (frame.profile, frame.bearer, frame.f_cnt, frame.timed) == ("Vega NB-14", "nbiot", None, True)
    assert frame.observed_at == 1_571_227_500_000
    assert frame.cell == Cell(
        operator="25099", cell_id="0856831D", rsrp_dbm=-82.2, rsrq_db=-10.8, rssi_dbm=-74.4, snr_db=11.9
    )
    values = {(PROPERTIES[one.property].name, one.channel): one.value for one in frame.decoded.readings}
    assert values["battery_level", 0] == 99
    assert values["device_temperature", 0] == 28
    assert [values["air_temperature", channel] for channel in range(1, 11)] == MANUAL["Telemetry"]["onewire"]
    assert frame.extras == {
        "sequence": "3", "sent_at_s": "1571227504", "dev": "NB-14 v0.1", "imsi": "250990283462252",
        "iccid": "8970199170730496235", "tac": "9C8D", "earfcn": "1240", "pcid": "26", "signal_quality": "19",
    }  # fmt: skip
    assert frame.decoded.firmware == "0.1"
    assert frame.decoded.extras["insulation_resistance_a_kohm"] == "580"
    assert frame.decoded.extras["s_rai"] == "1"
    assert frame.decoded.extras["reason"] == "time"


def test_a_packet_that_is_sent_again_is_the_same_uplink():
    again = parse(body(Message__num=4, Message__UTC=1571229999, CellStatus__RSRP=-900))
    assert again.payload == parse(body()).payload
    assert parse(body(Telemetry__UTC=1571231100)).payload != again.payload


def test_a_clock_that_was_never_set_and_a_cell_that_is_not_known():
    frame = parse(body(Telemetry__UTC=0))
    assert (frame.observed_at, frame.timed) == (None, False)
    message = MANUAL | {"CellStatus": None, "LBS": None}
    assert parse(json.dumps(message).encode()).cell == Cell(operator="25099")
    assert parse(body(CellStatus__CID=None, CellStatus__TAC=None)).cell.cell_id is None


def test_nb11_names_its_cell_elsewhere():
    message = copy.deepcopy(MANUAL)
    message["Message"]["dev"] = "NB-11 v0.5"
    message["LBS"] = {name: message["CellStatus"].pop(name) for name in ("TAC", "CID", "SQ")}
    message["Telemetry"] = {"reason": "time", "UTC": 1571227500, "bat": 99, "temp": 28, "pulse1": 7}
    frame = parse(json.dumps(message).encode())
    assert (frame.profile, frame.cell.cell_id, frame.extras["tac"]) == ("Vega NB-11", "0856831D", "9C8D")
    assert frame.decoded.extras["pulse1"] == "7"


def test_what_is_no_number_is_kept_as_text():
    frame = parse(body(Telemetry__bat="low", Telemetry__onewire=[21.5, None, 85000]))
    assert frame.decoded.extras["bat"] == "low"
    assert [one.channel for one in frame.decoded.readings if PROPERTIES[one.property].name == "air_temperature"] == [1]
    assert frame.decoded.warnings == ["MISSING_VALUE"]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (b"{", Reason.NOT_JSON), (b"[]", Reason.BAD_ENVELOPE), (b'{"Message": {}}', Reason.BAD_ENVELOPE),
        (body(Message__IMEI="12"), Reason.BAD_ENVELOPE), (body(Telemetry__UTC="now"), Reason.BAD_TIME),
        (body(Telemetry__UTC=10**30), Reason.BAD_TIME), (body(CellStatus__RSRP="bad"), Reason.BAD_ENVELOPE),
        (b'{"Message": {"IMEI": "867723030711443"}}', Reason.BAD_ENVELOPE),
    ],
)  # fmt: skip
def test_bad_messages(wrong, reason):
    with pytest.raises(Undecodable) as caught:
        parse(wrong)
    assert caught.value.reason is reason
    assert len(caught.value.message) < 200


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)


@given(
    st.sampled_from(["Message", "CellStatus", "Telemetry"]),
    st.text(max_size=6),
    scalars | st.lists(scalars, max_size=3),
)
def test_any_values(part, name, value):
    for key in (name, *sorted(MANUAL[part])[:4]):
        message = body(**{f"{part}__{key}": value})
        peek(message)
        try:
            frame = parse(message)
        except Undecodable:
            continue
        assert all(type(one.value) is float for one in frame.decoded.readings)


@given(st.binary(max_size=60))
def test_any_bytes(noise):
    peek(noise)
    with pytest.raises(Undecodable):
        parse(noise)
