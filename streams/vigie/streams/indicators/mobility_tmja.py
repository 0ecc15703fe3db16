"""The passages of an average day of a year (TMJA) or month (TMJM)."""

from collections.abc import Sequence

from vigie.streams.core.mobility.texts import FORMULA_FR, LIMITS_FR, SOURCE
from vigie.streams.core.mobility.year import BOUND, average
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register


def compute(inputs: Inputs) -> Sequence[Result]:
    """The average day of the window."""
    return average(inputs, lambda _: True)


register(
    Indicator(
        name="mobility_tmja",
        use_case="mobility",
        codes=("1mo", "1y"),
        properties=("passages", "passages_total"),
        needs_all=False,
        before_s=4 * 3600,
        unit="passages/j",
        bound=BOUND,
        version="1",
        label_fr="TMJA (année), TMJM (mois)",
        label_en="average daily traffic",
        definition_fr=(
            "Trafic moyen journalier annuel : passages d'un jour moyen de l'année, tous sens confondus ; d'un mois "
            "(TMJM) dans la fenêtre « 1mo »."
        ),
        formula=FORMULA_FR,
        period_fr="mois, année",
        source=SOURCE,
        limits_fr=LIMITS_FR,
        compute=compute,
    )
)
