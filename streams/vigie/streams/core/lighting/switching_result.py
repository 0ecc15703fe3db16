"""How far from the sun's own time a cabinet comes on or goes off."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from vigie.streams.core.lighting.looked_at import Lit, judged, lit
from vigie.streams.core.lighting.nights import Dark, dark
from vigie.streams.core.lighting.power import Ints
from vigie.streams.core.lighting.states import Switching, is_on, switching
from vigie.streams.core.quality.sun import sun_elevation
from vigie.streams.core.windows.honest import honest_result
from vigie.streams.core.windows.indicator import Inputs, Result

BOUND = 0.75
ANGLE = "angle_deg"
LEAST_LEARNED = 5
"""Nights from which the angle is learned; with fewer it is the parameter's."""
MINUTE_MS = 60_000


class Edge(NamedTuple):
    """One of the two times of a night at which the light changes.

    Attributes:
        name: `on` or `off`.
        instants, within: of a Switching: when, and how uncertain.
        of_sun: instants at which the sun passes the angle that way.
    """

    name: str
    instants: Callable[[Switching], Ints]
    within: Callable[[Switching], Ints]
    of_sun: Callable[[Dark], tuple[int, ...]]


ON = Edge("on", lambda one: one.on_at, lambda one: one.on_within, lambda one: one.falls_at)
OFF = Edge("off", lambda one: one.off_at, lambda one: one.off_within, lambda one: one.rises_at)


def edge_of_night(inputs: Inputs, edge: Edge) -> Sequence[Result]:
    """When the only point came on or went off, in minutes against the sun.

    Of several changes of a night the one nearest to the sun's is meant. The angle is the median elevation at those of
    the nights before.
    """
    found = lit(inputs)
    if found is None:
        return []
    begin, end = int(found.nights.starts_at[-1]), int(found.nights.ends_at[-1])
    result = judged(inputs, found.spans, begin, end)
    changes = switching(found.spans, found.level_w)
    angle, learned = _angle(inputs, found, changes, edge)
    place = _nearest(inputs, edge.instants(changes), (begin, end), angle, edge)
    if place is None:
        night = found.night == found.last
        on = is_on(found.spans, found.level_w)[night]
        category = "never" if not on.any() else "always" if on.all() else "unseen"
        return [honest_result(dataclasses.replace(result, category=category), BOUND)]
    at, of_sun = place
    delta = (at - of_sun) / MINUTE_MS
    within = edge.within(changes)[edge.instants(changes) == at][0]
    details = {
        f"delta_{edge.name}_min": delta,
        f"{edge.name}_at": float(at),
        "sun_at": float(of_sun),
        "sun_deg": _sun(inputs, at),
        "angle_deg": angle,
        "nights_learned": float(learned),
        "uncertain_min": float(within) / MINUTE_MS,
        "level_w": found.level_w,
    }
    return [honest_result(dataclasses.replace(result, value=delta, details=details), BOUND)]


def _angle(inputs: Inputs, found: Lit, changes: Switching, edge: Edge) -> tuple[float, int]:
    start = inputs.parameters[ANGLE]
    bounds = zip(found.nights.starts_at[:-1].tolist(), found.nights.ends_at[:-1].tolist(), strict=True)
    places = [_nearest(inputs, edge.instants(changes), night, start, edge) for night in bounds]
    at = np.array([place[0] for place in places if place is not None], np.int64)
    if len(at) < LEAST_LEARNED:
        return start, len(at)
    return float(np.median(sun_elevation(at, inputs.point.latitude, inputs.point.longitude))), len(at)


def _nearest(
    inputs: Inputs, instants: Ints, night: tuple[int, int], angle: float, edge: Edge
) -> tuple[int, int] | None:
    """Of the changes of a night the one nearest to the sun's, and the sun's; None where there is none of either."""
    inside = instants[(instants >= night[0]) & (instants < night[1])]
    of_sun = edge.of_sun(dark(*night, inputs.point.latitude, inputs.point.longitude, angle))
    if not len(inside) or not of_sun:
        return None
    return int(inside[np.argmin(np.abs(inside - of_sun[0]))]), of_sun[0]


def _sun(inputs: Inputs, at: int) -> float:
    return float(sun_elevation(np.array([at]), inputs.point.latitude, inputs.point.longitude)[0])
