"""The largest gap to the reference zone at 5 in the morning among the sensors of a zone, and each sensor's mean."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vigie.streams.core.heat.gap import AT_HOUR, REACH_MS, reference, targets
from vigie.streams.core.heat.nearest import Near, mean_near, mean_of
from vigie.streams.core.heat.season import SUMMER, days_looked_at
from vigie.streams.core.heat.texts import SUMMER_FR
from vigie.streams.core.windows.honest import ENOUGH, ENOUGH_OF_A_DAY, NOT_TOLD, honest_result, quality_of
from vigie.streams.core.windows.indicator import Indicator, Inputs, PointTracks, Result, Subject, register
from vigie.streams.core.windows.sources import REPORT_FR


def compute(inputs: Inputs) -> Sequence[Result]:
    """The largest gap over the days and the points of the zone; details: each point's mean."""
    days = days_looked_at(inputs)
    at_ms = targets(days, inputs)
    points = sorted((one for one in inputs.points if one.of("air_temperature")), key=lambda one: one.point)
    if not points:
        return ()
    compared = [reference(inputs.others, at_ms, without=one.point) for one in points]
    own = [mean_near(one.of("air_temperature"), at_ms, REACH_MS) for one in points]
    gaps = [one.less(other) for one, other in zip(own, compared, strict=True)]
    told = _told(points, own, gaps)
    found = honest_result(told, ENOUGH if len(days) == 1 else ENOUGH_OF_A_DAY)
    if found.quality != NOT_TOLD:
        return [found]
    none = all(np.isnan(one.values).all() for one in compared)
    return [replace(found, category="no_reference" if none else "incomplete")]


def _told(points: Sequence[PointTracks], own: Sequence[Near], gaps: Sequence[Near]) -> Result:
    """The largest gap; `completeness`: of pairs of point and day; `count`: points that have a temperature."""
    values = np.array([one.values for one in gaps])
    there = ~np.isnan(values)
    told = values[there]
    means = mean_of(values.T)
    return Result(
        value=float(told.max()) if len(told) else None,
        mean=float(told.mean()) if len(told) else None,
        minimum=float(told.min()) if len(told) else None,
        maximum=float(told.max()) if len(told) else None,
        count=sum(bool((~np.isnan(one.values)).any()) for one in own),
        expected=len(points),
        completeness=float(there.mean()),
        excluded=sum(one.excluded for one in gaps),
        quality=quality_of(sum(int(one.unknown.sum()) for one in gaps), sum(one.excluded for one in gaps)),
        details={one.point: float(mean) for one, mean in zip(points, means, strict=True) if not np.isnan(mean)},
        parts=tuple(one.point for one, some in zip(points, there.any(axis=1), strict=True) if some),
    )


register(
    Indicator(
        name="heat_zone_gap_5h",
        use_case="heat",
        subject=Subject.ZONE,
        codes=("1d", "1mo", "1y"),
        properties=("air_temperature",),
        unit="°C",
        version="1",
        label_fr="écart maximal d'une zone à la référence à 5 h",
        label_en="largest gap of a zone to the reference at 5:00",
        definition_fr=(
            "Le plus grand écart à la zone de référence à 5 h en heure légale (5 h 30 en option), sur les capteurs de "
            "la zone et les jours de la période."
        ),
        formula=(
            "max sur capteurs et jours de ΔT05 = T(capteur) - moyenne(T(référence)), bonne valeur la plus proche à "
            "± 15 min ; détails : la moyenne de chaque capteur, sous son identifiant (carte)"
        ),
        period_fr="jour, mois, année (l'été seul)",
        source=f"{REPORT_FR}, fiche 1",
        limits_fr=(
            "Complétude : part des couples capteur et jour qui ont un écart ; vide sous 75 % pour un jour, 90 % "
            "au-delà (catégorie « no_reference » si aucun jour n'a de référence, sinon « incomplete »). Les voies d'un "
            f"capteur sont moyennées. {SUMMER_FR}"
        ),
        compute=compute,
        roles=("reference",),
        bound=ENOUGH,
        parameters={**AT_HOUR, **SUMMER},
    )
)
