"""An indicator: one of the platform's own with an owner or other parameters, or a user's own, or a window asked for.

With `expression` it is computed for the points and zones that it names (or all of its use case); with `base` it is one
of the platform's indicators under another name and other parameters; with `properties` and neither, the windows
`windows` of these properties are made for them. Under the name of one of the platform's own it gives that its owner.
"""

from vigie.topics.fleet.field import Form, choice, of, reference, references, text
from vigie.topics.fleet.kind import Kind, register
from vigie.topics.fleet.kinds.point import USE_CASES

register(
    Kind(
        name="indicator",
        label_fr="Indicateurs",
        id_fr="Nom de l'indicateur",
        fields=(
            text("name", "Libellé", required=True),
            text("definition", "Définition", required=True),
            text("formula", "Calcul", help_fr="En clair, pour les lecteurs"),
            text("period", "Périodicité"),
            reference("owner", "Responsable", "contact", required=True),
            text("source", "Source"),
            text("expression", "Expression", help_fr="Calculée : « max(air_temperature) - min(air_temperature) »"),
            text("unit", "Unité", help_fr="De l'expression ; vérifiée"),
            text("base", "D'après", help_fr="Nom d'un indicateur de la plateforme, avec d'autres paramètres"),
            of(Form.PARAMETERS, "parameters", "Paramètres"),
            of(Form.TEXTS, "properties", "Grandeurs", help_fr="Noms du catalogue, pour demander des fenêtres"),
            of(Form.TEXTS, "windows", "Fenêtres", help_fr="15m 30m 1h 1d 1w 1mo 1y r1h r8h r24h r7d"),
            choice("use_case", "Cas d'usage", USE_CASES),
            references("points", "Points de mesure", "point"),
            references("zones", "Zones", "zone"),
        ),
    )
)
