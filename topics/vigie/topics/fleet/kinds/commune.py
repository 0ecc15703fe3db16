"""A commune, by its INSEE code."""

from vigie.topics.fleet.field import Form, number, of, text
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="commune",
        label_fr="Communes",
        id_fr="Code INSEE, cinq caractères",
        fields=(
            text("name", "Nom officiel", required=True),
            number("latitude", "Latitude du centre", "°", -90, 90, required=True),
            number("longitude", "Longitude du centre", "°", -180, 180, required=True),
            number("radius_km", "Étendue depuis le centre", "km", 0.1, 200, required=True),
            of(
                Form.PAIRS, "outline", "Contour (longitude:latitude …)",
                help_fr="Contour grossier, s'il est connu : un point en mer est alors refusé",
            ),
        ),
    )
)  # fmt: skip
