"""How many messages it takes for one value of an indicator that somebody reads."""

from collections.abc import Sequence

from vigie.streams.core.network_sobriety import Traffic
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, Subject, register
from vigie.streams.core.windows.sources import REPORT_FR
from vigie.streams.sinks.sobriety_facts import load_sobriety


def compute(inputs: Inputs) -> Sequence[Result]:
    """Messages for each value; none where no value came of them."""
    traffic: Traffic | None = inputs.facts.get("traffic")
    if traffic is None or not traffic.uplinks:
        return []
    useful = int(inputs.facts["useful"])
    return [
        Result(
            value=traffic.uplinks / useful if useful else None,
            count=traffic.uplinks,
            quality=1 if useful else 9,
            category="" if useful else "useless",
            details={
                "uplinks": float(traffic.uplinks),
                "useful_values": float(useful),
                "indicators": float(inputs.facts["indicators"]),
            },
        )
    ]


register(
    Indicator(
        name="platform_uplinks_per_indicator",
        use_case="",
        subject=Subject.USE_CASE,
        codes=("1d",),
        properties=(),
        unit="messages",
        bound=0.0,
        version="1",
        label_fr="messages par indicateur utile",
        label_en="uplinks per useful indicator",
        definition_fr=(
            "Nombre de messages d'un cas d'usage pour une valeur utile d'indicateur : une valeur d'indicateur nommé,"
            " non vide, d'un de ses points ou du cas d'usage. « useless » : des messages, et aucune valeur."
        ),
        formula="messages du jour / valeurs non vides d'indicateurs nommés dont la fenêtre commence dans le jour",
        period_fr="jour",
        source=f"{REPORT_FR}, fiches 1 et 6 (sobriété, coût et bénéfice)",
        limits_fr=(
            "Les fenêtres du mois et de l'année comptent au jour où elles commencent. Les grandeurs agrégées ne sont"
            " pas des indicateurs nommés. Compté à l'heure du calcul : à refaire quand tous les indicateurs du jour y"
            " sont."
        ),
        compute=compute,
        load=load_sobriety,
    )
)
