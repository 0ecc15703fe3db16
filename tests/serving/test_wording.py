"""Numbers, units and instants as people write them."""

import math

import pytest

from vigie.serving.wording import local_text, number_text, property_label, reading_text, utc_text
from vigie.topics.property import PROPERTIES


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (0.0, "0", "0"),
        (-1.5, "-1,5", "-1.5"),
        (1234567.0, "1\u202f234\u202f567", "1,234,567"),
        (1234567.9, "1\u202f234\u202f567,9", "1,234,567.9"),
        (98765432.12, "98\u202f765\u202f432,12", "98,765,432.12"),
        (100.0, "100", "100"),
        (-0.0, "0", "0"),
        (-1e-300, "0", "0"),
        (-0.25, "-0,25", "-0.25"),
        (1e-7, "0,0000001", "0.0000001"),
        (1.7e308, None, None),
        (math.nan, "–", "–"),
        (-math.inf, "–", "–"),
    ],
)
def test_numbers(value, french, english):
    for text, language in ((french, "fr"), (english, "en")):
        shown = number_text(value, language)
        assert shown == text or (text is None and shown)


def test_every_property_has_a_name_and_a_value_in_both_languages():
    for property_id in PROPERTIES:
        for language in ("fr", "en"):
            assert property_label(property_id, language)
            assert reading_text(property_id, 1.0, language).startswith("1")
    assert reading_text(34, 1.0, "fr") == "1", "a category has no unit"
    assert reading_text(9999, 2.5, "fr") == "2,5"


@pytest.mark.parametrize("instant", [-(2**63), 2**63 - 1, 0, -1, 4_102_444_800_000])
def test_any_instant_of_a_device_can_be_shown(instant):
    assert local_text(instant, "Europe/Paris", "fr")
    assert utc_text(instant).endswith("Z")


def test_an_instant_before_the_epoch_keeps_its_milliseconds():
    assert utc_text(-1) == "1969-12-31T23:59:59.999Z"
