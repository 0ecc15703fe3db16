"""How often a container was collected."""

from collections.abc import Sequence

from vigie.streams.core.waste.falls import Falls, What
from vigie.streams.core.waste.seen import AFTER_S, BEFORE_S, CODES, LIMITS_FR, PARAMETERS, PROPERTIES, SOURCE, of_falls
from vigie.streams.core.windows.counted import Counted
from vigie.streams.core.windows.honest import ENOUGH_OF_A_DAY
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register


def compute(inputs: Inputs) -> Sequence[Result]:
    """The number of collections; part collections beside it."""
    return of_falls(inputs, _tell)


def _tell(found: Counted, falls: Falls) -> Result:
    parts = len(falls.of(What.PART))
    return found.result(
        float(len(falls.of(What.COLLECTION))), ENOUGH_OF_A_DAY, details={"parts": float(parts)} if parts else {}
    )


register(
    Indicator(
        name="waste_collections",
        use_case="waste",
        codes=CODES,
        properties=PROPERTIES,
        unit="",
        version="1",
        label_fr="collectes",
        label_en="collections",
        definition_fr="Nombre de collectes du conteneur dans le jour, la semaine ou le mois.",
        formula=(
            "baisse d'au moins 30 points jusqu'à 25 % au plus, entre mesures successives (médiane de trois), confirmée "
            "par la mesure suivante, elle aussi 30 points plus bas"
        ),
        period_fr="jour, semaine et mois",
        source=SOURCE,
        limits_fr=(
            f"{LIMITS_FR} Détail « parts » : baisses d'au moins 30 points qui laissent plus de 25 %, non comptées. "
            "Vide sous 90 % de mesures."
        ),
        compute=compute,
        before_s=BEFORE_S,
        after_s=AFTER_S,
        bound=ENOUGH_OF_A_DAY,
        parameters=PARAMETERS,
    )
)
