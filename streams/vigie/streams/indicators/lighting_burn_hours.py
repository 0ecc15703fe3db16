"""How long a cabinet was on, and how long the sun was low."""

import dataclasses
from collections.abc import Sequence

from vigie.streams.core.lighting.looked_at import LOOK_BACK_S, judged, lit
from vigie.streams.core.lighting.nights import dark, night_of
from vigie.streams.core.lighting.power import PROPERTIES
from vigie.streams.core.lighting.states import is_on
from vigie.streams.core.windows.honest import honest_result
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.legal import HOUR_MS

_ANGLE, _BOUND = "angle_deg", 0.9


def compute(inputs: Inputs) -> Sequence[Result]:
    """Hours on in the nights that end in the window."""
    found = lit(inputs)
    if found is None:
        return []
    begin, end = night_of(inputs.window, inputs.zone)
    spans, point, angle = found.spans, inputs.point, inputs.parameters[_ANGLE]
    hours = spans.within(begin, end, is_on(spans, found.level_w)) / HOUR_MS
    expected = dark(begin, end, point.latitude, point.longitude, angle).hours
    watched = spans.within(begin, end, found.sun_deg < angle) / HOUR_MS
    details = {"expected_h": expected, "watched_h": watched, "level_w": found.level_w}
    if watched > 0:
        details["ratio_pct"] = 100 * hours / watched
    result = judged(inputs, spans, begin, end)
    return [honest_result(dataclasses.replace(result, value=hours, sum=hours, details=details), _BOUND)]


register(
    Indicator(
        name="lighting_burn_hours",
        use_case="lighting",
        codes=("1d", "1mo", "1y"),
        properties=PROPERTIES,
        needs_all=False,
        before_s=LOOK_BACK_S,
        unit="h",
        bound=_BOUND,
        version="1",
        parameters={_ANGLE: Parameter(-4.0, "°", "Hauteur du soleil sous laquelle l'éclairage est attendu", -18, 10)},
        label_fr="heures d'éclairage",
        label_en="burn hours",
        definition_fr=(
            "Durée allumée de la nuit, de midi à midi en heure légale, datée du jour où elle finit, et durée attendue"
            " (expected_h) : celle où le soleil est sous l'angle. Sur un mois ou un an : les nuits qui y finissent."
        ),
        formula=(
            "Σ des durées où la puissance dépasse 20 % du niveau de nuit (75e centile des puissances, soleil sous −6°)."
            " ratio_pct = 100 · durée allumée / durée sombre couverte par des lectures (watched_h)."
        ),
        period_fr="nuit (jour où elle finit), mois, année",
        source=(
            "Marseille, heures par an sous −0,83° : 4300 ; −3° : 4142 ; −4° : 4070 ; −6° : 3920 (les « 4100 h »"
            " habituelles sont un réglage de −3 à −4°)"
        ),
        limits_fr=(
            "Une coupure de milieu de nuit voulue réduit la durée allumée, non l'attendue. Complétude : part du temps"
            " couverte par des lectures ; vide sous 90 %. Au mieux à un demi-pas près à chaque changement."
        ),
        compute=compute,
    )
)
