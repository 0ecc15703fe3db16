"""Deadband and delays at first, by quantity; the fleet's rules set them otherwise.

Source: spec of value alarms (docs/rules.md); its first figures are those quoted from EEMUA 191 for process values,
turned into samples of 15 minutes.
"""

from typing import NamedTuple

from vigie.streams.core.windows.indicator import Parameter


class Start(NamedTuple):
    """What holds for a quantity.

    Attributes:
        deadband: in the unit of the quantity.
        on_delay: values in a row that raise a level.
        off_delay_s: how long better values must last.
        off_periods: the same in steps of the series, where that is longer.
        mask_min: around dusk and dawn nothing is judged for so long.
        fall: so much must the value fall from its highest before a level is let go of (a collection).
    """

    deadband: float = 0.0
    on_delay: int = 2
    off_delay_s: int = 3600
    off_periods: int = 0
    mask_min: int = 0
    fall: float = 0.0


_ANY = Start()
_LAMPS = Start(0.05, 2, 900, 0, 20)
STARTS: dict[str, Start] = {
    "water_level": Start(0.05, 2, 3600),
    "water_depth": Start(0.05, 2, 3600),
    "river_level": Start(0.05, 1, 3600),
    "air_temperature": Start(0.5, 3, 7200),
    "relative_humidity": Start(3.0, 3, 7200),
    "laeq": Start(1.0, 2, 0, 2),
    "la10": Start(1.0, 2, 0, 2),
    "la50": Start(1.0, 2, 0, 2),
    "la90": Start(1.0, 2, 0, 2),
    "noise_laeq": Start(1.0, 2, 0, 2),
    "noise_harmonica": Start(0.3, 2, 0, 2),
    "fill": Start(5.0, 2, 0, 0, 0, 30.0),
    "waste_fill": Start(5.0, 2, 0, 0, 0, 30.0),
    "passages": Start(0.0, 2, 3600),
    "active_power": _LAMPS,
    "apparent_power": _LAMPS,
    "tilted": Start(0.0, 1, 0),
    "fire": Start(0.0, 1, 0),
    "lid_open": Start(0.0, 1, 0),
    "contact": Start(0.0, 1, 0),
    "door_open": Start(0.0, 1, 0),
}
"""Property or indicator -> what holds at first. Deadbands of lighting power are shares of the threshold."""
SHARES = frozenset({"active_power", "apparent_power"})
"""Quantities whose deadband is a share of the threshold."""


def start_of(name: str) -> Start:
    """What holds at first for a property or an indicator.

    >>> start_of("water_level").deadband, start_of("conductivity").on_delay
    (0.05, 2)
    """
    return STARTS.get(name, _ANY)


OWN: dict[str, Parameter] = {
    "deadband": Parameter(0.0, "", "Zone morte, dans l'unité de la grandeur : un niveau tient jusqu'à ce que la valeur "
                          "soit repassée d'autant sous le seuil", 0.0, 1e9),
    "on_delay": Parameter(2, "valeurs", "Valeurs de suite au-delà pour déclencher", 1, 96),
    "off_delay_s": Parameter(3600, "s", "Durée sans dépassement pour clore", 0, 2_678_400),
    "mask_min": Parameter(0, "min", "Rien n'est jugé pendant cette durée autour du lever et du coucher du soleil",
                          0, 180),
}  # fmt: skip
"""The engine's own parameters, which every rule has beside its own."""
