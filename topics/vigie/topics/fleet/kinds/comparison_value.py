"""One interval of a comparison campaign, as counted or read by the reference."""

from vigie.topics.fleet.field import Form, number, of, reference
from vigie.topics.fleet.kind import Kind, register

register(
    Kind(
        name="comparison_value",
        label_fr="Valeurs de comparaison",
        id_fr="Numéro de la valeur",
        fields=(
            reference("comparison", "Campagne", "comparison", required=True),
            of(Form.INSTANT, "start_at", "Début", required=True),
            of(Form.INSTANT, "end_at", "Fin", required=True),
            number("value", "Valeur de référence", "", -1e12, 1e12, required=True),
        ),
    )
)
