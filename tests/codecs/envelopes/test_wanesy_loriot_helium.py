"""Wanesy, LORIOT, Helium: two messages per uplink, frames that were kept, seconds or milliseconds, pages of many."""

import json

import pytest
from lorawan_messages import HELIUM, LORIOT_GW, LORIOT_RX, WANESY, text

from vigie.codecs.envelopes import helium, loriot, wanesy
from vigie.codecs.frame import Hints, PassedOver
from vigie.topics.identity import uplink_id
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Gateway


def test_a_real_message_of_wanesy():
    frame = wanesy.parse(text(WANESY), Hints(model="Abeeway"))
    assert (frame.address, frame.session, frame.f_cnt, frame.f_port) == ("eui:20635f028100003e", "02597230", 11790, 18)
    assert (len(frame.payload), frame.received_at, frame.profile) == (34, 1_680_599_756_526, "Abeeway")
    radio = frame.radio
    assert radio.gateways == (Gateway("7276ff0039030872", -47, 7.5), Gateway("7276ff0039030873", -44, 7.4))
    assert (radio.dr, radio.sf, radio.frequency_hz) == (2, 10, 868_500_000)
    assert frame.extras == {"gateway_count": "2"}


def test_a_delayed_frame_of_wanesy_is_of_when_the_gateway_heard_it():
    kept = text(WANESY, delayed=True, recvTime=1680610000000)
    assert wanesy.parse(kept).received_at == 1_680_599_756_526
    assert wanesy.parse(kept).extras["late"] == "1"
    assert wanesy.parse(text(WANESY, recvTime=1680610000000)).received_at == 1_680_610_000_000
    assert wanesy.parse(text(WANESY, recvTime=None, gwRecvTime=None)).received_at is None


def test_a_page_of_wanesy():
    other = WANESY | {"fCntUp": 11791}
    page = json.dumps({"count": 2, "list": [WANESY, other]}).encode()
    assert [one.f_cnt for one in wanesy.parse(page)] == [11790, 11791]
    assert wanesy.peek(page) == "eui:20635f028100003e"
    stranger = WANESY | {"endDevice": {"devEui": "20635F028100003F"}}
    assert wanesy.peek(json.dumps({"list": [WANESY, stranger]}).encode()) is None
    assert wanesy.parse(b'{"list": []}') == []


def test_one_bad_uplink_of_a_page_loses_no_other():
    page = {"list": [WANESY | {"encrypted": True}, WANESY, WANESY | {"fCntUp": -1}, 7]}
    first, second, third, fourth = wanesy.parse(json.dumps(page).encode())
    assert second == wanesy.parse(text(WANESY))
    for place, one in ((1, first), (3, third), (4, fourth)):
        assert one.reason is Reason.BAD_ENVELOPE
        assert one.message.startswith(f"Uplink {place} of the page: ")


def test_encodings_of_wanesy():
    assert wanesy.parse(text(WANESY, payload="AXVc", encodingType="BASE64")).payload == b"\x01u\x5c"
    for changes, match in (({"encodingType": "ROT13"}, "ROT13"), ({"encrypted": True}, "AppSKey")):
        with pytest.raises(Undecodable, match=match) as caught:
            wanesy.parse(text(WANESY, **changes))
        assert caught.value.address == "eui:20635f028100003e"
    assert wanesy.parse(text(WANESY, payload=None, fPort=None)).payload == b""


def test_nulls_of_wanesy():
    gateway = WANESY["gwInfo"][0] | {"rssis": None, "fineTimestamp": None, "latitude": None}
    body = {"gwInfo": [gateway, {"gwEui": "7276FF000B0324E2", "rssi": None, "snr": None}]}
    assert len(wanesy.parse(text(WANESY, **body)).radio.gateways) == 1


def test_the_two_real_messages_of_loriot():
    rx = loriot.parse(text(LORIOT_RX))
    assert (rx.address, rx.session, rx.f_cnt, rx.f_port) == ("eui:2cf7f12052602bfa", None, 0, 1)
    assert (rx.payload, rx.received_at) == (b"EE", 1_713_521_712_759)
    assert rx.radio.gateways == (Gateway("", -108, 1.2),)
    assert rx.radio.airtime_ms == pytest.approx(1155.072), "toa is that, cut to whole ms"
    assert rx.extras == {"seqno": "31"}
    gw = loriot.parse(text(LORIOT_GW))
    assert gw.radio.gateways == (Gateway("7076ffffff053a13", -106, -4.5),)
    assert (gw.radio.sf, gw.radio.dr, gw.radio.frequency_hz) == (12, 0, 867_500_000)


def test_rx_then_gw_are_one_uplink():
    both = [
        loriot.parse(text(LORIOT_GW, cmd=cmd, ts=ts, seqno=ts % 10))
        for cmd, ts in (("rx", 1713521048021), ("gw", 1713521048444))
    ]
    assert len({uplink_id(one.address, one.session or "", one.f_cnt, one.payload) for one in both}) == 1


def test_battery_and_lateness_of_loriot():
    assert loriot.parse(text(LORIOT_RX, bat=254)).extras["network_battery_pct"] == "100"
    assert loriot.parse(text(LORIOT_RX, bat=0)).extras["network_power"] == "external"
    assert "network_battery_pct" not in loriot.parse(text(LORIOT_RX, bat=255)).extras
    assert loriot.parse(text(LORIOT_RX, offline=True)).extras["late"] == "1"


def test_an_airtime_of_loriot_that_is_more_than_the_payloads_is_kept():
    assert loriot.parse(text(LORIOT_RX, toa=1319)).radio.airtime_ms == 1319
    assert loriot.parse(text(LORIOT_RX, toa=0)).radio.airtime_ms == pytest.approx(1155.072)


def test_two_antennas_of_one_gateway():
    gw = LORIOT_GW["gws"][0]
    two = loriot.parse(text(LORIOT_GW, gws=[gw, gw | {"ant": 1, "rssi": -99, "snr": 2}]))
    assert two.radio.gateways == (Gateway("7076ffffff053a13", -99, 2.0),)


def test_what_loriot_says_of_itself():
    for cmd in ("txd", "tx", "cq"):
        assert loriot.parse(json.dumps({"cmd": cmd, "EUI": LORIOT_RX["EUI"], "time": 1}).encode()) == PassedOver()
    assert loriot.parse(b'{"cmd": "geo", "EUI": "2CF7F12052602BFA", "ts": "2022-11-23T21:24:08.979Z"}') == PassedOver()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"data": None, "encdata": "4545"}, Reason.BAD_ENVELOPE),
        ({"data": "454"}, Reason.BAD_ENVELOPE),
        ({"cmd": "?"}, Reason.BAD_ENVELOPE),
        ({"EUI": "ELSYS-A81758FFFE03CFE0"}, Reason.BAD_ENVELOPE),
        ({"ts": "yesterday"}, Reason.BAD_TIME),
        ({"ts": -5}, Reason.BAD_TIME),
        ({"ts": 1e14 * 9}, Reason.BAD_TIME),
    ],
)
def test_what_loriot_is_refused(changes, reason):
    with pytest.raises(Undecodable) as caught:
        loriot.parse(text(LORIOT_RX, **changes))
    assert caught.value.reason is reason


def test_the_documented_message_of_helium():
    frame = helium.parse(text(HELIUM))
    assert (frame.address, frame.session, frame.f_cnt, frame.f_port) == ("eui:1c29fbd1d2084e21", "b5a44869", 19, 1)
    assert (frame.payload, frame.received_at) == (b"Hello, world!", 1_586_868_546_123)
    assert [(one.rssi_dbm, one.snr_db) for one in frame.radio.gateways] == [(-54, 9.8), (-51, 9.0)]
    assert (frame.radio.sf, frame.radio.frequency_hz) == (9, 912_300_000), "a float32, to the channel it means"
    assert frame.radio.dr is None, "another band than Europe's"


def test_seconds_and_milliseconds_of_helium():
    assert helium.parse(text(HELIUM, reported_at=1586868546)).received_at == 1_586_868_546_000
    assert helium.parse(text(HELIUM, reported_at=None)).received_at is None
    with pytest.raises(Undecodable) as caught:
        helium.parse(text(HELIUM, reported_at=-1))
    assert caught.value.reason is Reason.BAD_TIME


def test_a_late_hotspot_of_helium_makes_no_other_uplink():
    first, late = helium.parse(text(HELIUM)), helium.parse(text(HELIUM, hotspots=HELIUM["hotspots"][1:]))
    identities = {uplink_id(one.address, one.session, one.f_cnt, one.payload) for one in (first, late)}
    assert len(identities) == 1
