"""Frames of a network that were sent and did not arrive."""

from collections.abc import Sequence

import numpy as np

from vigie.streams.core.network_loss import Frames, Loss, loss_by_counter, loss_by_period
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, Subject, register
from vigie.streams.sinks.network_facts import load_frames

_LEAST_FRAMES = 10
"""Frames that a device must have sent to be the worst: of two, one lost is half."""


def compute(inputs: Inputs) -> Sequence[Result]:
    """The share that was lost, in percent."""
    frames: Frames | None = inputs.facts.get("frames")
    if frames is None:
        return []
    by_counter = loss_by_counter(frames, inputs.window.start_at)
    by_period = loss_by_period(frames, inputs.window.start_at)
    received = int(by_counter.received.sum() + by_period.received.sum())
    emitted = int(by_counter.emitted.sum() + by_period.emitted.sum())
    if not received:
        return []
    details = {
        "lost": float(emitted - received),
        "devices": float(len(by_counter.device) + len(by_period.device)),
        "devices_without_counter": float(len(np.setdiff1d(by_period.device, by_counter.device))),
        "received_without_counter": float(by_period.received.sum()),
    }
    if (worst := _worst(by_counter, by_period)) is not None:
        details["worst_device_pct"] = worst
    return [
        Result(
            value=100 * (emitted - received) / emitted,
            count=received,
            expected=emitted,
            quality=1,
            details=details,
        )
    ]


def _worst(*found: Loss) -> float | None:
    shares = [
        float(np.max(100 * (1 - one.received[often] / one.emitted[often])))
        for one in found
        if (often := one.emitted >= _LEAST_FRAMES).any()
    ]
    return max(shares, default=None)


register(
    Indicator(
        name="network_loss",
        use_case="",
        subject=Subject.NETWORK,
        codes=("1d", "1mo"),
        properties=(),
        unit="%",
        bound=0.0,
        version="1",
        label_fr="perte radio",
        label_en="radio loss",
        definition_fr=(
            "Part des trames émises par les capteurs d'un réseau qui ne sont pas arrivées, par jour de réception."
        ),
        formula=(
            "100 · Σ(FCntᵢ − FCntᵢ₋₁ − 1) / Σ(FCntᵢ − FCntᵢ₋₁), par capteur et session, compteurs de 16 bits déroulés,"
            " chaque trame une fois. Une nouvelle session, ou un compteur qui retombe de 1024, recommence sans perte."
            " Sans compteur : multiples entiers de l'intervalle médian du capteur."
        ),
        period_fr="jour, mois",
        source="LoRaWAN 1.0.3 § 4.3.1.5 ; rapport de fiabilité (docs/reliability.md, étage radio)",
        limits_fr=(
            "Les trames perdues après la dernière entendue ne comptent qu'à la suivante ; un capteur muet tout le jour"
            " n'y est pas. worst_device_pct : parmi les capteurs d'au moins dix trames."
        ),
        compute=compute,
        load=load_frames,
    )
)
