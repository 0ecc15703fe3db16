"""What an indicator is computed from, written down by hand."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from vigie.streams.core.windows.honest import honest_result
from vigie.streams.core.windows.indicator import Inputs, PointTracks, indicators
from vigie.streams.core.windows.legal import window_of
from vigie.streams.core.windows.track import track
from vigie.topics.property import BY_NAME

PARIS = "Europe/Paris"


def at(*wall, fold=0, zone=PARIS):
    """The instant of a wall clock."""
    return int(datetime(*wall, tzinfo=ZoneInfo(zone), fold=fold).timestamp()) * 1000


def window(code, *wall):
    return window_of(code, at(*wall), PARIS)


def every(step_s, from_at, to_at):
    return np.arange(from_at, to_at, step_s * 1000)


def point(name="P1", role="own", **series):
    """A point; a series is (instants, values, step) or (instants, values, step, flags), under `property` or
    `property__channel`."""
    tracks = {}
    for key, (instants, values, step_s, *flags) in series.items():
        prop, _, channel = key.partition("__")
        made = track(instants, values, *flags, property_id=BY_NAME[prop].id, channel=int(channel or 0), step_s=step_s)
        tracks[prop, int(channel or 0)] = made
    return PointTracks(point=name, tracks=tracks, latitude=43.3, longitude=5.4, role=role)


def inputs(name, span, points, others=(), **parameters):
    """Inputs of an indicator, cut to what it says that it looks at."""
    one = indicators()[name]
    low, high = span.start_at - one.before_s * 1000, span.end_at + one.after_s * 1000
    defaults = {key: parameter.default for key, parameter in one.parameters.items()}
    assert defaults.keys() >= parameters.keys()
    return Inputs(
        window=span,
        zone=PARIS,
        points=[_cut(one, low, high) for one in points],
        others=[_cut(one, low, high) for one in others],
        parameters=defaults | parameters,
    )


def _cut(one, low, high):
    return replace(one, tracks={key: series.between(low, high) for key, series in one.tracks.items()})


def results(name, span, points, others=(), **parameters):
    """What is told of it in the end, once what may not be said is taken out."""
    one = indicators()[name]
    return [honest_result(found, one.bound) for found in one.compute(inputs(name, span, points, others, **parameters))]


def result(name, span, points, others=(), **parameters):
    (found,) = results(name, span, points, others, **parameters)
    return found
