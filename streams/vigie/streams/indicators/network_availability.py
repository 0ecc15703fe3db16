"""How much of what a network's sensors should give is there, and which layer lost the rest."""

from collections.abc import Sequence

from vigie.streams.core.windows.honest import honest_result
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, Subject, register
from vigie.streams.core.windows.parts_of_day import days_of
from vigie.streams.sinks.network_facts import load_reliability

_SHARES = ("sensor", "radio", "network", "platform", "usable")
_DELAYS = ("latency_p50_s", "latency_p95_s", "storage_p95_s")
_BOUND = 0.9


def compute(inputs: Inputs) -> Sequence[Result]:
    """The completeness of the readings, in percent, and the figures of each layer."""
    layers = inputs.facts.get("layers")
    if not layers:
        return []
    found, expected, _ = layers.get("completeness", (0.0, 0.0, None))
    details = {}
    for name in _SHARES:
        share = _share(layers, name)
        if share is not None:
            details[f"{name}_pct"] = share
    if "radio_pct" in details:
        details["radio_loss_pct"] = 100 - details["radio_pct"]
    if (errors := _share(layers, "decode_errors")) is not None:
        details["decode_errors_pct"] = errors
    for name in _DELAYS:
        if (delay := layers.get(name, (0, 0, None))[2]) is not None:
            details[name] = delay
    days = len(days_of(inputs.window, inputs.zone))
    result = Result(
        value=100 * found / expected if expected else None,
        count=round(found),
        expected=round(expected),
        completeness=inputs.facts["days"] / days,
        quality=1,
        details=details,
    )
    return [honest_result(result, _BOUND)]


def _share(layers: dict[str, tuple[float, float, float | None]], name: str) -> float | None:
    part, whole, _ = layers.get(name, (0.0, 0.0, None))
    return 100 * part / whole if whole else None


register(
    Indicator(
        name="network_availability",
        use_case="",
        subject=Subject.NETWORK,
        codes=("1d", "1mo"),
        properties=(),
        unit="%",
        bound=_BOUND,
        version="1",
        label_fr="disponibilité par étage",
        label_en="availability by layer",
        definition_fr=(
            "Complétude des mesures attendues des capteurs d'un réseau et, dans les détails, ce que chaque étage a tenu"
            " : capteur, radio, réseau, plateforme, décodage, qualité, délais."
        ),
        formula=(
            "100 · mesures présentes / attendues ; chaque étage : 100 · numérateur / dénominateur du rapport de"
            " fiabilité, sommés sur la fenêtre ; délais (jour seulement) : percentiles 50 et 95."
        ),
        period_fr="jour, mois",
        source="Rapport de fiabilité (docs/reliability.md), table reliability, calculée chaque nuit",
        limits_fr=(
            "Existe une fois le rapport du jour calculé (après 3 h, puis trois nuits de suite pour les mesures en"
            " retard). completeness est ici la part des jours calculés ; vide sous 90 % d'un mois."
        ),
        compute=compute,
        load=load_reliability,
    )
)
