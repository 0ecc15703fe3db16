"""The gap to the reference zone at 5 in the morning, of a point."""

from collections.abc import Sequence

import numpy as np

from vigie.streams.core.heat.gap import AT_HOUR, REACH_MS, reference, targets
from vigie.streams.core.heat.nearest import nearest
from vigie.streams.core.heat.season import SUMMER, days_looked_at
from vigie.streams.core.heat.texts import SUMMER_FR
from vigie.streams.core.heat.told import of_days
from vigie.streams.core.windows.honest import ENOUGH_OF_A_DAY
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register
from vigie.streams.core.windows.sources import REPORT_FR


def compute(inputs: Inputs) -> Sequence[Result]:
    """The gap of a day; of a month or summer the largest, with the mean beside it; by channel."""
    at_ms = targets(days_looked_at(inputs), inputs)
    compared = reference(inputs.others, at_ms, without=inputs.point.point)
    why = "no_reference" if np.isnan(compared.values).all() else "incomplete"
    results = []
    for series in inputs.point.of("air_temperature"):
        own = nearest(series, at_ms, REACH_MS)
        days = int(np.count_nonzero(~np.isnan(own.values)))
        gap = own.less(compared)
        results.append(of_days(gap, ENOUGH_OF_A_DAY, largest=True, channel=series.channel, why=why, count=days))
    return results


register(
    Indicator(
        name="heat_gap_5h",
        use_case="heat",
        codes=("1d", "1mo", "1y"),
        properties=("air_temperature",),
        unit="°C",
        version="1",
        label_fr="écart à la zone de référence à 5 h",
        label_en="gap to the reference zone at 5:00",
        definition_fr=(
            "Différence entre la température du capteur et la moyenne des capteurs de référence à 5 h en heure légale "
            "(5 h 30 en option) ; sur un mois ou un été, la plus grande, avec la moyenne (carte)."
        ),
        formula=(
            "ΔT05 = T(capteur) - moyenne(T(référence)), bonne valeur la plus proche à ± 15 min ; mois, été : max des "
            "jours"
        ),
        period_fr="jour, mois, année (l'été seul)",
        source=f"{REPORT_FR}, fiche 1",
        limits_fr=(
            "Vide sans valeur du capteur ou sans aucun capteur de référence à cette heure (catégorie « no_reference » "
            "si aucun jour n'en a, sinon « incomplete ») ; un mois ou un été, sous 90 % de jours. « count » : jours où "
            f"le capteur a une valeur. Un capteur de référence n'est pas comparé à lui-même. {SUMMER_FR}"
        ),
        compute=compute,
        roles=("reference",),
        bound=ENOUGH_OF_A_DAY,
        parameters={**AT_HOUR, **SUMMER},
    )
)
