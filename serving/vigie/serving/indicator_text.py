"""The explanation of a window's number as lines for people."""

import re
from collections.abc import Mapping

from vigie.serving.indicator_cells import code_text, name_text, number_text_of, share_text, value_text
from vigie.serving.indicator_explain import Explanation, Series, objecting
from vigie.serving.indicator_words import say
from vigie.serving.wording import amount_text, local, local_text, number_text, property_label, reading_text
from vigie.streams.core.aggregate_words import category_text, quality_text, reason_text
from vigie.streams.core.local_time import duration_text
from vigie.streams.core.outside_text import outside_text
from vigie.streams.core.quality_words import FLAGS, TESTS
from vigie.streams.core.windows.indicator import Indicator
from vigie.streams.sinks.indicator_queries import LeftOut, Row
from vigie.topics.property import BY_NAME
from vigie.topics.quality import Flag, Test

_WORD = re.compile(r"[^\W\d_]\w*")
_SAME_SHARE = 0.005
"""A completeness further from the share of what was counted is defined otherwise: of the worst part, of time."""


def as_text(one: Explanation, zone: str, language: str) -> list[str]:
    """The explanation, line by line."""
    sections = (
        _head(one, zone, language),
        _definition(one, language),
        _parts(one, language) if one.point is None and one.parts else _readings(one, zone, language),
        _completeness(one, language),
        _revisions(one, zone, language),
    )
    return "\n\n".join("\n".join(lines) for lines in sections if lines).split("\n")


def _head(one: Explanation, zone: str, language: str) -> list[str]:
    row = one.row
    names = [row.subject]
    if one.point is not None:
        names = [outside_text(str(one.point.get(field))) for field in ("code", "name") if one.point.get(field)]
    label = name_text(row.indicator, one.listed, language)
    quality = quality_text(row.quality, language)
    if row.value is None:
        told = say(language, "empty", why=_why_empty(one, language))
    elif row.category:
        category = category_text(outside_text(row.category), language)
        value = number_text_of(row, language)
        told = say(language, "value_named", value=value, category=category, quality=quality)
    else:
        told = say(language, "value", value=number_text_of(row, language), quality=quality)
    since = local_text(row.recorded_at, zone, language)
    return [
        " · ".join([*names, label]),
        say(
            language, "window", code=code_text(row.window_code, language),
            start=local_text(row.window_start, zone, language), end=local_text(row.window_end, zone, language),
        ),
        told,
        say(language, "known", revision=row.revision, reason=reason_text(row.reason, language), since=since),
    ]  # fmt: skip


def _why_empty(one: Explanation, language: str) -> str:
    row = one.row
    if row.completeness is not None and one.bound is not None and row.completeness < one.bound:
        bound = share_text(one.bound, language)
        return say(language, "empty.few", share=share_text(row.completeness, language), bound=bound)
    if row.category:
        return category_text(outside_text(row.category), language)
    if not row.count:
        return say(language, "empty.none")
    return say(language, "empty.unsaid" if one.made is not None and one.made.limits_fr else "empty.expression")


def _definition(one: Explanation, language: str) -> list[str]:
    if one.property_name:
        return _of_property(one, language)
    if one.made is None or one.listed is None:
        return []
    made, row = one.made, one.row
    lines = [say(language, "definition", version=row.definition, text=outside_text(made.definition_fr, 2000))]
    if row.definition != made.version:
        lines.append(say(language, "definition.old", was=row.definition, version=made.version))
    numbers = _numbers(row, made)
    put, used = put_into(made.formula, numbers, language)
    lines.append(say(language, "formula", text=outside_text(made.formula, 2000)))
    if used:
        lines.append(say(language, "numbers", text=put))
    others = {name: value for name, value in numbers.items() if name not in used and name not in made.parameters}
    if others:
        told = " ; ".join(f"{name} = {amount_text(value, '', language)}" for name, value in others.items())
        lines.append(say(language, "others", text=told))
    if made.parameters:
        lines.append(say(language, "parameters", text=parameters_text(made, language)))
    codes = ", ".join(code_text(code, language) for code in made.codes)
    lines.append(say(language, "period", text=made.period_fr or codes))
    lines += [
        say(language, key, text=text) for key, text in (("source", made.source), ("limits", made.limits_fr)) if text
    ]
    lines.append(say(language, "owner", text=outside_text(one.listed.owner) or say(language, "no_owner")))
    return lines


def _of_property(one: Explanation, language: str) -> list[str]:
    row, entry = one.row, BY_NAME.get(one.property_name)
    if entry is None:
        return []
    texts = {
        name: amount_text(getattr(row, name), row.unit, language)
        for name in ("sum", "value", "minimum", "maximum", "first", "last")
    }
    resets = number_text(row.details.get("resets") or 0, language)
    lines = [
        say(language, "definition.property", text=property_label(entry.id, language)),
        say(language, "formula", text=say(language, f"kind.{entry.kind.value}")),
    ]
    if row.value is not None or entry.kind.value == "k":
        put = say(language, f"kind.{entry.kind.value}.put", count=row.count, resets=resets, **texts)
        lines.append(say(language, "numbers", text=put))
    return lines


def _numbers(row: Row, made: Indicator) -> dict[str, float]:
    """Numbers that stand for words of a formula, by name."""
    found: dict[str, float] = {name: one.default for name, one in made.parameters.items()}
    found |= {name: value for name, value in row.details.items() if value is not None}
    return found


def put_into(formula: str, numbers: Mapping[str, float], language: str) -> tuple[str, set[str]]:
    """A formula with each name followed by its number where it stands first, and which names it has.

    >>> put_into("BGN = 0,2·(LA95eq - 30) ; indice = BGN", {"bgn": 6.2, "la95eq": 61.0}, "fr")[0]
    'BGN [6,2] = 0,2·(LA95eq [61] - 30) ; indice = BGN'
    """
    known = {name.casefold(): name for name in numbers}
    used: set[str] = set()

    def put(match: re.Match[str]) -> str:
        name = known.get(match[0].casefold())
        if name is None or name in used:
            return match[0]
        used.add(name)
        return f"{match[0]} [{amount_text(numbers[name], '', language)}]"

    return _WORD.sub(put, formula), used


def parameters_text(made: Indicator, language: str) -> str:
    """Parameters with their values and what they do."""
    return " ; ".join(
        f"{name} = {amount_text(one.default, one.unit, language)}" + (f" ({one.meaning_fr})" if one.meaning_fr else "")
        for name, one in made.parameters.items()
    )


def _readings(one: Explanation, zone: str, language: str) -> list[str]:
    if not one.series:
        return []
    lines = [say(language, "readings")]
    for series in one.series:
        lines += _series(series, zone, language)
    if one.made is not None and (one.made.before_s or one.made.after_s):
        before, after = (duration_text(each * 1000, language) for each in (one.made.before_s, one.made.after_s))
        which = "looks.after" if not one.made.before_s else "looks" if one.made.after_s else "looks.before"
        lines.append(say(language, which, before=before, after=after))
    if one.withdrawn:
        lines.append(say(language, "withdrawn", count=one.withdrawn))
    told, count = one.left_out
    if not count:
        return [*lines, say(language, "left_out.none")]
    shown = told if count == len(told) else told[:-1]
    lines += [say(language, "left_out", count=count), *(_left_out(each, zone, language) for each in shown)]
    return lines if len(shown) == count else [*lines, say(language, "left_out.more", count=count - len(shown))]


def _label(number: int, channel: int, language: str) -> str:
    label = property_label(number, language)
    return say(language, "series.channel", label=label, channel=channel) if channel else label


def _series(one: Series, zone: str, language: str) -> list[str]:
    of = ""
    if one.expected is not None:
        of = say(language, "series.of", expected=one.expected, step=duration_text(one.step_s * 1000, language))
    label = _label(one.property, one.channel, language)
    return [
        "  " + say(language, "series", label=label, good=one.good, of=of, bad=one.bad),
        *_counted(one, zone, language),
        *(
            "  " + say(
                language, "gap", start=local_text(gap.from_at, zone, language),
                end=local_text(gap.to_at, zone, language), lasts=duration_text(gap.to_at - gap.from_at, language),
            )
            for gap in one.gaps
        ),
    ]  # fmt: skip


def _counted(one: Series, zone: str, language: str) -> list[str]:
    """The readings that count, one by one where they are few."""
    if not one.counted:
        return []
    values = " ; ".join(
        f"{local(at, zone):%H:%M:%S} {reading_text(one.property, value, language)}" for at, value in one.counted
    )
    return ["  " + say(language, "counted", values=values)]


def _left_out(one: LeftOut, zone: str, language: str) -> str:
    names = [TESTS[Test[name.upper()]].in_language(language) for name in objecting(one)]
    return say(
        language, "left_out.one", at=local(one.observed_at, zone).strftime("%d/%m %H:%M:%S"),
        label=_label(one.property, one.channel, language), value=reading_text(one.property, one.value, language),
        flag=FLAGS[Flag(one.flag)].in_language(language),
        tests=say(language, "left_out.tests", tests=", ".join(names)) if names else "",
    )  # fmt: skip


def _parts(one: Explanation, language: str) -> list[str]:
    expected = one.row.expected if one.property_name else None  # an indicator of a zone counts readings
    key = "parts" if expected is None else "parts.of"
    lines = [say(language, key, count=len(one.parts), expected=expected)]
    for name, row in one.parts.items():
        if row is None:
            lines.append(say(language, "part.own", code=outside_text(one.codes.get(name, name))))
        else:
            share = share_text(row.completeness, language)
            code = outside_text(one.codes.get(name, name))
            lines.append(say(language, "part", code=code, value=value_text(row, language), share=share))
    absent = [outside_text(code) for name, code in one.codes.items() if name not in one.parts]
    return [*lines, say(language, "parts.absent", codes=", ".join(absent))] if absent else lines


def _completeness(one: Explanation, language: str) -> list[str]:
    row = one.row
    if row.completeness is None or row.expected is None:
        return [say(language, "completeness.unknown", count=row.count)]
    bound = share_text(one.bound, language)
    plain = abs(row.completeness - min(row.count / max(row.expected, 1), 1)) < _SAME_SHARE
    lines = [
        say(
            language, "completeness" if plain else "completeness.otherwise", count=row.count, expected=row.expected,
            share=share_text(row.completeness, language), bound=bound,
        )
    ]  # fmt: skip
    if one.bound is not None:
        told = "enough" if row.value is not None else "empty"
        lines.append(say(language, f"completeness.{told if row.completeness >= one.bound else 'few'}"))
    return lines


def _revisions(one: Explanation, zone: str, language: str) -> list[str]:
    lines = [say(language, "revisions")]
    for row in one.history:
        until = ""
        if row.superseded_at is not None:
            until = say(language, "revision.until", until=local_text(row.superseded_at, zone, language))
        definition = say(language, "revision.definition", version=row.definition) if row.definition else ""
        lines.append(say(
            language, "revision", revision=row.revision, value=value_text(row, language),
            reason=reason_text(row.reason, language), definition=definition,
            since=local_text(row.recorded_at, zone, language), until=until,
        ))  # fmt: skip
    if one.property_name and one.row.revision:
        lines.append(say(language, "revisions.lost"))
    return lines
