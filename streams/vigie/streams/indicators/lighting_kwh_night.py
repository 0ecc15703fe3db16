"""Energy of a night of street lighting; of the nights of a month or a year."""

from collections.abc import Sequence

import numpy as np

from vigie.streams.core.lighting.consumption import expectation
from vigie.streams.core.lighting.looked_at import LOOK_BACK_S, PAST_NIGHTS
from vigie.streams.core.lighting.nights import dark, night_of, nights_before
from vigie.streams.core.lighting.power import Energy, energy, meters_of
from vigie.streams.core.windows.honest import expected_of, honest_result, quality_of
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.sources import REPORT_FR

_ANGLE, _WIDTH, _BOUND = "angle_deg", "unusual_z", 0.9


def compute(inputs: Inputs) -> Sequence[Result]:
    """The energy, and of a single night whether it is unusual."""
    if inputs.window.code == "1d":
        nights = nights_before(inputs.window, inputs.zone, PAST_NIGHTS + 1)
        starts, ends = nights.starts_at, nights.ends_at
    else:
        begin, end = night_of(inputs.window, inputs.zone)
        starts, ends = np.array([begin]), np.array([end])
    found = energy(inputs.point, starts, ends)
    if found is None:
        return []
    point, angle = inputs.point, inputs.parameters[_ANGLE]
    hours = [
        dark(low, high, point.latitude, point.longitude, angle).hours
        for low, high in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    return [honest_result(_result(inputs, found, np.array(hours), int(ends[-1] - starts[-1])), _BOUND)]


def _result(inputs: Inputs, found: Energy, dark_hours: np.ndarray, length_ms: int) -> Result:
    wh, known = float(found.wh[-1]), not np.isnan(found.wh[-1])
    expected = (
        expectation(np.where(found.covered >= _BOUND, found.wh, np.nan), dark_hours) if len(dark_hours) > 1 else None
    )
    details, category = {"dark_h": float(dark_hours[-1])}, ""
    if known and expected is not None:
        details |= {"expected_kwh": expected.wh / 1000, "z": expected.z}
        if abs(expected.z) > inputs.parameters[_WIDTH]:
            category = "high" if expected.z > 0 else "low"
    return Result(
        value=wh / 1000 if known else None,
        sum=wh / 1000 if known else None,
        count=int(found.readings[-1]),
        expected=expected_of(length_ms, (meters_of(inputs.point) or inputs.point.of("active_power"))[0].step_s),
        completeness=float(found.covered[-1]),
        excluded=int(found.excluded[-1]),
        quality=quality_of(int(found.unknown[-1]), int(found.excluded[-1])),
        category=category,
        details=details,
    )


register(
    Indicator(
        name="lighting_kwh_night",
        use_case="lighting",
        codes=("1d", "1mo", "1y"),
        properties=("active_energy_index", "active_power"),
        needs_all=False,
        before_s=LOOK_BACK_S,
        unit="kWh",
        bound=_BOUND,
        version="1",
        parameters={
            _ANGLE: Parameter(-4.0, "°", "Hauteur du soleil sous laquelle l'éclairage est attendu", -18, 10),
            _WIDTH: Parameter(
                4.0, "écarts types", "Écart à l'attendu à partir duquel une nuit est inhabituelle", 1, 50
            ),
        },
        label_fr="consommation de la nuit",
        label_en="energy of the night",
        definition_fr=(
            "Énergie active de la nuit, de midi à midi en heure légale ; elle porte la date du jour où elle finit. Sur"
            " un mois ou un an : les nuits qui y finissent. « high », « low » : nuit inhabituelle."
        ),
        formula=(
            "Σ des hausses de l'index d'énergie (voie 0, sinon la somme des index) dont la seconde lecture est dans la"
            " nuit ; sans index, ∫ puissance active. Attendu : médiane sur 14 nuits de l'énergie par heure sombre × les"
            " heures sombres de la nuit ; z : écart en écarts types robustes (1,4826 · MAD, au moins 1 %)."
        ),
        period_fr="nuit (jour où elle finit), mois, année",
        source=f"{REPORT_FR}, fiche 2 (suivi des consommations, TIC Linky) ; voies : Enedis-NOI-CPT_54E",
        limits_fr=(
            "Complétude : part du temps entre deux lectures bonnes distantes d'au plus 4 h (index) ou couverte par une"
            " lecture (puissance) ; vide sous 90 %. La consommation de jour d'une armoire partagée est comprise."
        ),
        compute=compute,
    )
)
