"""The facts of an explanation for a reader: labelled, formatted, in the groups in which they are looked at."""

from collections.abc import Mapping
from datetime import datetime
from math import isfinite
from typing import NamedTuple

from vigie.streams.core.alarm.words import VERDICTS, word
from vigie.streams.core.amounts import NARROW_SPACE, amount_text, number_text
from vigie.streams.core.local_time import duration_text, moment_text
from vigie.streams.core.mail.words import LAWS, RULES
from vigie.streams.core.outside_text import outside_text
from vigie.topics.alert_facts import FACTS
from vigie.topics.fleet.kinds.point import USE_CASES
from vigie.topics.property import PROPERTIES

_STARTS = {"device": "about", "property": "seen", "rule": "judged", "last_intervention": "with", "check_fr": ""}
"""The fact with which each group begins, in the order of FACTS; what is to be done stands apart."""
_ORDER = ("seen", "about", "judged", "with")
_APART = frozenset({"unit", "second_source_unit", "link", "children"})
_LABELS_FR = {entry.name: entry.label_fr for entry in PROPERTIES.values()}
ENGLISH = "_en"
"""A fact of words may stand a second time, in English, under its name and this; so `window`, `window_en`."""
RARE = 0.001
"""Below this a probability is told as one chance in so many."""


class Row(NamedTuple):
    """A label, and what stands beside it; both ready to be shown (but for the escaping of HTML)."""

    label: str
    value: str


class Group(NamedTuple):
    """Facts that are looked at together; `title` is a key of WORDS."""

    title: str
    rows: tuple[Row, ...]


def _groups() -> dict[str, str]:
    found, group = {}, ""
    for name in FACTS:
        group = _STARTS.get(name, group)
        found[name] = group
    return found


_GROUP = _groups()


def fact_groups(fields: Mapping[str, str], zone: str, language: str, skip: frozenset[str] = frozenset()) -> list[Group]:
    """Facts by group, each in the order of FACTS; one that has no word of ours stands last, under its own name.

    Args:
        fields: name -> value, as an explanation has them.
        zone: IANA name of the legal time.
        language: fr or en.
        skip: names that are told elsewhere.
    """
    rows: dict[str, list[Row]] = {name: [] for name in _ORDER}
    names = [name for name in FACTS if fields.get(name)] + sorted(
        name for name in fields if name not in FACTS and name.removesuffix(ENGLISH) not in FACTS
    )
    for name in names:
        group = _GROUP.get(name, "with")
        twice = name == "point_code" and fields[name] == fields.get("point")
        if group and name not in _APART and name not in skip and not twice:
            rows[group].append(Row(label(name, language), fact_text(name, fields, zone, language)))
    return [Group(name, tuple(found)) for name, found in rows.items() if found]


def label(name: str, language: str) -> str:
    """What a fact is called.

    >>> label("last_arrival_at", "fr"), label("battery", "fr")
    ('Dernière réception', 'battery')
    """
    fact = FACTS.get(name)
    if fact is None:
        return outside_text(name)
    return fact.label_fr if language == "fr" else fact.label_en


def fact_text(name: str, fields: Mapping[str, str], zone: str, language: str) -> str:
    r"""One fact for a reader; a text that is not of the form that its name promises stands as it is.

    >>> fact_text("value", {"value": "2.31", "unit": "m"}, "Europe/Paris", "fr")
    '2,31\u202fm'
    >>> fact_text("last_arrival_at", {"last_arrival_at": "2025-06-18T07:12:00Z"}, "Europe/Paris", "fr")
    '18/06/2025 à 09:12'
    >>> fact_text("last_intervention", {"last_intervention": "2025-06-02T07:00:00Z I-12"}, "Europe/Paris", "fr")
    'I-12, le 02/06/2025 à 09:00'
    >>> fact_text("loss", {"loss": "0.12"}, "Europe/Paris", "en"), fact_text("phi", {"phi": "soon"}, "UTC", "en")
    ('12 %', 'soon')
    """
    text = (fields.get(name + ENGLISH) if language == "en" else None) or fields[name]
    form = FACTS[name].form if name in FACTS else "text"
    try:
        if form == "instant":
            return _moment(text, zone, language)
        if name == "last_intervention":  # when it began, and its id
            began, _, what = text.partition(" ")
            when = _moment(began, zone, language)
            return f"{outside_text(what)}, {'le ' if language == 'fr' else ''}{when}" if what else when
        if form != "text":
            unit = "second_source_unit" if name == "second_source_value" else "unit"
            return _number(form, float(text), outside_text(fields.get(unit, ""), 20), language)
    except (ValueError, OverflowError):
        pass
    return _known(name, outside_text(text, 1000 if name == "message" else 200), language)


def _moment(text: str, zone: str, language: str) -> str:
    return moment_text(round(datetime.fromisoformat(text).timestamp() * 1000), zone, language)


def _number(form: str, value: float, unit: str, language: str) -> str:
    if not isfinite(value):
        return "–"
    if form == "duration":
        return duration_text(round(value * 1000), language)
    if form == "probability":
        return probability_text(value, language)
    return amount_text(value, unit if form == "quantity" else "", language)


def probability_text(value: float, language: str) -> str:
    r"""A probability as a share, and a small one as one chance in so many.

    >>> probability_text(0.125, "fr"), probability_text(0.00005, "en")
    ('12,5\u202f%', '1 chance in 20,000')
    """
    if 0 < value < RARE:
        words = "1 chance sur" if language == "fr" else "1 chance in"
        return f"{words} {number_text(float(f'{1 / value:.2g}'), language)}"
    return number_text(round(100 * value, 1), language) + (NARROW_SPACE if language == "fr" else " ") + "%"


def _known(name: str, text: str, language: str) -> str:
    """A code of ours in words."""
    if name == "property":
        base, _, channel = text.partition("#")
        words = _LABELS_FR.get(base, base) if language == "fr" else base.replace("_", " ")
        return f"{words} ({channel})" if channel and channel != "0" else words
    if name == "use_case" and language == "fr":
        return USE_CASES.get(text, text)
    if name == "verdict":
        return word(VERDICTS, text, language)
    if name == "rule":
        return RULES[language].get(text, text)
    if name == "law":
        return LAWS[language].get(text, text)
    return text
