"""The passages of an average working day of a year or month (TMJO)."""

from collections.abc import Sequence

from vigie.streams.core.mobility.holidays import is_working_day
from vigie.streams.core.mobility.texts import FORMULA_FR, LIMITS_FR, SOURCE
from vigie.streams.core.mobility.year import BOUND, average
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register


def compute(inputs: Inputs) -> Sequence[Result]:
    """The average working day of the window."""
    return average(inputs, is_working_day)


register(
    Indicator(
        name="mobility_tmjo",
        use_case="mobility",
        codes=("1mo", "1y"),
        properties=("passages", "passages_total"),
        needs_all=False,
        before_s=4 * 3600,
        unit="passages/j",
        bound=BOUND,
        version="1",
        label_fr="TMJO",
        label_en="average working-day traffic",
        definition_fr=(
            "Trafic moyen des jours ouvrés : passages d'un jour moyen du lundi au vendredi, jours fériés exclus, tous "
            "sens confondus, sur l'année ou le mois."
        ),
        formula=FORMULA_FR,
        period_fr="mois, année",
        source=SOURCE,
        limits_fr=(
            f"{LIMITS_FR} Les vacances scolaires sont des jours ouvrés ; les jours fériés propres à l'Alsace-Moselle "
            "ne sont pas exclus."
        ),
        compute=compute,
    )
)
