"""The Harmonica index of an hour, with its colour."""

from collections.abc import Sequence

from vigie.streams.core.noise.harmonica import colour
from vigie.streams.core.noise.harmonica_hours import BOUND, Judged, channels_of, judge, judge_means, why_not
from vigie.streams.core.noise.texts import HARMONICA_SOURCE
from vigie.streams.core.windows.counted import counted
from vigie.streams.core.windows.honest import NOT_TOLD, expected_of
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.legal import HOUR_MS, Window, local_hour
from vigie.streams.core.windows.track import Track


def compute(inputs: Inputs) -> Sequence[Result]:
    """The index of the window, by channel."""
    window, centred = inputs.window, inputs.parameters["centred"] > 0
    results = []
    for laeq, la95eq in channels_of(inputs.point):
        why = why_not(laeq, la95eq)
        if why:
            found = counted(laeq, window.start_at, window.end_at)
            results.append(found.result(None, BOUND, category=why, channel=laeq.channel))
        else:
            (judged,) = judge(laeq, la95eq, [window.start_at], centred=centred)
            results.append(_result(judged, laeq, 6 <= local_hour(window.start_at, inputs.zone) < 22))
    return results


def of_many(inputs: Inputs, windows: Sequence[Window]) -> Sequence[Sequence[Result] | None]:
    """The index of each window, by channel; of seconds `compute` tells it."""
    found: list[list[Result]] = [[] for _ in windows]
    days = [6 <= local_hour(window.start_at, inputs.zone) < 22 for window in windows]
    for laeq, la95eq in channels_of(inputs.point):
        if la95eq is None or laeq.step_s == 1 or why_not(laeq, la95eq):
            return (None,) * len(windows)
        hours = judge_means(laeq, la95eq, [window.start_at for window in windows])
        for results, judged, day in zip(found, hours, days, strict=True):
            results.append(_result(judged, laeq, day))
    return found


def _result(judged: Judged, laeq: Track, day: bool) -> Result:
    hour = judged.hour
    told = hour is not None
    return Result(
        value=hour.index if hour else None,
        count=judged.count,
        expected=expected_of(HOUR_MS, laeq.step_s),
        completeness=judged.completeness,
        excluded=judged.excluded,
        quality=judged.quality if told else NOT_TOLD,
        category=colour(hour.index, day=day) if hour else "",
        details={"bgn": hour.background, "evt": hour.events, "laeq": hour.laeq, "la95eq": hour.la95eq} if hour else {},
        channel=laeq.channel,
    )


register(
    Indicator(
        name="noise_harmonica",
        use_case="noise",
        codes=("1h",),
        properties=("laeq", "la95eq"),
        needs_all=False,
        unit="",
        version="1",
        label_fr="indice Harmonica",
        label_en="Harmonica index",
        definition_fr=(
            "Indice horaire de bruit de 0 à 10 : le bruit de fond (BGN) et les événements qui en émergent (EVT). "
            "Couleurs : vert sous 4 le jour (6 h-22 h) ou 3 la nuit, rouge au-dessus de 8 ou 7, orange entre les deux "
            "(catégories green, orange, red)."
        ),
        formula=(
            "BGN = 0,2·(LA95eq - 30) ; EVT = 0,25·(LAeq - LA95eq) ; indice = BGN + EVT. LA95eq : moyenne énergétique "
            "sur l'heure du LA95 de chaque seconde sur dix minutes. Détails bgn, evt, laeq, la95eq. Se lit à une "
            "décimale ; la valeur n'est pas arrondie."
        ),
        period_fr="heure légale",
        source=HARMONICA_SOURCE,
        limits_fr=(
            "Exact avec des LAeq,1s (sonomètre de classe 1 ou 2), ou avec LAeq et LA95eq d'un pas qui tient dans "
            "l'heure (15 min) : moyennes énergétiques, quatre quarts d'heure donnent l'heure. Sinon vide, catégorie "
            "« step_too_long » ou « step_unknown ». Vide sous 80 % des secondes (donc avec trois quarts d'heure). Le "
            "LA95 d'une seconde demande la moitié de ses dix minutes. L'indice n'est pas borné : négatif sous 30 dB."
        ),
        compute=compute,
        many=of_many,
        before_s=600,
        after_s=300,
        bound=BOUND,
        decimals=1,
        parameters={
            "centred": Parameter(
                0.0,
                "",
                "1 : chaque seconde au milieu des dix minutes de son LA95 ; 0 : à leur fin (noisemonitor)",
                0,
                1,
            )
        },
    )
)
