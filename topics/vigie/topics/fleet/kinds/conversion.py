"""A conversion of a device's values at a placement: linear, or by a table between whose lines is interpolated."""

from vigie.topics.fleet.field import Form, choice, integer, number, of, reference, text
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="conversion",
        label_fr="Conversions",
        id_fr="Code de la conversion",
        fields=(
            text("property", "Grandeur reçue", required=True, help_fr="Nom du catalogue"),
            text("to_property", "Grandeur obtenue", help_fr="Nom du catalogue ; vide : la même"),
            integer("channel", "Voie", "", 0, 32_767, help_fr="Vide : toutes"),
            choice("method", "Méthode", {"linear": "linéaire", "table": "table"}, required=True),
            number("factor", "Facteur", "", -1e9, 1e9),
            number("offset", "Décalage", "", -1e9, 1e9),
            of(Form.PAIRS, "table", "Table (reçu:obtenu …)"),
            reference("comparison", "Campagne de comparaison", "comparison"),
            text("source", "Origine"),
        ),
    )
)
