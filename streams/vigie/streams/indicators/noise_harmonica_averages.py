"""Averages of the hourly Harmonica indices of a day: 6-22, 22-6, 24 hours."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, islice

import numpy as np

from vigie.streams.core.noise.harmonica import colour
from vigie.streams.core.noise.harmonica_hours import Judged, channels_of, judge, judge_means, why_not
from vigie.streams.core.noise.texts import HARMONICA_SOURCE, NIGHT_FR
from vigie.streams.core.windows.counted import counted
from vigie.streams.core.windows.honest import honest_result
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.legal import HOUR_MS, Window
from vigie.streams.core.windows.parts_of_day import part_of

BOUND = 0.75
"""The share of the hours below which they have no average."""


def compute(inputs: Inputs, from_hour: int, to_hour: int, bounds: str) -> Sequence[Result]:
    """The average of a part of the day, by channel.

    Args:
        inputs: of a legal day.
        from_hour: local.
        to_hour: local.
        bounds: whose colours: `day`, `night` or none.
    """
    begin, end = part_of(inputs.window, from_hour, to_hour, inputs.zone)
    starts = range(begin, end, HOUR_MS)
    results = []
    for laeq, la95eq in channels_of(inputs.point):
        why = why_not(laeq, la95eq)
        if why:
            found = counted(laeq, begin, end)
            results.append(found.result(None, BOUND, category=why, channel=laeq.channel))
        else:
            judged = judge(laeq, la95eq, starts, centred=inputs.parameters["centred"] > 0)
            results.append(_average(judged, laeq.channel, bounds))
    return results


def of_many(
    inputs: Inputs, windows: Sequence[Window], from_hour: int, to_hour: int, bounds: str
) -> Sequence[Sequence[Result] | None]:
    """The same of each day, all hours at once; of seconds `compute` tells it."""
    days = [range(*part_of(window, from_hour, to_hour, inputs.zone), HOUR_MS) for window in windows]
    found: list[list[Result]] = [[] for _ in windows]
    for laeq, la95eq in channels_of(inputs.point):
        if la95eq is None or laeq.step_s == 1 or why_not(laeq, la95eq):
            return (None,) * len(windows)
        judged = iter(judge_means(laeq, la95eq, list(chain(*days))))
        for results, day in zip(found, days, strict=True):
            results.append(_average(list(islice(judged, len(day))), laeq.channel, bounds))
    return found


def _average(judged: Sequence[Judged], channel: int, bounds: str) -> Result:
    hours = [one.hour for one in judged if one.hour is not None]
    excluded = sum(one.excluded for one in judged)
    quality = max(one.quality for one in judged)
    told = Result(
        value=None, count=len(hours), expected=len(judged), completeness=len(hours) / len(judged), excluded=excluded,
        quality=quality, channel=channel,
    )  # fmt: skip
    if not hours:
        return honest_result(told, BOUND)
    indices = np.array([hour.index for hour in hours])
    mean = float(indices.mean())
    details = {
        "bgn": float(np.mean([hour.background for hour in hours])),
        "evt": float(np.mean([hour.events for hour in hours])),
    }
    return honest_result(
        replace(
            told, value=mean, mean=mean, minimum=float(indices.min()), maximum=float(indices.max()), details=details,
            category=colour(mean, day=bounds == "day") if bounds else "",
        ),
        BOUND,
    )  # fmt: skip


def _register(part: str, from_hour: int, to_hour: int, bounds: str, hours_fr: str) -> None:
    register(
        Indicator(
            name=f"noise_harmonica_{part}",
            use_case="noise",
            codes=("1d",),
            properties=("laeq", "la95eq"),
            needs_all=False,
            unit="",
            version="1",
            label_fr=f"indice Harmonica moyen {hours_fr}",
            label_en=f"mean Harmonica index {from_hour}-{to_hour}",
            definition_fr=f"Moyenne des indices Harmonica horaires, {hours_fr} en heure légale. {NIGHT_FR}",
            formula="moyenne arithmétique des indices horaires ; détails bgn et evt : les moyennes de leurs deux parts",
            period_fr="jour légal",
            source=HARMONICA_SOURCE,
            limits_fr=(
                "Vide si moins de 75 % des heures ont un indice (80 % de leurs secondes) ; count : heures prises. "
                "Couleurs du jour pour 6 h-22 h, de la nuit pour 22 h-6 h, aucune pour 24 h."
            ),
            compute=partial(compute, from_hour=from_hour, to_hour=to_hour, bounds=bounds),
            many=partial(of_many, from_hour=from_hour, to_hour=to_hour, bounds=bounds),
            before_s=2 * 3600 + 600,
            after_s=300,
            bound=BOUND,
            decimals=1,
            parameters={"centred": Parameter(0.0, "", "comme l'indice horaire", 0, 1)},
        )
    )


_register("day", 6, 22, "day", "6 h-22 h")
_register("night", 22, 6, "night", "22 h-6 h")
_register("24h", 0, 24, "", "24 h")
