"""One spelling of EUIs and device addresses, however a network server writes them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.codecs.lora.eui import address_of, hex_of, session_of
from vigie.topics.reason import Reason, Undecodable

WRITTEN = [
    "24e124136b000001", "24E124136B000001", "24-E1-24-13-6B-00-00-01", "24:e1:24:13:6b:00:00:01",
    "24 E1 24 13 6B 00 00 01",
]  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_an_eui_is_one_device(text):
    assert address_of(text) == address_of(text) == "eui:24e124136b000001", "also the second time, from memory"


@pytest.mark.parametrize(
    "text",
    [
        "", "24e124136b00000", "24e124136b0000011", "24e124136b00000g", "24e124136b000001\n", "\uff124e124136b000001",
        "24-E1:24-13-6B-00-00-01", "24-E1-24-13-6B-00-00", "24-E1-24-13-6B-00-00-01-02", "-" * 23, "JOEkE2sAAAE=",
        "24E1-2413-6B00-0001", "x" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_eui(text):
    with pytest.raises(Undecodable) as caught:
        address_of(text)
    assert (caught.value.reason, caught.value.address) == (Reason.BAD_ENVELOPE, None)
    assert len(caught.value.message) < 200


def test_a_session():
    assert session_of("00D2000A", "eui:x") == session_of("00-d2-00-0a", "eui:x") == "00d2000a"
    assert session_of("", "eui:x") is None
    for text in ("00d2000", "00d2000a\n", "00d2000g", "00d2000a0"):
        with pytest.raises(Undecodable) as caught:
            session_of(text, "eui:x")
        assert caught.value.address == "eui:x", "whose frame came all the same"


@given(st.binary(min_size=8, max_size=8), st.binary(min_size=4, max_size=4))
def test_base64_and_hex_are_the_same(eui, dev_addr):
    assert hex_of(base64.b64encode(eui).decode(), 8) == eui.hex() == hex_of(eui.hex(), 8)
    assert hex_of(base64.b64encode(dev_addr).decode(), 4) == dev_addr.hex() == hex_of(dev_addr.hex(), 4)


@given(st.text(max_size=30))
def test_any_text(text):
    if hex_of(text, 8) != text:
        assert len(hex_of(text, 8)) == 16
    try:
        address = address_of(text)
    except Undecodable:
        return
    assert len(address) == 20
