"""How often a container was collected that was hardly filled."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from vigie.streams.core.waste.falls import Falls, What
from vigie.streams.core.waste.seen import AFTER_S, BEFORE_S, CODES, LIMITS_FR, PARAMETERS, PROPERTIES, SOURCE, of_falls
from vigie.streams.core.windows.counted import Counted
from vigie.streams.core.windows.honest import ENOUGH_OF_A_DAY
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register


def compute(inputs: Inputs) -> Sequence[Result]:
    """The number of collections below the parameter `needless`, and their share of all."""
    return of_falls(inputs, partial(_tell, inputs.parameters["needless"]))


def _tell(needless: float, found: Counted, falls: Falls) -> Result:
    levels = falls.of(What.COLLECTION).before
    count = int(np.count_nonzero(levels < needless))
    details = {"collections": float(len(levels))}
    if len(levels):
        details["share"] = count / len(levels)
    return found.result(float(count), ENOUGH_OF_A_DAY, details=details)


register(
    Indicator(
        name="waste_needless_collections",
        use_case="waste",
        codes=CODES,
        properties=PROPERTIES,
        unit="",
        version="1",
        label_fr="collectes inutiles",
        label_en="needless collections",
        definition_fr="Nombre de collectes d'un conteneur rempli à moins de 40 %.",
        formula="collectes dont le remplissage d'avant est sous le paramètre « needless »",
        period_fr="jour, semaine et mois",
        source=SOURCE,
        limits_fr=(
            f"{LIMITS_FR} Ce nombre est donc un minimum. Détails : « collections », toutes les collectes ; « share », "
            "la part des inutiles. Vide sous 90 % de mesures."
        ),
        compute=compute,
        before_s=BEFORE_S,
        after_s=AFTER_S,
        bound=ENOUGH_OF_A_DAY,
        parameters={
            **PARAMETERS,
            "needless": Parameter(40.0, "%", "remplissage sous lequel une collecte est inutile", 0, 100),
        },
    )
)
