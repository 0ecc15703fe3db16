"""A commissioning audit for people and for programs: its lines as text by language, and as JSON."""

from typing import Any, NamedTuple

from vigie.serving.audit_words import AUDIT_WORDS
from vigie.serving.wording import NARROW_SPACE, number_text, property_label, utc_text
from vigie.streams.core.commissioning import Line, overall
from vigie.streams.sinks.audit_queries import Audit
from vigie.topics.property import BY_NAME

MOST_DECIMALS = 4
"""Of a share in percent."""
SECONDS_IN_FULL = 100
"""Seconds from here on are told without decimals."""


class LineText(NamedTuple):
    """A line of the audit as a person reads it."""

    what: str
    verdict: str
    verdict_code: str
    value: str
    threshold: str
    made_of: str
    how: str


def share_text(value: float, language: str) -> str:
    """A share of 1 in percent, to a tenth; what is not all is not told as all, nor what is something as nothing.

    >>> share_text(0.97449, "fr"), share_text(0.97449, "en"), share_text(1.0, "en")
    ('97,4\u202f%', '97.4 %', '100 %')
    >>> share_text(59_475 / 59_494, "en"), share_text(1 / 2_649, "en"), share_text(1e-9, "en")
    ('99.97 %', '0.04 %', '0 %')
    """
    percent, decimals = value * 100, 1
    while decimals < MOST_DECIMALS and percent not in (0, 100) and round(percent, decimals) in (0, 100):
        decimals += 1
    return number_text(round(percent, decimals), language) + (NARROW_SPACE if language == "fr" else " ") + "%"


def amount_text(value: float | None, unit: str, language: str) -> str:
    """A value of a line with its unit; a dash for none.

    >>> amount_text(0.5, "share", "en"), amount_text(1.25, "dB", "en"), amount_text(None, "s", "fr")
    ('50 %', '1.25 dB', '–')
    """
    if value is None:
        return "–"
    if unit == "share":
        return share_text(value, language)
    text = number_text(round(value, 2 if abs(value) < SECONDS_IN_FULL or unit != "s" else 0), language)
    space = NARROW_SPACE if language == "fr" else " "
    return text + (space + unit if unit and unit != "gateways" else "")


def line_text(line: Line, language: str) -> LineText:
    """A line in the words of a language."""
    words = AUDIT_WORDS[language]
    unit = line.threshold.unit if line.threshold else _unit(line.subject)
    threshold = "–"
    if line.threshold:
        form = words["at_least"] if line.threshold.at_least else words["at_most"]
        limits = {name: amount_text(getattr(line.threshold, name), unit, language) for name in ("good", "watch")}
        threshold = form.format(**limits)
    counts = [number_text(round(count), language) for count in (line.numerator, line.denominator)]
    return LineText(
        what=words[line.name] + (f" ({subject_text(line.subject, language)})" if line.subject else ""),
        verdict=words[line.verdict.value],
        verdict_code=line.verdict.value,
        value=amount_text(line.value, unit, language),
        threshold=threshold,
        made_of=words["of"].format(numerator=counts[0], denominator=counts[1]),
        how=words[f"how_{line.name}"],
    )


def subject_text(subject: str, language: str) -> str:
    """A property with its channel.

    >>> subject_text("passages#2", "fr")
    'passages, voie 2'
    """
    name, _, channel = subject.partition("#")
    label = property_label(BY_NAME[name].id, language) if name in BY_NAME else name
    return label + ((", voie " if language == "fr" else ", channel ") + channel if channel else "")


def audit_data(audit: Audit) -> dict[str, Any]:
    """An audit as JSON; thresholds with each line."""
    return {
        "point": audit.point.id,
        "code": audit.point.get("code"),
        "placement": audit.placement.id,
        "device": audit.placement.get("device"),
        "model": audit.model,
        "start_at": utc_text(audit.start_at),
        "end_at": utc_text(audit.end_at),
        "complete": audit.complete,
        "verdict": overall(audit.lines).value,
        "lines": [_line_data(line) for line in audit.lines],
    }


def _line_data(line: Line) -> dict[str, Any]:
    limits = line.threshold._asdict() if line.threshold else None
    return line._asdict() | {
        "verdict": line.verdict.value,
        "threshold": limits,
        "method": AUDIT_WORDS["en"][f"how_{line.name}"],
    }


def _unit(subject: str) -> str:
    name = subject.partition("#")[0]
    return BY_NAME[name].unit if name in BY_NAME else ""
