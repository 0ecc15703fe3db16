"""A support: what a sensor is fixed to, and what surrounds it."""

from vigie.topics.fleet.field import choice, number, reference, text
from vigie.topics.fleet.kind import Kind, register

TYPES = {
    "mast": "mât ou candélabre", "wall": "façade ou mur", "bridge": "pont ou ouvrage", "container": "conteneur",
    "cabinet": "armoire", "ground": "sol ou regard", "post": "poteau", "other": "autre",
}  # fmt: skip
SOILS = {
    "mineral": "minéral", "asphalt": "enrobé", "grass": "herbe", "bare": "terre nue", "trees": "sous arbres",
    "water": "eau", "indoor": "intérieur", "other": "autre",
}  # fmt: skip
SUN = {"full": "plein soleil", "part": "une partie du jour", "shade": "ombre", "unknown": "inconnue"}

register(
    Kind(
        name="support",
        label_fr="Supports",
        id_fr="Code du support",
        fields=(
            reference("site", "Site", "site"),
            reference("owner", "Propriétaire", "party"),
            choice("type", "Nature", TYPES, required=True),
            choice("soil", "Sol", SOILS),
            choice("sun_exposure", "Ensoleillement direct", SUN),
            number("height_m", "Hauteur", "m", -50, 200),
            text("note", "Remarque"),
        ),
    )
)
