"""Which share of the passages goes each way; an unusual share is that of a side that is blocked."""

from collections.abc import Mapping, Sequence
from math import isnan

import numpy as np

from vigie.streams.core.mobility.counts import (
    Passages,
    by_direction,
    counted,
    one_by_one,
    same_channels,
    tracks_by_channel,
)
from vigie.streams.core.mobility.share import WEEKS, Judged, hours, judge
from vigie.streams.core.windows.honest import quality_of
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.legal import HOUR_MS, Window
from vigie.streams.core.windows.many import bounds
from vigie.streams.core.windows.sources import REPORT_FR
from vigie.streams.core.windows.statistics import Way
from vigie.streams.core.windows.track import Track

_LEAST, _WIDTH, _BLOCKED = "least_passages", "band_width", "least_hours"


def compute(inputs: Inputs) -> Sequence[Result]:
    """The share of the first direction, in percent; nothing at a point that tells no directions."""
    return _results(inputs, tracks_by_channel(inputs.point, inputs.window), [inputs.window])[0]


def of_many(inputs: Inputs, windows: Sequence[Window]) -> Sequence[Sequence[Result] | None]:
    """The same of each window; where what tells a channel may change, `compute` looks."""
    channels = same_channels(inputs.point, windows)
    return (None,) * len(windows) if channels is None else _results(inputs, channels, windows)


def _results(inputs: Inputs, tracks: Mapping[int, tuple[Way, Track]], windows: Sequence[Window]) -> list[list[Result]]:
    looked = [hours(window, inputs.zone) for window in windows]
    starts = np.concatenate([one.starts_at for one in looked])
    past = np.concatenate([one.past_at for one in looked])
    every, places = np.unique(np.concatenate([starts, past.ravel()]), return_inverse=True)
    of_windows, of_hours = (
        by_direction({channel: counted(way, track, *spans) for channel, (way, track) in tracks.items()})
        for spans in (bounds(windows), (every, every + HOUR_MS))
    )
    if not of_windows.keys() >= {1, 2}:
        return [[] for _ in windows]
    first_way, other_way = of_hours[1].passages[places], of_hours[2].passages[places]
    count = len(starts)
    judged = judge(
        first_way[:count],
        other_way[:count],
        first_way[count:].reshape(past.shape),
        other_way[count:].reshape(past.shape),
        inputs.parameters[_LEAST],
        inputs.parameters[_WIDTH],
    )
    begin, found = 0, []
    for first, second, one in zip(one_by_one(of_windows[1]), one_by_one(of_windows[2]), looked, strict=True):
        end = begin + len(one.starts_at)
        found.append([_result(inputs, first, second, judged.within(begin, end))])
        begin = end
    return found


def _result(inputs: Inputs, first: Passages, second: Passages, judged: Judged) -> Result:
    ways, rates = (first.passages, second.passages), (first.completeness, second.completeness)
    total, excluded = ways[0] + ways[1], first.excluded + second.excluded
    value = 100 * ways[0] / total if total > 0 else None  # NaN is not above 0
    least_hours = min(inputs.parameters[_BLOCKED], float(len(judged.share)))
    outside = float(judged.is_outside.sum())
    details: dict[str, float] = {}
    if value is not None:
        details = {
            "passages_1": ways[0],
            "passages_2": ways[1],
            "share_1_pct": value,
            "share_2_pct": 100 - value,
            "hours_outside": outside,
            "hours_judged": float((~np.isnan(judged.share) & ~np.isnan(judged.low)).sum()),
        }
        if len(judged.share) == 1 and not np.isnan(judged.low[0]):
            details |= {"low_pct": 100 * float(judged.low[0]), "high_pct": 100 * float(judged.high[0])}
    known = not isnan(total)
    return Result(
        value=value,
        count=first.readings + second.readings,
        expected=first.expected + second.expected if min(first.expected, second.expected) >= 0 else None,
        completeness=None if any(map(isnan, rates)) else min(rates),
        excluded=excluded,
        quality=quality_of(first.unknown + second.unknown, excluded) if known and value is not None else 9,
        category="blocked" if value is not None and outside >= least_hours else "",
        details=details,
    )


register(
    Indicator(
        name="mobility_direction_share",
        use_case="mobility",
        codes=("1h", "1d"),
        properties=("passages", "passages_total"),
        needs_all=False,
        before_s=(WEEKS * 7 * 24 + 2) * 3600 + 4 * 3600,
        unit="%",
        version="1",
        parameters={
            _LEAST: Parameter(
                20, "passages", "Passages des deux sens en deçà desquels une heure n'est pas jugée", 1, 1e6
            ),
            _WIDTH: Parameter(4, "écarts types", "Demi-largeur de la bande habituelle", 0.5, 50),
            _BLOCKED: Parameter(2, "h", "Heures hors bande à partir desquelles un jour est dit « blocked »", 1, 25),
        },
        label_fr="part par sens",
        label_en="share by direction",
        definition_fr=(
            "Part du premier sens (voies impaires) dans les passages des deux sens. « blocked » : part hors de sa bande"
            " habituelle pour cette heure de la semaine, signe d'un côté masqué ou coupé."
        ),
        formula=(
            "100 · passages du sens 1 / passages des deux sens. Bande : p ± band_width · √(p(1 − p)/n + s²) ; p :"
            " médiane des parts aux mêmes heures de la semaine (± 1 h) des 4 semaines précédentes ; n : passages de"
            " l'heure ; s² : variance robuste de ces parts (1,4826 · MAD)², moins celle de leur tirage."
        ),
        period_fr="heure, jour",
        source=f"{REPORT_FR}, fiche 2 (comptage par sens)",
        limits_fr=(
            "Sans objet pour un point sans sens (voie 0 seule). Une heure n'est jugée qu'avec assez de passages et six"
            " heures passées connues. Un jour férié ou une manifestation peut sortir de la bande."
        ),
        compute=compute,
        many=of_many,
    )
)
