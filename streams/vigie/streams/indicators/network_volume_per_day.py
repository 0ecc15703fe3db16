"""Messages and bytes of a network each day, and when they reach what was agreed."""

from collections.abc import Sequence

import numpy as np

from vigie.streams.core.network_quota import Quota, quota
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, Subject, register
from vigie.streams.sinks.network_facts import TREND_DAYS, load_volume

_WARN = "warn_pct"


def compute(inputs: Inputs) -> Sequence[Result]:
    """Messages of the day; details hold the bytes, and for each quota its share and the days that are left."""
    uplinks, sizes = inputs.facts.get("uplinks"), inputs.facts.get("bytes")
    if uplinks is None or sizes is None or np.isnan(uplinks[-1]):
        return []
    details = {"bytes": float(sizes[-1]), "days_counted": float((~np.isnan(uplinks)).sum())}
    shares = []
    for name, daily in (("uplinks", uplinks), ("bytes", sizes)):
        most = inputs.facts.get(f"quota_{name}")
        if most is not None:
            found = quota(daily, float(most))
            shares.append(found.share_pct)
            details |= _details(name, float(most), found)
    return [
        Result(
            value=float(uplinks[-1]),
            sum=float(uplinks[-1]),
            count=int(uplinks[-1]),
            quality=1,
            category=_said(shares, inputs.parameters[_WARN]),
            details=details,
        )
    ]


def _said(shares: Sequence[float], warn: float) -> str:
    worst = max(shares, default=None)
    return "" if worst is None else "over" if worst >= 100 else "warn" if worst >= warn else "ok"


def _details(name: str, most: float, found: Quota) -> dict[str, float]:
    details = {f"quota_{name}": most, f"{name}_growth_per_day": found.per_day}
    if np.isfinite(found.share_pct):
        details[f"quota_{name}_pct"] = found.share_pct
    if found.days_left is not None:
        details[f"quota_{name}_days_left"] = found.days_left
    return details


register(
    Indicator(
        name="network_volume_per_day",
        use_case="",
        subject=Subject.NETWORK,
        codes=("1d",),
        properties=(),
        unit="messages/j",
        bound=0.0,
        version="1",
        parameters={_WARN: Parameter(80.0, "%", "Part du quota journalier à partir de laquelle on prévient", 1, 100)},
        label_fr="volume par jour et quota",
        label_en="volume per day and quota",
        definition_fr=(
            "Messages qui ont traversé le réseau dans le jour et, dans les détails, leurs octets, leur part du quota"
            " convenu et le nombre de jours avant de l'atteindre. « ok », « warn » (80 % du quota), « over »."
        ),
        formula=(
            f"Chaque message une fois, au jour de sa réception. Jours restants = (quota − niveau) / pente ; pente de"
            f" Theil–Sen sur {TREND_DAYS} jours, niveau médian des 7 derniers ramené au dernier jour."
        ),
        period_fr="jour",
        source="Convention de réseau partagé, art. 8 ; quotas de l'objet « network » de la flotte",
        limits_fr=(
            "Octets des charges utiles conservées (4 ko au plus), sans les en-têtes radio. Les jours restants supposent"
            " que la tendance dure ; sans croissance ils manquent. Sans quota convenu : pas de catégorie."
        ),
        compute=compute,
        load=load_volume,
    )
)
