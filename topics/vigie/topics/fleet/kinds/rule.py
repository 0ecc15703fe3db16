"""An alert rule as a documented object with an owner; its parameters come with the rules themselves."""

from vigie.topics.fleet.field import Form, of, reference, references, text
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="rule",
        label_fr="Règles d'alerte",
        id_fr="Nom de la règle",
        fields=(
            text("name", "Libellé", required=True),
            text("definition", "Définition", required=True),
            references("points", "Points de mesure", "point"),
            of(Form.PARAMETERS, "parameters", "Paramètres"),
            reference("owner", "Responsable", "contact", required=True),
        ),
    )
)
