"""A station's JSON by its declared layout."""

import json
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.codecs.envelopes.station_json import parse, peek
from vigie.codecs.frame import Frame, Hints, Refused
from vigie.codecs.layout import Column, Layout
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Cell


def short(error: Undecodable) -> None:
    """A refusal that a person can read."""
    assert error.reason is not Reason.INTERNAL_ERROR
    assert 0 < len(error.message) < 200


START = 1_795_428_000_000
LAYOUT = Layout(
    name="acoustique", device="station", time="horodatage", sequence="numero", model="STATION-BRUIT-4G", bearer="lte",
    decimal=",",
    columns=(
        Column(name="mesures.LAeq", property="laeq"), Column(name="mesures.t.0", property="air_temperature"),
        Column(name="mesures.h", property="distance", factor=1000),
    ),
)  # fmt: skip
ONE = {
    "station": "quai-7", "horodatage": "2026-11-23T10:00:00.000+00:00", "numero": 12,
    "mesures": {"LAeq": 61.25, "t": [8.5, 8.6], "h": "1,234"}, "modem": {"operateur": "20801", "rsrp_dbm": -97},
}  # fmt: skip


def told(body, layout=LAYOUT, **more):
    return parse(
        body if isinstance(body, bytes) else json.dumps(body).encode(), Hints(source="ville", layout=layout, **more)
    )


def values(frame):
    return {PROPERTIES[one.property].name: one.value for one in frame.decoded.readings}


def test_one_object():
    [frame] = told(ONE)
    assert (frame.address, frame.observed_at, frame.profile, frame.bearer) == (
        "src:ville:quai-7",
        START,
        "STATION-BRUIT-4G",
        "lte",
    )
    assert values(frame) == {"laeq": 61.25, "air_temperature": 8.5, "distance": 1234.0}
    assert frame.decoded.extras == {
        "sequence": "12", "mesures.t.1": "8.6", "modem.operateur": "20801", "modem.rsrp_dbm": "-97",
    }  # fmt: skip
    assert (frame.timed, frame.f_cnt, frame.received_at) == (True, None, None)
    assert frame.identity == frame.payload == json.dumps(ONE).encode()
    assert peek(json.dumps(ONE).encode(), Hints(source="ville", layout=LAYOUT)) == frame.address


def test_facts_of_the_cell_stand_in_the_uplinks_cell():
    cell = [
        ("modem.operateur", "operator"),
        ("modem.rsrp_dbm", "rsrp_dbm"),
        ("modem.snr", "snr_db"),
        ("cid", "cell_id"),
    ]
    columns = (*LAYOUT.columns, *(Column(name=name, cell=fact) for name, fact in cell))
    layout = msgspec.structs.replace(LAYOUT, columns=columns)
    [one] = told(ONE | {"cid": 8793117.0}, layout)
    assert one.cell == Cell(operator="20801", rsrp_dbm=-97.0, cell_id="8793117")
    assert one.decoded.extras == {"sequence": "12", "mesures.t.1": "8.6"}
    [odd] = told(ONE | {"modem": {"rsrp_dbm": "fort", "snr": {"x": 1}}}, layout)
    assert odd.cell is None
    assert odd.decoded.extras["modem.rsrp_dbm"] == "fort"
    tenths = msgspec.structs.replace(LAYOUT, columns=(Column(name="modem.rsrp_dbm", cell="rsrp_dbm", factor=0.1),))
    assert told(ONE | {"modem": {"rsrp_dbm": -822}}, tenths)[0].cell == Cell(rsrp_dbm=-82.2)
    for wrong in ({"cell": "rsrp"}, {"cell": "rsrp_dbm", "property": "laeq"}):
        with pytest.raises(ValueError, match="column 'x': cell is "):
            Column(name="x", **wrong)


def test_a_byte_order_mark_is_no_part_of_the_uplink():
    [plain], [marked] = told(ONE), told(b"\xef\xbb\xbf" + json.dumps(ONE).encode())
    assert marked == plain
    assert peek(b"\xef\xbb\xbf" + json.dumps(ONE).encode(), Hints(source="ville", layout=LAYOUT)) == plain.address


def test_a_list_names_each_uplink_by_its_own_text():
    later = ONE | {"horodatage": "2026-11-23T10:15:00Z", "numero": 13}
    [alone] = told(ONE)
    both = told([ONE, later])
    assert [one.observed_at for one in both] == [START, START + 900_000]
    assert both[0].identity == alone.identity
    assert (
        told(b" [ " + json.dumps(later).encode() + b" , " + json.dumps(ONE).encode() + b" ]\n")[1].identity
        == alone.identity
    )
    assert told([]) == []


def test_records_inside_an_object_inherit_what_stands_around_them():
    layout = msgspec.structs.replace(
        LAYOUT,
        records="data.valeurs",
        time="ts",
        time_format="epoch_s",
        sequence="",
        columns=(Column(name="h", property="water_level"),),
    )
    body = {
        "station": "aval",
        "lieu": "Ill",
        "data": {"valeurs": [{"ts": 1795428000, "h": 1.2}, {"ts": 1795428900.5, "h": None}, 7]},
    }
    first, second, third = told(body, layout)
    assert (first.address, first.observed_at, values(first)) == ("src:ville:aval", START, {"water_level": 1.2})
    assert first.decoded.extras == {"lieu": "Ill"}
    assert (second.observed_at, values(second)) == (START + 900_500, {})
    assert third == Refused(reason=Reason.BAD_ENVELOPE, message="Record 3 is no object")
    outside = msgspec.structs.replace(layout, time="quand")
    [one] = told({"station": "aval", "quand": 1795428000, "data": {"valeurs": [{"h": 1.2}]}}, outside)
    [two] = told({"station": "aval", "quand": 1795428900, "data": {"valeurs": [{"h": 1.2}]}}, outside)
    assert one.observed_at == START
    assert one.identity != two.identity, "the same values at another time"


def test_many_records_beside_many_facts_are_read_in_a_moment():
    layout = msgspec.structs.replace(LAYOUT, records="valeurs", time="ts", time_format="epoch_s", sequence="")
    values = [{"ts": 1795428000 + place, "mesures": {"LAeq": 61}} for place in range(8_000)]
    body = {"station": "aval", "valeurs": values, "x": {f"k{place}": place for place in range(30_000)}}
    began = time.perf_counter()
    said = told(body, layout)
    assert time.perf_counter() - began < 3.0
    assert (len(said), said[0].decoded.extras["x.k0"], said[7999].decoded.extras["x.k19"]) == (8_000, "0", "19")


def test_devices():
    single = msgspec.structs.replace(LAYOUT, device="", device_name="quai")
    assert told(ONE, single)[0].address == "src:ville:quai"
    assert told(ONE, msgspec.structs.replace(single, device_name=""))[0].address == "src:ville:ville"
    assert told(ONE, single, address="imei:868508064807350")[0].address == "imei:868508064807350"
    assert told(ONE | {"station": 868508064807350})[0].address == "imei:868508064807350"
    nameless = {name: value for name, value in ONE.items() if name != "station"}
    assert told(nameless, address="src:ville:sujet")[0].address == "src:ville:sujet"
    with pytest.raises(Undecodable) as caught:
        told(nameless)
    assert caught.value.reason is Reason.BAD_ENVELOPE
    assert peek(json.dumps([ONE, ONE | {"station": "b"}]).encode(), Hints(source="ville", layout=LAYOUT)) is None


def test_no_time_and_local_time():
    timeless = msgspec.structs.replace(LAYOUT, time="")
    [frame] = told(ONE, timeless)
    assert (frame.observed_at, frame.timed) == (None, False)
    paris = msgspec.structs.replace(LAYOUT, time="d+h", time_format="%d/%m/%Y %H:%M", time_zone="Europe/Paris")
    [frame] = told(ONE | {"d": "23/11/2026", "h": "11:00"}, paris)
    assert frame.observed_at == START
    for at in (None, "hier", True, [], 10**30):
        with pytest.raises(Undecodable) as caught:
            told(ONE | {"horodatage": at})
        assert caught.value.reason is Reason.BAD_TIME


def test_missing_values_and_what_is_no_number():
    [frame] = told(ONE | {"mesures": {"LAeq": -9999, "t": ["ERR"], "h": ""}})
    assert values(frame) == {}
    assert frame.decoded.warnings == ["MISSING_VALUE", "NOT_A_NUMBER"]
    assert frame.decoded.extras["mesures.t.0"] == "ERR"
    [frame] = told(ONE | {"mesures": {"LAeq": None}})
    assert frame.decoded.warnings == ["MISSING_COLUMN"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"", Reason.NOT_JSON), (b"{", Reason.NOT_JSON), (b"[{]", Reason.NOT_JSON), (b"7", Reason.BAD_ENVELOPE)],
)
def test_bad_bodies(body, reason):
    with pytest.raises(Undecodable) as caught:
        told(body)
    assert caught.value.reason is reason
    assert peek(body, Hints(source="ville", layout=LAYOUT)) is None
    with pytest.raises(Undecodable) as caught:
        parse(body, Hints())
    assert caught.value.reason is Reason.BAD_HEADER


def test_a_bad_object_loses_no_other():
    said = told([ONE, ONE | {"horodatage": "x"}, ONE | {"numero": 14}])
    assert [type(one) for one in said] == [Frame, Refused, Frame]
    inside = msgspec.structs.replace(LAYOUT, records="r")
    said = told([{"r": [ONE]}, {"x": 1}, {"r": 7}, {"r": [ONE]}], inside)
    assert [type(one) for one in said] == [Frame, Refused, Refused, Frame]


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(["station", "horodatage", "numero", "mesures", "x"]),
    anything,
    st.booleans(),
    st.sampled_from(["", "mesures", "mesures.t"]),
)
def test_any_values(name, value, in_a_list, records):
    layout = msgspec.structs.replace(LAYOUT, records=records)
    body = ONE | {name: value}
    body = json.dumps([body, body] if in_a_list else body).encode()
    peek(body, Hints(source="ville", layout=layout))
    try:
        said = told(body, layout)
    except Undecodable as error:
        short(error)
        return
    for one in said:
        if isinstance(one, Frame):
            assert all(type(reading.value) is float for reading in one.decoded.readings)
            assert all(fact.encode() and key.encode() for key, fact in one.decoded.extras.items())
        else:
            assert len(one.message) < 200


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=120))
def test_any_bytes(body):
    peek(body, Hints(source="ville", layout=LAYOUT))
    try:
        told(body)
    except Undecodable as error:
        short(error)
