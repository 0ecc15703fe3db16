"""How full a container is: at the end of an hour or a day, and at most."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.waste.fill import Percent, as_known, at_bounds
from vigie.streams.core.waste.seen import BEFORE_S, PROPERTIES, SOURCE
from vigie.streams.core.windows.counted import Counted, bound_of_extremes, counted, too_short
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.many import Told, bounds, told
from vigie.streams.core.windows.statistics import Way


def compute(inputs: Inputs) -> Sequence[Result]:
    """The last and the largest filling; `clipped` where the last stands at a bound."""
    window = inputs.window
    results = []
    for track in inputs.point.of("fill"):
        found = counted(track, window.start_at, window.end_at)
        if too_short(window, track.step_s) or not found.count + found.excluded:
            continue
        good = track.good().between(0, window.end_at)
        level, bounded = as_known(good.values), at_bounds(good.values)
        inside = good.at_ms >= window.start_at
        results.append(_result(found, window, track.channel, level[inside], bounded[inside]))
    return results


def of_many(inputs: Inputs, windows: Sequence[Window]) -> Sequence[Sequence[Result] | None]:
    """The same of each window; where nothing was read shortly before it, `compute` looks only as far back as it may."""
    found: list[list[Result] | None] = [[] for _ in windows]
    starts, ends = bounds(windows)
    for track in inputs.point.of("fill"):
        good = track.good()
        level, bounded = as_known(good.values), at_bounds(good.values)
        before, low, high = (np.searchsorted(good.at_ms, at) for at in (starts - BEFORE_S * 1000, starts, ends))
        made = told(track, starts, ends, Way.GAUGE)
        places = zip(before.tolist(), low.tolist(), high.tolist(), strict=True)
        for number, (window, one, (earlier, first, last)) in enumerate(zip(windows, made, places, strict=True)):
            results = found[number]
            if results is None or too_short(window, track.step_s) or not one.readings + one.excluded:
                continue
            if first - earlier < 2:
                found[number] = None
            else:
                results.append(_result(one, window, track.channel, level[first:last], bounded[first:last]))
    return found


def _result(found: Counted | Told, window: Window, channel: int, level: Percent, bounded: NDArray[np.bool_]) -> Result:
    if not len(level):
        return found.result(None, 1.0, channel=channel)
    return found.result(
        float(level[-1]), bound_of_extremes(window), channel=channel, minimum=float(level.min()),
        mean=float(level.mean()), maximum=float(level.max()), first=float(level[0]), last=float(level[-1]),
        category="clipped" if bounded[-1] else "", details={"clipped": float(np.count_nonzero(bounded))},
    )  # fmt: skip


register(
    Indicator(
        name="waste_fill",
        use_case="waste",
        codes=("1h", "1d"),
        properties=PROPERTIES,
        unit="%",
        version="1",
        label_fr="remplissage",
        label_en="filling",
        definition_fr="Remplissage du conteneur à la fin de l'heure ou du jour, et le plus haut atteint.",
        formula=(
            "100·(d_vide − d)/(d_vide − d_plein) ; médiane de trois mesures successives (celle-ci et les deux "
            "d'avant) ; bornée à 0–100 % ; valeur = la dernière, maximum = la plus haute"
        ),
        period_fr="heure et jour",
        source=SOURCE,
        limits_fr=(
            "La médiane retarde d'une mesure une collecte. Catégorie « clipped » : la dernière mesure est à 0 ou "
            "100 %, ou au-delà ; détail « clipped » : leur nombre. Vide sous 75 % de mesures (90 % pour le jour)."
        ),
        compute=compute,
        many=of_many,
        before_s=BEFORE_S,
    )
)
