"""Readings in bulk on a real PostgreSQL, held to what the plain query of one series says."""

from itertools import product

import pytest
from store_by_hand import empty_store, observation

from vigie.streams.sinks import observation_queries
from vigie.streams.sinks.reading_queries import load_tracks
from vigie.topics.property import BY_NAME

NOON = 1_795_446_000_000
EVER = (NOON - 86_400_000, NOON + 86_400_000)
TEMPERATURE, HUMIDITY, PASSAGES = (BY_NAME[name].id for name in ("air_temperature", "relative_humidity", "passages"))


def at(minutes):
    return f"2026-11-23 15:{minutes:02d}:00Z"


@pytest.fixture(scope="module")
def connection(services):
    with empty_store(services) as made:
        for minute, point in product((45, 0, 30, 15), ("P1", "P2")):
            observation(made, point, at(minute), {"air_temperature": minute / 4, "relative_humidity": 60.0})
        observation(made, "P1", at(20), {"passages": 3, "passages#2": 5}, flags=[3, 4])
        observation(made, "P1", at(50), {"air_temperature": 99.0}, withdrawn=True)
        observation(made, "P1", at(51), {"air_temperature": float("nan"), "relative_humidity": 61.0}, flags=[9, 1])
        observation(made, "P1", at(30), {"air_temperature": 2.0, "relative_humidity": 70.0}, device="other")
        observation(made, "P1", at(40), {"air_temperature": 8.0}, ingested_at=at(30))
        observation(made, "P1", at(52), {}, flags=[])
        yield made


def test_series_are_those_of_the_plain_query(connection):
    found = load_tracks(connection, ["P2", "P1"], *EVER)
    assert list(found) == ["P2", "P1"]
    assert set(found["P2"]) == {(TEMPERATURE, 0), (HUMIDITY, 0)}
    for point, tracks in found.items():
        for (number, channel), track in tracks.items():
            plain = observation_queries.series(connection, point, (number, channel), *EVER)
            expected = [(one.observed_at, one.value, one.flag) for one in plain if one.flag != 9 and one.value != 8.0]
            assert list(zip(track.at_ms, track.values, track.flags, strict=True)) == sorted(expected)
            assert (track.property, track.channel, track.step_s) == (number, channel, 0)


def test_flags_stay_and_what_is_withdrawn_missing_or_impossible_does_not(connection):
    tracks = load_tracks(connection, ["P1"], *EVER)["P1"]
    assert tracks[TEMPERATURE, 0].values.tolist() == [0.0, 3.75, 2.0, 7.5, 11.25]  # equal instants by value
    assert tracks[HUMIDITY, 0].values.tolist() == [60.0, 60.0, 60.0, 70.0, 60.0, 61.0]
    assert [(tracks[PASSAGES, n].values.tolist(), tracks[PASSAGES, n].flags.tolist()) for n in (0, 2)] == [
        ([3.0], [3]), ([5.0], [4]),
    ]  # fmt: skip


def test_spans_and_properties_are_kept_to(connection):
    tracks = load_tracks(connection, ["P1", "nobody"], NOON + 15 * 60_000, NOON + 45 * 60_000, [HUMIDITY, PASSAGES])
    assert tracks["nobody"] == {}
    assert set(tracks["P1"]) == {(HUMIDITY, 0), (PASSAGES, 0), (PASSAGES, 2)}
    assert tracks["P1"][HUMIDITY, 0].at_ms.tolist() == [NOON + n * 60_000 for n in (15, 30, 30)]  # 45 is too late
    assert load_tracks(connection, ["P1"], NOON, NOON) == {"P1": {}}
    assert load_tracks(connection, [], *EVER) == {}


def test_rows_of_many_shapes_come_in_several_portions(connection, monkeypatch):
    whole = load_tracks(connection, ["P1", "P2"], *EVER)
    monkeypatch.setattr("vigie.streams.sinks.reading_queries._AT_ONCE", 2)
    pieces = load_tracks(connection, ["P1", "P2"], *EVER)
    for point, tracks in whole.items():
        assert set(tracks) == set(pieces[point])
        for key, track in tracks.items():
            assert track.values.tolist() == pieces[point][key].values.tolist()
