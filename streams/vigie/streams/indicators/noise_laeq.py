"""LAeq of an hour, a day, the day part (6-22) and the night (22-6)."""

from collections.abc import Sequence

from vigie.streams.core.noise.part_level import level_of, level_told, part_levels
from vigie.streams.core.noise.texts import LAEQ_FORMULA, NIGHT_FR, STEPS_FR, WHOLE_FR
from vigie.streams.core.windows.counted import counted, too_short
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.many import bounds, told
from vigie.streams.core.windows.statistics import Way


def whole(inputs: Inputs) -> Sequence[Result]:
    """LAeq of the window."""
    window = inputs.window
    return [
        level_of(counted(series, window.start_at, window.end_at), window)
        for series in inputs.point.of("laeq")
        if not too_short(window, series.step_s)
    ]


def whole_of_many(inputs: Inputs, windows: Sequence[Window]) -> Sequence[Sequence[Result]]:
    """LAeq of each window."""
    found: list[list[Result]] = [[] for _ in windows]
    for series in inputs.point.of("laeq"):
        made = told(series, *bounds(windows), Way.LEVEL)
        for window, one, results in zip(windows, made, found, strict=True):
            if not too_short(window, series.step_s):
                results.append(level_told(one, window, series.channel))
    return found


def part(inputs: Inputs) -> Sequence[Result]:
    """LAeq from `from_hour` to `to_hour`, local."""
    return part_levels(inputs, inputs.parameters["from_hour"], inputs.parameters["to_hour"])


_SOURCE = "ISO 1996-1 ; Bruitparif (indicateurs énergétiques)"

register(
    Indicator(
        name="noise_laeq",
        use_case="noise",
        codes=("1h", "1d"),
        properties=("laeq",),
        unit="dB(A)",
        version="1",
        label_fr="niveau LAeq",
        label_en="LAeq level",
        definition_fr="Niveau continu équivalent : le niveau constant qui porterait la même énergie.",
        formula=LAEQ_FORMULA,
        period_fr="heure et jour légaux",
        source=_SOURCE,
        limits_fr=f"{WHOLE_FR} {STEPS_FR}",
        compute=whole,
        many=whole_of_many,
    )
)

register(
    Indicator(
        name="noise_laeq_day",
        use_case="noise",
        codes=("1d", "1mo", "1y"),
        properties=("laeq",),
        unit="dB(A)",
        version="1",
        label_fr="niveau LAeq 6 h-22 h",
        label_en="LAeq level 6-22",
        definition_fr="Niveau continu équivalent de la période diurne, 6 h à 22 h en heure légale.",
        formula=f"{LAEQ_FORMULA}, sur 6 h-22 h de chaque jour de la période",
        period_fr="jour, mois, année",
        source=_SOURCE,
        limits_fr=f"{WHOLE_FR} {STEPS_FR}",
        compute=part,
        parameters={
            "from_hour": Parameter(6.0, "h", "début, heure légale", 0, 11.75),
            "to_hour": Parameter(22.0, "h", "fin, heure légale", 12, 24),
        },
    )
)

register(
    Indicator(
        name="noise_laeq_night",
        use_case="noise",
        codes=("1d", "1mo", "1y"),
        properties=("laeq",),
        unit="dB(A)",
        version="1",
        label_fr="niveau LAeq 22 h-6 h",
        label_en="LAeq level 22-6",
        definition_fr=f"Niveau continu équivalent de la période nocturne, 22 h à 6 h en heure légale. {NIGHT_FR}",
        formula=f"{LAEQ_FORMULA}, sur la nuit 22 h-6 h qui se termine dans chaque jour de la période",
        period_fr="jour, mois, année",
        source=_SOURCE,
        limits_fr=f"{WHOLE_FR} {STEPS_FR}",
        compute=part,
        before_s=6 * 3600,
        parameters={
            "from_hour": Parameter(22.0, "h", "début, heure légale", 18, 24),
            "to_hour": Parameter(6.0, "h", "fin, heure légale", 0, 12),
        },
    )
)
