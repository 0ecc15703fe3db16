"""Actility ThingPark: numbers as texts, late frames, loss, JSON and XML alike, and XML that must not be expanded."""

import json

import pytest
from lorawan_messages import THINGPARK_JOIN, THINGPARK_JSON, THINGPARK_XML, text

from vigie.codecs.envelopes import thingpark_json, thingpark_xml
from vigie.codecs.frame import Hints, PassedOver
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Gateway

FIELDS = THINGPARK_JSON["DevEUI_uplink"]


def uplink(**changes) -> bytes:
    fields = {name: value for name, value in (FIELDS | changes).items() if value is not None}
    return json.dumps({"DevEUI_uplink": fields}).encode()


def xml(fields: str, name: str = "DevEUI_uplink") -> bytes:
    return f"<{name} xmlns='http://uri.actility.com/lora'>{fields}</{name}>".encode()


def test_a_real_json_uplink_whose_numbers_are_texts():
    frame = thingpark_json.parse(text(THINGPARK_JSON))
    assert (frame.address, frame.session, frame.f_cnt, frame.f_port) == ("eui:0018b20000000b20", "04d2848e", 1174, 1)
    assert (frame.payload.hex(), frame.profile) == ("9e1c4852512000220020e3831071", "ADRF/DEMO")
    assert frame.received_at == 1_538_573_926_882, "local time, with its offset"
    radio = frame.radio
    assert radio.gateways == (Gateway("004a18e3", -80, 7.0),)
    assert (radio.dr, radio.sf, radio.frequency_hz) == (5, 7, 868_100_000)
    assert radio.esp_dbm == pytest.approx(-80.790, abs=1e-3), "as ThingPark's LrrESP"
    assert frame.extras == {
        "packet_error_rate": "0", "packet_error_rate_mean": "0", "nb_trans": "1", "tx_power_dbm": "2",
        "gateway_count": "1",
    }  # fmt: skip


def test_a_real_xml_uplink():
    frame = thingpark_xml.parse(THINGPARK_XML)
    assert (frame.address, frame.session, frame.f_cnt, frame.f_port) == ("eui:0004a30b001ab111", "001ab111", 9, 1)
    assert (frame.payload, frame.profile, frame.received_at) == (b"\x28", "LORA/Generic", 1_477_392_324_150)
    assert frame.radio.gateways == (Gateway("290000d5", -117, -14.75),)
    assert (frame.radio.sf, frame.radio.frequency_hz, frame.radio.margin_db) == (12, None, 5.25)
    assert frame.radio.esp_dbm == pytest.approx(-131.893, abs=1e-3)
    assert thingpark_xml.peek(THINGPARK_XML) == "eui:0004a30b001ab111"


def test_a_late_frame_says_so():
    assert "late" not in thingpark_json.parse(uplink(Late="0")).extras
    for late in ("1", 1):
        assert thingpark_json.parse(uplink(Late=late)).extras["late"] == "1"
    late_xml = THINGPARK_XML.replace(b"<Late>0<", b"<Late>1<")
    assert thingpark_xml.parse(late_xml).extras["late"] == "1"


def test_loss_and_device_status():
    said = {"InstantPER": "0.066667", "MeanPER": 0.000005, "LostUplinksAS": -2, "BatteryLevel": 127, "Margin": "-3"}
    extras = thingpark_json.parse(uplink(**said)).extras
    assert (extras["packet_error_rate"], extras["packet_error_rate_mean"]) == ("0.066667", "0.000005")
    assert (extras["lost_uplinks"], extras["network_battery_pct"], extras["network_margin_db"]) == ("-2", "50", "-3")


def test_one_gateway_may_be_no_list_or_stand_at_the_top_or_twice():
    one = FIELDS["Lrrs"]["Lrr"][0]
    alone = thingpark_json.parse(uplink(Lrrs={"Lrr": one})).radio
    top = thingpark_json.parse(uplink(Lrrs=None)).radio
    twice = thingpark_json.parse(uplink(Lrrs={"Lrr": [one, one | {"Chain": "1", "LrrSNR": "9.5"}]})).radio
    assert alone.gateways == top.gateways == (Gateway("004a18e3", -80, 7.0),)
    assert twice.gateways == (Gateway("004a18e3", -80, 9.5),)


def test_the_profile_and_the_codec():
    driver = {"mod": {"pId": "adeunis", "mId": "field-test", "ver": "1"}}
    assert thingpark_json.parse(uplink(DriverCfg=driver)).profile == "adeunis/field-test"
    assert thingpark_json.parse(uplink(), Hints(model="Field test")).profile == "Field test"
    customer = {"tags": ["site=Paris", "vigie_codec=adeunis"]}
    assert thingpark_json.parse(uplink(CustomerData=customer)).codec_tag == "adeunis"
    assert thingpark_json.parse(uplink(CustomerData=json.dumps(customer))).codec_tag == "adeunis", "JSON in a text"
    for odd in ("{", "[" * 100_000, 7, [1], {"alr": 7}, {"tags": "x"}):
        assert thingpark_json.parse(uplink(CustomerData=odd)).codec_tag is None


def test_the_legacy_form_has_no_outer_object():
    frame = thingpark_json.parse(json.dumps(FIELDS).encode())
    assert (frame.address, frame.f_cnt) == ("eui:0018b20000000b20", 1174)
    assert thingpark_json.peek(json.dumps(FIELDS).encode()) == "eui:0018b20000000b20"


def test_a_join_request_is_a_sign_of_life_with_its_radio():
    said = thingpark_json.parse(text(THINGPARK_JOIN))
    assert (said.address, said.kind) == ("eui:0018b20000000b20", "join")
    assert said.radio.gateways == (Gateway("3c200e92", -56, 8.75),)
    assert (said.radio.sf, said.radio.airtime_ms) == (12, pytest.approx(1482.752)), "as ThingPark's airtime"


NOTED = {"DevEUI": "0018B20000000B20", "DevAddr": "05CB0AE8", "FCntDn": 0}


@pytest.mark.parametrize(
    ("type_", "var1", "var2", "facts"),
    [
        ("join", "", "", {"dev_addr": "05cb0ae8"}),
        ("devstatusans", "98", "8", {"battery_pct": "38.5827", "margin_db": "8"}),
        ("devstatusans", 0, -3, {"power": "external", "margin_db": "-3"}),
        ("devstatusans", "255", "-32", {"margin_db": "-32"}),
        ("devstatusans", "x", None, {}),
    ],
)
def test_notifications(type_, var1, var2, facts):
    body = {"DevEUI_notification": NOTED | {"Type": type_, "Var1": var1, "Var2": var2}}
    said = thingpark_json.parse(json.dumps(body).encode())
    assert (said.address, said.kind) == ("eui:0018b20000000b20", "join" if type_ == "join" else "status")
    assert said.facts == facts


def test_what_the_network_says_of_itself():
    reset = {"DevEUI_notification": NOTED | {"Type": "reset", "Var1": "admin_reset"}}
    assert thingpark_json.parse(json.dumps(reset).encode()) == PassedOver()
    assert thingpark_json.parse(b'{"DevEUI_downlink_Sent": {"DevEUI": "0018B20000000B20"}}') == PassedOver()
    assert thingpark_xml.parse(xml("<DevEUI>0018B20000000B20</DevEUI>", "DevEUI_location")) == PassedOver()


def test_an_encrypted_payload_is_not_decoded():
    with pytest.raises(Undecodable, match="AppSKey") as caught:
        thingpark_json.parse(uplink(PayloadEncryption=1))
    assert caught.value.address == "eui:0018b20000000b20"
    assert thingpark_json.parse(uplink(PayloadEncryption=0)).payload


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{}", Reason.BAD_ENVELOPE),
        (b'{"uplink": {}}', Reason.BAD_ENVELOPE),
        (uplink(DevEUI="x"), Reason.BAD_ENVELOPE),
        (uplink(FCntUp="x"), Reason.BAD_ENVELOPE),
        (uplink(LrrRSSI="nan"), Reason.BAD_ENVELOPE),
        (uplink(LrrRSSI="inf"), Reason.BAD_ENVELOPE),
        (uplink(payload_hex="9e1"), Reason.BAD_ENVELOPE),
        (uplink(payload_hex="9e 1c"), Reason.BAD_ENVELOPE),
        (uplink(Time="2018-10-03T15:38:46.882"), Reason.BAD_TIME),  # local, but where?
    ],
)
def test_what_is_refused_and_why(body, reason):
    with pytest.raises(Undecodable) as caught:
        thingpark_json.parse(body)
    assert caught.value.reason is reason


EUI = "<DevEUI>0018B20000000B20</DevEUI>"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<DevEUI_uplink>", Reason.NOT_WELL_FORMED),
        (b"", Reason.NOT_WELL_FORMED),
        (b"{}", Reason.NOT_WELL_FORMED),
        (b"<!DOCTYPE a><DevEUI_uplink/>", Reason.NOT_WELL_FORMED),
        (b'<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]><DevEUI_uplink>&c;</DevEUI_uplink>',
         Reason.NOT_WELL_FORMED),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><DevEUI_uplink>&x;</DevEUI_uplink>',
         Reason.NOT_WELL_FORMED),
        (b'<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><DevEUI_uplink/>', Reason.NOT_WELL_FORMED),
        (b"<?xml version='1.0' encoding='klingon'?><DevEUI_uplink/>", Reason.NOT_WELL_FORMED),
        (xml(EUI + "\x00"), Reason.NOT_WELL_FORMED),
        (xml(""), Reason.BAD_ENVELOPE),
        (xml(EUI + "<FCntUp>x</FCntUp>"), Reason.BAD_ENVELOPE),
        (xml(EUI + "<FPort>256</FPort>"), Reason.BAD_ENVELOPE),
        (b"<a>" * 100_000 + b"</a>" * 100_000, Reason.BAD_ENVELOPE),
        (b"<soap/>", Reason.BAD_ENVELOPE),
    ],
)  # fmt: skip
def test_xml_that_is_refused_and_why(body, reason):
    with pytest.raises(Undecodable) as caught:
        thingpark_xml.parse(body)
    assert caught.value.reason is reason
    assert len(caught.value.message) < 200
    thingpark_xml.peek(body)


def test_the_peek_of_xml_is_not_fooled():
    other = "<DevEUI>ffffffffffffffff</DevEUI>"
    assert thingpark_xml.peek(xml(f"<x>{other}</x>{EUI}")) == "eui:0018b20000000b20"
    assert thingpark_xml.peek(xml(f"{EUI}<x>{other}</x>")) == "eui:0018b20000000b20"
    assert thingpark_xml.peek(xml(f"<!-- {other} -->{EUI}")) == "eui:0018b20000000b20"
    assert thingpark_xml.peek(xml(f"<CustomerData><![CDATA[{other}]]></CustomerData>{EUI}")) == "eui:0018b20000000b20"
    assert thingpark_xml.peek(xml(f"<Lrrs>{other}</Lrrs>")) is None
    assert thingpark_xml.peek(b"<!DOCTYPE a>" + xml(EUI)) is None
    twice = xml(f"{other}{EUI}")
    assert thingpark_xml.peek(twice) == thingpark_xml.parse(twice).address == "eui:0018b20000000b20", "the last counts"
