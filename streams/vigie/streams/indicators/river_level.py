"""The level of a river, in its datum."""

from collections.abc import Sequence

from vigie.streams.core.windows.counted import bound_of_extremes, counted, too_short
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.many import bounds, told
from vigie.streams.core.windows.sources import REPORT_FR
from vigie.streams.core.windows.statistics import Way

NO_DATUM = "no_datum"


def compute(inputs: Inputs) -> Sequence[Result]:
    """Mean, extremes, first and last; the category is the datum, or says that nobody stated one."""
    window = inputs.window
    results = []
    for track in inputs.point.of("water_level"):
        found = counted(track, window.start_at, window.end_at)
        if too_short(window, track.step_s) or not found.count + found.excluded:
            continue
        if not found.count:
            results.append(found.result(None, 1.0, channel=track.channel))
            continue
        level = found.good.values
        extremes = found.completeness is None or found.completeness >= bound_of_extremes(window)
        results.append(
            found.result(
                float(level.mean()), 0.75, channel=track.channel,
                minimum=float(level.min()) if extremes else None, maximum=float(level.max()) if extremes else None,
                mean=float(level.mean()), first=float(level[0]), last=float(level[-1]),
                category=inputs.point.datum or NO_DATUM,
            )
        )  # fmt: skip
    return results


def of_many(inputs: Inputs, windows: Sequence[Window]) -> Sequence[Sequence[Result]]:
    """The same of each window."""
    found: list[list[Result]] = [[] for _ in windows]
    for track in inputs.point.of("water_level"):
        for window, one, results in zip(windows, told(track, *bounds(windows), Way.GAUGE), found, strict=True):
            if too_short(window, track.step_s) or not one.readings + one.excluded:
                continue
            if not one.readings:
                results.append(one.result(None, 1.0, channel=track.channel))
                continue
            extremes = one.completeness is None or one.completeness >= bound_of_extremes(window)
            results.append(
                one.result(
                    one.mean, 0.75, channel=track.channel, minimum=one.minimum if extremes else None,
                    maximum=one.maximum if extremes else None, mean=one.mean, first=one.first, last=one.last,
                    category=inputs.point.datum or NO_DATUM,
                )
            )  # fmt: skip
    return found


register(
    Indicator(
        name="river_level",
        use_case="river",
        codes=("15m", "1h", "1d"),
        properties=("water_level",),
        unit="m",
        version="1",
        label_fr="niveau d'eau",
        label_en="water level",
        definition_fr="Niveau moyen du cours d'eau dans la référence du point (NGF ou zéro local).",
        formula="moyenne des mesures de la fenêtre ; minimum, maximum, première et dernière",
        period_fr="quart d'heure, heure et jour",
        source=f"{REPORT_FR}, fiche 2 (niveau des cours d'eau)",
        limits_fr=(
            "Catégorie : la référence du point ; « no_datum » quand la fiche du point n'en dit pas : le niveau ne se "
            "compare alors à aucun autre. Le décalage de chaque pose (datum_m) est déjà appliqué, avec son historique. "
            "Vide sous 75 % de mesures ; extrêmes du jour vides sous 90 %."
        ),
        compute=compute,
        many=of_many,
    )
)
