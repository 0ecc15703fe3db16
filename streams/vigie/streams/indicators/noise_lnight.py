"""Lnight: the level of the night, over a night, a month, a year."""

from collections.abc import Sequence

from vigie.streams.core.noise.lden import PARTS
from vigie.streams.core.noise.part_level import part_levels
from vigie.streams.core.noise.texts import LAEQ_FORMULA, NIGHT_FR, REGULATION, STEPS_FR, WHOLE_FR
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register


def compute(inputs: Inputs) -> Sequence[Result]:
    """LAeq 22-6."""
    return part_levels(inputs, *PARTS["lnight"][:2])


register(
    Indicator(
        name="noise_lnight",
        use_case="noise",
        codes=("1d", "1mo", "1y"),
        properties=("laeq",),
        unit="dB(A)",
        version="1",
        label_fr="niveau Lnight",
        label_en="Lnight level",
        definition_fr=(
            f"LAeq de 22 h à 6 h en heure légale, sans les 10 dB du Lden ; réglementaire sur l'année. {NIGHT_FR} "
            "Celles d'une année commencent donc au soir du 31 décembre précédent."
        ),
        formula=f"{LAEQ_FORMULA}, sur 22 h-6 h",
        period_fr="jour, mois, année (l'indicateur réglementaire est l'année)",
        source=REGULATION,
        limits_fr=f"{WHOLE_FR} {STEPS_FR}",
        compute=compute,
        before_s=2 * 3600,
    )
)
