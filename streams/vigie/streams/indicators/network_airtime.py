"""How long a network's frames were on the air."""

from collections.abc import Sequence

import numpy as np

from vigie.codecs.radio import airtime_ms
from vigie.streams.core.network_loss import Frames
from vigie.streams.core.windows.honest import honest_result
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, Subject, register
from vigie.streams.sinks.network_facts import load_frames

_DUTY, _BOUND, _BANDWIDTH_HZ = "most_duty_pct", 0.75, 125_000


def compute(inputs: Inputs) -> Sequence[Result]:
    """Seconds on the air within the window, and the device that has most of them."""
    frames: Frames | None = inputs.facts.get("frames")
    if frames is None:
        return []
    inside = frames.received_at >= inputs.window.start_at
    count = int(inside.sum())
    if not count:
        return []
    sf, told, size = (np.asarray(inputs.facts[name])[inside] for name in ("sf", "airtime_ms", "bytes"))
    lasted = np.where(np.isnan(told), _computed(sf, size), told)
    known = ~np.isnan(lasted)
    _, place = np.unique(frames.device[inside], return_inverse=True)
    of_device = np.bincount(place, np.where(known, lasted, 0))
    duty = 100 * float(of_device.max()) / (inputs.window.end_at - inputs.window.start_at)
    seconds = float(lasted[known].sum()) / 1000
    details = {"worst_duty_pct": duty, "computed": float((known & np.isnan(told)).sum())}
    if known.any():
        details["mean_ms"] = 1000 * seconds / float(known.sum())
    for number in np.unique(sf[sf > 0]).tolist():
        details[f"sf{number}"] = float((sf == number).sum())
    result = Result(
        value=seconds,
        sum=seconds,
        count=int(known.sum()),
        expected=count,
        completeness=float(known.mean()),
        quality=1,
        category="over" if duty > inputs.parameters[_DUTY] else "",
        details=details,
    )
    return [honest_result(result, _BOUND)]


def _computed(sf: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Time on air by spreading factor and size of the payload, ms; NaN where either is not known."""
    found = np.full(len(sf), np.nan)
    kinds, place = np.unique(np.stack([sf, size]), axis=1, return_inverse=True)
    for number, (factor, payload) in enumerate(kinds.T.tolist()):
        if factor >= 5 and payload >= 0:
            found[place.ravel() == number] = airtime_ms(factor, _BANDWIDTH_HZ, payload)
    return found


register(
    Indicator(
        name="network_airtime",
        use_case="",
        subject=Subject.NETWORK,
        codes=("1d", "1mo"),
        properties=(),
        unit="s",
        bound=_BOUND,
        version="1",
        parameters={_DUTY: Parameter(1.0, "%", "Rapport cyclique d'un capteur au-delà duquel il est signalé", 0, 100)},
        label_fr="temps d'antenne",
        label_en="airtime",
        definition_fr=(
            "Durée totale d'émission des trames reçues d'un réseau. « over » : un capteur dépasse le rapport cyclique"
            " permis (worst_duty_pct)."
        ),
        formula=(
            "Σ temps d'antenne des trames reçues ; à défaut d'être dit par le réseau, calculé (Semtech AN1200.13, 125"
            " kHz, CR 4/5) du facteur d'étalement et de la taille. Rapport cyclique = durée du capteur / fenêtre."
        ),
        period_fr="jour, mois",
        source="Semtech AN1200.13 ; ETSI EN 300 220 (1 % dans la bande 868,0–868,6 MHz)",
        limits_fr=(
            "Les trames perdues et les répétitions non entendues n'y sont pas : l'occupation réelle est plus haute."
            " Vide si plus d'un quart des trames n'a ni durée, ni facteur d'étalement (NB-IoT, 4G). sfN : trames par"
            " facteur."
        ),
        compute=compute,
        load=load_frames,
    )
)
