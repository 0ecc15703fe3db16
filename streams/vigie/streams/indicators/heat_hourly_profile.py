"""The course of the temperature over the 24 hours of a summer's or month's mean day."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vigie.streams.core.heat.profile import profile
from vigie.streams.core.heat.season import SUMMER, days_looked_at
from vigie.streams.core.heat.texts import RADIATION_FR, SUMMER_FR
from vigie.streams.core.windows.counted import counted
from vigie.streams.core.windows.honest import ENOUGH
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.sources import REPORT_FR
from vigie.streams.core.windows.track import Track

MINUTE_MS = 60_000
PIECES_MIN = (15, 30, 60, 120, 180)
"""Lengths of a piece of the day that can be asked for; another is rounded to the next of them."""


def compute(inputs: Inputs) -> Sequence[Result]:
    """The mean of each hour of the day over the days looked at, by channel."""
    days = days_looked_at(inputs)
    asked = inputs.parameters["piece_min"]
    piece_min = next((one for one in PIECES_MIN if one >= asked), PIECES_MIN[-1])
    series = inputs.point.of("air_temperature")
    return [_of(one, days[0].start_at, days[-1].end_at, inputs.zone, piece_min) for one in series]


def _of(series: Track, from_at: int, to_at: int, zone: str, piece_min: int) -> Result:
    found = counted(series, from_at, to_at)
    told = profile(found.good, from_at, to_at, zone, piece_min * MINUTE_MS)
    enough = told.completeness >= ENOUGH
    means = told.means[enough]
    details = {
        _name(place * piece_min, piece_min): float(told.means[place]) for place in np.flatnonzero(enough).tolist()
    }
    whole = bool(enough.all())
    result = found.result(
        float(means.mean()) if whole else None,
        ENOUGH,
        mean=float(means.mean()) if whole else None,
        minimum=float(means.min()) if whole else None,
        maximum=float(means.max()) if whole else None,
        details=details,
        channel=series.channel,
    )
    return result if result.value is not None else replace(result, category="incomplete")


def _name(minute: int, piece_min: int) -> str:
    """`h05`, or `h0530` where pieces are shorter than an hour."""
    return f"h{minute // 60:02}" if piece_min >= 60 else f"h{minute // 60:02}{minute % 60:02}"


register(
    Indicator(
        name="heat_hourly_profile",
        use_case="heat",
        codes=("1mo", "1y"),
        properties=("air_temperature",),
        unit="°C",
        version="1",
        label_fr="profil horaire des températures",
        label_en="hourly temperature profile",
        definition_fr=(
            "Température moyenne de chacune des 24 heures légales de la journée, sur l'été (année) ou sur le mois ; "
            "demi-heures en option."
        ),
        formula=(
            "détails h00 … h23 : moyenne de toutes les mesures de cette heure ; valeur : moyenne des 24, avec la plus "
            "fraîche et la plus chaude"
        ),
        period_fr="mois, année (l'été seul)",
        source=f"{REPORT_FR}, fiche 1",
        limits_fr=(
            "Une heure sous 75 % de ses mesures manque dans les détails, et la valeur est alors vide (catégorie "
            f"« incomplete ») ; aucun détail sous 75 % des mesures de la période. {SUMMER_FR} {RADIATION_FR}"
        ),
        compute=compute,
        bound=ENOUGH,
        parameters={
            "piece_min": Parameter(60.0, "min", "30 pour des demi-heures ; 15, 30, 60, 120 ou 180", 15, 180),
            **SUMMER,
        },
    )
)
