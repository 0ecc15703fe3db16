"""Whether a second station saw what a river's station says: by how much later, and how alike."""

from collections.abc import Sequence

from vigie.streams.core.river.lag import CHANGE_MS, HOUR_MS, Lag, best_lag
from vigie.streams.core.windows.counted import Counted, counted
from vigie.streams.core.windows.honest import ENOUGH
from vigie.streams.core.windows.indicator import Indicator, Inputs, Parameter, PointTracks, Result, register
from vigie.streams.core.windows.sources import REPORT_FR
from vigie.streams.core.windows.track import Track

SLOT_MS = 900_000
LONGEST_LAG_H = 24
"""How far the parameter `longest_lag` may reach."""


def compute(inputs: Inputs) -> Sequence[Result]:
    """The best correlation with a point of a reference zone beside; `calm` where the level hardly moved."""
    window = inputs.window
    results: list[Result] = []
    for track in inputs.point.of("water_level"):
        found = counted(track, window.start_at, window.end_at)
        seconds = [
            (other, one)
            for other in inputs.others
            if other.point != inputs.point.point and (one := _series(other)) is not None
        ]
        if seconds and found.count + found.excluded:
            results.append(_compare(inputs, track, found, seconds))
    return results


def _series(other: PointTracks) -> Track | None:
    """What a second source measures: its level, else its flow."""
    return next(iter(other.of("water_level") + other.of("flow")), None)


def _compare(inputs: Inputs, track: Track, found: Counted, seconds: Sequence[tuple[PointTracks, Track]]) -> Result:
    window, said = inputs.window, inputs.parameters
    longest_ms = int(said["longest_lag"] * HOUR_MS)
    moved = float(found.good.values.max() - found.good.values.min()) if found.count else 0.0
    ends = {"channel": track.channel, "parts": tuple(other.point for other, _ in seconds)}
    if found.completeness is not None and found.completeness < ENOUGH:
        return found.result(None, ENOUGH, **ends)
    if moved * 100 < said["calm"]:
        return found.result(None, ENOUGH, category="calm", details={"moved_cm": moved * 100}, **ends)
    best: tuple[Lag, PointTracks] | None = None
    for other, series in seconds:
        slot_ms = max(track.step_s * 1000, series.step_s * 1000, SLOT_MS)
        lag = best_lag(track.good(), series.good(), window.start_at, window.end_at, slot_ms, longest_ms)
        if lag is not None and (best is None or lag.correlation > best[0].correlation):
            best = lag, other
    if best is None:
        return found.result(None, ENOUGH, category="no_second", details={"moved_cm": moved * 100}, **ends)
    lag, other = best
    return found.result(
        lag.correlation, ENOUGH, channel=track.channel, parts=(other.point,),
        category="agrees" if lag.correlation >= said["agreement"] else "disagrees",
        details={
            "lag_min": lag.lag_ms / 60_000, "correlation": lag.correlation, "pairs": float(lag.pairs),
            "moved_cm": moved * 100,
        },
    )  # fmt: skip


register(
    Indicator(
        name="river_second_source",
        use_case="river",
        codes=("1d", "1w"),
        properties=("water_level", "flow"),
        needs_all=False,
        unit="",
        version="1",
        label_fr="seconde source",
        label_en="second source",
        definition_fr=(
            "Corrélation entre les variations du niveau et celles d'une seconde source (station amont ou voisine, "
            "Hub'Eau par exemple), au décalage où elle est la plus forte : de quoi confirmer une alarme."
        ),
        formula=(
            "corrélation de Pearson entre variations sur une heure des moyennes de 15 min (ou du pas le plus long), la "
            "seconde source décalée de 0 à 12 h ; le décalage du maximum est retenu"
        ),
        period_fr="jour et semaine",
        source=f"{REPORT_FR}, fiche 2 (confirmer une alarme) ; Hub'Eau hydrométrie",
        limits_fr=(
            "Seconde source : tout point d'une zone de rôle « référence » dont la zone englobante contient aussi le "
            "point, sinon de la même commune ; son niveau, sinon son débit. Un point qui n'a que le débit n'est que "
            "seconde source. S'il y en a plusieurs, la plus semblable (« parts »). Détails : « lag_min », "
            "« correlation », « pairs », « moved_cm ». Catégories : « agrees », "
            "« disagrees » ; « calm » quand le niveau a moins bougé que le paramètre calm (vide : rien à comparer) ; "
            "« no_second » quand la seconde source manque ou n'a pas bougé (vide). Vide sous 75 % de mesures. Une "
            "corrélation confirme une variation, pas un niveau : les références diffèrent."
        ),
        compute=compute,
        before_s=LONGEST_LAG_H * 3600 + 3 * (CHANGE_MS // 1000),
        roles=("reference",),
        parameters={
            "longest_lag": Parameter(12.0, "h", "décalage le plus long qui est essayé", 0, LONGEST_LAG_H),
            "calm": Parameter(3.0, "cm", "amplitude sous laquelle il n'y a rien à comparer", 0, 1000),
            "agreement": Parameter(0.7, "", "corrélation à partir de laquelle la seconde source confirme", -1, 1),
        },
    )
)
