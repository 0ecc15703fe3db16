"""Why a value has its flag: each test's verdict with its parameters and numbers, for people and for programs."""

from typing import Any, NamedTuple

from vigie.serving.explanation_words import WORDS
from vigie.serving.quality_ground import Ground
from vigie.serving.quality_numbers import NEAR, numbers, words_of
from vigie.serving.wording import utc_text
from vigie.streams.core.quality_words import FLAGS, SWITCHED_OFF, TESTS
from vigie.streams.sinks.explain_queries import Facts
from vigie.topics.observation import FLEET_BITS, ROUND_BITS
from vigie.topics.quality import NOT_ROLLED_UP, Flag, Test, unpack
from vigie.topics.quality_parameters import DECLARED, OFF

_ONLY_WHEN_SAID = (Test.HUMAN, Test.SERVICE)


class SaidByTest(NamedTuple):
    """What one test said.

    Attributes:
        test, flag: which, and its verdict.
        sentence: why, in the language asked for.
        parameters: name -> value, and the id of the setting that gave it; empty for a start value.
    """

    test: Test
    flag: Flag
    sentence: str
    parameters: dict[str, tuple[float, str]]


class Explanation(NamedTuple):
    """Why a value has its flag.

    Attributes:
        facts: what it is made of.
        tests: those that are done for the property, and those that said something.
        summary: how the flag came about, one sentence.
        zone, language: legal time and language of the texts.
    """

    facts: Facts
    tests: list[SaidByTest]
    summary: str
    zone: str
    language: str


def explain(facts: Facts, zone: str, language: str) -> Explanation:
    """An explanation out of what the store knows.

    Args:
        facts: about the value.
        zone: IANA name of the legal time.
        language: `fr` or `en`.
    """
    own = _parameters(facts)
    tests = []
    for test, flag in unpack(facts.value.tests).items():
        if flag is Flag.UNKNOWN and (test not in own or test in _ONLY_WHEN_SAID):
            continue
        parameters = own.get(test, {})
        plain = {name: value for name, (value, _) in parameters.items()}
        if test is Test.RADIATION:  # who is a neighbour is said of the other test
            plain = {name: value for name, (value, _) in own.get(Test.NEIGHBOURS, {}).items() if name in NEAR} | plain
        if plain.get(OFF) == 1 and flag is Flag.UNKNOWN:
            said = SWITCHED_OFF.in_language(language)
        else:
            ground = Ground(facts, plain, flag, zone, language)
            said = words_of(test, ground).in_language(language).format(**numbers(test, ground))
        tests.append(SaidByTest(test, flag, said, parameters))
    return Explanation(facts, tests, _summary(facts, tests, language), zone, language)


def _parameters(facts: Facts) -> dict[Test, dict[str, tuple[float, str]]]:
    """Each test's parameters, in the order they are declared in, with the setting that gave each."""
    found = {
        test: {name: (float(value), "") for name, value in values.items()}
        for test, values in (facts.ruleset or {}).items()
    }
    for setting in facts.settings:
        test = Test[str(setting.get("test")).upper()]
        values = setting.get("parameters", {})
        found.setdefault(test, {}).update({name: (float(value), setting.id) for name, value in values.items()})
    return {
        test: {name: parameters[name] for name in [*DECLARED[test], *sorted(parameters)] if name in parameters}
        for test, parameters in found.items()
    }


def _summary(facts: Facts, tests: list[SaidByTest], language: str) -> str:
    flag, words = Flag(facts.value.flag), WORDS[language]
    if any(one.test is Test.HUMAN and one.flag is Flag.GOOD for one in tests):
        return words["validated"]
    if flag in (Flag.SUSPECT, Flag.FAIL):
        objecting = [one.test for one in tests if one.flag is flag and one.test not in NOT_ROLLED_UP]
        names = ", ".join(words["quoted"].format(TESTS[test].in_language(language)) for test in objecting)
        return words["worst"].format(flag=FLAGS[flag].in_language(language).capitalize(), tests=names)
    return words[{Flag.GOOD: "good", Flag.MISSING: "missing"}.get(flag, "not_judged")]


def revision_parts(revision: int) -> dict[str, int]:
    """What a revision is made of.

    >>> revision_parts(2 << 40 | 3 << 8 | 1)
    {'uplink': 2, 'fleet': 3, 'round': 1}
    """
    fleet = revision >> ROUND_BITS & (1 << FLEET_BITS - ROUND_BITS) - 1
    return {"uplink": revision >> FLEET_BITS, "fleet": fleet, "round": revision & (1 << ROUND_BITS) - 1}


def as_data(one: Explanation) -> dict[str, Any]:
    """The explanation for programs."""
    facts, observation, value = one.facts, one.facts.observation, one.facts.value
    return {
        "point": observation.point,
        "code": facts.point.get("code") if facts.point else None,
        "property": facts.series[0],
        "channel": facts.series[1],
        "observed_at": utc_text(observation.observed_at),
        "value": value.value if value.value - value.value == 0 else None,
        "raw": value.raw,
        "flag": value.flag,
        "withdrawn": observation.withdrawn,
        "summary": one.summary,
        "placement": observation.placement,
        "device": observation.device,
        "uplink": observation.uplink,
        "decoded": facts.decoded._asdict() if facts.decoded else None,
        "ruleset": observation.ruleset,
        "fleet_revision": observation.fleet_revision,
        "tests": [
            {
                "test": said.test.name.lower(), "flag": said.flag.value, "sentence": said.sentence,
                "parameters": {
                    name: {"value": number, "setting": source or None}
                    for name, (number, source) in said.parameters.items()
                },
            }
            for said in one.tests
        ],
        "interventions": [outage.id for outage in facts.outages],
        "verdicts": [verdict.id for verdict in facts.verdicts],
        "revisions": [
            {
                **revision_parts(generation.revision), "revision": generation.revision, "reason": generation.reason,
                "withdrawn": generation.withdrawn, "recorded_at": utc_text(generation.recorded_at),
                "superseded_at": None if generation.superseded_at is None else utc_text(generation.superseded_at),
                "flag": generation.values[facts.series].flag if facts.series in generation.values else None,
            }
            for generation in facts.history
        ],
    }  # fmt: skip
