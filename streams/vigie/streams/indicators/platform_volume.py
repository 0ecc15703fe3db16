"""Bytes that a use case's data takes each day, as it is and at steps of 15, 30 and 60 minutes."""

from collections.abc import Sequence

from vigie.streams.core.network_sobriety import STEPS_MIN, Sizes, Traffic, volume
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, Subject, register
from vigie.streams.core.windows.sources import REPORT_FR
from vigie.streams.sinks.sobriety_facts import load_sobriety


def compute(inputs: Inputs) -> Sequence[Result]:
    """Hot bytes of the day."""
    traffic: Traffic | None = inputs.facts.get("traffic")
    if traffic is None or not traffic.uplinks:
        return []
    of = inputs.parameters
    sizes = Sizes(of["raw_bytes"], of["cold_bytes"], of["copies"])
    now = volume(traffic, sizes)
    details = {
        "cold_bytes": now.cold,
        "devices": float(traffic.devices),
        "uplinks": float(traffic.uplinks),
        "readings": float(traffic.readings),
        "aggregates": float(traffic.aggregates),
        "bytes_per_uplink": now.hot / traffic.uplinks,
        "gigabytes_per_year": now.hot * 365 / 1e9,
    }
    for step in STEPS_MIN:
        at_step = volume(traffic, sizes, step)
        details |= {f"hot_bytes_{step}min": at_step.hot, f"cold_bytes_{step}min": at_step.cold}
    return [Result(value=now.hot, sum=now.hot, count=traffic.uplinks, quality=1, details=details)]


register(
    Indicator(
        name="platform_volume",
        use_case="",
        subject=Subject.USE_CASE,
        codes=("1d",),
        properties=(),
        unit="o/j",
        bound=0.0,
        version="1",
        parameters={
            "raw_bytes": Parameter(700.0, "o", "Message brut sur son topic, compressé", 1, 1e6),
            "cold_bytes": Parameter(4.4, "o", "Mesure dans l'archive froide", 0, 1e4),
            "copies": Parameter(1.0, "", "Copies de chaque topic et de chaque ligne", 1, 20),
        },
        label_fr="volume des données",
        label_en="data volume",
        definition_fr=(
            "Octets que les données d'un cas d'usage prennent chaque jour, à chaud (topics et base) ; dans les détails"
            " à froid (archive), et ce qu'il en serait au pas de 15, 30 et 60 min."
        ),
        formula=(
            "Messages · (brut + 2 · (décodé + observation)) + 2 · agrégats · taille d'un agrégat, fois les copies ; les"
            " tailles sont celles des lignes de la base. Froid : mesures · cold_bytes. À un pas donné : capteurs · 24 h"
            " / pas messages, les agrégats au plus ceux d'aujourd'hui."
        ),
        period_fr="jour",
        source=f"{REPORT_FR}, fiches 1, 2 et 6 (volumétrie, sobriété) ; 4,4 o par mesure en Parquet mesurés",
        limits_fr=(
            "Une ligne de la base et un enregistrement de topic sont comptés de même taille ; index et journaux n'y"
            " sont pas. Les agrégats sont ceux dont la fenêtre commence dans le jour, à l'heure du calcul."
        ),
        compute=compute,
        load=load_sobriety,
    )
)
