"""The temperature at 5 in the morning: the map of its means."""

from collections.abc import Sequence

from vigie.streams.core.heat.gap import AT_HOUR, REACH_MS, targets
from vigie.streams.core.heat.nearest import nearest
from vigie.streams.core.heat.season import SUMMER, days_looked_at
from vigie.streams.core.heat.texts import SUMMER_FR
from vigie.streams.core.heat.told import of_days
from vigie.streams.core.windows.honest import ENOUGH
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register
from vigie.streams.core.windows.sources import REPORT_FR


def compute(inputs: Inputs) -> Sequence[Result]:
    """The temperature of a day at this hour; of a month or summer the mean; by channel."""
    at_ms = targets(days_looked_at(inputs), inputs)
    return [
        of_days(nearest(series, at_ms, REACH_MS), ENOUGH, largest=False, channel=series.channel, why="incomplete")
        for series in inputs.point.of("air_temperature")
    ]


register(
    Indicator(
        name="heat_at_5h",
        use_case="heat",
        codes=("1d", "1mo", "1y"),
        properties=("air_temperature",),
        unit="°C",
        version="1",
        label_fr="température à 5 h",
        label_en="temperature at 5:00",
        definition_fr="Température à 5 h en heure légale (5 h 30 en option) ; sur un mois, un été, la moyenne.",
        formula="bonne valeur la plus proche à ± 15 min ; mois, été : moyenne des jours",
        period_fr="jour, mois, année (l'été seul)",
        source=f"{REPORT_FR}, fiche 1",
        limits_fr=f"Vide sans valeur à cette heure ; un mois ou un été, sous 75 % de jours. {SUMMER_FR}",
        compute=compute,
        bound=ENOUGH,
        parameters={**AT_HOUR, **SUMMER},
    )
)
