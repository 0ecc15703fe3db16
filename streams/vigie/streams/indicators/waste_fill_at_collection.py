"""How full containers were when they were collected."""

from collections.abc import Sequence

from vigie.streams.core.waste.falls import Falls, What
from vigie.streams.core.waste.seen import AFTER_S, BEFORE_S, CODES, LIMITS_FR, PARAMETERS, PROPERTIES, SOURCE, of_falls
from vigie.streams.core.windows.counted import Counted
from vigie.streams.core.windows.honest import ENOUGH
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register


def compute(inputs: Inputs) -> Sequence[Result]:
    """The mean level before the collections; null where there was none."""
    return of_falls(inputs, _tell)


def _tell(found: Counted, falls: Falls) -> Result:
    levels = falls.of(What.COLLECTION).before
    if not len(levels):
        return found.result(None, ENOUGH, details={"collections": 0.0})
    mean = float(levels.mean())
    return found.result(
        mean, ENOUGH, minimum=float(levels.min()), mean=mean, maximum=float(levels.max()), first=float(levels[0]),
        last=float(levels[-1]), details={"collections": float(len(levels))},
    )  # fmt: skip


register(
    Indicator(
        name="waste_fill_at_collection",
        use_case="waste",
        codes=CODES,
        properties=PROPERTIES,
        unit="%",
        version="1",
        label_fr="remplissage à la collecte",
        label_en="filling at collection",
        definition_fr="Remplissage moyen juste avant les collectes de la période.",
        formula="moyenne du remplissage (médiane de trois) à la dernière mesure avant chaque collecte",
        period_fr="jour, semaine et mois",
        source=SOURCE,
        limits_fr=f"{LIMITS_FR} Vide sans collecte, et sous 75 % de mesures. Détail « collections » : leur nombre.",
        compute=compute,
        before_s=BEFORE_S,
        after_s=AFTER_S,
        parameters=PARAMETERS,
    )
)
