"""Instants are read as the standard library reads them, only quicker."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vigie.codecs.instants import epoch_ms

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)).flatmap(
    lambda naive: zones.map(lambda zone: naive.replace(tzinfo=zone))
)
FORM = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def by_library(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


@given(moments, st.sampled_from(["seconds", "milliseconds", "microseconds"]), st.sampled_from("Tt "))
@settings(max_examples=500)
def test_as_the_standard_library(moment, digits, between):
    text = moment.isoformat(timespec=digits)
    cut = datetime.fromisoformat(text)
    assert epoch_ms(text.replace("T", between)) == by_library(cut)
    if moment.utcoffset() == timedelta(0):
        assert epoch_ms(text.replace("+00:00", "Z")) == epoch_ms(text.replace("+00:00", "z")) == by_library(cut)


@given(moments, st.text("0123456789", min_size=1, max_size=12))
def test_any_number_of_digits_is_cut_to_the_millisecond(moment, digits):
    whole = moment.replace(microsecond=0)
    text = whole.isoformat()
    text = f"{text[:19]}.{digits}{text[19:]}"
    assert epoch_ms(text) == by_library(whole) + int((digits + "00")[:3])
    assert epoch_ms(f"{text[:19]}.{digits}Z") == by_library(whole.replace(tzinfo=UTC)) + int((digits + "00")[:3])


@given(st.text("0123456789-:.TZ+ zt²٣", max_size=35) | st.text(max_size=35))
@settings(max_examples=500)
@example("2026-02-31T00:00:00Z")
@example("２０２６-02-01T00:00:00Z")
@example("2026-02-01T00:00:00.²³¹Z")
def test_garbage_is_refused_by_value_error_only(text):
    try:
        epoch_ms(text)
    except ValueError:
        return
    assert FORM.fullmatch(text)


@given(moments, st.integers(0, 34), st.characters())
@settings(max_examples=500)
def test_one_wrong_character_is_refused_or_another_instant(moment, place, letter):
    text = moment.isoformat(timespec="microseconds")
    text = text[:place] + letter + text[place + 1 :]
    try:
        read = epoch_ms(text)
    except ValueError:
        return
    assert FORM.fullmatch(text)
    if text[17:19] != "60":
        assert read == by_library(datetime.fromisoformat(text.upper()))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2100-01-01T00:00:00+00:00", 4_102_444_800_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000),  # a leap second is the next second
        ("2026-11-23T10:00:01.999999999+01:00", 1_795_424_401_999),  # cut, not rounded
        ("2026-11-23T10:00:01.5Z", 1_795_428_001_500),
        ("2026-11-23T10:00:01-00:00", 1_795_428_001_000),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ("0001-01-01T01:00:00+01:00", -62_135_596_800_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("9999-12-31T22:59:59.999-01:00", 253_402_300_799_999),
    ],
)
def test_known_instants(text, at):
    assert epoch_ms(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1795424401",
        "2026-11-23",
        "2026-11-23T10:00Z",
        "2026-11-23T10:00:01",  # without a zone it is no instant
        "2026-11-23T10:00:01.Z",
        "2026-11-23T10:00:01+0100",
        "2026-11-23T10:00:01+24:00",
        "2026-11-23T10:00:01+01:60",
        "2026-11-23T10:00:61Z",
        "2026-11-23T24:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:59:59.999+01:00",  # no year of UTC
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:00:00-01:00",
        "9999-12-31T23:59:59.999-23:59",
        "9999-12-31T23:59:60Z",
        "+026-01-01T00:00:00Z",
        "2026-11-23T10:00:01Z ",
        "2026-11-23T10:00:01Z\n",
        "2026-11-23T10:00:01+1 :00",
    ],
)
def test_what_is_no_instant(text):
    with pytest.raises(ValueError):
        epoch_ms(text)


def test_a_refused_text_is_refused_again():
    for _ in range(2):
        with pytest.raises(ValueError):
            epoch_ms("2026-02-30T10:00:00.000Z")


def test_the_memory_of_seconds_is_bounded(monkeypatch):
    from vigie.codecs import instants

    monkeypatch.setattr(instants, "_LIMIT", 10)
    instants._seconds.clear()
    for minute in range(30):
        epoch_ms(f"2026-01-01T00:{minute:02}:00Z")
        assert len(instants._seconds) <= 10
