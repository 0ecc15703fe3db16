"""What the indicators of switching say alike: their parameter, formula, source and limits."""

from vigie.streams.core.lighting.switching_result import ANGLE
from vigie.streams.core.windows.indicator import Parameter
from vigie.streams.core.windows.sources import REPORT_FR

PARAMETERS = {
    ANGLE: Parameter(-4.0, "°", "Hauteur du soleil de référence tant que l'angle n'est pas appris (5 nuits)", -18, 10),
}
FORMULA_FR = (
    "t − t_soleil(angle). Allumé : puissance > 20 % du niveau de nuit (75e centile des puissances, soleil"
    " sous −6°, 14 nuits). Angle : médiane de la hauteur du soleil aux changements des 14 nuits précédentes."
    " Puissance : active, sinon apparente, sinon celle des différences de l'index."
)
SOURCE = f"{REPORT_FR}, fiche 2 ; soleil : NOAA General Solar Position Calculations (centre, sans réfraction)"


def limits_fr(edge: str) -> str:
    """The limits of `on` or `off`.

    >>> "Détails : delta_on_min, on_at et" in limits_fr("on")
    True
    """
    return (
        "Entre deux lectures l'instant est au milieu, à ± uncertain_min ; avec un index, la part allumée de"
        f" l'intervalle l'affine. Détails : delta_{edge}_min, {edge}_at et sun_at (ms UTC), sun_deg, angle_deg,"
        " nights_learned. Sans changement vu : « never » (jamais allumé), « always », « unseen » (dans une"
        " lacune). Angle à un demi-degré près."
    )
