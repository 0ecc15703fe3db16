"""Whether a river reached the thresholds that were set for its station, and for how long."""

import math
from collections.abc import Sequence

from vigie.streams.core.windows.counted import bound_of_extremes, counted, too_short
from vigie.streams.core.windows.held import held_ms
from vigie.streams.core.windows.honest import ENOUGH
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.sources import REPORT_FR

COLOURS = ("yellow", "orange", "red")
NOT_SET = math.nan
HOUR_MS = 3_600_000


def compute(inputs: Inputs) -> Sequence[Result]:
    """The highest level with its colour, and the hours at or above each threshold; nothing where none is set."""
    window = inputs.window
    thresholds = {name: at for name in COLOURS if not math.isnan(at := inputs.parameters[name])}
    results: list[Result] = []
    for track in inputs.point.of("water_level") if thresholds else ():
        found = counted(track, window.start_at, window.end_at)
        if too_short(window, track.step_s) or not found.count + found.excluded:
            continue
        if not found.count:
            results.append(found.result(None, ENOUGH, channel=track.channel))
            continue
        good = track.good().between(0, window.end_at)
        held = held_ms(good, window.start_at, window.end_at)
        highest = float(found.good.values.max())
        details = {f"{name}_h": int(held[good.values >= at].sum()) / HOUR_MS for name, at in thresholds.items()}
        results.append(
            found.result(
                highest, bound_of_extremes(window), channel=track.channel, category=colour(highest, thresholds),
                minimum=float(found.good.values.min()), maximum=highest, last=float(found.good.values[-1]),
                details=details | {"observed_h": int(held.sum()) / HOUR_MS},
            )
        )  # fmt: skip
    return results


def colour(level_m: float, thresholds: dict[str, float]) -> str:
    """The gravest colour whose threshold a level reaches; green below all.

    >>> colour(2.0, {"yellow": 1.5, "orange": 2.0, "red": 3.0}), colour(1.0, {"red": 3.0})
    ('orange', 'green')
    """
    return next((name for name in reversed(COLOURS) if name in thresholds and level_m >= thresholds[name]), "green")


def _threshold(french: str) -> Parameter:
    meaning_fr = f"seuil local {french}, dans la référence du point ; aucun s'il n'est pas fixé"
    return Parameter(NOT_SET, "m", meaning_fr, -1000, 9000)


register(
    Indicator(
        name="river_threshold",
        use_case="river",
        codes=("15m", "1h", "1d"),
        properties=("water_level",),
        unit="m",
        version="1",
        label_fr="seuils locaux",
        label_en="local thresholds",
        definition_fr=(
            "Niveau le plus haut de la fenêtre et sa couleur d'après les trois seuils locaux de la station : vert, "
            "jaune, orange, rouge."
        ),
        formula="maximum des mesures ; couleur du plus haut seuil atteint (≥) ; durée au-dessus de chacun",
        period_fr="quart d'heure, heure et jour",
        source=f"Seuils fixés par station avec la GEMAPI ; {REPORT_FR}, fiche 2",
        limits_fr=(
            "Les couleurs ne sont pas la vigilance Vigicrues, qui est une prévision par tronçon : ce sont des seuils "
            "locaux, fixés par un indicateur de la flotte d'après (base) river_threshold, avec les paramètres yellow, "
            "orange et red en mètres et les points concernés ; un point sans seuil n'a pas cet indicateur. Catégories "
            ": green, yellow, orange, red. Détails : « yellow_h », « orange_h », « red_h » : heures au seuil ou "
            "au-dessus (une mesure vaut jusqu'à la suivante, 1,5 pas au plus) ; « observed_h » : heures couvertes. "
            "Vide sous 75 % de mesures (90 % pour le jour)."
        ),
        compute=compute,
        before_s=2 * 3600,
        parameters={"yellow": _threshold("jaune"), "orange": _threshold("orange"), "red": _threshold("rouge")},
    )
)
