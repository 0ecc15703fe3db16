"""Which share of the passages goes each way; an unusual share is that of a side that is blocked."""

from collections.abc import Sequence

import numpy as np

from vigie.streams.core.mobility.counts import Counted, by_direction, counted, tracks_by_channel
from vigie.streams.core.mobility.share import WEEKS, Judged, hours, judge
from vigie.streams.core.windows.honest import quality_of
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.legal import HOUR_MS
from vigie.streams.core.windows.sources import REPORT_FR

_LEAST, _WIDTH, _BLOCKED = "least_passages", "band_width", "least_hours"


def compute(inputs: Inputs) -> Sequence[Result]:
    """The share of the first direction, in percent; nothing at a point that tells no directions."""
    window, looked = inputs.window, hours(inputs.window, inputs.zone)
    count, past = len(looked.starts_at), looked.past_at.shape[1]
    of_hours = np.concatenate([looked.starts_at, looked.past_at.ravel()])
    starts = np.concatenate([[window.start_at], of_hours])
    ends = np.concatenate([[window.end_at], of_hours + HOUR_MS])
    channels = {
        channel: counted(way, track, starts, ends)
        for channel, (way, track) in tracks_by_channel(inputs.point, inputs.window).items()
    }
    sides = by_direction(channels)
    if not sides.keys() >= {1, 2}:
        return []
    first, second = sides[1].passages, sides[2].passages
    judged = judge(
        first[1 : count + 1],
        second[1 : count + 1],
        first[count + 1 :].reshape(count, past),
        second[count + 1 :].reshape(count, past),
        inputs.parameters[_LEAST],
        inputs.parameters[_WIDTH],
    )
    return [_result(inputs, sides[1], sides[2], judged)]


def _result(inputs: Inputs, first: Counted, second: Counted, judged: Judged) -> Result:
    """Of the window itself, which stands at place 0."""
    ways = float(first.passages[0]), float(second.passages[0])
    rates, expected = np.minimum(first.completeness, second.completeness)[0], first.expected[0] + second.expected[0]
    total, excluded = ways[0] + ways[1], int(first.excluded[0] + second.excluded[0])
    value = 100 * ways[0] / total if total > 0 else None  # NaN is not above 0
    least_hours = min(inputs.parameters[_BLOCKED], float(len(judged.share)))
    outside = float(judged.is_outside.sum())
    details: dict[str, float] = {}
    if value is not None:
        details = {
            "passages_1": ways[0],
            "passages_2": ways[1],
            "share_1_pct": value,
            "share_2_pct": 100 - value,
            "hours_outside": outside,
            "hours_judged": float((~np.isnan(judged.share) & ~np.isnan(judged.low)).sum()),
        }
        if len(judged.share) == 1 and not np.isnan(judged.low[0]):
            details |= {"low_pct": 100 * float(judged.low[0]), "high_pct": 100 * float(judged.high[0])}
    known = not np.isnan(total)
    return Result(
        value=value,
        count=int(first.readings[0] + second.readings[0]),
        expected=int(expected) if min(first.expected[0], second.expected[0]) >= 0 else None,
        completeness=None if np.isnan(rates) else float(rates),
        excluded=excluded,
        quality=quality_of(int(first.unknown[0] + second.unknown[0]), excluded) if known and value is not None else 9,
        category="blocked" if value is not None and outside >= least_hours else "",
        details=details,
    )


register(
    Indicator(
        name="mobility_direction_share",
        use_case="mobility",
        codes=("1h", "1d"),
        properties=("passages", "passages_total"),
        needs_all=False,
        before_s=(WEEKS * 7 * 24 + 2) * 3600 + 4 * 3600,
        unit="%",
        version="1",
        parameters={
            _LEAST: Parameter(
                20, "passages", "Passages des deux sens en deçà desquels une heure n'est pas jugée", 1, 1e6
            ),
            _WIDTH: Parameter(4, "écarts types", "Demi-largeur de la bande habituelle", 0.5, 50),
            _BLOCKED: Parameter(2, "h", "Heures hors bande à partir desquelles un jour est dit « blocked »", 1, 25),
        },
        label_fr="part par sens",
        label_en="share by direction",
        definition_fr=(
            "Part du premier sens (voies impaires) dans les passages des deux sens. « blocked » : part hors de sa bande"
            " habituelle pour cette heure de la semaine, signe d'un côté masqué ou coupé."
        ),
        formula=(
            "100 · passages du sens 1 / passages des deux sens. Bande : p ± band_width · √(p(1 − p)/n + s²) ; p :"
            " médiane des parts aux mêmes heures de la semaine (± 1 h) des 4 semaines précédentes ; n : passages de"
            " l'heure ; s² : variance robuste de ces parts (1,4826 · MAD)², moins celle de leur tirage."
        ),
        period_fr="heure, jour",
        source=f"{REPORT_FR}, fiche 2 (comptage par sens)",
        limits_fr=(
            "Sans objet pour un point sans sens (voie 0 seule). Une heure n'est jugée qu'avec assez de passages et six"
            " heures passées connues. Un jour férié ou une manifestation peut sortir de la bande."
        ),
        compute=compute,
    )
)
