"""What use cases, windows, shares, indicators and their values are called: cells of tables, words of sentences."""

from vigie.serving.indicator_words import WORDS, say
from vigie.serving.wording import amount_text, property_label
from vigie.streams.core.aggregate_words import category_text
from vigie.streams.core.outside_text import outside_text
from vigie.streams.core.windows.indicator import indicators
from vigie.streams.sinks.indicator_queries import Listed, Row
from vigie.topics.aggregate import Aggregate
from vigie.topics.fleet.kinds.point import USE_CASES
from vigie.topics.property import BY_NAME


def use_case_text(name: str, language: str) -> str:
    """What a use case is called.

    >>> use_case_text("noise", "fr"), use_case_text("", "en")
    ('bruit', 'network and platform')
    """
    if not name:
        return say(language, "of_platform")
    return USE_CASES.get(name, name) if language == "fr" else name


def code_text(code: str, language: str) -> str:
    """What a window code is called.

    >>> code_text("1mo", "fr"), code_text("r7d", "en")
    ('mois', 'rolling 7 days')
    """
    return WORDS[language].get(f"code.{code}", code)


def share_text(share: float | None, language: str) -> str:
    """A share as percent; never rounded up to all.

    >>> share_text(0.7512, "en"), share_text(0.9999, "en"), share_text(None, "fr")
    ('75.1 %', '99.9 %', '–')
    """
    if share is None:
        return "–"
    return amount_text(int(share * 1000 + 1e-6) / 10, "%", language)


def name_text(indicator: str, listed: Listed | None, language: str) -> str:
    """What an indicator or a property is called, with its channel."""
    name, _, channel = indicator.partition("#")
    if listed is not None:
        label = outside_text(listed.label)
    else:
        label = property_label(BY_NAME[name].id, language) if name in BY_NAME else outside_text(name)
    return say(language, "series.channel", label=label, channel=channel) if channel else label


def number_text_of(row: Row | Aggregate, language: str) -> str:
    """The value with its unit, with as many decimals as its indicator is read with."""
    made = indicators().get(row.indicator.partition("#")[0])
    if row.value is None or made is None or made.decimals is None:
        return amount_text(row.value, row.unit, language)
    return amount_text(round(row.value, made.decimals), row.unit, language)


def value_text(row: Row, language: str) -> str:
    """The value with its unit, and what it is called."""
    text = number_text_of(row, language)
    return f"{text} ({category_text(outside_text(row.category), language)})" if row.category else text
