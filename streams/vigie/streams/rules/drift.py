"""Drift: has a series left what is usual, little by little or at one step?"""

from vigie.streams.core.detect.charts import Charts
from vigie.streams.core.detect.daily import PARAMETERS, against_baseline, says
from vigie.streams.core.detect.rule import Rule, register
from vigie.topics.property import PROPERTIES, Kind

_OF_BATTERIES = ("battery_voltage", "battery_level")
"""These drift by nature: indicators of the network follow them."""

register(
    Rule(
        name="drift",
        version="1",
        label_fr="Dérive",
        label_en="Drift",
        judge=against_baseline,
        wants_baseline=True,
        says=says,
        memory=Charts,
        properties=tuple(
            one.name
            for one in PROPERTIES.values()
            if one.kind in (Kind.GAUGE, Kind.LEVEL, Kind.INTERVAL_COUNT) and one.name not in _OF_BATTERIES
        ),
        on_by_default=True,
        by_default_at=(*(one.name for one in PROPERTIES.values() if one.kind is Kind.LEVEL), "water_level", "fill"),
        parameters=PARAMETERS,
        delays={"on_delay": 1, "off_delay_s": 0},
        priorities=(4,),
        contribution_fr=(
            "Signale un capteur qui dérive lentement ou dont le niveau a changé d'un coup. Elle n'écarte ni ne modifie"
            " aucune donnée."
        ),
        sources_fr=(
            "Les valeurs bonnes de la série, jour légal par jour légal, et la référence par heure de la semaine "
            "calculée la nuit sur huit semaines au plus."
        ),
        operations_fr=(
            "Moyenne du jour des écarts à la médiane de l'heure (chacun borné à 6 écarts types), centrée et réduite "
            "par ce qu'elle est d'habitude, moins ce que le jour d'avant laisse prévoir (corrélation d'un jour à "
            "l'autre). Sur cette suite : somme cumulée à deux côtés (k, h) et moyenne mobile exponentielle (λ, L). "
            "Alerte au-delà de l'un des deux seuils, jugée quand un jour est fini."
        ),
        limits_fr=(
            "Un changement de saison ou d'usage ressemble à une dérive, et une grandeur dont les jours se ressemblent"
            " beaucoup (niveau d'eau, température) cache la sienne : préférer alors « fleet_drift ». La référence suit"
            " ce qui dure : une dérive de moins de 0,02 écart type par jour n'est pas vue. Un jour à moins de la moitié"
            " de ses valeurs n'est pas jugé."
        ),
        check_fr=(
            "Comparer à une mesure faite sur place ou à un capteur voisin ; date du dernier étalonnage, salissure."
        ),
        check_en="Compare with a measurement on site or a near sensor; last calibration, dirt.",
        clears_fr="Des jours revenus à l'habitude.",
        clears_en="Days that are as usual again.",
        source="Montgomery, Introduction to Statistical Quality Control, 9.1, 9.2, 10.4",
    )
)
