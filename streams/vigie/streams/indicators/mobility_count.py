"""Passages of an hour or a day: by channel, and their sum."""

from collections.abc import Sequence

import numpy as np

from vigie.streams.core.mobility.counts import Counted, added, counted, tracks_by_channel
from vigie.streams.core.windows.honest import quality_of
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register
from vigie.streams.core.windows.sources import REPORT_FR


def compute(inputs: Inputs) -> Sequence[Result]:
    """The sum, then each channel where there are several."""
    starts, ends = np.array([inputs.window.start_at]), np.array([inputs.window.end_at])
    channels = {
        channel: counted(way, track, starts, ends)
        for channel, (way, track) in tracks_by_channel(inputs.point, inputs.window).items()
    }
    if not channels:
        return []
    found = [_result(added(list(channels.values())), 0)]
    if len(channels) > 1:
        found += [_result(one, channel) for channel, one in channels.items()]
    return found


def _result(one: Counted, channel: int) -> Result:
    value, completeness, expected = float(one.passages[0]), float(one.completeness[0]), int(one.expected[0])
    known = not np.isnan(value)
    resets = int(one.resets[0])
    return Result(
        value=value if known else None,
        sum=value if known else None,
        count=int(one.readings[0]),
        expected=expected if expected >= 0 else None,
        completeness=None if np.isnan(completeness) else completeness,
        excluded=int(one.excluded[0]),
        quality=quality_of(int(one.unknown[0]), int(one.excluded[0])) if known else 9,
        details={"resets": float(resets)} if known and resets else {},
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
    )
)
