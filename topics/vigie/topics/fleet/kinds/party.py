"""A party: an organisation that owns, hosts, runs or is told something."""

from vigie.topics.fleet.field import choice, references, text
from vigie.topics.fleet.kind import Kind, register

TYPES = {
    "metropole": "métropole",
    "commune": "commune",
    "state": "service de l'État",
    "network": "opérateur de réseau",
    "supplier": "fournisseur ou exploitant",
    "association": "association ou organisme agréé",
    "other": "autre",
}

register(
    Kind(
        name="party",
        label_fr="Parties prenantes",
        id_fr="Nom court de l'organisme, en minuscules, sans espace",
        fields=(
            text("name", "Nom", required=True),
            choice("type", "Nature", TYPES, required=True),
            references("communes", "Communes", "commune",
                       help_fr="Dont il est la voix : ses contacts sont prévenus de leurs alertes ; vides : de toutes"),
            text("note", "Remarque"),
        ),
    )
)  # fmt: skip
