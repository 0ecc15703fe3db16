"""How long a feeder had no power, told apart from a meter that was not heard."""

from collections.abc import Sequence

import numpy as np

from vigie.streams.core.lighting.cuts import LEAST_STEPS, Silence, silences
from vigie.streams.core.lighting.power import PROPERTIES, meters_of
from vigie.streams.core.windows.honest import NOT_TOLD, expected_of
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, Result, register
from vigie.streams.core.windows.legal import MINUTE_MS
from vigie.streams.core.windows.sources import REPORT_FR
from vigie.streams.core.windows.track import Track
from vigie.streams.sinks.neighbour_facts import load_neighbours

_SHARE, _ROSE, _BOUND = "silent_pct", "least_w", 0.75


def compute(inputs: Inputs) -> Sequence[Result]:
    """Minutes without power within the legal day."""
    window = inputs.window
    tracks = [track for track in inputs.point.tracks.values() if len(track)]
    step_s = max((track.step_s for track in tracks), default=0)
    if not step_s:
        return []
    at = np.unique(np.concatenate([track.at_ms for track in tracks]))
    neighbours = [np.asarray(one, np.int64) for one in inputs.facts.get("neighbours", ())]
    lasted = {"power_cut": 0.0, "communication": 0.0, "silent": 0.0}
    for silence in silences(at, neighbours, step_s * 1000, window.start_at, window.end_at):
        begin, end = max(silence.from_at, window.start_at), min(silence.to_at, window.end_at)
        lasted[_cause(inputs, silence, meters_of(inputs.point), step_s * 1000)] += (end - begin) / MINUTE_MS
    count = int(((at >= window.start_at) & (at < window.end_at)).sum())
    total, known = sum(lasted.values()), 1 - lasted["silent"] * MINUTE_MS / (window.end_at - window.start_at)
    return [
        Result(
            value=lasted["power_cut"] if known >= _BOUND else None,
            count=count,
            expected=expected_of(window.end_at - window.start_at, step_s),
            completeness=known,  # of a silence that neighbours share or do not, all is known
            quality=1 if known >= _BOUND else NOT_TOLD,
            category=max(lasted, key=lambda name: lasted[name]) if total else "",
            details={f"{name}_min": minutes for name, minutes in lasted.items()}
            | {"neighbours": float(len(neighbours))},
        )
    ]


def _cause(inputs: Inputs, silence: Silence, meters: Sequence[Track], step_ms: int) -> str:
    if any(_ran(meter, silence, step_ms, inputs.parameters[_ROSE]) for meter in meters):
        return "communication"
    if not silence.neighbours:
        return "silent"
    share = 100 * silence.silent / silence.neighbours
    return "power_cut" if share >= inputs.parameters[_SHARE] else "communication"


def _ran(meter: Track, silence: Silence, step_ms: int, least_w: float) -> bool:
    """Whether a meter rose in a silence by more than it may have done in the steps in which a cut began and ended."""
    good = meter.good()
    after = int(np.searchsorted(good.at_ms, silence.from_at, side="right"))
    if not 0 < after < len(good) or good.at_ms[after] > silence.to_at:
        return False
    hours, rises = np.diff(good.at_ms) / 3_600_000, np.maximum(np.diff(good.values), 0)
    beside = [place for place in (after - 2, after) if 0 <= place < len(rises)]
    edges_h = 2 * step_ms / 3_600_000
    edges = max((float(rises[place] / hours[place]) for place in beside), default=0.0) * edges_h
    return float(rises[after - 1]) > edges + least_w * max(float(hours[after - 1]) - edges_h, 0)


register(
    Indicator(
        name="lighting_power_cut",
        use_case="lighting",
        codes=("1d",),
        properties=PROPERTIES,
        needs_all=False,
        before_s=2 * 86_400,
        unit="min",
        bound=_BOUND,
        version="1",
        parameters={
            _SHARE: Parameter(60.0, "%", "Part des voisins muets à partir de laquelle le départ est dit coupé", 0, 100),
            _ROSE: Parameter(
                20.0, "W", "Puissance moyenne pendant le silence qui prouve la présence du courant", 0, 1e5
            ),
        },
        label_fr="coupure de courant",
        label_en="power cut",
        definition_fr=(
            "Durée du jour légal pendant laquelle le compteur et ses voisins du même départ se sont tus ensemble."
            " Catégorie dominante : « power_cut » (coupure), « communication » (le compteur seul, ou son index a"
            " avancé), « silent » (aucun voisin vivant : rien ne les distingue)."
        ),
        formula=(
            f"Silence : plus de {LEAST_STEPS} pas sans trame. Coupure : au moins silent_pct des voisins entendus dans"
            " les 24 h d'avant se taisent aussi, et l'index n'a pas avancé de plus que n'en expliquent ses deux pas de"
            " bord et least_w entre eux. Voisins : même groupe de voisins (buddy_group), à défaut mêmes zones."
        ),
        period_fr="jour",
        source=f"{REPORT_FR}, fiche 2 (Linky, TIC) : la TIC se tait avec le courant",
        limits_fr=(
            "Vide, catégorie « silent », quand plus d'un quart du jour est un silence que rien n'explique. Une"
            " panne de passerelle fait taire tous les voisins : seul l'index, au retour, la distingue d'une coupure."
            " Un silence est jugé de nouveau quand ses trames arrivent en retard. Les durées vont de trame à trame."
            " Après deux jours sans trame le compteur n'est plus jugé."
        ),
        compute=compute,
        load=load_neighbours,
    )
)
