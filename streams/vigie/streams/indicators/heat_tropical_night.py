"""Tropical nights: the minimum of the night is not below 20 °C."""

from collections.abc import Sequence

import numpy as np

from vigie.streams.core.heat.counted_days import Rule, counted_days
from vigie.streams.core.heat.texts import DAYS_FR
from vigie.streams.core.windows.honest import ENOUGH_OF_A_DAY
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.sources import REPORT_FR


def compute(inputs: Inputs) -> Sequence[Result]:
    """How many nights that end in a day of the window stay at or above the parameter `threshold`."""
    threshold = inputs.parameters["threshold"]
    rule = Rule(
        extreme=lambda found: found.statistics.minimum,
        counts=lambda minima: minima >= threshold,
        detail="coolest",
        of_all=np.min,
    )
    return counted_days(inputs, rule)


register(
    Indicator(
        name="heat_tropical_night",
        use_case="heat",
        codes=("1d", "1mo", "1y"),
        properties=("air_temperature",),
        unit="j",
        version="1",
        label_fr="nuits tropicales",
        label_en="tropical nights",
        definition_fr=(
            "Nombre de nuits dont la température minimale ne descend pas sous 20 °C, de 18 h UTC à 6 h UTC. La nuit "
            "appartient au jour où elle se termine."
        ),
        formula="nombre de nuits où min(T) ≥ 20 ; 0 ou 1 pour un jour ; détail coolest : le minimum (°C)",
        period_fr="jour (la nuit qui s'y termine), mois, année",
        source=f"{REPORT_FR}, fiche 1 ; notion informelle selon Météo-France",
        limits_fr=f"{DAYS_FR} Les heures et leur horloge (UTC ou légale) sont des paramètres.",
        compute=compute,
        before_s=12 * 3600,
        bound=ENOUGH_OF_A_DAY,
        parameters={
            "threshold": Parameter(20.0, "°C", "minimum à ne pas quitter vers le bas", -50, 60),
            "from_hour": Parameter(18.0, "h", "début de la nuit", 12, 24),
            "to_hour": Parameter(6.0, "h", "fin de la nuit, le lendemain", 0, 12),
            "legal_time": Parameter(0.0, "", "1 : ces heures sont légales ; 0 : UTC", 0, 1),
        },
    )
)
