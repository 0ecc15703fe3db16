"""Which days of a window an indicator looks at: all of a day or month, the season of a year."""

import numpy as np

from vigie.streams.core.windows.indicator import Inputs, Parameter
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.parts_of_day import days_of, in_months

SUMMER = {
    "first_month": Parameter(6.0, "", "premier mois de l'été, pour une année", 1, 12),
    "last_month": Parameter(8.0, "", "dernier mois de l'été, pour une année", 1, 12),
}
"""Parameters of an indicator that looks at the summer of a year."""


def days_looked_at(inputs: Inputs) -> list[Window]:
    """The legal days of the window; of a year only those of its season (`first_month`, `last_month`)."""
    days = days_of(inputs.window, inputs.zone)
    if inputs.window.code != "1y":
        return days
    starts = np.array([day.start_at for day in days], dtype=np.int64)
    chosen = in_months(starts, inputs.zone, inputs.parameters["first_month"], inputs.parameters["last_month"])
    return [day for day, one in zip(days, chosen, strict=True) if one]
