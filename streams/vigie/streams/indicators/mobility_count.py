"""Passages of an hour or a day: by channel, and their sum."""

from collections.abc import Mapping, Sequence
from math import isnan

import numpy as np

from vigie.streams.core.mobility.counts import (
    Ints,
    Passages,
    added,
    counted,
    one_by_one,
    same_channels,
    tracks_by_channel,
)  # fmt: skip
from vigie.streams.core.windows.honest import quality_of
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.many import bounds
from vigie.streams.core.windows.sources import REPORT_FR
from vigie.streams.core.windows.statistics import Way
from vigie.streams.core.windows.track import Track


def compute(inputs: Inputs) -> Sequence[Result]:
    """The sum, then each channel where there are several."""
    starts, ends = np.array([inputs.window.start_at]), np.array([inputs.window.end_at])
    return _results(tracks_by_channel(inputs.point, inputs.window), starts, ends)[0]


def of_many(inputs: Inputs, windows: Sequence[Window]) -> Sequence[Sequence[Result] | None]:
    """The same of each window; where what tells a channel may change, `compute` looks."""
    channels = same_channels(inputs.point, windows)
    return (None,) * len(windows) if channels is None else _results(channels, *bounds(windows))


def _results(tracks: Mapping[int, tuple[Way, Track]], starts: Ints, ends: Ints) -> list[list[Result]]:
    channels = {channel: counted(way, track, starts, ends) for channel, (way, track) in tracks.items()}
    if not channels:
        return [[] for _ in starts]
    columns = {0: added(list(channels.values()))} | (channels if len(channels) > 1 else {})
    told = [[_result(row, channel) for row in one_by_one(one)] for channel, one in columns.items()]
    return [list(row) for row in zip(*told, strict=True)]


def _result(one: Passages, channel: int) -> Result:
    value, known = one.passages, not isnan(one.passages)
    return Result(
        value=value if known else None,
        sum=value if known else None,
        count=one.readings,
        expected=one.expected if one.expected >= 0 else None,
        completeness=None if isnan(one.completeness) else one.completeness,
        excluded=one.excluded,
        quality=quality_of(one.unknown, one.excluded) if known else 9,
        details={"resets": float(one.resets)} if known and one.resets else {},
        channel=channel,
    )


register(
    Indicator(
        name="mobility_count",
        use_case="mobility",
        codes=("1h", "1d"),
        properties=("passages", "passages_total"),
        needs_all=False,
        before_s=4 * 3600,
        unit="passages",
        version="1",
        label_fr="passages",
        label_en="passages",
        definition_fr=(
            "Nombre de passages dans l'heure ou le jour (heure légale) : la somme de toutes les voies sous le nom seul,"
            " chaque voie sous « mobility_count#voie ». Une voie est un sens et, s'il y a lieu, un mode ou une ligne."
        ),
        formula=(
            "Σ passages de la fenêtre ; pour une voie à compteur cumulé (passages_total), Σ des hausses entre lectures"
            " bonnes dont la seconde est dans la fenêtre ; une baisse est une remise à zéro, la hausse est alors la"
            " nouvelle valeur. Somme = Σ des voies."
        ),
        period_fr="heure, jour",
        source=f"{REPORT_FR}, fiche 2 (comptage par sens) ; schéma national comptage des mobilités",
        limits_fr=(
            "Le compteur cumulé est préféré : un message perdu n'y perd aucun passage. Complétude exigée : 75 % d'une"
            " heure, 90 % d'un jour, de chaque voie. La voie 0 d'un capteur qui en a d'autres n'est pas ajoutée. Sans"
            " objet pour une heure si le pas est plus long."
        ),
        compute=compute,
        many=of_many,
    )
)
