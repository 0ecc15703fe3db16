"""Talkpool: groups of three bytes, below zero too, and what the manufacturer's decoders pass over."""

import pytest

from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable


def decode(codec, payload, f_port):
    return codecs()[codec].decode(bytes.fromhex(payload), f_port, 0)


def read(codec, payload, f_port):
    return {PROPERTIES[one.property].name: one.value for one in decode(codec, payload, f_port).readings}


def test_the_first_group_is_read_and_the_others_are_kept():
    decoded = decode("talkpool-oy1110", "0f2e3ccd3338d23931f5", 3)
    assert [one.value for one in decoded.readings] == [-5.2, 72.3]
    assert decoded.extras == {"head": "0f", "older": "3338d23931f5"}


def test_a_temperature_below_zero():
    assert read("talkpool-oy1110", "2d44cd", 2)["air_temperature"] == -6.8
    assert read("talkpool-oy1200", "012101910199ff9c0a050000", 1)["air_temperature"] == -1


@pytest.mark.parametrize(
    ("codec", "payload", "port", "reason"),
    [
        ("talkpool-oy1110", "3e44", 2, Reason.TRUNCATED),
        ("talkpool-oy1110", "3e441d3e", 2, Reason.TRUNCATED),
        ("talkpool-oy1110", "0f3e44", 3, Reason.TRUNCATED),
        ("talkpool-oy1110", "3e441d", 4, Reason.BAD_PAYLOAD),
        ("talkpool-oy1200", "01210191019908af0a05000000", 1, Reason.BAD_PAYLOAD),
        ("talkpool-oy1210", "3e441d02", 2, Reason.TRUNCATED),
    ],
)
def test_what_is_no_frame_is_refused(codec, payload, port, reason):
    with pytest.raises(Undecodable) as caught:
        decode(codec, payload, port)
    assert caught.value.reason == reason
