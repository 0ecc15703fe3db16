"""How many months the battery of a point's device still lasts."""

from collections.abc import Mapping, Sequence
from typing import Any

from vigie.streams.core.network_battery import DAYS_PER_MONTH, Draw, draw, months, months_left
from vigie.streams.core.network_sobriety import STEPS_MIN
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.sources import REPORT_FR
from vigie.streams.sinks.battery_facts import EVERY_DAYS, TREND_DAYS, load_battery

_DAY_MS = 86_400_000
_SF = {0: 0.15, 7: 0.0024, 8: 0.003, 9: 0.0043, 10: 0.0066, 11: 0.0125, 12: 0.0217}
"""mAh for one message: 1 µAh to measure, 40 mA on the air for 20 bytes, 10 mA for 0.2 s to listen after it;
0 stands for a message over NB-IoT or 4G (60 mA for 9 s)."""


def compute(inputs: Inputs) -> Sequence[Result]:
    """Of a point's devices, the one whose battery ends first."""
    found = [_of_device(inputs, one) for one in inputs.facts.get("devices", ())]
    known = [one for one in found if one is not None]
    return [min(known, key=lambda one: one.value or 0.0)] if known else []


def _of_device(inputs: Inputs, device: Mapping[str, Any]) -> Result | None:
    days = (inputs.window.end_at - inputs.window.start_at) / _DAY_MS
    of = inputs.parameters
    per_day: dict[int, float] = dict.fromkeys(_SF, 0.0)
    for sf, count in device["sent"]:
        per_day[sf if sf in _SF else 0] += count / days
    uplinks = sum(count for _, count in device["sent"])
    if not uplinks:
        return None
    drawn = draw(per_day, {sf: of[f"mah_sf{sf}"] for sf in _SF}, of["idle_ua"])
    details = _projection(of, drawn, uplinks / days)
    left = {
        "level": months_left(device["level"][0], device["level"][1], of["empty_pct"]),
        "voltage": months_left(device["voltage"][0], device["voltage"][1], of["empty_mv"]),
        "model": None if device["age_days"] is None else _aged(details["months_model"], device["age_days"]),
    }
    details |= {f"months_left_{name}": value for name, value in left.items() if value is not None}
    for name in ("level", "voltage"):
        if len(device[name][1]):
            details[f"{name}_last"] = float(device[name][1][-1])
    value = next((value for value in left.values() if value is not None), details["months_model"])
    return Result(
        value=value,
        count=uplinks,
        quality=1,
        category="replace" if value < of["warn_months"] else "",
        details=details,
    )


def _projection(of: Mapping[str, float], drawn: Draw, per_day: float) -> dict[str, float]:
    capacity = of["capacity_mah"]
    details = {
        "uplinks_per_day": per_day,
        "mah_per_day": drawn.messages_mah + drawn.idle_mah,
        "months_model": months(capacity, drawn),
    }
    for step_min in STEPS_MIN:
        details[f"months_model_{step_min}min"] = months(capacity, drawn, 24 * 60 / step_min / per_day)
    return details


def _aged(whole: float, age_days: float) -> float:
    return max(whole - age_days / DAYS_PER_MONTH, 0.0)


register(
    Indicator(
        name="network_battery",
        use_case="",
        codes=("1w",),
        properties=(),
        unit="mois",
        bound=0.0,
        version="1",
        parameters={
            "capacity_mah": Parameter(3600.0, "mAh", "Capacité utile d'une pile neuve", 1, 1e6),
            "idle_ua": Parameter(10.0, "µA", "Courant de repos, autodécharge comprise", 0.01, 1e6),
            **{
                f"mah_sf{sf}": Parameter(
                    mah, "mAh", f"Par message en SF{sf}" if sf else "Par message hors LoRa", 0, 1000
                )
                for sf, mah in _SF.items()
            },
            "empty_pct": Parameter(10.0, "%", "Niveau auquel le capteur s'arrête", 0, 99),
            "empty_mv": Parameter(2900.0, "mV", "Tension à laquelle le capteur s'arrête", 0, 20_000),
            "warn_months": Parameter(
                6.0, "mois", "Autonomie restante en deçà de laquelle la pile est à prévoir", 0, 240
            ),
        },
        label_fr="autonomie restante",
        label_en="battery projection",
        definition_fr=(
            "Mois restants avant la fin de la pile du capteur du point : d'après la baisse de son niveau, sinon de sa"
            " tension, sinon d'après ce que coûtent ses messages. « replace » : moins de six mois."
        ),
        formula=(
            "Tendance : (valeur − seuil d'arrêt) / pente de Theil–Sen depuis le dernier changement de pile, sur"
            f" {TREND_DAYS} jours (une valeur tous les {EVERY_DAYS} jours). Modèle : capacité / (Σ messages par jour et"
            " facteur d'étalement · mAh par message + repos), moins l'âge de la pose ; months_model_N : au pas de N"
            " min."
        ),
        period_fr="semaine",
        source=f"{REPORT_FR}, fiche 2 (autonomie selon le pas d'envoi) ; mAh par message : durées de Semtech AN1200.13",
        limits_fr=(
            "Les paramètres du modèle sont des valeurs de départ : à remplacer par celles du fabricant. Une tendance"
            " demande 30 jours et une baisse plus forte que sa dispersion. Une pile au lithium tient sa tension presque"
            " jusqu'au bout : sa tension prévient tard. Plusieurs capteurs au point : le premier qui s'arrête."
        ),
        compute=compute,
        load=load_battery,
    )
)
