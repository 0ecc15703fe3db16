"""A device: what sends. Its firmware has dates as any attribute has: state the device again from that day."""

from vigie.topics.fleet.field import Form, choice, of, reference, text
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="device",
        label_fr="Capteurs",
        id_fr="Identifiant du capteur",
        fields=(
            of(Form.TEXTS, "addresses", "Adresses", required=True,
               help_fr="eui:…, imei:… ou src:source:nom ; plusieurs si le capteur a deux liaisons"),
            reference("model", "Modèle", "model", required=True),
            text("serial", "Numéro de série"),
            reference("owner", "Propriétaire", "party"),
            choice("contract", "Contrat", {"owned": "acheté", "rented": "loué", "lent": "prêté"}),
            of(Form.DAY, "warranty_until", "Garantie jusqu'au"),
            of(Form.DAY, "end_of_life", "Fin de vie"),
            text("end_reason", "Motif de la fin de vie"),
            text("firmware", "Micrologiciel"),
        ),
    )
)  # fmt: skip
