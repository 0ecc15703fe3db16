"""An intervention at a point: asked for, agreed, under way, done; while it is open the point is out of service."""

from vigie.topics.fleet.field import Form, choice, of, reference, text
from vigie.topics.fleet.kind import Kind, register

STATES = {
    "requested": "demandée", "accepted": "acceptée", "refused": "refusée", "under_way": "en cours", "done": "faite",
}  # fmt: skip

register(
    Kind(
        name="intervention",
        label_fr="Interventions",
        id_fr="Numéro de l'intervention",
        fields=(
            reference("point", "Point de mesure", "point", required=True),
            reference("device", "Capteur", "device"),
            choice("state", "État", STATES, required=True),
            choice("type", "Nature", {"preventive": "préventive", "curative": "curative"}, required=True),
            of(Form.YES_NO, "breaks_series", "Rupture dans la série"),
            of(Form.INSTANT, "requested_at", "Demandée le"),
            of(Form.INSTANT, "answered_at", "Réponse le"),
            of(Form.INSTANT, "started_at", "Début"),
            of(Form.INSTANT, "ended_at", "Fin"),
            reference("by", "Intervenant", "contact"),
            reference("asked_of", "Accord demandé à", "party"),
            text("work", "Travaux"),
        ),
    )
)  # fmt: skip
