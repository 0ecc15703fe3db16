"""Lden of the levels of day, evening and night (Directive 2002/49/EC, annex I)."""

from math import log10

PARTS = {"lday": (6.0, 18.0, 0.0), "levening": (18.0, 22.0, 5.0), "lnight": (22.0, 6.0, 10.0)}
"""Each part: its hours in legal time, and what is added to its level (dB)."""
_LENGTHS_H = {"lday": 12, "levening": 4, "lnight": 8}


def lden(lday: float, levening: float, lnight: float) -> float:
    """The level of day, evening and night, dB(A): 12, 4 and 8 hours, evening +5 dB and night +10 dB.

    >>> round(lden(60.0, 60.0, 60.0), 2), round(lden(60.0, 55.0, 50.0), 2)
    (66.4, 60.0)
    """
    levels = {"lday": lday, "levening": levening, "lnight": lnight}
    loudest = max(levels.values())  # relative to it nothing overflows
    energy = sum(hours * 10 ** ((levels[name] + PARTS[name][2] - loudest) / 10) for name, hours in _LENGTHS_H.items())
    return loudest + 10 * log10(energy / 24)
