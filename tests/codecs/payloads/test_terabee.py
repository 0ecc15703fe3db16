"""Terabee: values that are none, errors that leave the rest standing, and answers to commands."""

import pytest

from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable

FLOW = "terabee-people-flow-l-xl"


def decode(codec, payload, f_port=1):
    return codecs()[codec].decode(bytes.fromhex(payload), f_port, 0)


def read(codec, payload, f_port=1):
    return {(PROPERTIES[one.property].name, one.channel): one.value for one in decode(codec, payload, f_port).readings}


@pytest.mark.parametrize(("raw", "status"), [("0000", "too close"), ("0001", "invalid"), ("ffff", "too far")])
def test_a_distance_that_is_none_says_why(raw, status):
    decoded = decode("terabee-level-xl", f"{raw}320bb800")
    assert {PROPERTIES[one.property].name for one in decoded.readings} == {"fill", "battery_voltage"}
    assert decoded.extras["distance_status"] == status


def test_a_level_in_error_is_no_level():
    assert read("terabee-level-xl", "07d0ff0bb800") == {("distance", 0): 2000, ("battery_voltage", 0): 3000}


@pytest.mark.parametrize(
    ("errors", "names", "lost"),
    [
        ("01", "restarted", set()),
        ("02", "radio does not sleep", set()),
        ("04", "battery not read", {"battery_voltage"}),
        ("08", "no distance", {"distance"}),
        ("0d", "restarted, battery not read, no distance", {"battery_voltage", "distance"}),
    ],
)
def test_an_error_takes_only_what_it_concerns(errors, names, lost):
    # the maker's codec gives nothing at all where one is set
    decoded = decode("terabee-level-xl", f"07d0320bb8{errors}")
    assert {PROPERTIES[one.property].name for one in decoded.readings} == {"distance", "fill", "battery_voltage"} - lost
    assert decoded.extras["errors"] == names


def test_counts_are_unsigned_and_since_the_reset():
    assert read(FLOW, "ffffffff0000000100") == {("passages_total", 1): 4294967295, ("passages_total", 2): 1}


def test_flags_of_a_counter():
    extras = decode(FLOW, "000000000000000005").extras
    assert extras == {
        "counting_stopped": "1", "counting_stuck": "0", "devices_disturb": "1", "wifi_access_point": "0",
    }  # fmt: skip


def test_medium_sends_on_another_port_and_has_another_flag():
    assert decode("terabee-people-flow-m", "000000000000000004", 82).extras["network_on"] == "1"
    with pytest.raises(Undecodable):
        decode("terabee-people-flow-m", "000000000000000004", 1)


def test_a_command_that_was_done_or_refused():
    assert decode(FLOW, "ff8100", 100).extras == {"command": "129", "command_done": "1"}
    assert decode(FLOW, "ff81ff", 100).extras == {"command": "129", "command_done": "0"}


def test_counts_that_were_asked_for_are_counts():
    assert read(FLOW, "02000000c8000001c8", 2) == {("passages_total", 1): 200, ("passages_total", 2): 456}


def test_an_answer_that_is_not_listed_is_kept():
    decoded = decode(FLOW, "07abcd", 8)
    assert decoded.extras == {"command": "7", "command_value": "abcd"}
    assert decoded.warnings == ["UNKNOWN_FIELD"]


def test_a_frame_that_ends_early_is_truncated():
    for codec, payload, port in (("terabee-level-xl", "07d0320bb8", 1), (FLOW, "0000000000000000", 1), (FLOW, "01", 5)):
        with pytest.raises(Undecodable) as caught:
            decode(codec, payload, port)
        assert caught.value.reason == Reason.TRUNCATED
