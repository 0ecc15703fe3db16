"""An indicator as a documented object: definition, formula, period, owner (requirement 13)."""

from vigie.topics.fleet.field import reference, text
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="indicator",
        label_fr="Indicateurs",
        id_fr="Nom de l'indicateur",
        fields=(
            text("name", "Libellé", required=True),
            text("definition", "Définition", required=True),
            text("formula", "Calcul"),
            text("period", "Périodicité"),
            reference("owner", "Responsable", "contact", required=True),
            text("source", "Source"),
        ),
    )
)
