"""A device model as the fleet knows it; how its bytes are read is the codecs' affair (models/*.toml)."""

from vigie.topics.fleet.field import Form, integer, of, text
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="model",
        label_fr="Modèles",
        id_fr="Nom du modèle, celui de `vigie codecs list` s'il y figure",
        fields=(
            text("maker", "Fabricant", required=True),
            of(Form.TEXTS, "properties", "Grandeurs", help_fr="Noms du catalogue"),
            integer("battery_months", "Autonomie annoncée", "mois", 0, 600),
            text("note", "Remarque"),
        ),
    )
)
