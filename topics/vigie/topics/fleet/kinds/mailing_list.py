"""A mailing list: who is told of which alerts, how and when. It names roles (contacts), never persons."""

from vigie.topics.fleet.field import Form, choice, integer, of, references, text
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="mailing_list",
        label_fr="Listes de diffusion des alertes",
        id_fr="Nom de la liste",
        fields=(
            text("name", "Libellé", required=True),
            references("contacts", "Destinataires", "contact", help_fr="Vides : tous ceux des rôles ci-dessous"),
            of(Form.TEXTS, "roles", "Rôles", help_fr="technician, crisis_cell, owner, partner, network, operator …"),
            of(Form.TEXTS, "use_cases", "Cas d'usage", help_fr="Vide : tous"),
            references("communes", "Communes", "commune", help_fr="Vides : toutes"),
            of(Form.TEXTS, "kinds", "Natures",
               help_fr="value, data, silence, communication, gateway, network, platform ; vide : toutes"),
            integer("least_priority", "Jusqu'à la priorité", "", 1, 4,
                    help_fr="1 critique … 4 information ; vide : 3"),
            integer("escalation_min", "Relève après", "min", 5, 10_080,
                    help_fr="N'est prévenue que si personne n'acquitte dans ce délai ; vide : aussitôt"),
            text("quiet_from", "Silence de", help_fr="Heure légale « 22:00 » ; les priorités 3 et 4 attendent"),
            text("quiet_to", "Silence jusqu'à", help_fr="« 07:00 »"),
            of(Form.YES_NO, "digest_only", "Bulletin seulement", help_fr="Un seul courriel par jour"),
            integer("per_hour", "Courriels par heure au plus", "", 1, 1000, help_fr="Vide : 6"),
            choice("language", "Langue", {"fr": "français", "en": "anglais"}),
        ),
    )
)  # fmt: skip
