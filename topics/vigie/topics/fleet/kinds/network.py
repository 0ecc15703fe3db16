"""A network, and what was agreed with the party that lends it (requirement 19)."""

from vigie.topics.fleet.field import choice, integer, reference, text
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="network",
        label_fr="Réseaux",
        id_fr="Nom du réseau, tel que les messages le portent",
        fields=(
            reference("party", "Organisme", "party", required=True),
            choice("bearer", "Liaison", {"lora": "LoRaWAN", "nbiot": "NB-IoT", "cellular": "2G à 5G", "other": "autre"},
                   required=True),
            integer("quota_uplinks_per_day", "Messages convenus par jour", "", 0, 1_000_000_000),
            integer("quota_bytes_per_day", "Octets convenus par jour", "o", 0, 1_000_000_000_000),
            integer("shortest_period_s", "Période d'envoi la plus courte", "s", 1, 86_400),
            text("agreement", "Convention"),
        ),
    )
)  # fmt: skip
