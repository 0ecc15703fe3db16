"""Days held against what is usual: the judges and the words that the two rules of drift share.

`drift` holds a series against its baseline, `fleet_drift` against its neighbours; the charts are the same (charts.py).
"""

from math import isnan

from vigie.streams.core.detect.charts import Charts, Usual, add, judge_day, learn
from vigie.streams.core.detect.hour_of_week import HOUR_MS, slot
from vigie.streams.core.detect.rule import USUAL, Ground, Judgement, Parameter, Sample
from vigie.streams.core.detect.usual import amount, around, unit_of, usual_at

_SLACK, _INTERVAL, _WEIGHT, _WIDTH = "cusum_k", "cusum_h", "ewma_lambda", "ewma_l"
LEARN, _FLOOR, _KEEP = "learn_days", "floor", "keep"
_CLIP = 4.0
_SLOW = 0.01

PARAMETERS = {
    _SLACK: Parameter(0.5, "σ", "Somme cumulée : écart d'un jour qui ne compte pas (k)", 0, 5),
    _INTERVAL: Parameter(5.0, "σ", "Somme cumulée : seuil (h)", 1, 100),
    _WEIGHT: Parameter(0.2, "-", "Moyenne mobile : poids du dernier jour (λ)", 0.01, 1),
    _WIDTH: Parameter(3.0, "σ", "Moyenne mobile : seuil (L), en écarts types de celle-ci", 1, 20),
    _FLOOR: Parameter(0.0, "", "Écart type d'un jour pris au moins, dans l'unité de la grandeur", 0, 1e9),
    _KEEP: Parameter(0.5, "-", "Part du seuil sous laquelle une alerte est levée", 0, 1),
}
"""Of both rules."""


def against_baseline(charts: Charts, sample: Sample, ground: Ground, held: int) -> Judgement:
    """Level 1 while a chart of days, held against the baseline, is over its limit."""
    usual = usual_at(ground, sample.at)
    if usual is not None and usual.origin != "f":
        distance, most = sample.value - usual.middle, _CLIP * usual.deviation
        if most > 0:
            distance = min(max(distance, -most), most)
        if add(charts, slot(sample.at // HOUR_MS, ground.zone).day, distance):
            _judge_day(charts, _of_baseline(ground), ground)
    return _judged(charts, ground, held, ("même heure de la semaine", "same hour of the week"))


def against_neighbours(charts: Charts, sample: Sample, ground: Ground, held: int) -> Judgement:
    """The same, held against the median of the neighbours."""
    middle = around(ground, sample.at)
    if middle is not None and add(charts, slot(sample.at // HOUR_MS, ground.zone).day, sample.value - middle):
        _judge_day(charts, learn(charts, ground.parameters[LEARN], _SLOW), ground)
    return _judged(charts, ground, held, ("médiane des voisins", "median of the neighbours"))


def _of_baseline(ground: Ground) -> Usual | None:
    baseline = ground.baseline
    if baseline is None or isnan(baseline.day_deviation):
        return None
    return Usual(baseline.day_mean, baseline.day_deviation, baseline.day_memory)


def _judge_day(charts: Charts, usual: Usual | None, ground: Ground) -> None:
    if usual is None:
        return
    said = ground.parameters
    deviation = max(usual.deviation, said[_FLOOR])
    if deviation > 0:
        whole = Usual(usual.middle, deviation, usual.memory)
        judge_day(charts, whole, said[_SLACK], said[_INTERVAL], said[_WEIGHT], said[_WIDTH])


def _judged(charts: Charts, ground: Ground, held: int, basis: tuple[str, str]) -> Judgement:
    if charts.strength < (ground.parameters[_KEEP] if held else 1.0):
        return USUAL
    said = ground.parameters
    sums = max(charts.up, charts.down)
    by_sums = sums / said[_INTERVAL] >= charts.strength
    sigma = (charts.up if charts.up >= charts.down else -charts.down) if by_sums else charts.ewma
    facts = {
        "deviation": f"{charts.apart:.4g}", "unit": unit_of(ground), "sigma": f"{sigma:.2f}",
        "law": f"CUSUM, k = {said[_SLACK]:g}, h = {said[_INTERVAL]:g}" if by_sums
        else f"EWMA, λ = {said[_WEIGHT]:g}, L = {said[_WIDTH]:g}",
        "expected_from": basis[0], "expected_from_en": basis[1], "window": "moyenne du dernier jour entier",
        "window_en": "mean of the last whole day",
    }  # fmt: skip
    return Judgement(1, sigma=sigma, facts=facts)


def says(_sample: Sample, ground: Ground, judged: Judgement, language: str) -> str:
    """The sentence of both."""
    apart = float(judged.facts.get("deviation", "nan"))
    way, of_neighbours = amount(abs(apart), ground, language), judged.facts.get("expected_from", "").endswith("voisins")
    if language == "fr":
        side, than = "au-dessus" if apart > 0 else "au-dessous", "ses voisins" if of_neighbours else "son habitude"
        return f"s'écarte jour après jour : {way} {side} de {than} en moyenne sur le dernier jour entier"
    than = "its neighbours" if of_neighbours else "what is usual"
    return f"strays day after day: {way} {'above' if apart > 0 else 'below'} {than} on average over the last whole day"
