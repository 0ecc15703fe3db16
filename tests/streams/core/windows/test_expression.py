"""Users' expressions: what they come to against plain loops, what they cannot say, and what does not get through."""

import ast
import math
import statistics as plain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.streams.core.windows.expression import parse
from vigie.streams.core.windows.expression_error import ExpressionError
from vigie.streams.core.windows.expression_readings import FUNCTIONS
from vigie.streams.core.windows.expression_units import unit_of
from vigie.streams.core.windows.indicator import PointTracks
from vigie.streams.core.windows.legal import Window, window_of
from vigie.streams.core.windows.track import track
from vigie.topics.property import BY_NAME, PROPERTIES

QUARTER, HOUR = 900_000, 3_600_000
DAY = window_of("1d", 1_770_000_000_000, "Europe/Paris")
SHORT, LONG = (window_of("1d", at, "Europe/Paris") for at in (1_774_742_400_000, 1_792_900_800_000))


def series(name, values, start=DAY.start_at, channel=0, flags=None, step=QUARTER):
    at = start + np.arange(len(values)) * step
    return (name, channel), track(at, values, flags, property_id=BY_NAME[name].id, channel=channel, step_s=step // 1000)


def point(*tracks, name="P1"):
    return PointTracks(name, dict(tracks), 43.3, 5.4)


def value(text, unit, *tracks, window=DAY, parameters=None):
    return parse(text, unit, parameters).compute([point(*tracks)], window).value


NOISE = np.random.default_rng(6).uniform(40, 90, 96).round(1)
HEAT = np.random.default_rng(7).uniform(-3, 35, 96).round(2)
PASSED = np.random.default_rng(8).integers(0, 50, 96).astype(float)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("max(air_temperature) - min(air_temperature)", "°C", max(HEAT) - min(HEAT)),
        ("(max(air_temperature) + min(air_temperature)) / 2", "°C", (max(HEAT) + min(HEAT)) / 2),
        ("mean(air_temperature)", "K", plain.fmean(HEAT) + 273.15),
        ("max(air_temperature) - min(air_temperature)", "K", max(HEAT) - min(HEAT)),
        ("deviation(air_temperature)", "°C", plain.pstdev(HEAT)),
        ("-(min(air_temperature) - first(air_temperature))", "°C", HEAT[0] - min(HEAT)),
        ("energy_mean(laeq)", "dB(A)", 10 * math.log10(sum(10 ** (x / 10) for x in NOISE) / 96)),
        ("max(laeq) - 3", "dB(A)", max(NOISE) - 3),
        ("min(laeq) + (max(laeq) - min(laeq))", "dB(A)", max(NOISE)),
        ("hours_above(laeq, 65)", "h", sum(x > 65 for x in NOISE) / 4),
        ("hours_below(laeq, limit + 5)", "min", sum(x < 60 for x in NOISE) * 15),
        ("percent(count_above(laeq, limit) / count(laeq))", "%", sum(x > 55 for x in NOISE) / 0.96),
        ("percentile(laeq, 90)", "dB", sorted(NOISE)[85] + 0.5 * (sorted(NOISE)[86] - sorted(NOISE)[85])),
        ("median(laeq)", "dB(A)", plain.median(NOISE)),
        ("sum(passages) / window_hours()", "1/h", sum(PASSED) / 24),
        ("max(sum(passages), 1, 2)", "", sum(PASSED)),
        ("abs(last(laeq) - first(laeq))", "dB", abs(NOISE[-1] - NOISE[0])),
        ("1 if max(air_temperature) > 30 and not min(laeq) > 50 else 0", "", 1.0),
        ("0 < min(laeq) < 20", None, None),
        ("max(air_temperature) if 0 < min(laeq) < 20 else min(air_temperature)", "°C", min(HEAT)),
    ],
)
def test_values(text, unit, expected):
    if unit is None:
        with pytest.raises(ExpressionError, match="true or false"):
            parse(text, "")
        return
    tracks = series("air_temperature", HEAT), series("laeq", NOISE), series("passages", PASSED)
    assert value(text, unit, *tracks, parameters={"limit": 55.0}) == pytest.approx(expected, rel=1e-9)


def test_percentiles_are_those_of_numpy():
    tracks = (series("laeq", NOISE),)
    assert value("percentile(laeq, 90)", "dB", *tracks) == pytest.approx(np.percentile(NOISE, 90))


def test_meters_need_the_reading_before_and_convert():
    index = series("active_energy_index", np.arange(100) * 250.0, start=DAY.start_at - 2 * QUARTER)
    expression = parse("difference(active_energy_index)", "kWh")
    assert expression.before_s == 4 * 3600
    assert expression.compute([point(index)], DAY).value == pytest.approx(24.0)
    assert value("difference(active_energy_index) / window_hours()", "W", index) == pytest.approx(1000.0)


def test_channels_and_codes():
    tracks = series("passages", PASSED, channel=1), series("passages", PASSED * 2, channel=2)
    assert value("sum(passages)", "", *tracks) == 3 * PASSED.sum()
    assert value("sum(channel(passages, 2)) - sum(channel(passages, 1))", "", *tracks) == PASSED.sum()
    assert value("sum(channel(passages, 3))", "", *tracks) is None
    lids = series("lid_open", [0.0, 1.0] * 48)
    assert value("hours_equal(lid_open, 1)", "h", lids) == 12.0
    assert value("count_equal(lid_open, 0)", "", lids) == 48.0


def test_units_that_agree_are_converted_where_they_meet():
    tracks = series("battery_voltage", [3600.0] * 96), series("voltage", [230.0] * 96)
    assert value("mean(voltage) - mean(battery_voltage)", "V", *tracks) == pytest.approx(226.4)
    assert value("mean(battery_voltage) + mean(voltage)", "V", *tracks) == pytest.approx(233.6)
    assert value("1 if mean(battery_voltage) < mean(voltage) else 0", "", *tracks) == 1.0
    assert value('hours_above(battery_voltage, quantity(3.5, "V"))', "h", *tracks) == 24.0
    assert value("fraction(mean(fill))", "", series("fill", [40.0] * 96)) == pytest.approx(0.4)


def test_zones_take_the_readings_of_all_their_points():
    first, second = (point(series("laeq", NOISE + n), name=f"P{n}") for n in range(2))
    found = parse("max(laeq)", "dB(A)").compute([first, second], DAY)
    assert (found.value, found.count, found.expected, found.parts) == (max(NOISE) + 1, 192, 192, ("P0", "P1"))
    hours = parse("hours_above(laeq, 65)", "h").compute([first, second], DAY)
    assert hours.value == (sum(x > 65 for x in NOISE) + sum(x + 1 > 65 for x in NOISE)) / 4


@pytest.mark.parametrize(
    ("text", "there", "told"),
    [
        ("mean(laeq)", 72, True),
        ("mean(laeq)", 71, False),
        ("max(laeq)", 86, False),
        ("max(laeq)", 87, True),
        ("hours_above(laeq, 40)", 86, False),
        ("mean(laeq) - max(laeq)", 80, False),
    ],
)
def test_too_few_readings_say_nothing(text, there, told):
    unit = "h" if "hours" in text else "dB"
    found = parse(text, unit).compute([point(series("laeq", NOISE[:there]))], DAY)
    assert (found.value is not None, found.quality == 9) == (told, not told)
    assert (found.count, found.expected, found.completeness) == (there, 96, there / 96)


def test_the_least_complete_property_counts():
    tracks = series("laeq", NOISE), series("air_temperature", HEAT[:20])
    found = parse("mean(laeq) if mean(air_temperature) > 30 else 0", "dB").compute([point(*tracks)], DAY)
    assert (found.value, found.completeness, found.count, found.expected) == (None, 20 / 96, 116, 192)


def test_one_point_that_sends_too_much_does_not_make_up_for_another():
    (key, twice), (_, few) = series("laeq", np.repeat(NOISE, 2), step=QUARTER // 2), series("laeq", NOISE[:60])
    often = track(twice.at_ms, twice.values, property_id=10, step_s=900)
    found = parse("mean(laeq)", "dB").compute([point((key, often)), point((key, few), name="P2")], DAY)
    assert (found.completeness, found.count) == (156 / 192, 252)


def test_flags_are_honoured_and_told():
    flags = np.ones(96, np.uint8)
    flags[[3, 4]] = 4, 2
    loud = NOISE.copy()
    loud[3] = 140.0
    found = parse("max(laeq)", "dB").compute([point(series("laeq", loud, flags=flags))], DAY)
    assert (found.value, found.quality, found.excluded, found.count) == (max(np.delete(loud, 3)), 3, 1, 95)


@pytest.mark.parametrize(("window", "hours"), [(SHORT, 23), (LONG, 25), (DAY, 24)])
def test_days_of_23_and_25_hours(window, hours):
    warm = series("air_temperature", np.arange(120.0), start=window.start_at - 4 * QUARTER)
    found = parse("max(air_temperature) - min(air_temperature)", "°C").compute([point(warm)], window)
    assert (found.expected, found.value, found.completeness) == (hours * 4, hours * 4 - 1, 1.0)
    assert parse("count(air_temperature) / window_hours()", "1/h").compute([point(warm)], window).value == 4.0


def test_a_late_reading_changes_it():
    (key, whole) = series("laeq", NOISE)
    without = whole.where(whole.values < max(NOISE))
    expression = parse("max(laeq)", "dB")
    assert expression.compute([point((key, without))], DAY).value < expression.compute([point((key, whole))], DAY).value


@pytest.mark.parametrize("text", ["last(laeq) / (count(laeq) - 96)", "mean(wind_direction)", "1000000 * sum(laeqs)"])
def test_what_has_no_number_is_none(text):
    if "laeqs" in text:
        with pytest.raises(ExpressionError):
            parse(text, "")
        return
    opposite = series("wind_direction", [0.0, 180.0] * 48)
    assert value(text, "dB" if "laeq" in text else "°", series("laeq", NOISE), opposite) is None


MISTAKES = {
    "max(air_temperatur)": "(character 5): unknown property 'air_temperatur': did you mean air_temperature?",
    "mean(laeq) + hour_above(laeq, 3)": "(character 14): unknown function 'hour_above': did you mean hours_above?",
    "mean(laeq) - seuil": "(character 14): unknown property or parameter 'seuil'",
    "laeq": "(character 1): laeq is a series of readings",
    "mean(laeq) + mean(air_temperature)": "dB and °C can be neither added nor compared",
    "hours_above(laeq, mean(air_temperature))": "dB and °C",
    "1 if mean(laeq) > mean(fill) else 0": "dB and % can",
    "mean(fill) + count(fill)": "percent() makes a percentage",
    "percent(mean(laeq))": "percent() takes a pure number, not dB",
    "max(air_temperature) * 2 + max(laeq)": "°C and dB",
    "sum(air_temperature)": "not multiplied, divided, added up",
    "1 / max(air_temperature)": "not multiplied, divided",
    "max(air_temperature) * max(laeq)": "not multiplied",
    "abs(max(air_temperature))": "not multiplied",
    "1 if max(air_temperature) > max(air_temperature) - min(air_temperature) else 0": "compared with a gap",
    "mean(la90)": "there is no mean(la90) of a level exceeded",
    "sum(active_energy_index)": "of a meter (see difference)",
    "energy_mean(air_temperature)": "there is no energy_mean(air_temperature) of a gauge",
    "max(wind_direction)": "of a direction",
    "min(lid_open)": "of a category",
    "difference(passages)": "of a count",
    "hours_above(laeq, 65,5)": "takes 2 argument(s), not 3; decimals are written with a point",
    "percentile(laeq, 120)": "from 0 to 100",
    "hours_equal(lid_open, count(lid_open))": "then takes a plain number",
    "sum(channel(passages, 1.5))": "a channel is a whole number",
    "channel(passages, 1)": "channel(…) goes into a function",
    "mean(3)": "first takes a property of the catalogue",
    "mean(laeq) / (1 - 1)": "divides by zero",
    "mean(laeq) > 3": "true or false",
    "(mean(laeq) > 3) + 1": "a number is expected, not a condition",
    "max(laeq) + max(lafmax)": "two levels in dB are not added up",
    "max(laeq) - 3 + (mean(la95eq) + 2)": "two levels in dB are not added up",
    "last(wind_direction) - first(wind_direction)": "two directions are neither added nor subtracted",
    "0,5 * mean(laeq)": "a comma is out of place; decimals are written with a point",
    "mean(LAeq)": "unknown property 'LAeq': did you mean laeq?",
    "1 if 3is 3 else mean(laeq)": "only < <=",
    "3 if mean(laeq) else 2": "a condition is expected",
    "3 + 4": "names no property",
    "quantity(mean(laeq), 'dB')": "takes a number and a unit in quotes",
    "max(laeq) + quantity(3, 'loud')": "the unit 'loud' is unknown",
    "mean(laeq) ** 2": "only + - * and /",
    "mean(laeq) in (1, 2)": "only < <=",
    "~count(laeq)": "this sign is not known",
    "max(laeq": "cannot be read",
    "": "cannot be read",
    "mean(laeq) + 1e300": "is no number to use",
    "mean(laeq) + True": "is no number to use",
    "mean(x=laeq)": "a function is written by its name",
    "mean(*laeq)": "a function is written by its name",
    "laeq.values": "only numbers, properties",
    "laeq[0]": "only numbers, properties",
    "[x for x in laeq]": "only numbers, properties",
    "(lambda: 3)()": "a function is written by its name",
    "().__class__.__bases__[0]": "only numbers, properties",
    "__import__('os').system('true')": "a function is written by its name",
    "mean(laeq) if 'a' else 3": "is no number to use",
    "mean(laeq)" + " + 1" * 200: "more than 500 characters",
    "+".join(["count(laeq)"] * 41): "too long",
}


@pytest.mark.parametrize(("text", "sentence"), MISTAKES.items(), ids=[text[:60] for text in MISTAKES])
def test_each_mistake_has_its_sentence(text, sentence):
    with pytest.raises(ExpressionError) as caught:
        parse(text, "")
    assert sentence in caught.value.sentence_en
    assert caught.value.sentence_fr != caught.value.sentence_en
    assert caught.value.field == "expression"


@pytest.mark.parametrize(
    ("text", "unit", "sentence"),
    [
        ("mean(laeq)", "°C", "the expression gives dB, and the unit says °C."),
        ("count(laeq)", "h", "the expression gives a pure number, and the unit says h."),
        ("count_above(laeq, 3) / count(laeq)", "%", "percent() makes a percentage"),
        ("mean(laeq)", "pommes", "the unit 'pommes' is unknown"),
        ("mean(laeq)", "dB(A", "unknown"),
        ("mean(laeq)", "2*dB", "unknown"),
    ],
)
def test_the_stated_unit_is_checked(text, unit, sentence):
    with pytest.raises(ExpressionError) as caught:
        parse(text, unit)
    assert sentence in caught.value.sentence_en
    assert caught.value.field == "unit"


def test_a_doubled_temperature_is_none():
    for text in ("max(air_temperature) * 2", "max(air_temperature) + min(air_temperature)", "-mean(air_temperature)"):
        with pytest.raises(ExpressionError, match="neither a temperature nor a gap"):
            parse(text, "°C")


def test_every_unit_of_the_catalogue_is_known():
    for entry in PROPERTIES.values():
        unit_of(entry.unit)


words = st.sampled_from(
    ["laeq", "air_temperature", "max", "min", "mean", "channel", "(", ")", "+", "-", "*", "/", "if", "else", "1", "2.5",
     ",", ">", "not", "and", ".", "[", "]", "'", '"', "lambda", ":", "quantity", "percent", "%", "°", "\x00", "\n"]
)  # fmt: skip


@given(st.lists(words, max_size=14).map(" ".join) | st.text(max_size=40), st.sampled_from(["", "dB", "°C"]))
@settings(max_examples=40, deadline=None)
def test_whatever_is_written_is_computed_or_refused(text, unit):
    try:
        expression = parse(text, unit)
    except ExpressionError:
        return
    allowed = {*FUNCTIONS, "abs", "window_hours"}
    called = {node.func.id for node in ast.walk(expression.tree) if isinstance(node, ast.Call)}
    assert called <= allowed
    tracks = series("laeq", NOISE), series("air_temperature", HEAT)
    found = expression.compute([point(*tracks)], DAY).value
    assert found is None or math.isfinite(found)


def test_the_longest_expression_is_computed_without_exhausting_anything():
    text = "-" * 90 + "count(laeq)"
    assert value(text, "", series("laeq", NOISE)) == 96
    deep = "(" * 60 + "count(laeq)" + ")" * 60
    assert value(deep, "", series("laeq", NOISE)) == 96


def test_no_step_no_hours():
    key, quiet = series("laeq", NOISE)
    unknown = track(quiet.at_ms, quiet.values, property_id=10, step_s=0)
    found = parse("hours_above(laeq, 65)", "h").compute([point((key, unknown))], DAY)
    assert (found.value, found.completeness, found.expected, found.quality) == (None, None, None, 9)
    assert (
        parse("max(laeq)", "dB").compute([point((key, unknown))], Window("1h", DAY.start_at, DAY.start_at + HOUR)).value
    )
