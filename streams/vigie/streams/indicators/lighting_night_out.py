"""How long a cabinet was dark when it is usually lit."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from vigie.streams.core.lighting.looked_at import LEAST_NIGHTS, LOOK_BACK_S, Lit, judged, lit
from vigie.streams.core.lighting.power import PROPERTIES
from vigie.streams.core.lighting.states import DARK_DEG, ON_SHARE, profile, slots
from vigie.streams.core.windows.honest import honest_result
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.legal import MINUTE_MS
from vigie.streams.core.windows.sources import REPORT_FR

_LEAST, _SHARE, _BOUND = "least_min", "out_pct", 0.75


def compute(inputs: Inputs) -> Sequence[Result]:
    """Minutes in the dark, of the night that ends in the window, with next to nothing of what is drawn at that hour."""
    found = lit(inputs)
    if found is None or len(np.unique(found.night[found.past()])) < LEAST_NIGHTS:
        return []
    begin, end = int(found.nights.starts_at[-1]), int(found.nights.ends_at[-1])
    usual = _usual(found, inputs.zone)
    due = (found.sun_deg < DARK_DEG) & (usual > ON_SHARE * found.level_w)
    out = due & (found.spans.watts < inputs.parameters[_SHARE] / 100 * usual)
    minutes = found.spans.within(begin, end, out) / MINUTE_MS
    result = dataclasses.replace(
        judged(inputs, found.spans, begin, end),
        value=minutes,
        category="night_out" if minutes >= inputs.parameters[_LEAST] else "",
        details={"due_min": found.spans.within(begin, end, due) / MINUTE_MS, "level_w": found.level_w},
    )
    return [honest_result(result, _BOUND)]


def _usual(found: Lit, zone: str) -> np.ndarray:
    """What the nights before drew in the dark at the same quarter of the legal day, (n,) W; NaN where none did."""
    slot = slots(found.spans.middle, zone)
    learned = found.past() & (found.sun_deg < DARK_DEG)
    return profile(found.spans.watts[learned], slot[learned])[slot]


register(
    Indicator(
        name="lighting_night_out",
        use_case="lighting",
        codes=("1d",),
        properties=PROPERTIES,
        needs_all=False,
        before_s=LOOK_BACK_S,
        unit="min",
        bound=_BOUND,
        version="1",
        parameters={
            _LEAST: Parameter(15.0, "min", "Durée à partir de laquelle la nuit éteinte est signalée", 0, 1440),
            _SHARE: Parameter(10.0, "%", "Part de la puissance attendue sous laquelle l'éclairage est éteint", 0, 100),
        },
        label_fr="éteint de nuit",
        label_en="night out",
        definition_fr=(
            "Durée de la nuit, datée du jour où elle finit, où l'éclairage devrait être allumé et ne l'est pas."
            " « night_out » à partir de 15 min."
        ),
        formula=(
            "Σ des durées, soleil sous −6°, où la puissance est inférieure à 10 % de celle attendue ; attendue :"
            " médiane au même quart d'heure légal des 14 nuits précédentes, là où elle dépasse 20 % du niveau de nuit."
        ),
        period_fr="nuit (jour où elle finit)",
        source=f"{REPORT_FR}, fiche 2 (alertes pour pannes)",
        limits_fr=(
            "Une coupure de milieu de nuit voulue est apprise de l'habitude, en heure légale ; un calendrier propre à"
            " certains jours ne l'est pas. Aucune valeur avant trois nuits connues ; une armoire éteinte depuis plus de"
            " sept nuits devient l'habitude. Vide si les lectures couvrent moins de 75 % de la nuit."
        ),
        compute=compute,
    )
)
