"""Temperature of a part of the day: mean and maximum 14-17, mean 3-6; the mean of such days over months and summers."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

import numpy as np

from vigie.streams.core.heat.season import SUMMER, days_looked_at
from vigie.streams.core.heat.texts import RADIATION_FR, SUMMER_FR
from vigie.streams.core.windows.counted import counted
from vigie.streams.core.windows.honest import ENOUGH, ENOUGH_OF_A_DAY, honest_result, quality_of
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.sources import REPORT_FR
from vigie.streams.core.windows.spans import Spans, legal_spans, over_spans
from vigie.streams.core.windows.track import Track

Of = Literal["mean", "maximum"]
BOUNDS: dict[Of, float] = {"mean": ENOUGH, "maximum": ENOUGH_OF_A_DAY}
"""The share of the readings of these hours below which a day has no value."""


def compute(inputs: Inputs, of: Of) -> Sequence[Result]:
    """The mean or maximum of the part of the day, or the mean of those of the days; by channel."""
    days = days_looked_at(inputs)
    spans = legal_spans(days, inputs.zone, inputs.parameters["from_hour"], inputs.parameters["to_hour"])
    series = inputs.point.of("air_temperature")
    return [_of_day(one, spans, of) if len(days) == 1 else _of_days(one, spans, of) for one in series]


def _of_day(series: Track, spans: Spans, of: Of) -> Result:
    found = counted(series, int(spans[0, 0]), int(spans[0, 1]))
    values = found.good.values
    if not len(values):
        return found.result(None, BOUNDS[of], channel=series.channel)
    mean, maximum = float(values.mean()), float(values.max())
    extremes = found.completeness is None or found.completeness >= BOUNDS["maximum"]
    return found.result(
        mean if of == "mean" else maximum,
        BOUNDS[of],
        mean=mean,
        minimum=float(values.min()) if extremes else None,
        maximum=maximum if extremes else None,
        first=float(values[0]),
        last=float(values[-1]),
        channel=series.channel,
    )


def _of_days(series: Track, spans: Spans, of: Of) -> Result:
    found = over_spans(series, spans)
    by_day = (found.statistics.mean if of == "mean" else found.statistics.maximum)[found.enough(BOUNDS[of])]
    judged = len(by_day)
    excluded = int(found.statistics.excluded.sum())
    mean = float(by_day.mean()) if judged else None
    return honest_result(
        Result(
            value=mean,
            mean=mean,
            minimum=float(by_day.min()) if judged else None,
            maximum=float(by_day.max()) if judged else None,
            count=judged,
            expected=len(spans),
            completeness=judged / len(spans),
            excluded=excluded,
            quality=quality_of(int(np.sum(found.statistics.unknown)), excluded),
            channel=series.channel,
        ),
        ENOUGH,
    )


def _register(name: str, of: Of, hours: tuple[int, int], label_fr: str, label_en: str) -> None:
    begin, end = hours
    kind_fr = "moyenne" if of == "mean" else "maximale"
    register(
        Indicator(
            name=name,
            use_case="heat",
            codes=("1d", "1mo", "1y"),
            properties=("air_temperature",),
            unit="°C",
            version="1",
            label_fr=label_fr,
            label_en=label_en,
            definition_fr=(
                f"Température {kind_fr} de {begin} h à {end} h en heure légale ; sur un mois ou un été, la moyenne de "
                "ces valeurs de chaque jour."
            ),
            formula=(
                f"{'moyenne' if of == 'mean' else 'max'}(T) sur [{begin} h, {end} h[ ; mois et été : moyenne des jours,"
                " avec le plus petit et le plus grand"
            ),
            period_fr="jour, mois, année (l'été seul)",
            source=f"{REPORT_FR}, fiche 1",
            limits_fr=(
                f"Vide sous {100 * BOUNDS[of]:.0f} % des mesures de ces heures ; un mois ou un été, sous 75 % de jours "
                f"ainsi valables. {SUMMER_FR} {RADIATION_FR}"
            ),
            compute=partial(compute, of=of),
            before_s=24 * 3600,
            bound=ENOUGH,
            parameters={
                "from_hour": Parameter(
                    float(begin), "h", "début, heure légale ; la veille si la fin n'est pas après", 0, 24
                ),
                "to_hour": Parameter(float(end), "h", "fin, heure légale", 0, 24),
                **SUMMER,
            },
        )
    )


_register("heat_mean_14_17", "mean", (14, 17), "température moyenne 14 h-17 h", "mean temperature 14-17")
_register("heat_max_14_17", "maximum", (14, 17), "température maximale 14 h-17 h", "maximum temperature 14-17")
_register("heat_mean_3_6", "mean", (3, 6), "température moyenne 3 h-6 h", "mean temperature 3-6")
