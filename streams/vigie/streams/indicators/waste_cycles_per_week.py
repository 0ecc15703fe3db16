"""How many cycles of filling and collection a container has in a week."""

from collections.abc import Sequence

import numpy as np

from vigie.streams.core.waste.falls import What
from vigie.streams.core.waste.seen import AFTER_S, LIMITS_FR, PARAMETERS, PROPERTIES, SOURCE, falls_of
from vigie.streams.core.windows.counted import counted
from vigie.streams.core.windows.honest import ENOUGH_OF_A_DAY
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register

DAY_MS, HOUR_MS = 86_400_000, 3_600_000


def compute(inputs: Inputs) -> Sequence[Result]:
    """Collections for seven legal days, and how long the cycles took that ended in the window."""
    window, results = inputs.window, []
    days = round((window.end_at - window.start_at) / DAY_MS)  # legal ones: an hour more or less
    for track in inputs.point.of("fill"):
        found = counted(track, window.start_at, window.end_at)
        if not found.count + found.excluded:
            continue
        collected = falls_of(inputs, track).of(What.COLLECTION).at_ms
        inside = (collected >= window.start_at) & (collected < window.end_at)
        lengths = np.diff(collected)[inside[1:]] / HOUR_MS
        results.append(
            found.result(
                int(np.count_nonzero(inside)) * 7 / days, ENOUGH_OF_A_DAY, channel=track.channel,
                details={"mean_cycle_h": float(lengths.mean())} if len(lengths) else {},
            )
        )  # fmt: skip
    return results


register(
    Indicator(
        name="waste_cycles_per_week",
        use_case="waste",
        codes=("1w", "1mo"),
        properties=PROPERTIES,
        unit="/sem",
        version="1",
        label_fr="cycles par semaine",
        label_en="cycles per week",
        definition_fr="Nombre de cycles de remplissage et de collecte, rapporté à sept jours.",
        formula="collectes de la période × 7 / nombre de jours légaux",
        period_fr="semaine et mois",
        source=SOURCE,
        limits_fr=(
            f"{LIMITS_FR} Détail « mean_cycle_h » : durée moyenne, en heures, des cycles finis dans la période ; un "
            "cycle commencé plus de 35 jours avant elle n'en est pas. Vide sous 90 % de mesures."
        ),
        compute=compute,
        before_s=35 * 86_400,
        after_s=AFTER_S,
        bound=ENOUGH_OF_A_DAY,
        parameters=PARAMETERS,
    )
)
