"""Fleet residual: has a sensor left its neighbours, by more than it usually differs from them?"""

from math import exp, sqrt

from msgspec import Struct

from vigie.streams.core.detect.rule import USUAL, Ground, Judgement, Parameter, Rule, Sample, register
from vigie.streams.core.detect.usual import Usual, against, amount, around, interval_text

_ALARM, _KEEP, _LEARN, _FLOOR = "alarm", "suspect", "learn_days", "floor"
_MEMORY_DAYS = 14.0
_DAY_MS = 86_400_000


class Memory(Struct, array_like=True):
    """How a sensor usually differs from its neighbours.

    Attributes:
        since_at, last_at: epoch ms UTC of the first and the last value learned from.
        count: of values learned from.
        mean, square: of the difference, and of its square about the mean, forgetting in two weeks.
    """

    since_at: int = 0
    last_at: int = 0
    count: int = 0
    mean: float = 0.0
    square: float = 0.0


def judge(memory: Memory, sample: Sample, ground: Ground, held: int) -> Judgement:
    """Level 1 beyond `alarm` deviations of the usual difference from the neighbours' median."""
    middle = around(ground, sample.at)
    if middle is None:
        return USUAL
    said = ground.parameters
    learned = memory.count > 0 and memory.last_at - memory.since_at >= said[_LEARN] * _DAY_MS
    deviation = max(sqrt(memory.square), said[_FLOOR])
    usual = Usual(middle + memory.mean, deviation, len(ground.neighbours), "n")
    judged = against(usual, sample, ground, said[_ALARM], said[_KEEP], held)
    if not learned or not judged.level:
        _learn(memory, sample.at, sample.value - middle, 4.0 * deviation if learned else None)
    if not learned:
        return USUAL
    if judged.level:
        others = f"{len(ground.neighbours)} points, médiane {middle:.6g}"
        more = {
            "expected_from": "médiane des voisins, et écart habituel", "neighbours": others,
            "expected_from_en": "median of the neighbours, and usual deviation",
            "neighbours_en": others.replace("médiane", "median"),
        }  # fmt: skip
        return judged._replace(facts={**judged.facts, **more})
    return judged


def _learn(memory: Memory, at: int, difference: float, most: float | None) -> None:
    if at <= memory.last_at:
        return
    if not memory.count:
        memory.since_at = at
    else:
        new = max(1 - exp(-(at - memory.last_at) / (_MEMORY_DAYS * _DAY_MS)), 1 / (memory.count + 1))
        apart = difference - memory.mean
        if most is not None:  # what is being learned from must not teach a fault
            apart = min(max(apart, -most), most)
        memory.mean += new * apart
        memory.square += new * (apart * apart * (1 - new) - memory.square)
    if not memory.count:
        memory.mean = difference
    memory.count += 1
    memory.last_at = at


def says(sample: Sample, ground: Ground, judged: Judgement, language: str) -> str:
    """The sentence."""
    value, usual = amount(sample.value, ground, language), interval_text(judged, ground, language)
    if language == "fr":
        return f"mesure {value}, où ses voisins laissent attendre {usual}"
    return f"measures {value} where its neighbours let one expect {usual}"


register(
    Rule(
        name="fleet_residual",
        version="1",
        label_fr="Écart aux voisins",
        label_en="Unlike its neighbours",
        judge=judge,
        wants_neighbours=True,
        says=says,
        memory=Memory,
        properties=("air_temperature",),
        parameters={
            _ALARM: Parameter(6.0, "σ", "Écart à partir duquel elle alerte", 1, 100),
            _KEEP: Parameter(3.5, "σ", "Écart jusqu'auquel une alerte levée reste levée", 0.5, 100),
            _LEARN: Parameter(7.0, "j", "Durée d'apprentissage de l'écart habituel", 1, 60),
            _FLOOR: Parameter(0.2, "unité", "Écart type en deçà duquel l'écart habituel n'est pas pris", 0, 1e6),
        },
        on_by_default=True,
        delays={"on_delay": 2, "off_delay_s": 7200},
        priorities=(4,),
        contribution_fr=(
            "Signale un capteur qui s'écarte de ses voisins alors que tous subissent le même temps. Elle n'écarte ni ne"
            " modifie aucune donnée."
        ),
        sources_fr=(
            "Les dernières valeurs bonnes des points du même groupe de voisins (trois au moins, à deux pas près)."
        ),
        operations_fr=(
            "Écart à la médiane des voisins ; sa moyenne et son écart type s'apprennent sur deux semaines (oubli"
            " exponentiel), hors alerte et en bornant chaque valeur à 4 écarts types. Alerte si l'écart s'éloigne de sa"
            " moyenne de `alarm` écarts types pour deux valeurs de suite."
        ),
        limits_fr=(
            "Muette pendant l'apprentissage et avec moins de trois voisins. Un orage local peut toucher un seul "
            "quartier. Une dérive très lente est apprise : la règle « drift » la suit."
        ),
        check_fr="Comparer la courbe à celles des voisins ; voir l'abri, l'orientation, ce qui chauffe ou mouille.",
        check_en="Compare its curve with the neighbours'; see the shelter, what heats or wets it.",
        clears_fr="Deux heures sans valeur au-delà de l'écart gardé.",
        clears_en="Two hours without a value beyond the deviation kept.",
        source="Titanlib (contrôle des voisins) ; CrowdQC+",
    )
)
