"""The explanation of a value as lines for people."""

from vigie.serving.explanation_words import WORDS
from vigie.serving.quality_explain import Explanation, SaidByTest, revision_parts
from vigie.serving.quality_numbers import period_text
from vigie.serving.wording import choice_text, local, local_text, number_text, property_label, reading_text
from vigie.streams.core.outside_text import outside_text
from vigie.streams.core.quality_words import FLAGS, NOT_DONE, REASONS, TESTS
from vigie.streams.sinks.fleet_queries import Known
from vigie.streams.sinks.observation_queries import StoredObservation
from vigie.topics.quality import Flag

_GEOMETRY = ("empty_mm", "full_mm", "datum_m")


def as_text(one: Explanation) -> list[str]:
    """The explanation, line by line."""
    words, observation = WORDS[one.language], one.facts.observation
    unknown = "" if one.facts.ruleset is not None else words["unknown_rules"]
    month = local(observation.observed_at, one.zone).month
    tests = [line for said in one.tests for line in _test(said, month, one.language)]
    return [
        _head(one),
        words["flag"].format(value=_value(one, observation), flag=_word(one.facts.value.flag, one.language)),
        *_withdrawn(one),
        one.summary,
        *[_verdict(verdict, one.language) for verdict in one.facts.verdicts],
        *[_intervention(outage, one) for outage in one.facts.outages],
        "",
        *_conversion(one),
        *_origin(one),
        "",
        words["tests"].format(ruleset=observation.ruleset, unknown=unknown, fleet=observation.fleet_revision),
        *(tests or ["  " + NOT_DONE.in_language(one.language)]),
        "",
        words["revisions"],
        *["  " + _revision(generation, one) for generation in one.facts.history],
    ]


def _word(flag: int, language: str) -> str:
    return FLAGS[Flag(flag)].in_language(language)


def _value(one: Explanation, observation: StoredObservation) -> str:
    found = observation.values.get(one.facts.series)
    return "–" if found is None else reading_text(one.facts.series[0], found.value, one.language)


def _head(one: Explanation) -> str:
    point, (number, channel) = one.facts.point, one.facts.series
    label = property_label(number, one.language)
    if channel:
        label = WORDS[one.language]["channel"].format(label=label, channel=channel)
    names = [one.facts.observation.point]
    if point is not None:
        names = [outside_text(str(point.get(field))) for field in ("code", "name") if point.get(field)]
    return " · ".join([*names, label, local_text(one.facts.observation.observed_at, one.zone, one.language)])


def _withdrawn(one: Explanation) -> list[str]:
    observation = one.facts.observation
    if not observation.withdrawn:
        return []
    since = local_text(observation.recorded_at, one.zone, one.language)
    return [WORDS[one.language]["withdrawn"].format(since=since)]


def _conversion(one: Explanation) -> list[str]:
    words, placement, raw = WORDS[one.language], one.facts.placement, one.facts.value.raw
    used = [f"{found.id} ({_formula(found, one.language)})" for found in one.facts.conversions]
    stated = [(name, placement.get(name)) for name in _GEOMETRY] if placement else []
    used += [f"{name} = {number_text(float(value), one.language)}" for name, value in stated if value is not None]
    if raw is None and not used:
        return []
    said = words["as_said"]
    if raw is not None:
        said = words["said"].format(raw=reading_text(one.facts.series[0], raw, one.language))
    return [" ".join([said, *([words["conversions"].format(used=", ".join(used))] if used else [])])]


def _formula(conversion: Known, language: str) -> str:
    if conversion.get("method") == "table":
        return WORDS[language]["table"].format(count=len(conversion.get("table", [])))
    factor, offset = float(conversion.get("factor", 1.0)), float(conversion.get("offset", 0.0))
    return f"× {number_text(factor, language)} {'−' if offset < 0 else '+'} {number_text(abs(offset), language)}"


def _origin(one: Explanation) -> list[str]:
    words, observation, decoded, device = (
        WORDS[one.language],
        one.facts.observation,
        one.facts.decoded,
        one.facts.device,
    )
    model = device.get("model") if device else None
    firmware = (decoded.firmware if decoded else None) or (device.get("firmware") if device else None)
    return [
        words["placed"].format(
            placement=observation.placement,
            device=observation.device,
            model=f" ({outside_text(str(model))})" if model else "",
            firmware=words["firmware"].format(firmware=outside_text(str(firmware))) if firmware else "",
        ),
        words["received"].format(
            uplink=observation.uplink,
            at=local_text(observation.ingested_at, one.zone, one.language),
            network=outside_text(observation.network),
            codec=words["codec"].format(codec=decoded.codec, version=decoded.codec_version) if decoded else "",
        ),
    ]


def _test(said: SaidByTest, month: int, language: str) -> list[str]:
    words = WORDS[language]
    name, word = TESTS[said.test].in_language(language), _word(said.flag, language)
    lines = ["  " + words["test"].format(flag=said.flag.value, test=name, word=word, sentence=said.sentence)]
    if said.parameters:
        parts = [
            f"{name} = {number_text(value, language)}"
            f" ({words['setting'].format(setting=source) if source else words['start_value']})"
            for name, (value, source) in said.parameters.items()
            if not name[-2:].isdigit() or name.endswith(f"_{month:02}")  # climatology has some for each month
        ]
        lines.append("      " + ", ".join(parts))
    return lines


def _verdict(verdict: Known, language: str) -> str:
    says = choice_text(str(verdict.get("verdict")), "qualification", "verdict", language)
    reason = outside_text(str(verdict.get("reason", "–")))
    return WORDS[language]["verdict"].format(verdict=verdict.id, says=says, by=verdict.get("by", "–"), reason=reason)


def _intervention(outage: Known, one: Explanation) -> str:
    work = outage.get("work")
    return WORDS[one.language]["intervention"].format(
        intervention=outage.id,
        period=period_text(outage, one.zone, one.language),
        work=f" ({outside_text(str(work))})" if work else "",
    )


def _revision(generation: StoredObservation, one: Explanation) -> str:
    words, until = WORDS[one.language], generation.superseded_at
    found, value = generation.values.get(one.facts.series), _value(one, generation)
    reason = REASONS.get(generation.reason)
    return words["revision"].format(
        since=local_text(generation.recorded_at, one.zone, one.language),
        until="" if until is None else words["until"].format(until=local_text(until, one.zone, one.language)),
        reason=reason.in_language(one.language) if reason else outside_text(generation.reason),
        withdrawn=words["is_withdrawn"] if generation.withdrawn else "",
        value=value if found is None else f"{value}, {_word(found.flag, one.language)}",
        **revision_parts(generation.revision),
    )
