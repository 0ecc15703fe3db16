"""Lamps lost: by how much the night level stepped down, in lamps."""

from collections.abc import Sequence

import numpy as np

from vigie.streams.core.lighting.lamps import BASELINE, Step, step_down
from vigie.streams.core.lighting.looked_at import Lit, judged, lit
from vigie.streams.core.lighting.power import PROPERTIES, Floats
from vigie.streams.core.lighting.states import DARK_DEG, LEVEL_QUANTILE, ON_SHARE, grouped_quantile
from vigie.streams.core.windows.honest import honest_result
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.sources import REPORT_FR

_LAMP, _BOUND = "lamp_w", 0.75
_NIGHTS = 60
_EXPECTED = 20
"""Nights that are enough to tell: those of the baseline and as many as a small step takes to be told."""


def compute(inputs: Inputs) -> Sequence[Result]:
    """Lamps lost since the first of the sixty nights looked at."""
    found = lit(inputs, _NIGHTS)
    if found is None:
        return []
    levels = _levels(found)
    known = int((~np.isnan(levels)).sum())
    night = judged(inputs, found.spans, int(found.nights.starts_at[-1]), int(found.nights.ends_at[-1]))
    step = None if np.isnan(levels[-1]) else step_down(levels)
    result = Result(
        value=None if step is None else step.lost_w / inputs.parameters[_LAMP],
        count=known,
        expected=_EXPECTED,
        completeness=min(1.0, known / _EXPECTED) if not np.isnan(levels[-1]) else 0.0,
        excluded=night.excluded,
        quality=night.quality,
        category="" if step is None or step.since < 0 else "step",
        details={} if step is None else _details(step, found),
    )
    return [honest_result(result, _BOUND)]


def _levels(found: Lit) -> Floats:
    """The level of each night, W; NaN where it is not known, or nothing was lit."""
    chosen = (found.night >= 0) & (found.sun_deg < DARK_DEG)
    night, watts = found.night[chosen], found.spans.watts[chosen]
    levels = grouped_quantile(watts, night, found.last + 1, LEVEL_QUANTILE / 100)
    return np.where(levels > ON_SHARE * found.level_w, levels, np.nan)  # a night that stayed dark lost no lamps


def _details(step: Step, found: Lit) -> dict[str, float]:
    details = {"before_w": step.before_w, "level_w": step.now_w, "lost_w": step.lost_w, "cusum": step.highest}
    if step.since >= 0:
        details["since_at"] = float(found.nights.starts_at[step.since])
    return details


register(
    Indicator(
        name="lighting_lamps_lost",
        use_case="lighting",
        codes=("1d",),
        properties=PROPERTIES,
        needs_all=False,
        before_s=(_NIGHTS + 1) * 86_400 + 17 * 3600,
        unit="lampes",
        bound=_BOUND,
        version="1",
        parameters={_LAMP: Parameter(60.0, "W", "Puissance d'une lampe, appareillage compris (P_lampe)", 1, 5000)},
        label_fr="lampes perdues",
        label_en="lamps lost",
        definition_fr=(
            "Nombre de lampes éteintes pour de bon, d'après la baisse durable du niveau de nuit. « step » : une marche"
            " a été détectée, la nuit où elle commence est dite (since_at)."
        ),
        formula=(
            "ΔP / P_lampe. Niveau d'une nuit : 75e centile des puissances, soleil sous −6°. Marche : CUSUM unilatéral"
            " vers le bas (k = 0,5 ; h = 5 écarts types) contre la médiane et le MAD des 14 premières nuits connues des"
            " 60 dernières. ΔP : cette médiane moins celle des 5 dernières nuits."
        ),
        period_fr="nuit (jour où elle finit)",
        source=(
            f"{REPORT_FR}, fiche 2 ; E. S. Page, Biometrika 41 (1954) ; Montgomery, Statistical Quality Control, 9.1"
        ),
        limits_fr=(
            f"Il faut {BASELINE + 1} nuits connues, et la dernière. Une perte vieille de plus de 60 nuits est devenue"
            " la référence. Un abaissement de puissance ou une baisse de tension se voit comme une perte ; une lampe"
            " dont la puissance est sous la moitié de la dispersion du niveau ne se voit pas."
        ),
        compute=compute,
    )
)
