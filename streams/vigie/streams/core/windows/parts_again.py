"""What the owners of zones are told of windows of dense points, which `recompute` makes: as the points' owner would."""

from collections.abc import Mapping, Sequence
from math import isnan
from typing import NamedTuple

from vigie.streams.core.fleet.memberships import lies_in
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.windows.again import Changes, Made, Series, Standing
from vigie.streams.core.windows.owned.publish import ZONE_CODES, asking
from vigie.streams.core.windows.series_name import series_of
from vigie.topics import zone_part
from vigie.topics.zone_part import Part, ZonePart

_COLUMNS = ("count", "excluded", "minimum", "mean", "maximum", "sum", "value")


class Told(NamedTuple):
    """A window of a point of which a series changed: its end (epoch ms UTC), highest revision, and reason."""

    end_at: int
    revision: int
    reason: str


def told_windows(
    made: Made, standing: Standing, changes: Changes, series: Sequence[Series]
) -> dict[tuple[str, int], Told]:
    """Point and start -> the windows of one code that changed, or were emptied."""
    found: dict[tuple[str, int], Told] = {}
    chosen, emptied = changes.changed, changes.emptied
    for numbers, starts, ends, revisions in (
        (made.series[chosen], made.start_at[chosen], made.end_at[chosen], changes.revisions),
        (
            standing.series[emptied],
            standing.start_at[emptied],
            standing.end_at[emptied],
            standing.revision[emptied] + 1,
        ),
    ):
        for number, start_at, end_at, revision in zip(
            numbers.tolist(), starts.tolist(), ends.tolist(), revisions.tolist(), strict=True
        ):
            one = series[number]
            key = one.subject.removeprefix("point:"), start_at
            held = found.get(key)
            found[key] = Told(end_at, revision if held is None else max(revision, held.revision), one.reason)
    return found


def parts_again(
    view: FleetView, networks: Mapping[str, Sequence[str]], made: Made, told: Mapping[tuple[str, int], Told],
    series: Sequence[Series],
) -> list[tuple[bytes, bytes]]:  # fmt: skip
    """Keys and values for `zone-parts`: of each window all its series, for each subject that has such windows.

    A point that has moved is not taken out of where it lay: its owner goes by the fleet (zone_owner.py).

    Args:
        view: the fleet.
        networks: point -> through which it was heard.
        made: windows of one code.
        told: which windows.
        series: those whose windows they are.
    """
    asked = view.memberships.codes_of_zones()
    if made.code not in ZONE_CODES.union(*asked.values()):
        return []
    parts = _parts(made, told, series)
    found = []
    for (point, start_at), one in told.items():
        said = view.point_at(point, start_at) or view.point_at(point, one.end_at - 1)
        subjects = [*(lies_in(said) if said else ()), *(f"network:{name}" for name in networks.get(point, ()))]
        window = point, made.code, start_at, one.end_at, one.revision, one.reason
        own = tuple(parts.get((point, start_at), ()))
        found += [
            (subject.encode(), zone_part.encode(ZonePart(subject, *window, own)))
            for subject in asking(subjects, made.code, asked)
        ]
    return found


def _parts(
    made: Made, told: Mapping[tuple[str, int], Told], series: Sequence[Series]
) -> dict[tuple[str, int], list[Part]]:
    columns = [getattr(made.honest.statistics, name).tolist() for name in _COLUMNS]
    found: dict[tuple[str, int], list[Part]] = {}
    for number, start_at, quality, count, excluded, *numbers in zip(
        made.series.tolist(), made.start_at.tolist(), made.honest.quality.tolist(), *columns, strict=True
    ):
        one = series[number]
        key = one.subject.removeprefix("point:"), start_at
        if key in told:
            low, mean, high, total, value = [None if isnan(each) else each for each in numbers]
            of, channel = one.track.property, series_of(one.indicator)[1]
            part = Part(of, channel, count, excluded, low, mean, high, total, value, quality)
            found.setdefault(key, []).append(part)
    return found
