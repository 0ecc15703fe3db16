"""Quality fault: do the quality tests object to a series again and again (stuck, out of range)?"""

from msgspec import Struct

from vigie.streams.core.detect.rule import USUAL, Ground, Judgement, Parameter, Rule, Sample, register
from vigie.streams.core.detect.usual import amount
from vigie.streams.core.local_time import NO_BREAK
from vigie.streams.core.quality_words import TESTS
from vigie.topics.quality import Flag, Test, unpack

_SPAN = 12
_ALL = (1 << _SPAN) - 1
_NO_FAULT = frozenset({Test.DUPLICATE, Test.GAP, Test.HUMAN, Test.SERVICE})
"""Tests that say nothing against the sensor."""


class Memory(Struct, array_like=True):
    """The last values.

    Attributes:
        bad: a bit each, the last one lowest: whether a test objected.
        tests: places of the tests that objected last, a bit each.
    """

    bad: int = 0
    tests: int = 0


def judge(memory: Memory, sample: Sample, ground: Ground, held: int) -> Judgement:
    """Level 1 where a test objects to `in_a_row` values, or to `share` of the last twelve; until as many are good."""
    is_bad = 0
    if sample.flag > Flag.UNKNOWN:
        tests = sum(
            1 << test
            for test, flag in unpack(sample.tests).items()
            if flag in (Flag.SUSPECT, Flag.FAIL) and test not in _NO_FAULT
        )
        if tests:
            is_bad, memory.tests = 1, tests
    elif not memory.bad:
        return USUAL
    bad = memory.bad = (memory.bad << 1 | is_bad) & _ALL
    said = ground.parameters
    row = (1 << int(said["in_a_row"])) - 1
    if held:
        level = int(bad & row != 0)
    else:
        level = int(bad & row == row or (is_bad and bad.bit_count() >= said["share"] * _SPAN))
    if not level:
        return USUAL
    names = [test for test in Test if memory.tests >> test & 1]
    return Judgement(level, facts={
        "flags": ", ".join(test.name.lower() for test in names), "window": f"{_SPAN} valeurs",
        "window_en": f"{_SPAN} values",
        "support": str(bad.bit_count()), "message": ", ".join(TESTS[test].fr for test in names),
        "message_en": ", ".join(TESTS[test].en for test in names),
    })  # fmt: skip


def says(sample: Sample, ground: Ground, judged: Judgement, language: str) -> str:
    """The sentence."""
    names = [Test[name.upper()] for name in judged.facts.get("flags", "").split(", ") if name]
    count, value = judged.facts.get("support", ""), amount(sample.value, ground, language)
    tests = ", ".join(TESTS[test].in_language(language) for test in names)
    if language == "fr":
        return f"donne des valeurs douteuses ou mauvaises ({tests}){NO_BREAK}: {count} des {_SPAN} dernières, {value}"
    return f"gives suspect or bad values ({tests}): {count} of the last {_SPAN}, {value}"


register(
    Rule(
        name="quality_fault",
        version="1",
        label_fr="Défaut de mesure",
        label_en="Fault of measurement",
        judge=judge,
        says=says,
        kind="data",
        memory=Memory,
        good_only=False,
        on_by_default=True,
        parameters={
            "in_a_row": Parameter(4, "valeurs", "Valeurs de suite mises en cause qui alertent", 2, _SPAN),
            "share": Parameter(0.5, "", "Part des douze dernières valeurs mises en cause qui alerte", 0.1, 1),
        },
        delays={"on_delay": 1, "off_delay_s": 0},
        priorities=(4,),
        contribution_fr=(
            "Rassemble en une alerte ce que les contrôles de qualité reprochent à une série, au lieu d'une par valeur."
            " Les drapeaux des valeurs ne changent pas."
        ),
        sources_fr="Les drapeaux de chaque valeur à sa première réception : tests qui n'attendent ni suite ni voisins.",
        operations_fr=(
            "Compte les valeurs douteuses ou mauvaises (3, 4) : `in_a_row` de suite, ou `share` des douze dernières. Se"
            " ferme quand `in_a_row` valeurs de suite sont bonnes. Nomme les tests de la dernière valeur en cause."
        ),
        limits_fr=(
            "Ne voit pas ce que seuls les voisins ou la valeur suivante révèlent. Doublons radio, interruptions, avis"
            " du responsable et interventions ne comptent pas."
        ),
        check_fr="Voir le test nommé : capteur figé, hors étendue, incohérent ? Inspecter ou remplacer le capteur.",
        check_en="See the test named: stuck, out of range, inconsistent? Inspect or replace the sensor.",
        clears_fr="Quatre bonnes valeurs de suite.",
        clears_en="Four good values in a row.",
        source="QARTOD (drapeaux 3 et 4) ; docs/quality.md",
    )
)
