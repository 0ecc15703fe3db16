"""A contact: a role at a party, held by somebody from–to; rules and mails name the role, never the person."""

from vigie.topics.fleet.field import Form, choice, of, reference, text
from vigie.topics.fleet.kind import Kind, register

ROLES = {
    "technician": "technicien",
    "crisis_cell": "cellule de crise",
    "owner": "responsable métier",
    "partner": "référent de la commune ou du partenaire",
    "network": "référent du réseau",
    "supplier": "exploitant ou fournisseur",
    "data_user": "utilisateur des données",
    "operator": "exploitant de la plateforme",
}

register(
    Kind(
        name="contact",
        label_fr="Contacts",
        id_fr="Nom du rôle, tel que « technicien-eau » : il reste quand la personne change",
        dated=True,
        fields=(
            reference("party", "Organisme", "party", required=True),
            choice("role", "Rôle", ROLES, required=True),
            text("name", "Nom de la personne", private=True),
            text("mail", "Courriel", private=True),
            text("phone", "Téléphone", private=True),
            choice("language", "Langue", {"fr": "français", "en": "anglais"}),
            of(Form.TEXTS, "use_cases", "Cas d'usage", help_fr="Vide : tous"),
        ),
    )
)
