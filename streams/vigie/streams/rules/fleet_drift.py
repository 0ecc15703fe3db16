"""Drift from the neighbours: has a sensor left those that have the same weather, little by little?"""

from vigie.streams.core.detect.charts import Charts
from vigie.streams.core.detect.daily import LEARN, PARAMETERS, against_neighbours, says
from vigie.streams.core.detect.rule import Parameter, Rule, register

register(
    Rule(
        name="fleet_drift",
        version="1",
        label_fr="Dérive par rapport aux voisins",
        label_en="Drift from the neighbours",
        judge=against_neighbours,
        wants_neighbours=True,
        says=says,
        memory=Charts,
        properties=("air_temperature",),
        parameters=PARAMETERS
        | {LEARN: Parameter(14.0, "j", "Jours d'apprentissage de l'écart habituel aux voisins", 5, 90)},
        on_by_default=True,
        delays={"on_delay": 1, "off_delay_s": 0},
        priorities=(4,),
        contribution_fr=(
            "Signale un capteur qui s'éloigne de ses voisins jour après jour. Elle n'écarte ni ne modifie aucune "
            "donnée."
        ),
        sources_fr="Les valeurs bonnes de la série et celles de ses voisins (trois au moins, à deux pas près).",
        operations_fr=(
            "Moyenne du jour des écarts à la médiane des voisins, centrée et réduite par les quatorze premiers jours "
            "(appris, puis suivis à 1 % par jour hors alerte). Sur cette suite : somme cumulée à deux côtés (k, h) "
            "et moyenne mobile exponentielle (λ, L). Alerte au-delà de l'un des deux seuils, jugée quand un jour est "
            "fini."
        ),
        limits_fr=(
            "Muette pendant l'apprentissage et avec moins de trois voisins. Si tous dérivent ensemble, aucun ne dérive."
            " Un quartier dont le climat change de saison autrement que ses voisins ressemble à une dérive."
        ),
        check_fr="Comparer à une mesure faite sur place ; date du dernier étalonnage, salissure, abri.",
        check_en="Compare with a measurement on site; last calibration, dirt, shelter.",
        clears_fr="Des jours revenus à l'écart habituel.",
        clears_en="Days whose distance is as usual again.",
        source="Montgomery, Introduction to Statistical Quality Control, 9.1 ; Titanlib",
    )
)
