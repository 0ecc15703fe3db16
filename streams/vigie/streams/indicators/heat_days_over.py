"""Days whose maximum is above 30 or 35 °C, by Météo-France's day and by the civil day."""

from collections.abc import Sequence

import numpy as np

from vigie.streams.core.heat.counted_days import Rule, counted_days
from vigie.streams.core.heat.texts import DAYS_FR, RADIATION_FR
from vigie.streams.core.windows.honest import ENOUGH_OF_A_DAY
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.sources import REPORT_FR

AFTER_S = 12 * 3600
"""06 UTC of the next day, from the end of a legal day of any zone of France."""


def compute(inputs: Inputs) -> Sequence[Result]:
    """How many days of the window have a maximum strictly above the parameter `threshold`."""
    threshold = inputs.parameters["threshold"]
    rule = Rule(
        extreme=lambda found: found.statistics.maximum,
        counts=lambda maxima: maxima > threshold,
        detail="hottest",
        of_all=np.max,
    )
    return counted_days(inputs, rule)


def _register(threshold: int, *, civil: bool) -> None:
    begin, end = (0.0, 24.0) if civil else (6.0, 30.0)
    day_fr = "de la journée civile (0 h-24 h, heure légale)" if civil else "de 6 h UTC à 6 h UTC le lendemain"
    register(
        Indicator(
            name=f"heat_civil_days_over_{threshold}" if civil else f"heat_days_over_{threshold}",
            use_case="heat",
            codes=("1d", "1mo", "1y"),
            properties=("air_temperature",),
            unit="j",
            version="1",
            label_fr=f"jours à plus de {threshold} °C" + (" (jour civil)" if civil else ""),
            label_en=f"days above {threshold} °C" + (" (civil day)" if civil else ""),
            definition_fr=f"Nombre de jours dont la température maximale {day_fr} dépasse {threshold} °C, strictement.",
            formula=f"nombre de jours où max(T) > {threshold} ; 0 ou 1 pour un jour ; détail hottest : le maximum (°C)",
            period_fr="jour, mois, année",
            source=f"{REPORT_FR}, fiche 1" + ("" if civil else " ; pratique de Météo-France (Tx)"),
            limits_fr=f"{DAYS_FR} {RADIATION_FR}" + ("" if civil else " Jugé après 6 h UTC le lendemain."),
            compute=compute,
            after_s=0 if civil else AFTER_S,
            bound=ENOUGH_OF_A_DAY,
            parameters={
                "threshold": Parameter(float(threshold), "°C", "seuil, à dépasser strictement", -50, 60),
                "from_hour": Parameter(begin, "h", "début du jour de mesure", 0, 12),
                "to_hour": Parameter(
                    end, "h", "fin du jour de mesure ; 30 est 6 h le lendemain", 13, 24 if civil else 34
                ),
                "legal_time": Parameter(float(civil), "", "1 : ces heures sont légales ; 0 : UTC", 0, 1),
            },
        )
    )


for _threshold in (30, 35):
    _register(_threshold, civil=False)
    _register(_threshold, civil=True)
