"""Lday: the level of the day, as Lden takes it."""

from collections.abc import Sequence

from vigie.streams.core.noise.lden import PARTS
from vigie.streams.core.noise.part_level import part_levels
from vigie.streams.core.noise.texts import LAEQ_FORMULA, REGULATION, STEPS_FR, WHOLE_FR
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register


def compute(inputs: Inputs) -> Sequence[Result]:
    """LAeq 6-18."""
    return part_levels(inputs, *PARTS["lday"][:2])


register(
    Indicator(
        name="noise_lday",
        use_case="noise",
        codes=("1d", "1mo", "1y"),
        properties=("laeq",),
        unit="dB(A)",
        version="1",
        label_fr="niveau Lday",
        label_en="Lday level",
        definition_fr="LAeq de 6 h à 18 h en heure légale, sur tous les jours de la période.",
        formula=f"{LAEQ_FORMULA}, sur 6 h-18 h",
        period_fr="jour, mois, année",
        source=REGULATION,
        limits_fr=f"{WHOLE_FR} {STEPS_FR}",
        compute=compute,
    )
)
