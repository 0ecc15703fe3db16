"""A temporary campaign: points watched for an event or a trial, from–to."""

from vigie.topics.fleet.field import reference, references, text
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="campaign",
        label_fr="Campagnes temporaires",
        id_fr="Code de la campagne",
        dated=True,
        fields=(
            text("name", "Nom", required=True),
            text("purpose", "Objet", required=True),
            references("points", "Points de mesure", "point"),
            references("zones", "Zones", "zone"),
            reference("owner", "Responsable", "contact"),
        ),
    )
)
