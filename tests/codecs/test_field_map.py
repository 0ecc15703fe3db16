"""A maker's fields in our words: units, channels, words, objects, lists with instants, and what is refused."""

import pytest

from vigie.codecs.field_map import FieldMap, FieldMapError
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable

TABLES = {
    "fields": {
        "temperature": {"property": "air_temperature"},
        "vbat": {"property": "battery_voltage", "factor": 1000, "unit": "V"},
        "fahrenheit": {"property": "air_temperature", "channel": 1, "factor": 0.5, "offset": -16},
        "inner.humidity": {"property": "relative_humidity"},
        "levels.1": {"property": "distance"},
        "leak": {"property": "distance", "channel": 1, "words": {"dry": 0, "wet": 1, "true": 1}},
        "state": {"extra": "door", "words": {"open": 1}},
        "version": {"ignored": "checked, not told"},
    },
    "lists": {"history": {"time": "at", "fields": {"t": {"property": "air_temperature"}, "n": {"extra": "count"}}}},
}


def read(data, tables=TABLES):
    found = FieldMap.from_tables(tables, "here").read(data)
    return [
        (PROPERTIES[one.property].name, one.channel, one.value)
        + ((one.observed_at,) if one.observed_at is not None else ())
        for one in found.readings
    ], found.extras


@pytest.mark.parametrize(
    ("data", "readings"),
    [
        ({"temperature": 21.5}, [("air_temperature", 0, 21.5)]),
        ({"temperature": 21}, [("air_temperature", 0, 21.0)]),
        ({"temperature": "21.5"}, [("air_temperature", 0, 21.5)]),
        ({"temperature": True}, [("air_temperature", 0, 1.0)]),
        ({"temperature": None}, []),
        ({"vbat": 3.25}, [("battery_voltage", 0, 3250.0)]),
        ({"vbat": {"value": 3.25, "unit": "V", "displayName": "Battery"}}, [("battery_voltage", 0, 3250.0)]),
        ({"vbat": {"value": 3}}, [("battery_voltage", 0, 3000.0)]),
        ({"vbat": "3.25 V"}, [("battery_voltage", 0, 3250.0)]),
        ({"fahrenheit": 70}, [("air_temperature", 1, 19.0)]),
        ({"inner": {"humidity": 40}}, [("relative_humidity", 0, 40.0)]),
        ({"levels": [5, 7]}, [("distance", 0, 7.0)]),
        ({"leak": "wet"}, [("distance", 1, 1.0)]),
        ({"leak": True}, [("distance", 1, 1.0)]),
        ({"leak": 3}, [("distance", 1, 3.0)]),
        ({"version": 2, "state": "open"}, []),
        ({"history": [{"at": 5, "t": 1}, {"at": 6, "t": 2.5}]},
         [("air_temperature", 0, 1.0, 5000), ("air_temperature", 0, 2.5, 6000)]),
        ({"history": [{"at": 5, "t": 1}, {"at": 5, "t": 2}]}, [("air_temperature", 0, 2.0, 5000)]),
        ({"history": []}, []),
    ],
)  # fmt: skip
def test_readings(data, readings):
    found = read(data)[0]
    assert found == readings
    assert all(type(one[2]) is float for one in found)


def test_extras_are_text_under_a_name_of_theirs():
    data = {
        "state": "open", "levels": [5], "other": {"deep": {"er": 1.0}}, "big": 2**53, "half": 0.5, "no": False,
        "rows": [{"a": 1}], "long": "x" * 5000, "zero": "a\0b", "x" * 200: 1, "none": None, "history": "none yet",
    }  # fmt: skip
    assert read(data)[1] == {
        "door": "1", "levels.0": "5", "other.deep.er": "1", "big": "9007199254740992", "half": "0.5", "no": "0",
        "rows.0.a": "1", "long": "x" * 1000, "zero": "a\ufffdb", "x" * 80: "1", "history": "none yet",
    }  # fmt: skip


def test_a_row_has_extras_too():
    assert read({"history": [{"at": 5, "n": 3}]})[1] == {"count": "3"}


def test_no_more_extras_than_a_record_may_have():
    assert len(read({f"k{place}": place for place in range(5000)})[1]) == 200


def test_alternatives_give_one_reading():
    tables = {"fields": {"a": {"property": "distance"}, "b": {"property": "distance"}}}
    assert read({"a": 1, "b": 2}, tables)[0] == [("distance", 0, 2.0)]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"temperature": "warm"}, "'temperature' is 'warm', expected a number"),
        ({"temperature": "NaN"}, "expected a number"),
        ({"temperature": float("inf")}, "expected a number"),
        ({"temperature": {"value": "x"}}, "expected a number"),
        ({"vbat": 1e306}, "expected a number"),
        ({"vbat": {"value": 3250, "unit": "mV"}}, "'vbat' is in 'mV', the mapping expects V"),
        ({"leak": "damp"}, "expected a number"),
        ({"history": [1]}, "history holds '1', expected objects"),
        ({"history": [{"t": 1}]}, "history.at is 'None', expected an instant (epoch_s)"),
        ({"history": [{"at": -5, "t": 1}]}, "expected an instant"),
        ({"history": [{"at": "x" * 500, "t": 1}]}, "expected an instant"),
    ],
)
def test_what_is_refused(data, why):
    with pytest.raises(Undecodable) as caught:
        read(data)
    assert caught.value.reason is Reason.CODEC_FAILED
    assert why in caught.value.message
    assert len(caught.value.message) < 200


def test_depth_is_bounded():
    data = {}
    inner = data
    for _ in range(500):
        inner["d"] = {}
        inner = inner["d"]
    assert list(read(data)[1]) == [".".join("d" * 9)]


@pytest.mark.parametrize(
    ("form", "given"), [("epoch_s", 1795600800), ("epoch_ms", 1795600800000), ("iso", "2026-11-25T10:00:00Z")]
)
def test_instants(form, given):
    tables = {"lists": {"h": {"time": "at", "time_format": form, "fields": {"t": {"property": "air_temperature"}}}}}
    assert read({"h": [{"at": given, "t": 1}]}, tables)[0] == [("air_temperature", 0, 1.0, 1_795_600_800_000)]


def test_what_nobody_decided_about():
    names = FieldMap.from_tables(TABLES, "here")
    assert names.unnamed({"temperature": 1, "inner": {"humidity": 1, "dew": 2}, "history": [], "levels": [1, 2]}) == [
        "inner.dew",
        "levels.0",
    ]
    names.read({"new": 1})
    assert names.unnamed({"new": 1}) == ["new"]


def test_one_map_over_another():
    over = FieldMap.from_tables({"fields": {"temperature": {"property": "water_temperature"}}}, "codec")
    names = over.over(FieldMap.from_tables(TABLES, "all"))
    found = names.read({"temperature": 1, "vbat": 3})
    assert [PROPERTIES[one.property].name for one in found.readings] == ["water_temperature", "battery_voltage"]


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ({"fields": {"t": {"property": "warmth"}}}, "here: t names the property 'warmth'"),
        ({"fields": {"t": {}}}, "here: t says neither"),
        ({"fields": {"t": {"prop": "x"}}}, "prop"),
        ({"fields": {"t": {"property": "distance", "channel": -1}}}, "channel of t is -1"),
        ({"fields": {"t": {"property": "distance", "factor": float("nan")}}}, "not finite"),
        ({"lists": {"h": {"time": "t", "fields": {}, "time_format": "days"}}}, "time_format of h is 'days'"),
        ({"lists": {"h": {"time": "t", "fields": {"x": {"property": "warmth"}}}}}, "h.x names the property"),
        ({"lists": {"h": {"fields": {}}}}, "time"),
    ],
)
def test_tables_that_cannot_be_used(tables, why):
    with pytest.raises(FieldMapError) as caught:
        FieldMap.from_tables(tables, "here")
    assert why in str(caught.value)
