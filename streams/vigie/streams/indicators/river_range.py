"""The daily range of each parameter of the water's quality."""

from collections.abc import Sequence
from functools import partial

from vigie.streams.core.windows.counted import counted
from vigie.streams.core.windows.honest import ENOUGH_OF_A_DAY
from vigie.streams.core.windows.indicator import Indicator, Inputs, Result, register
from vigie.streams.core.windows.sources import REPORT_FR
from vigie.topics.property import BY_NAME

PROPERTIES = (
    "water_temperature", "conductivity", "turbidity", "ph", "redox", "dissolved_oxygen", "oxygen_saturation",
)  # fmt: skip


def compute(name: str, inputs: Inputs) -> Sequence[Result]:
    """Largest less smallest; both beside it."""
    window, results = inputs.window, []
    for track in inputs.point.of(name):
        found = counted(track, window.start_at, window.end_at)
        if not found.count + found.excluded:
            continue
        if not found.count:
            results.append(found.result(None, 1.0, channel=track.channel))
            continue
        values = found.good.values
        low, high = float(values.min()), float(values.max())
        results.append(
            found.result(
                high - low, ENOUGH_OF_A_DAY, channel=track.channel, minimum=low, mean=float(values.mean()),
                maximum=high, first=float(values[0]), last=float(values[-1]),
            )
        )  # fmt: skip
    return results


for _name in PROPERTIES:
    _entry = BY_NAME[_name]
    register(
        Indicator(
            name=f"river_range_{_name}",
            use_case="river",
            codes=("1d",),
            properties=(_name,),
            unit=_entry.unit,
            version="1",
            label_fr=f"amplitude du jour : {_entry.label_fr}",
            label_en=f"daily range: {_name.replace('_', ' ')}",
            definition_fr=f"Écart entre le maximum et le minimum du jour légal ({_entry.label_fr}).",
            formula="maximum − minimum des mesures du jour",
            period_fr="jour",
            source=f"{REPORT_FR}, fiche 2 (qualité de l'eau)",
            limits_fr="Minimum, moyenne et maximum l'accompagnent. Vide sous 90 % de mesures.",
            compute=partial(compute, _name),
            bound=ENOUGH_OF_A_DAY,
        )
    )
