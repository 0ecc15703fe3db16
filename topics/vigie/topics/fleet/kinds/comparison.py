"""A comparison campaign: a point's values beside human counts or a reference instrument (requirements 35, 36)."""

from vigie.topics.fleet.field import Form, choice, integer, of, reference, text
from vigie.topics.fleet.kind import Kind, register

METHODS = {"human_count": "comptage humain", "reference_instrument": "instrument de référence"}

register(
    Kind(
        name="comparison",
        label_fr="Campagnes de comparaison",
        id_fr="Code de la campagne",
        dated=True,
        fields=(
            reference("point", "Point de mesure", "point", required=True),
            text("property", "Grandeur", required=True, help_fr="Nom du catalogue"),
            integer("channel", "Voie", "", 0, 32_767),
            choice("method", "Méthode", METHODS, required=True),
            text("instrument", "Instrument ou protocole"),
            reference("reference_point", "Point de référence", "point"),
            reference("by", "Observateur", "contact"),
            of(Form.TEXT, "purpose", "Objet"),
        ),
    )
)  # fmt: skip
