"""Heat: does the sun shine on a temperature sensor?"""

from functools import lru_cache
from math import exp

import numpy as np
from msgspec import Struct

from vigie.streams.core.detect.rule import USUAL, Ground, Judgement, Parameter, Rule, Sample, register
from vigie.streams.core.detect.usual import amount, around
from vigie.streams.core.quality.sun import sun_elevation

_EXCESS, _HEIGHT, _BACK, _NIGHTS = "excess", "min_elevation", "deadband", "least_night_values"
_MEMORY_MS = 2 * 86_400_000
_PIECE_MS = 300_000


class Memory(Struct, array_like=True):
    """By how much a sensor exceeds its neighbours at night: mean, forgetting in two days; from how many values."""

    at: int = 0
    count: int = 0
    excess: float = 0.0


def judge(memory: Memory, sample: Sample, ground: Ground, held: int) -> Judgement:
    """Level 1 if it is warmer than its neighbours by `excess` under the sun, and was not so at night.

    Source: quality.md 4.1: T − median(neighbours) > 3 °C with the sun above 10°, absent at night.
    """
    middle = around(ground, sample.at)
    if middle is None:
        return USUAL
    said = ground.parameters
    height = _height(sample.at // _PIECE_MS, round(ground.latitude, 1), round(ground.longitude, 1))
    if height < 0:
        _learn(memory, sample.at, sample.value - middle)
    if height <= said[_HEIGHT] or memory.count < said[_NIGHTS]:
        return USUAL
    excess = sample.value - middle - memory.excess
    least = said[_EXCESS] - (said[_BACK] if held else 0.0)
    level = int(excess > least)
    high = middle + memory.excess + said[_EXCESS]
    facts = {
        "deviation": f"{excess:.3g}", "unit": "°C", "expected_from": "médiane des voisins, et écart de la nuit",
        "expected_from_en": "median of the neighbours, and deviation at night",
        "neighbours": f"{len(ground.neighbours)} points, médiane {middle:.4g} °C",
        "neighbours_en": f"{len(ground.neighbours)} points, median {middle:.4g} °C",
        "message": f"soleil à {height:.0f}° ; écart de nuit {memory.excess:+.1f} °C",
        "message_en": f"sun at {height:.0f}°; deviation at night {memory.excess:+.1f} °C",
    } if level else {}  # fmt: skip
    return Judgement(level, threshold=high, expected_high=high, support=memory.count, facts=facts)


@lru_cache(4096)
def _height(piece: int, latitude: float, longitude: float) -> float:
    at = np.array([piece * _PIECE_MS + _PIECE_MS // 2])
    return float(sun_elevation(at, latitude, longitude)[0])


def _learn(memory: Memory, at: int, excess: float) -> None:
    if at <= memory.at:
        return
    new = max(1 - exp(-(at - memory.at) / _MEMORY_MS), 1 / (memory.count + 1))
    new = min(new, 0.1) if memory.count >= 10 else new
    memory.excess += new * (excess - memory.excess)
    memory.at, memory.count = at, min(memory.count + 1, 10_000)


def says(sample: Sample, ground: Ground, judged: Judgement, language: str) -> str:
    """The sentence."""
    value, high = (amount(one, ground, language) for one in (sample.value, judged.expected_high))
    if language == "fr":
        return f"mesure {value} en plein soleil, où ses voisins laissent attendre au plus {high} : capteur mal abrité"
    return f"measures {value} in the sun where its neighbours let one expect at most {high}: badly sheltered"


register(
    Rule(
        name="heat_in_sun",
        version="1",
        label_fr="Capteur au soleil",
        label_en="Sensor in the sun",
        judge=judge,
        wants_neighbours=True,
        says=says,
        memory=Memory,
        use_case="heat",
        properties=("air_temperature",),
        parameters={
            _EXCESS: Parameter(3.5, "°C", "Excès sur les voisins, hors celui de la nuit, qui alerte", 0.5, 30),
            _BACK: Parameter(1.0, "°C", "Sous l'excès, écart qu'il faut pour se taire", 0, 10),
            _HEIGHT: Parameter(10.0, "°", "Hauteur du soleil à partir de laquelle elle juge", 0, 60),
            _NIGHTS: Parameter(12.0, "valeurs", "Valeurs de nuit qu'il faut pour juger", 1, 1000),
        },
        delays={"on_delay": 4, "off_delay_s": 7200},
        priorities=(4,),
        on_by_default=True,
        contribution_fr=(
            "Signale un capteur de température que le soleil touche : ses maxima de jour ne valent rien pour l'îlot de"
            " chaleur. Elle ne modifie aucune donnée."
        ),
        sources_fr=(
            "Les dernières valeurs bonnes des voisins (trois au moins), la hauteur du soleil calculée d'après la "
            "position du point, l'écart du capteur à ses voisins pendant les nuits."
        ),
        operations_fr=(
            "Excès = valeur − médiane des voisins − écart moyen de la nuit (soleil sous l'horizon, oubli en deux "
            "jours). Alerte si l'excès dépasse `excess` avec un soleil à plus de `min_elevation`, pour quatre valeurs "
            "de suite."
        ),
        limits_fr=(
            "Muette avec moins de trois voisins et avant une première nuit. Un lieu vraiment plus chaud de jour "
            "(parking) y ressemble : relever `excess` pour ce point. L'altitude est comprise dans l'écart de la "
            "nuit."
        ),
        check_fr="Voir l'abri, son orientation, son ombre à l'heure de l'alerte ; surface chaude proche.",
        check_en="See the shelter, its shade at that hour, hot surfaces near by.",
        clears_fr="Deux heures sans excès.",
        clears_en="Two hours without an excess.",
        source="Document de définition, fiche 1 (radiation) ; CrowdQC+ (m4)",
    )
)
