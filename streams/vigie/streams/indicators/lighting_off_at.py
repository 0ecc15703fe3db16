"""When a cabinet went off, against the sun."""

from collections.abc import Sequence

from vigie.streams.core.lighting.looked_at import LOOK_BACK_S
from vigie.streams.core.lighting.power import PROPERTIES
from vigie.streams.core.lighting.switching_result import ANGLE, BOUND, OFF, edge_of_night
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.sources import REPORT_FR


def compute(inputs: Inputs) -> Sequence[Result]:
    """Minutes after the sun passed the learned angle in the morning."""
    return edge_of_night(inputs, OFF)


register(
    Indicator(
        name="lighting_off_at",
        use_case="lighting",
        codes=("1d",),
        properties=PROPERTIES,
        needs_all=False,
        before_s=LOOK_BACK_S,
        unit="min",
        bound=BOUND,
        version="1",
        parameters={
            ANGLE: Parameter(
                -4.0, "°", "Hauteur du soleil de référence tant que l'angle n'est pas appris (5 nuits)", -18, 10
            ),
        },
        label_fr="extinction par rapport au soleil",
        label_en="switching off against the sun",
        definition_fr=(
            "Écart, en minutes, entre l'extinction et l'instant du matin où le soleil repasse au-dessus de l'angle"
            " d'extinction appris (positif : en retard). La nuit va de midi à midi et porte la date du jour où elle"
            " finit."
        ),
        formula=(
            "t − t_soleil(angle). Allumé : puissance > 20 % du niveau de nuit (75e centile des puissances, soleil"
            " sous −6°, 14 nuits). Angle : médiane de la hauteur du soleil aux changements des 14 nuits précédentes."
            " Puissance : active, sinon apparente, sinon celle des différences de l'index."
        ),
        period_fr="nuit (jour où elle finit)",
        source=f"{REPORT_FR}, fiche 2 ; soleil : NOAA General Solar Position Calculations (centre, sans réfraction)",
        limits_fr=(
            "Entre deux lectures l'instant est au milieu, à ± uncertain_min ; avec un index, la part allumée de"
            " l'intervalle l'affine. Détails : delta_off_min, off_at et sun_at (ms UTC), sun_deg, angle_deg,"
            " nights_learned. Sans changement vu : « never » (jamais allumé), « always », « unseen » (dans une"
            " lacune). Angle à un demi-degré près."
        ),
        compute=compute,
    )
)
