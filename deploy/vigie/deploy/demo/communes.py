"""Twelve communes of the métropole d'Aix-Marseille-Provence, where the demo's devices stand.

Names and codes are facts (code officiel géographique, INSEE); the devices are invented.
"""

from typing import NamedTuple


class Commune(NamedTuple):
    """A commune.

    Attributes:
        name: official name.
        insee: code of the code officiel géographique.
        river: the watercourse that is watched there; empty where there is none.
        warmth: how much warmer or cooler than the mean of the twelve, in °C (invented).
    """

    name: str
    insee: str
    river: str
    warmth: float


COMMUNES = (
    Commune("Marseille", "13055", "Huveaune", 1.2),
    Commune("Aix-en-Provence", "13001", "Arc", 0.6),
    Commune("Aubagne", "13005", "Huveaune", 0.2),
    Commune("Berre-l'Étang", "13014", "Arc", -0.4),
    Commune("Gardanne", "13041", "", 0.1),
    Commune("Istres", "13047", "", 0.3),
    Commune("La Ciotat", "13028", "", -1.1),
    Commune("Marignane", "13054", "Cadière", -0.2),
    Commune("Martigues", "13056", "", -0.9),
    Commune("Miramas", "13063", "", 0.5),
    Commune("Salon-de-Provence", "13103", "Touloubre", 0.7),
    Commune("Vitrolles", "13117", "Cadière", 0.1),
)
"""The twelve, the largest first, then by the alphabet."""
