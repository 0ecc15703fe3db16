"""In how many hours a container will be full."""

from collections.abc import Sequence

import numpy as np

from vigie.streams.core.waste.cycles import Cycles, cycles
from vigie.streams.core.waste.falls import falls
from vigie.streams.core.waste.forecast import forecast, past_forecasts, quantiles
from vigie.streams.core.waste.seen import PARAMETERS, PROPERTIES, SOURCE
from vigie.streams.core.windows.counted import Counted, counted
from vigie.streams.core.windows.honest import ENOUGH
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.legal_hours import HOUR_MS


def compute(inputs: Inputs) -> Sequence[Result]:
    """Hours from the end of the day until the parameter `full`, with what past forecasts were worth."""
    window, said, results = inputs.window, inputs.parameters, []
    for track in inputs.point.of("fill"):
        found = counted(track, window.start_at, window.end_at)
        if not found.count + found.excluded:
            continue
        good = track.good().between(0, window.end_at)
        seen_falls = falls(good.at_ms, good.values, said["drop"], said["emptied"], said["settling"])
        seen = cycles(good.at_ms, good.values, seen_falls, inputs.zone, said["settling"])
        results.append(_result(inputs, found, seen, track.channel))
    return results


def _result(inputs: Inputs, found: Counted, seen: Cycles, channel: int) -> Result:
    full, blend_h, zone = inputs.parameters["full"], inputs.parameters["blend"], inputs.zone
    if not found.count:
        return found.result(None, 1.0, channel=channel)
    begin, last = int(seen.begins[-1]) if len(seen.begins) else 0, len(seen.at_ms) - 1
    ahead = forecast(seen, begin, last, full, blend_h, zone)
    if ahead is None:
        return found.result(None, ENOUGH, channel=channel, category="unknown")
    past = past_forecasts(seen, full, blend_h, zone)
    details = {"rate": ahead.rate, "weight": ahead.weight, "past_forecasts": float(len(past.error_h))}
    if len(past.error_h):
        details["past_error_h"] = float(np.median(np.abs(past.error_h)))
    if np.isnan(ahead.hours):
        return found.result(None, ENOUGH, channel=channel, last=ahead.now, category="beyond", details=details)
    gone = (inputs.window.end_at - int(seen.at_ms[last])) / HOUR_MS
    by_past = quantiles(past.ratio)
    if by_past:
        details |= {
            name: max(ahead.hours * by - gone, 0.0) for name, by in zip(("p10", "p50", "p90"), by_past, strict=True)
        }
    hours = details.setdefault("p50", max(ahead.hours - gone, 0.0))
    category = "full" if ahead.now >= full else ""
    return found.result(hours, ENOUGH, channel=channel, last=ahead.now, category=category, details=details)


register(
    Indicator(
        name="waste_time_to_full",
        use_case="waste",
        codes=("1d",),
        properties=PROPERTIES,
        unit="h",
        version="1",
        label_fr="temps avant remplissage",
        label_en="time to full",
        definition_fr="Heures entre la fin du jour et le moment où le conteneur sera rempli à 80 %.",
        formula=(
            "(80 − remplissage)/vitesse, heure par heure ; vitesse = w·pente de Theil–Sen depuis la dernière collecte "
            "+ (1 − w)·vitesse des cycles passés à cette heure de la semaine ; w = écoulé/(écoulé + 48 h)"
        ),
        period_fr="jour, d'après les 35 jours d'avant",
        source=SOURCE,
        limits_fr=(
            "Valeur = P50. Détails : « p10 », « p50 », « p90 » en heures ; « rate », vitesse en % par heure ; "
            "« weight », w ; « past_error_h », erreur absolue médiane de la même prévision, refaite à chaque minuit "
            "des cycles complets avec ce qui était alors connu ; « past_forecasts », leur nombre. P10, P50 et P90 : le "
            "temps calculé, multiplié par les quantiles du rapport entre temps vrai et temps calculé de ces prévisions "
            "(cinq au moins ; sinon P50 est le temps calculé, sans P10 ni P90). Catégories : « full » déjà rempli ; "
            "« beyond » pas avant 60 jours (vide) ; « unknown » vitesse inconnue (vide). Vide sous 75 % de mesures du "
            "jour."
        ),
        compute=compute,
        before_s=35 * 86_400,
        parameters={
            **PARAMETERS,
            "full": Parameter(80.0, "%", "remplissage à prévoir", 1, 100),
            "blend": Parameter(
                48.0, "h", "temps depuis la collecte où sa pente pèse autant que les cycles passés", 0, 8760
            ),
        },
    )
)
