"""How long a cabinet was on while the sun was up."""

import dataclasses
from collections.abc import Sequence

from vigie.streams.core.lighting.looked_at import LOOK_BACK_S, judged, lit
from vigie.streams.core.lighting.power import PROPERTIES
from vigie.streams.core.lighting.states import is_on
from vigie.streams.core.windows.honest import honest_result
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.legal import MINUTE_MS
from vigie.streams.core.windows.sources import REPORT_FR

_LEAST, _BOUND = "least_min", 0.75


def compute(inputs: Inputs) -> Sequence[Result]:
    """Minutes on by day, within the legal day itself."""
    found = lit(inputs)
    if found is None:
        return []
    begin, end = inputs.window.start_at, inputs.window.end_at
    up = found.sun_deg > 0
    minutes = found.spans.within(begin, end, up & is_on(found.spans, found.level_w)) / MINUTE_MS
    details = {"watched_min": found.spans.within(begin, end, up) / MINUTE_MS, "level_w": found.level_w}
    result = dataclasses.replace(
        judged(inputs, found.spans, begin, end),
        value=minutes,
        category="day_burn" if minutes > inputs.parameters[_LEAST] else "",
        details=details,
    )
    return [honest_result(result, _BOUND)]


register(
    Indicator(
        name="lighting_day_burn",
        use_case="lighting",
        codes=("1d",),
        properties=PROPERTIES,
        needs_all=False,
        before_s=LOOK_BACK_S,
        unit="min",
        bound=_BOUND,
        version="1",
        parameters={
            _LEAST: Parameter(15.0, "min", "Durée au-delà de laquelle l'allumage de jour est signalé", 0, 1440)
        },
        label_fr="allumé de jour",
        label_en="day burn",
        definition_fr=(
            "Durée du jour légal où l'éclairage est allumé alors que le soleil est levé (centre au-dessus de 0°)."
            " « day_burn » au-delà de 15 min."
        ),
        formula=(
            "Σ des durées où la puissance dépasse 20 % du niveau de nuit et la hauteur du soleil, au milieu de"
            " l'intervalle, est positive."
        ),
        period_fr="jour",
        source=f"{REPORT_FR}, fiche 2 (pannes, consommations anormales)",
        limits_fr=(
            "Un autre usage de l'armoire (marché, chantier) de plus de 20 % du niveau de nuit est pris pour de"
            " l'éclairage. Vide si les lectures couvrent moins de 75 % du jour."
        ),
        compute=compute,
    )
)
