"""The binary frame of Milesight's NB-IoT devices, and the bare payload of a device that the source names."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vigie.codecs.envelopes.bare_payload import parse as parse_bare
from vigie.codecs.envelopes.milesight_nb import parse, peek
from vigie.codecs.frame import Hints
from vigie.codecs.layout import Layout
from vigie.codecs.model_map import ModelMap
from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable


def short(error: Undecodable) -> None:
    """A refusal that a person can read."""
    assert error.reason is not Reason.INTERNAL_ERROR
    assert 0 < len(error.message) < 200


SAMPLE = bytes.fromhex(
    "020001005f00000001303130313031313036373439443139303534363930303331"
    "383638353038303634383037333530343630303433323234323133313130"
    "383938363034313231303232373030363238353709000e01756403670b0104823b01050001"
)


def refused(body: bytes, hints: Hints = Hints()) -> Undecodable:  # noqa: B008 -- it is frozen
    with pytest.raises(Undecodable) as caught:
        parse(body, hints)
    assert len(caught.value.message) < 200
    return caught.value


def test_the_makers_example():
    frame = parse(SAMPLE, Hints(source="nb"))
    assert frame.address == "imei:868508064807350"
    assert (frame.cell.operator, frame.cell.rssi_dbm) == ("46004", -95.0)
    assert (frame.f_cnt, frame.bearer, frame.timed, frame.identity, frame.network) == (
        None,
        "nbiot",
        False,
        SAMPLE,
        "nb",
    )
    assert frame.extras == {
        "sequence": "0", "firmware": "0101", "hardware": "0110", "serial": "6749D19054690031",
        "imsi": "460043224213110",
        "iccid": "89860412102270062857", "csq": "9", "device_kind": "1", "flag": "0", "protocol": "1",
    }  # fmt: skip
    model = ModelMap.load().find(frame.profile, None)
    assert model is not None, "the default profile is a model that is known"
    decoded = codecs()[model.codec].decode(frame.payload, 0, 0)
    values = {PROPERTIES[one.property].name: one.value for one in decoded.readings}
    assert values["battery_level"] == 100
    assert values["air_temperature"] == 26.7
    assert values["distance"] == 315
    assert values["tilted"] == 1


def test_a_declared_model_goes_before_the_default():
    assert parse(SAMPLE, Hints(model="Milesight EM400-TLD NB-IoT")).profile == "Milesight EM400-TLD NB-IoT"


def test_hex_text_is_the_same_uplink():
    assert parse(SAMPLE.hex().encode()) == parse(SAMPLE.hex().upper().encode() + b"\r\n") == parse(SAMPLE)
    assert peek(SAMPLE.hex().encode()) == peek(SAMPLE) == "imei:868508064807350"


def test_signal_99_is_unknown():
    assert parse(SAMPLE[:83] + b"\x63" + SAMPLE[84:]).cell.rssi_dbm is None


@pytest.mark.parametrize("cut", range(1, 100))
def test_a_frame_that_ends_too_early(cut):
    error = refused(SAMPLE[:cut])
    assert error.reason is Reason.TRUNCATED
    assert error.address == (None if cut < 48 else "imei:868508064807350")


def test_wrong_lengths():
    longer = refused(SAMPLE + b"\x00")
    assert longer.reason is Reason.NOT_WELL_FORMED
    assert "101" in longer.message
    assert refused(SAMPLE[:84] + b"\x00\x0d" + SAMPLE[86:]).reason is Reason.NOT_WELL_FORMED
    assert refused(SAMPLE[:3] + b"\x00\x5e" + SAMPLE[5:]).reason is Reason.NOT_WELL_FORMED
    assert refused(b"\x03" + SAMPLE[1:]).reason is Reason.NOT_WELL_FORMED
    assert refused(SAMPLE[:33] + b"x" + SAMPLE[34:]).reason is Reason.NOT_WELL_FORMED
    assert peek(SAMPLE[:33] + b"x" + SAMPLE[34:]) is None


@given(st.binary(max_size=300) | st.binary(max_size=60).map(lambda end: SAMPLE[:60] + end))
@example(b"")
def test_any_bytes(body):
    peek(body)
    try:
        parse(body)
    except Undecodable as error:
        short(error)


def test_a_bare_payload_is_the_device_of_the_hints():
    body = bytes.fromhex("ffff201205000000012a2a2a2a5a150003")
    frame = parse_bare(body, Hints(source="bennes", model="Sensoneo Single 3.0", address="imei:868508064807350"))
    assert (frame.address, frame.profile, frame.payload) == ("imei:868508064807350", "Sensoneo Single 3.0", body)
    assert (frame.f_cnt, frame.timed, frame.identity, frame.decoded) == (None, False, None, None)
    assert parse_bare(body, Hints(source="bennes")).address == "src:bennes:bennes"
    layout = Layout(name="n", time="", columns=(), bearer="nbiot")
    assert parse_bare(body, Hints(source="bennes", layout=layout)).bearer == "nbiot"
    for wrong, reason in ((Hints(), Reason.BAD_HEADER), (Hints(source="s"), Reason.EMPTY_PAYLOAD)):
        with pytest.raises(Undecodable) as caught:
            parse_bare(b"", wrong)
        assert caught.value.reason is reason
