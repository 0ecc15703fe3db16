"""What works changed: project zone against control zone, before against after, with an interval."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vigie.streams.core.heat.difference import effect
from vigie.streams.core.heat.texts import RADIATION_FR
from vigie.streams.core.heat.zone_days import point_days, zone_days
from vigie.streams.core.windows.honest import ENOUGH, NOT_TOLD, honest_result, quality_of
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, Subject, register
from vigie.streams.core.windows.legal import Window, windows_between
from vigie.streams.core.windows.parts_of_day import in_months, local_days
from vigie.streams.core.windows.sources import REPORT_FR
from vigie.streams.core.windows.spans import legal_spans

Floats = NDArray[np.float64]
Days = NDArray[np.bool_]

BEFORE_S = 3 * 366 * 86_400
"""How long ago days before the works may be."""
LEAST_DAYS = 10
"""How many days there must be on either side of the works."""


def compute(inputs: Inputs) -> Sequence[Result]:
    """The difference of differences, where the window holds days after the works."""
    begin, end = inputs.parameters["works_begin"], inputs.parameters["works_end"]
    if begin <= 0 or end < begin:
        return ()  # nobody has said when the works were
    days, dates = _days(inputs)
    before, after = dates < begin, dates > end
    if not (after & np.array([day.start_at >= inputs.window.start_at for day in days], dtype=bool)).any():
        return ()
    spans = legal_spans(days, inputs.zone, inputs.parameters["from_hour"], inputs.parameters["to_hour"])
    own = point_days(inputs.points, spans)
    other = point_days([one for one in inputs.others if one.role == "control"], spans)
    mean, took_part = zone_days(own.means, before, after)
    compared, _ = zone_days(other.means, before, after)
    differences = mean - compared
    excluded = own.excluded + other.excluded
    told = Result(
        value=None,
        count=int(np.count_nonzero(~np.isnan(own.means).all(axis=0) & (before | after))),
        completeness=0.0,
        excluded=excluded,
        quality=quality_of(own.unknown + other.unknown, excluded),
        parts=tuple(name for name, some in zip(own.points, took_part, strict=True) if some),
    )
    if np.isnan(compared).all():
        return [replace(told, quality=NOT_TOLD, category="no_control")]
    return [_judged(told, differences, before, after, inputs)]


def _days(inputs: Inputs) -> tuple[list[Window], NDArray[np.int64]]:
    """The legal days of the season that can be looked at, and their dates as days since 1970."""
    window, zone = inputs.window, inputs.zone
    days = list(windows_between("1d", window.start_at - BEFORE_S * 1000, window.end_at, zone))
    starts = np.array([day.start_at for day in days], dtype=np.int64)
    chosen = in_months(starts, zone, inputs.parameters["first_month"], inputs.parameters["last_month"])
    return [day for day, one in zip(days, chosen, strict=True) if one], local_days(starts[chosen], zone)


def _judged(told: Result, differences: Floats, before: Days, after: Days, inputs: Inputs) -> Result:
    """The change, where enough days on either side have both zones.

    Days before are asked for from the first that has both: the sensors were put up at some time.
    """
    there = ~np.isnan(differences)
    since = np.arange(len(there)) >= np.argmax(there)
    early, late = differences[there & before], differences[there & after]
    sides = [(len(early), int(np.count_nonzero(before & since))), (len(late), int(np.count_nonzero(after)))]
    told = replace(
        told,
        expected=int(sum(asked for _, asked in sides)),
        completeness=float(min(some / max(asked, 1) for some, asked in sides)),
    )
    if min(len(early), len(late)) < LEAST_DAYS:
        return replace(told, quality=NOT_TOLD, category="too_few_days")
    change = effect(
        early, late, block=round(inputs.parameters["block_days"]),
        confidence=inputs.parameters["confidence"] / 100, seed=round(inputs.parameters["seed"]),
    )  # fmt: skip
    details = {
        "low": change.low, "high": change.high, "days": float(len(early) + len(late)), "days_before": float(len(early)),
        "days_after": float(len(late)), "before": float(early.mean()), "after": float(late.mean()),
    }  # fmt: skip
    found = honest_result(replace(told, value=change.value, details=details), ENOUGH)
    return replace(found, category="incomplete") if found.quality == NOT_TOLD else found


register(
    Indicator(
        name="heat_before_after",
        use_case="heat",
        subject=Subject.ZONE,
        codes=("1mo", "1y"),
        properties=("air_temperature",),
        unit="°C",
        version="1",
        label_fr="effet des travaux (avant/après, zone témoin)",
        label_en="effect of works (before/after, control zone)",
        definition_fr=(
            "De combien la température moyenne du jour de la zone a changé avec les travaux, une fois ôté ce qui a "
            "changé dans le même temps à la zone témoin ; négatif : la zone s'est rafraîchie."
        ),
        formula=(
            "[moyenne(projet - témoin) après] - [moyenne(projet - témoin) avant], sur les jours de la saison ; low et "
            "high : intervalle de confiance par bootstrap de blocs de jours (2000 tirages, graine fixe) ; détails "
            "days, days_before, days_after, et before, after : les deux écarts moyens"
        ),
        period_fr="mois, année : tous les jours depuis les travaux jusqu'à la fin de la période",
        source=f"{REPORT_FR}, fiche 1 ; Card et Krueger 1994 ; Künsch 1989",
        limits_fr=(
            "Rien tant que les dates des travaux ne sont pas données (paramètres works_begin et works_end d'un "
            "indicateur de la flotte). Un jour compte si les deux zones y ont une moyenne (un capteur : 75 % de ses "
            "mesures) ; un capteur doit avoir des jours avant et après. Vide sous 75 % des jours d'un côté "
            "(« incomplete »), sous 10 jours d'un côté (« too_few_days »), sans zone témoin (« no_control »). "
            f"Remonte au plus à trois ans avant la période. {RADIATION_FR}"
        ),
        compute=compute,
        before_s=BEFORE_S,
        roles=("control",),
        bound=ENOUGH,
        parameters={
            "works_begin": Parameter(
                0.0, "j", "premier jour des travaux : une date (2026-03-01), gardée en jours depuis 1970", 0, 60_000
            ),
            "works_end": Parameter(0.0, "j", "dernier jour des travaux, de même", 0, 60_000),
            "first_month": Parameter(6.0, "", "premier mois de la saison comparée", 1, 12),
            "last_month": Parameter(8.0, "", "dernier mois de la saison comparée", 1, 12),
            "from_hour": Parameter(0.0, "h", "début des heures comparées, heure légale", 0, 24),
            "to_hour": Parameter(24.0, "h", "leur fin ; 22 et 6 : la nuit qui se termine dans le jour", 0, 24),
            "block_days": Parameter(3.0, "j", "jours tirés ensemble : des jours qui se suivent se ressemblent", 1, 60),
            "confidence": Parameter(95.0, "%", "de l'intervalle", 50, 99.9),
            "seed": Parameter(1.0, "", "graine des tirages", 0, 1e9),
        },
    )
)
