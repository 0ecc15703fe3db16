"""An alert rule: one of the platform's rules with an owner, points and parameters of the users' own.

`base` names the platform's rule (`threshold`, `rate`, `baseline` …). Levels are parameters: `level_1=1.2 level_2=1.8
level_3=2.4`. A rule on trial judges, and its alerts are archived and mailed to nobody. Under the name of one of the
platform's own rules it gives that its owner, other parameters, or switches it off.
"""

from vigie.topics.fleet.field import Form, choice, integer, of, reference, references, text
from vigie.topics.fleet.kind import Kind, register
from vigie.topics.fleet.kinds.point import USE_CASES

register(
    Kind(
        name="rule",
        label_fr="Règles d'alerte",
        id_fr="Nom de la règle",
        fields=(
            text("name", "Libellé", required=True),
            text("definition", "Définition", required=True),
            reference("owner", "Responsable", "contact", required=True),
            text("base", "D'après", help_fr="Règle de la plateforme : « vigie rules list »"),
            choice("state", "État", {"on": "en service", "trial": "à l'essai", "off": "arrêtée"}),
            of(Form.TEXTS, "properties", "Grandeurs", help_fr="Noms du catalogue, « nom#voie » s'il le faut"),
            of(Form.TEXTS, "indicators", "Indicateurs", help_fr="Noms, au lieu de grandeurs"),
            choice("use_case", "Cas d'usage", USE_CASES),
            references("points", "Points de mesure", "point"),
            references("zones", "Zones", "zone"),
            of(Form.PARAMETERS, "parameters", "Paramètres"),
            integer("priority", "Priorité du premier niveau", "", 1, 4),
            text("calendar", "Calendrier",
                 help_fr="Quand elle veille : « lun-ven 07:00-22:00 », « nuit », « jour » ; vide : toujours"),
            of(Form.YES_NO, "latched", "Mémorisée", help_fr="Reste affichée jusqu'à ce qu'une personne la réarme"),
            reference("second_source", "Seconde source", "point", help_fr="Point qui confirme (station amont)"),
            text("hubeau_station", "Station Hub'Eau", help_fr="Code de la station de l'API Hub'Eau"),
            text("image_url", "Adresse d'une image", help_fr="Lue au déclenchement et gardée avec l'incident"),
        ),
    )
)  # fmt: skip
