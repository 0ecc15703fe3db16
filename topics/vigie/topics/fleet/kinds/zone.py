"""A zone: points looked at together; for heat its role in a before/after comparison."""

from vigie.topics.fleet.field import choice, reference, text
from vigie.topics.fleet.kind import Kind, register

ROLES = {"project": "projet", "reference": "référence", "control": "témoin", "other": "autre"}

register(
    Kind(
        name="zone",
        label_fr="Zones",
        id_fr="Code de la zone",
        fields=(
            text("name", "Nom", required=True),
            choice("role", "Rôle (zone d'implantation)", ROLES, required=True),
            reference("parent", "Zone englobante", "zone"),
            text("purpose", "Objet"),
        ),
    )
)
