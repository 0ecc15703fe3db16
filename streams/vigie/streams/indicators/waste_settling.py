"""How often what is in a container settled, or part of it was taken."""

from collections.abc import Sequence

from vigie.streams.core.waste.falls import Falls, What
from vigie.streams.core.waste.seen import AFTER_S, BEFORE_S, CODES, PARAMETERS, PROPERTIES, SOURCE, of_falls
from vigie.streams.core.windows.counted import Counted
from vigie.streams.core.windows.honest import ENOUGH_OF_A_DAY
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register


def compute(inputs: Inputs) -> Sequence[Result]:
    """The number of falls by 10 to 30 points, and by how many points together."""
    return of_falls(inputs, _tell)


def _tell(found: Counted, falls: Falls) -> Result:
    settled = falls.of(What.SETTLING)
    points = float((settled.before - settled.after).sum())
    return found.result(float(len(settled)), ENOUGH_OF_A_DAY, details={"points": points} if len(settled) else {})


register(
    Indicator(
        name="waste_settling",
        use_case="waste",
        codes=CODES,
        properties=PROPERTIES,
        unit="",
        version="1",
        label_fr="tassements",
        label_en="settlings",
        definition_fr="Nombre de baisses partielles du remplissage : tassement, ou prélèvement d'une partie.",
        formula=(
            "baisse de 10 à moins de 30 points entre mesures successives (médiane de trois), confirmée par la suivante"
        ),
        period_fr="jour, semaine et mois",
        source=SOURCE,
        limits_fr=(
            "La mesure qui suit aussitôt une telle baisse est jugée suspecte (contrôle « consistency ») et n'y prend "
            "pas part : la baisse est alors datée de la suivante. Détail « points » : total des baisses. Vide sous "
            "90 % de mesures."
        ),
        compute=compute,
        before_s=BEFORE_S,
        after_s=AFTER_S,
        bound=ENOUGH_OF_A_DAY,
        parameters=PARAMETERS,
    )
)
