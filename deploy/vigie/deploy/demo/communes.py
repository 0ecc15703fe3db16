"""Twelve communes of the métropole d'Aix-Marseille-Provence, where the demo's devices stand.

Names and codes are facts (code officiel géographique, INSEE), and so are the places of their centres (degrees, to a
hundredth) and how far each reaches from there (kilometres, rounded up); the devices are invented.
"""

from typing import NamedTuple


class Commune(NamedTuple):
    """A commune.

    Attributes:
        name: official name.
        insee: code of the code officiel géographique.
        river: the watercourse that is watched there; empty where there is none.
        warmth: how much warmer or cooler than the mean of the twelve, in °C (invented).
        latitude, longitude: of its centre, °.
        radius_km: how far it reaches from there.
    """

    name: str
    insee: str
    river: str
    warmth: float
    latitude: float
    longitude: float
    radius_km: float


COMMUNES = (
    Commune("Marseille", "13055", "Huveaune", 1.2, 43.30, 5.38, 17),
    Commune("Aix-en-Provence", "13001", "Arc", 0.6, 43.53, 5.45, 15),
    Commune("Aubagne", "13005", "Huveaune", 0.2, 43.29, 5.57, 8),
    Commune("Berre-l'Étang", "13014", "Arc", -0.4, 43.48, 5.17, 10),
    Commune("Gardanne", "13041", "", 0.1, 43.45, 5.47, 7),
    Commune("Istres", "13047", "", 0.3, 43.51, 4.99, 15),
    Commune("La Ciotat", "13028", "", -1.1, 43.18, 5.61, 8),
    Commune("Marignane", "13054", "Cadière", -0.2, 43.42, 5.21, 7),
    Commune("Martigues", "13056", "", -0.9, 43.41, 5.05, 13),
    Commune("Miramas", "13063", "", 0.5, 43.58, 5.00, 7),
    Commune("Salon-de-Provence", "13103", "Touloubre", 0.7, 43.64, 5.10, 11),
    Commune("Vitrolles", "13117", "Cadière", 0.1, 43.46, 5.25, 8),
)
"""The twelve, the largest first, then by the alphabet."""
