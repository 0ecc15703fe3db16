"""Which alerts a command is asked for: options that several commands share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from vigie.deploy.instants_typed import typed_instant
from vigie.serving.alert_words import KINDS
from vigie.streams.core.alarm.wanted import CLOSED, OPEN, Wanted
from vigie.streams.settings import Settings
from vigie.topics.alert_event import STATES
from vigie.topics.fleet.kinds.point import USE_CASES

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--use-case", "use_cases", multiple=True, type=click.Choice(list(USE_CASES)), help="Of these."),
    click.option("--commune", "communes", multiple=True, help="INSEE code; may be given several times."),
    click.option("--point", "points", multiple=True, help="Point id."),
    click.option("--device", "devices", multiple=True, help="Device id."),
    click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="What they are about."),
    click.option("--rule", "rules", multiple=True, help="Name of the rule."),
    click.option("--state", "states", multiple=True, type=click.Choice([OPEN, CLOSED, *STATES]), help="As it is now."),
    click.option("--priority", default=4, show_default=True, type=click.IntRange(1, 4), help="This one and above."),
    click.option("--from", "from_", help="Raised from then on, legal time: 2026-10-01, or 2026-10-01 06:00."),
    click.option("--to", help="Raised before then."),
)


def filter_options(function: F) -> F:
    """The options, on a command that takes them all as keywords."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def wanted_of(settings: Settings, *, from_: str | None, to: str | None, **asked: Any) -> Wanted:
    """The filter that the options say.

    Raises:
        click.BadParameter: an instant cannot be read.
        click.UsageError: the span is none.
    """
    begin, end = typed_instant(from_, settings), typed_instant(to, settings)
    if begin is not None and end is not None and begin >= end:
        raise click.UsageError("--from must lie before --to.")
    return Wanted(from_at=begin, to_at=end, **asked)
