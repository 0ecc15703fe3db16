"""L10, L50, L90, L95: levels exceeded for a share of the time, where levels are short enough to tell."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from vigie.streams.core.noise.histogram import histogram, histogram_exceeded
from vigie.streams.core.noise.levels import exceeded
from vigie.streams.core.noise.part_level import BOUND
from vigie.streams.core.windows.counted import counted
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.track import Track

LONGEST_STEP_S = 10
"""Levels of longer pieces of time no longer tell how levels were spread."""
LONGEST_EXACT_MS = 25 * 3_600_000
"""Longer windows come from the histogram in classes of 1 dB."""


def compute(inputs: Inputs, percent: float) -> Sequence[Result]:
    """The level exceeded for `percent` % of the window, by channel.

    Where levels cannot tell, the windows of a day and longer say why; those of hours are left out.
    """
    return [
        _of(series, inputs, percent)
        for series in inputs.point.of("laeq")
        if _tells(series) or inputs.window.code != "1h"
    ]


def of_many(inputs: Inputs, windows: Sequence[Window]) -> Sequence[Sequence[Result] | None]:
    """Hours of a point whose levels cannot tell have none; all else is looked at window by window."""
    some = any(_tells(series) for series in inputs.point.of("laeq"))
    return [None if some or window.code != "1h" else () for window in windows]


def _tells(series: Track) -> bool:
    return 0 < series.step_s <= LONGEST_STEP_S


def _of(series: Track, inputs: Inputs, percent: float) -> Result:
    window = inputs.window
    found = counted(series, window.start_at, window.end_at)
    if not _tells(series):
        why = "step_too_long" if series.step_s else "step_unknown"
        return replace(found.result(None, BOUND, channel=series.channel), category=why)
    levels, value = found.good.values, None
    if len(levels) and window.end_at - window.start_at <= LONGEST_EXACT_MS:
        value = exceeded(levels, percent)
    elif len(levels):
        value = histogram_exceeded(histogram(levels), percent)
    return found.result(value, BOUND, channel=series.channel)


def _indicator(percent: int, meaning_fr: str, made: Callable[[Inputs], Sequence[Result]]) -> Indicator:
    return Indicator(
        name=f"noise_l{percent}",
        use_case="noise",
        codes=("1h", "1d", "1mo", "1y"),
        properties=("laeq",),
        unit="dB(A)",
        version="1",
        label_fr=f"niveau L{percent}",
        label_en=f"L{percent} level",
        definition_fr=f"Niveau dépassé pendant {percent} % du temps : {meaning_fr}.",
        formula=f"L{percent} = {100 - percent}e centile des LAeq,1s (jusqu'à 10 s)",
        period_fr="heure, jour, mois, année",
        source="ISO 1996-1 ; Bruitparif (indicateurs énergétiques)",
        limits_fr=(
            "Il faut des LAeq de 10 s au plus : sinon vide (jour, mois, année), catégorie « step_too_long » (pas trop "
            "long) ou « step_unknown » (pas inconnu) ; les niveaux LN de quarts d'heure ne se combinent pas. Au-delà "
            "d'un jour, calculé sur un histogramme par classes de 1 dB, à 0,5 dB près. Vide sous 75 % des mesures."
        ),
        compute=made,
        many=of_many,
        bound=BOUND,
    )


for _percent, _meaning_fr in {
    10: "les événements", 50: "le niveau médian", 90: "le bruit de fond", 95: "le bruit de fond le plus bas",
}.items():  # fmt: skip
    register(_indicator(_percent, _meaning_fr, partial(compute, percent=_percent)))
