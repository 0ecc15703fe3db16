"""When a cabinet came on, against the sun."""

from collections.abc import Sequence

from vigie.streams.core.lighting.looked_at import LOOK_BACK_S
from vigie.streams.core.lighting.power import PROPERTIES
from vigie.streams.core.lighting.switching_result import BOUND, ON, edge_of_night
from vigie.streams.core.lighting.texts import FORMULA_FR, PARAMETERS, SOURCE, limits_fr
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register


def compute(inputs: Inputs) -> Sequence[Result]:
    """Minutes after the sun passed the learned angle in the evening."""
    return edge_of_night(inputs, ON)


register(
    Indicator(
        name="lighting_on_at",
        use_case="lighting",
        codes=("1d",),
        properties=PROPERTIES,
        needs_all=False,
        before_s=LOOK_BACK_S,
        unit="min",
        bound=BOUND,
        version="1",
        parameters=PARAMETERS,
        label_fr="allumage par rapport au soleil",
        label_en="switching on against the sun",
        definition_fr=(
            "Écart, en minutes, entre l'allumage et l'instant du soir où le soleil passe sous l'angle d'allumage"
            " appris (positif : en retard). La nuit va de midi à midi et porte la date du jour où elle finit."
        ),
        formula=FORMULA_FR,
        period_fr="nuit (jour où elle finit)",
        source=SOURCE,
        limits_fr=limits_fr("on"),
        compute=compute,
    )
)
