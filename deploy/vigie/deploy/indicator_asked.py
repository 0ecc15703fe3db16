"""What a person names on the command line of `vigie indicators`, found in the store, or a sentence that it is not."""

from difflib import get_close_matches
from typing import Any

import psycopg

from vigie.deploy.operator_error import Exit, OperatorError
from vigie.serving.indicator_words import say
from vigie.serving.wording import local_text
from vigie.streams.settings import Settings
from vigie.streams.sinks.indicator_queries import Listed, latest, listed, subject_named
from vigie.topics.property import BY_NAME

Connection = psycopg.Connection[Any]


def subject_of(connection: Connection, name: str, settings: Settings) -> str:
    """The subject of this name.

    Raises:
        OperatorError: no point has it.
    """
    found = subject_named(connection, name)
    if found is None:
        raise OperatorError(say(settings.language, "no_subject", name=name), Exit.USAGE)
    return found


def known(connection: Connection, settings: Settings) -> dict[str, Listed]:
    """Every indicator by its name."""
    return {one.name: one for one in listed(connection, settings.language)}


def check(indicator: str, known: dict[str, Listed], settings: Settings) -> None:
    """See that there is such an indicator or property (or none is named); a channel after `#` is left aside.

    Raises:
        OperatorError: there is none.
    """
    name = indicator.partition("#")[0]
    if name and name not in known and name not in BY_NAME:
        found = get_close_matches(name.lower(), [*known, *BY_NAME], n=1)
        near = say(settings.language, "no_indicator.near", near=found[0]) if found else ""
        raise OperatorError(say(settings.language, "no_indicator", name=name, near=near), Exit.USAGE)


def nothing(connection: Connection, subject: str, indicator: str, settings: Settings) -> OperatorError:
    """The error that there is no such window, with what there is."""
    found = latest(connection, subject)
    there = sorted({one.indicator for one in found})
    others = ", ".join(there[:20]) + (" …" if len(there) > 20 else "")
    language = settings.language
    what = f"{indicator} " if indicator else ""
    if indicator in there:
        start = max(one.window_start for one in found if one.indicator == indicator)
        told = local_text(start, settings.timezone, language)
        return OperatorError(say(language, "no_rows.last", subject=subject, what=what, start=told), Exit.USAGE)
    return OperatorError(
        say(language, "no_rows", subject=subject, what=what, others=others or say(language, "nothing")), Exit.USAGE
    )
