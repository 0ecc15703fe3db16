"""Parameters of a quality test at one point, instead of the property's start values (topics/quality_tests.toml)."""

from vigie.topics.fleet.field import Form, integer, of, reference, text
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="quality_setting",
        label_fr="Réglages de qualité",
        id_fr="Numéro du réglage",
        fields=(
            reference("point", "Point de mesure", "point", required=True),
            text("property", "Grandeur", required=True, help_fr="Nom du catalogue"),
            integer("channel", "Voie", "", 0, 32_767, help_fr="Vide : toutes"),
            text("test", "Test", required=True, help_fr="Nom du test (docs/quality.md)"),
            of(Form.PARAMETERS, "parameters", "Paramètres", required=True, help_fr="Ceux du test ; « off=1 » l'éteint"),
            text("reason", "Motif"),
        ),
    )
)
