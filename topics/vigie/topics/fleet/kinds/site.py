"""A site: an address where points and supports stand together."""

from vigie.topics.fleet.field import number, reference, text
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="site",
        label_fr="Sites",
        id_fr="Code du site",
        fields=(
            text("name", "Nom", required=True),
            text("address", "Adresse"),
            reference("commune", "Commune", "commune", required=True),
            number("latitude", "Latitude", "°", -90, 90),
            number("longitude", "Longitude", "°", -180, 180),
            number("altitude_m", "Altitude", "m", -50, 4900),
            reference("host", "Organisme qui accueille", "party"),
            text("access", "Accès"),
        ),
    )
)
