"""How fast a river rises: over a quarter of an hour, an hour, three hours."""

from collections.abc import Sequence
from functools import partial
from math import isnan

import numpy as np

from vigie.streams.core.windows.counted import counted, too_short
from vigie.streams.core.windows.honest import ENOUGH
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.many import bounds, told
from vigie.streams.core.windows.slope import theil_sen, theil_sen_of_spans
from vigie.streams.core.windows.sources import REPORT_FR
from vigie.streams.core.windows.statistics import Way

MINUTE_S = 60
SPANS_S = {"15m": 15 * MINUTE_S, "1h": 60 * MINUTE_S, "3h": 180 * MINUTE_S}
LONGEST_STEP_S = 3600
"""How far before its span a series may have the reading that the slope begins with."""
CM = 100.0


def compute(span_s: int, inputs: Inputs) -> Sequence[Result]:
    """The slope over the last `span_s` seconds of the window, from the reading at their beginning on."""
    end_at, results = inputs.window.end_at, []
    for track in inputs.point.of("water_level"):
        step_s = track.step_s
        if too_short(inputs.window, step_s) or step_s > span_s:
            continue
        begin_at = end_at - (span_s + step_s) * 1000
        found = counted(track, begin_at, end_at)
        if not found.count + found.excluded:
            continue
        level = found.good.values
        slope = theil_sen(found.good.at_ms, level) * CM
        ends = {"first": float(level[0]), "last": float(level[-1])} if len(level) else {}
        value = None if np.isnan(slope) else slope
        results.append(found.result(value, ENOUGH, channel=track.channel, **ends))
    return results


def of_many(span_s: int, inputs: Inputs, windows: Sequence[Window]) -> Sequence[Sequence[Result]]:
    """The same of each window."""
    found: list[list[Result]] = [[] for _ in windows]
    _, ends = bounds(windows)
    for track in inputs.point.of("water_level"):
        if track.step_s > span_s:
            continue
        starts = ends - (span_s + track.step_s) * 1000
        slopes = theil_sen_of_spans(track.good(), starts, ends).tolist()
        made = told(track, starts, ends, Way.GAUGE)
        for window, one, slope, results in zip(windows, made, slopes, found, strict=True):
            if too_short(window, track.step_s) or not one.readings + one.excluded:
                continue
            edges = {"first": one.first, "last": one.last} if one.readings else {}
            value = None if isnan(slope) else slope * CM
            results.append(one.result(value, ENOUGH, channel=track.channel, **edges))
    return found


for _name, _span_s in SPANS_S.items():
    _words = {"15m": "15 min", "1h": "1 h", "3h": "3 h"}[_name]
    _which_fr = "l'heure qui finit" if _name == "1h" else f"les {_words} qui finissent"
    register(
        Indicator(
            name=f"river_rise_{_name}",
            use_case="river",
            codes=("15m",) if _name == "15m" else ("15m", "1h"),
            properties=("water_level",),
            unit="cm/h",
            version="1",
            label_fr=f"montée sur {_words}",
            label_en=f"rise over {_words}",
            definition_fr=f"Vitesse de montée du niveau sur {_which_fr} avec la fenêtre.",
            formula=(
                "médiane des pentes de toutes les paires de mesures (Theil–Sen), de la dernière d'avant la durée à la "
                "dernière de la fenêtre"
            ),
            period_fr="chaque quart d'heure" if _name == "15m" else "chaque quart d'heure et chaque heure",
            source=f"{REPORT_FR}, fiche 2 (niveau des cours d'eau)",
            limits_fr=(
                "Négative en décrue. Sans objet quand le pas de mesure dépasse la durée. Une mesure isolée fausse ne "
                "change presque rien dès cinq mesures ; à deux (pas de 15 min sur 15 min) rien n'en protège que les "
                "contrôles de qualité. Vide sous 75 % de mesures."
            ),
            compute=partial(compute, _span_s),
            many=partial(of_many, _span_s),
            before_s=_span_s + LONGEST_STEP_S,
        )
    )
