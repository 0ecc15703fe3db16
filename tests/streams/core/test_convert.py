"""Calibrations and the geometry of a placement: each value is worked out by hand."""

import math

import pytest

from vigie.streams.core.convert import Converter, Value, plan_of
from vigie.streams.core.fleet.view import ALWAYS, EVER, Conversion, Placement

DISTANCE, FILL, LEVEL, DEPTH, FLOW, TEMPERATURE = 30, 31, 40, 41, 49, 1
PLAIN = Placement("1", "D", "P", ALWAYS, EVER, None, None, None, None, ())
BIN = PLAIN._replace(empty_mm=1800, full_mm=200)
RIVER = PLAIN._replace(datum_m=12.5)
RATING = Conversion(DEPTH, FLOW, None, 1, 0, ((0.0, 0.0), (0.5, 2.0), (1.0, 8.0)))
COUNTER = Conversion(TEMPERATURE, TEMPERATURE, 2, 1.1, -0.5, ())


def convert(placement: Placement, *readings: tuple[int, int, float]) -> list[Value]:
    return Converter().convert(placement, readings)


def test_a_placement_that_asks_for_nothing_changes_nothing():
    assert plan_of(PLAIN) is None
    assert plan_of(PLAIN._replace(empty_mm=900, full_mm=900)) is None
    assert convert(PLAIN, (DISTANCE, 0, 600.0), (TEMPERATURE, 1, 20.0)) == [
        Value(DISTANCE, 0, 600.0), Value(TEMPERATURE, 1, 20.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("distance_mm", "fill"), [(1800.0, 0.0), (200.0, 100.0), (1000.0, 50.0), (2500.0, 0.0), (20.0, 100.0)]
)
def test_distance_to_fill_within_0_and_100_and_the_distance_stays(distance_mm: float, fill: float):
    assert convert(BIN, (DISTANCE, 3, distance_mm)) == [Value(DISTANCE, 3, distance_mm), Value(FILL, 3, fill)]


def test_a_fill_that_the_device_worked_out_itself_gives_way_and_stays_as_raw():
    assert convert(BIN, (FILL, 0, 47.0), (DISTANCE, 0, 1000.0), (FILL, 1, 9.0)) == [
        Value(FILL, 0, 50.0, 47.0), Value(DISTANCE, 0, 1000.0), Value(FILL, 1, 9.0),
    ]  # fmt: skip


def test_level_by_the_datum_from_distance_or_depth():
    assert convert(RIVER, (DISTANCE, 0, 2500.0)) == [Value(DISTANCE, 0, 2500.0), Value(LEVEL, 0, 10.0)]
    assert convert(RIVER, (DEPTH, 0, 1.25)) == [Value(DEPTH, 0, 1.25), Value(LEVEL, 0, 13.75)]
    assert convert(RIVER._replace(datum_m=0.0), (DEPTH, 0, 1.25))[1] == Value(LEVEL, 0, 1.25)


def test_a_linear_calibration_on_its_channel_keeps_what_the_device_said():
    placement = PLAIN._replace(conversions=(COUNTER,))
    (one, other) = convert(placement, (TEMPERATURE, 2, 20.0), (TEMPERATURE, 1, 20.0))
    assert (one.value, one.raw) == (pytest.approx(21.5), 20.0)
    assert other == Value(TEMPERATURE, 1, 20.0)


def test_a_calibrated_distance_is_what_geometry_sees():
    placement = BIN._replace(conversions=(Conversion(DISTANCE, DISTANCE, None, 1.0, 200.0, ()),))
    assert convert(placement, (DISTANCE, 0, 800.0)) == [Value(DISTANCE, 0, 1000.0, 800.0), Value(FILL, 0, 50.0)]


@pytest.mark.parametrize(("depth_m", "flow"), [(0.0, 0.0), (0.25, 1.0), (0.5, 2.0), (0.75, 5.0), (1.0, 8.0)])
def test_a_table_is_interpolated(depth_m: float, flow: float):
    placement = PLAIN._replace(conversions=(RATING,))
    assert convert(placement, (DEPTH, 0, depth_m)) == [Value(DEPTH, 0, depth_m), Value(FLOW, 0, flow)]


@pytest.mark.parametrize("depth_m", [-0.01, 1.01])
def test_a_table_is_not_extrapolated(depth_m: float):
    derived = RIVER._replace(conversions=(RATING,))
    assert convert(derived, (DEPTH, 0, depth_m)) == [
        Value(DEPTH, 0, depth_m, None, refused=True), Value(LEVEL, 0, 12.5 + depth_m),
    ]  # fmt: skip
    same = RIVER._replace(conversions=(RATING._replace(to_property=DEPTH),))
    assert convert(same, (DEPTH, 0, depth_m)) == [Value(DEPTH, 0, depth_m, None, refused=True)]


def test_calibrations_follow_each_other_in_the_placements_order():
    twice = (COUNTER._replace(channel=None, factor=2, offset=0), COUNTER._replace(channel=None, factor=1, offset=1))
    assert convert(PLAIN._replace(conversions=twice), (TEMPERATURE, 0, 10.0)) == [Value(TEMPERATURE, 0, 21.0, 10.0)]


def test_what_is_no_number_stays_none():
    (_, fill) = convert(BIN, (DISTANCE, 0, math.nan))
    assert math.isnan(fill.value)
    (depth,) = convert(PLAIN._replace(conversions=(RATING,)), (DEPTH, 0, math.nan))
    assert depth.refused
