"""Step: has a series jumped by more than can be, and stayed there?"""

from math import copysign, isnan, nan

from msgspec import Struct

from vigie.streams.core.detect.rule import USUAL, Ground, Judgement, Parameter, Rule, Sample, register
from vigie.streams.core.detect.usual import amount, unit_of
from vigie.topics.property import PROPERTIES, Kind
from vigie.topics.quality import Flag, Test

_STAYS, _BACK, _HOURS = "stays", "back", "most_hours"
_HOUR_MS = 3_600_000
_STEPS_TO_CONFIRM = 4
_OBJECTS = (Flag.SUSPECT, Flag.FAIL)
_PLACES = tuple(4 * test for test in (Test.RATE_OF_CHANGE, Test.CONSISTENCY))


class Memory(Struct, array_like=True):
    """The value before a jump, the one after it, and when that came (epoch ms UTC; 0: no jump is looked at)."""

    last: float = nan
    before: float = nan
    after: float = nan
    at: int = 0


def judge(memory: Memory, sample: Sample, ground: Ground, held: int) -> Judgement:
    """Level 1 from the value that confirms a jump; until it is back, or `most_hours` have gone by."""
    said, value = ground.parameters, sample.value
    jumped = sample.flag in _OBJECTS and any(sample.tests >> place & 15 in _OBJECTS for place in _PLACES)
    if not memory.at:
        if jumped and not isnan(memory.last):
            memory.before, memory.after, memory.at = memory.last, value, sample.at
        memory.last = value
        return USUAL
    height = memory.after - memory.before
    stays = (value - memory.before) * copysign(1, height) / abs(height) if height else 0.0
    since_ms = sample.at - memory.at
    late = since_ms > (said[_HOURS] * _HOUR_MS if held else _STEPS_TO_CONFIRM * 1000 * (ground.step_s or 900))
    memory.last = value
    if late or stays < said[_BACK if held else _STAYS]:
        memory.at = 0
        return USUAL
    return Judgement(1, expected_low=min(memory.before, memory.after), expected_high=max(memory.before, memory.after),
                     facts=_facts(memory, ground))  # fmt: skip


def _facts(memory: Memory, ground: Ground) -> dict[str, str]:
    return {
        "baseline": f"{memory.before:.6g}", "deviation": f"{memory.after - memory.before:.6g}",
        "unit": unit_of(ground), "flags": Test.RATE_OF_CHANGE.name.lower(), "expected_from": "valeur d'avant le saut",
        "expected_from_en": "value before the step",
    }  # fmt: skip


def says(sample: Sample, ground: Ground, judged: Judgement, language: str) -> str:
    """The sentence."""
    before, height = (float(judged.facts[name]) for name in ("baseline", "deviation"))
    by, since, now = (amount(one, ground, language) for one in (abs(height), before, sample.value))
    if language == "fr":
        way = "monté" if height > 0 else "descendu"
        return f"a {way} d'un coup de {by} et y reste : {now}, contre {since} avant le saut"
    return f"has jumped {'up' if height > 0 else 'down'} by {by} and stays there: {now}, {since} before"


register(
    Rule(
        name="step_change",
        version="1",
        label_fr="Saut de niveau",
        label_en="Step",
        judge=judge,
        says=says,
        memory=Memory,
        good_only=False,
        on_by_default=True,
        properties=tuple(one.name for one in PROPERTIES.values() if one.kind in (Kind.GAUGE, Kind.LEVEL)),
        parameters={
            _STAYS: Parameter(0.6, "-", "Part du saut que garde la valeur suivante pour qu'il soit confirmé", 0.1, 1),
            _BACK: Parameter(0.3, "-", "Part du saut sous laquelle la série est revenue", 0, 1),
            _HOURS: Parameter(24.0, "h", "Durée après laquelle le nouveau niveau est admis", 1, 720),
        },
        delays={"on_delay": 1, "off_delay_s": 0},
        priorities=(4,),
        contribution_fr=(
            "Signale une série qui a sauté plus vite que la grandeur ne peut varier, et qui ne revient pas : capteur"
            " déplacé, déréglé, remplacé. Elle n'écarte ni ne modifie aucune donnée."
        ),
        sources_fr="Les valeurs de la série et l'objection du contrôle de qualité « vitesse de variation ».",
        operations_fr=(
            "Une valeur mise en cause par ce contrôle ouvre un saut ; la valeur suivante (quatre pas au plus) le "
            "confirme si elle en garde la part `stays` : c'est ce qui le distingue d'un pic. L'alerte dure jusqu'à "
            "ce que la série soit revenue, ou `most_hours`."
        ),
        limits_fr=(
            "Un saut plus petit que la vitesse admise n'est pas vu (la règle « baseline » le voit après deux valeurs)."
            " Une crue éclair ou un dépôt massif peut aller plus vite que la vitesse admise."
        ),
        check_fr="Intervention récente ? Capteur déplacé, heurté, encrassé d'un coup ; réglage changé.",
        check_en="A recent intervention? A sensor that was moved, hit or dirtied at once; a setting that was changed.",
        clears_fr="Le retour au niveau d'avant, ou un jour au nouveau niveau.",
        clears_en="The return to the level before, or a day at the new one.",
        source="QARTOD, rate of change test ; SaQC (détection de sauts)",
    )
)
