"""Levening: the level of the evening, without the 5 dB of Lden."""

from collections.abc import Sequence

from vigie.streams.core.noise.lden import PARTS
from vigie.streams.core.noise.part_level import part_levels
from vigie.streams.core.noise.texts import LAEQ_FORMULA, REGULATION, STEPS_FR, WHOLE_FR
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register


def compute(inputs: Inputs) -> Sequence[Result]:
    """LAeq 18-22."""
    return part_levels(inputs, *PARTS["levening"][:2])


register(
    Indicator(
        name="noise_levening",
        use_case="noise",
        codes=("1d", "1mo", "1y"),
        properties=("laeq",),
        unit="dB(A)",
        version="1",
        label_fr="niveau Levening",
        label_en="Levening level",
        definition_fr="LAeq de 18 h à 22 h en heure légale, sur tous les soirs de la période, sans les 5 dB du Lden.",
        formula=f"{LAEQ_FORMULA}, sur 18 h-22 h",
        period_fr="jour, mois, année",
        source=REGULATION,
        limits_fr=f"{WHOLE_FR} {STEPS_FR}",
        compute=compute,
    )
)
