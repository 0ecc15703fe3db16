"""How full a container is: at the end of an hour or a day, and at most."""

from collections.abc import Sequence

import numpy as np

from vigie.streams.core.waste.fill import as_known, at_bounds
from vigie.streams.core.waste.seen import PROPERTIES, SOURCE
from vigie.streams.core.windows.counted import bound_of_extremes, counted, too_short
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register


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
        level, bounded = level[inside], bounded[inside]
        if not len(level):
            results.append(found.result(None, 1.0, channel=track.channel))
            continue
        results.append(
            found.result(
                float(level[-1]), bound_of_extremes(window), channel=track.channel, minimum=float(level.min()),
                mean=float(level.mean()), maximum=float(level.max()), first=float(level[0]), last=float(level[-1]),
                category="clipped" if bounded[-1] else "", details={"clipped": float(np.count_nonzero(bounded))},
            )
        )  # fmt: skip
    return results


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
        before_s=2 * 86_400,
    )
)
