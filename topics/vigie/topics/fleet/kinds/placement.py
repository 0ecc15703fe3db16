"""A placement: a device at a point, from–to."""

from vigie.topics.fleet.field import Form, integer, number, of, reference, references, text
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="placement",
        label_fr="Poses",
        id_fr="Code de la pose, tel que « TEM-13055-01/1 »",
        dated=True,
        fields=(
            reference("device", "Capteur", "device", required=True),
            reference("point", "Point de mesure", "point", required=True),
            of(Form.TEXTS, "channels", "Voies", help_fr="Voies du capteur qui mesurent ce point ; vide : toutes"),
            text("mounting", "Fixation"),
            number("height_m", "Hauteur", "m", -50, 200),
            number("orientation_deg", "Orientation", "°", 0, 360),
            integer("empty_mm", "Distance à vide", "mm", 1, 100_000),
            integer("full_mm", "Distance à plein", "mm", 0, 100_000),
            number("datum_m", "Cote du zéro du capteur", "m", -500, 5000,
                   help_fr="Niveau d'eau = cote − distance, ou cote + hauteur d'eau"),
            references("conversions", "Conversions", "conversion"),
            text("end_reason", "Motif de la dépose"),
        ),
    )
)  # fmt: skip
