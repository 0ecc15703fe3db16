"""The rule of novelty says what is new in a value, in French and in English."""

from numpy.random import default_rng

from vigie.streams.core.detect.rule import Ground, Sample, rules
from vigie.topics.property import BY_NAME

RULE = rules()["novelty"]
PARAMETERS = {name: one.default for name, one in RULE.parameters.items()}
GROUND = Ground(PARAMETERS, "Europe/Paris", BY_NAME["air_temperature"].id, 0, 900, 900)


def judged(values):
    memory = RULE.memory()
    samples = [Sample(row * 900_000, row * 900_000, value, 2, 0, str(row), True) for row, value in enumerate(values)]
    return [(sample, RULE.judge(memory, sample, GROUND, 0)) for sample in samples]


def test_a_value_like_none_before_is_told_and_explained():
    values = default_rng(1).normal(15, 2, 1500).tolist()
    values[1400] = 45.0
    found = [(sample, judgement) for sample, judgement in judged(values) if judgement.level]
    assert [sample.id for sample, _ in found] == ["1400"]
    sample, judgement = found[0]
    assert judgement.expected_high == max(values[:1400])
    assert float(judgement.facts["deviation"]) > 20
    assert judgement.phi > 3
    french, english = (RULE.says(sample, GROUND, judgement, language) for language in ("fr", "en"))
    assert french.startswith("mesure 45\u202f°C, loin de tout ce qui y a été mesuré")
    assert english.startswith("measures 45")
    assert "°C, far from all that was measured there" in english


def test_nothing_is_told_before_enough_is_known():
    assert not any(judgement.level for _, judgement in judged([*default_rng(1).normal(15, 2, 900).tolist(), 45.0]))


def test_it_watches_nothing_unless_it_is_asked_for():
    assert not RULE.on_by_default
