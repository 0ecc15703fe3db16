"""What the business owner says of a span of values: validated or rejected, and why (requirement 39)."""

from vigie.topics.fleet.field import Form, choice, integer, of, reference, text
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="qualification",
        label_fr="Qualifications",
        id_fr="Numéro de la qualification",
        fields=(
            reference("point", "Point de mesure", "point", required=True),
            text("property", "Grandeur", help_fr="Nom du catalogue ; vide : toutes"),
            integer("channel", "Voie", "", 0, 32_767, help_fr="Vide : toutes"),
            of(Form.INSTANT, "start_at", "Début", required=True),
            of(Form.INSTANT, "end_at", "Fin", required=True),
            choice("verdict", "Verdict", {"validated": "validée", "rejected": "rejetée"}, required=True),
            text("reason", "Motif", required=True),
            reference("by", "Responsable", "contact", required=True),
        ),
    )
)
