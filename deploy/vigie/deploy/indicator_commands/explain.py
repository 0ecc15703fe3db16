"""`vigie indicators explain`: why a window has its value."""

import json

import click

from vigie.deploy import indicator_asked as asked
from vigie.deploy.indicator_commands.show import print_rows
from vigie.deploy.installation import settings_here
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.opened_database import opened_database
from vigie.serving.indicator_cells import name_text
from vigie.serving.indicator_explain import as_data, explain, row_data
from vigie.serving.indicator_text import as_text
from vigie.serving.indicator_words import say
from vigie.serving.wording import local
from vigie.streams.core.windows.legal import window_of
from vigie.streams.sinks.indicator_queries import Row, rows
from vigie.topics.aggregate import WINDOW_CODES

_SHORT = ("15m", "30m", "1h", "r1h", "r8h")
_BY_LENGTH = ("15m", "30m", "1h", "r1h", "r8h", "1d", "r24h", "1w", "r7d", "1mo", "1y")


@click.command(
    epilog="""\b
    Examples:
      vigie indicators explain SON-13055-01 noise_lden 2026-07-14
      vigie indicators explain SON-13055-01 noise_harmonica '2026-07-14 15:00'
      vigie indicators explain zone:centre air_temperature 2026-07-14 --code 1d --json
    """
)
@click.argument("subject", metavar="POINT")
@click.argument("indicator")
@click.argument("day")
@click.option("--code", type=click.Choice(WINDOW_CODES), help="Only windows of this code.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of sentences.")
def command(subject: str, indicator: str, day: str, code: str | None, *, as_json: bool) -> None:
    """Say how the value of INDICATOR of POINT on DAY came about.

    That is its definition and formula with the numbers put in, which readings counted and which were left out and why,
    the completeness against its bound, and every revision with its reason. POINT is an id, today's code, or a subject
    such as zone:centre. DAY is a legal date; with a time, the shortest window that holds it is explained. Of an
    indicator that has only windows shorter than a day, a date alone lists that day's. Exit code 2: there is no such
    point, indicator or window.
    """
    settings = settings_here()
    at = typed_instant(day, settings)
    assert at is not None
    whole = window_of("1d", at, settings.timezone)
    timed = at != whole.start_at
    with opened_database(settings) as connection:
        of, known = asked.subject_of(connection, subject, settings), asked.known(connection, settings)
        span = (at, at + 1) if timed else (whole.start_at, whole.end_at)
        found = _chosen(rows(connection, of, indicator, span, code, 3000), indicator, timed=timed)
        if not found:
            asked.check(indicator, known, settings)
            raise asked.nothing(connection, of, indicator, settings)
        listed = known.get(indicator.partition("#")[0])
        if not timed and found[0].window_code in _SHORT:
            if as_json:
                click.echo(json.dumps([row_data(one) for one in found], ensure_ascii=False))
                return
            label = name_text(indicator, listed, settings.language)
            told = local(at, settings.timezone).strftime("%d/%m/%Y")
            click.echo(say(settings.language, "day", label=label, day=told))
            print_rows(found, known, settings)
            return
        explained = [explain(connection, one, listed if one.definition else None) for one in found]
    if as_json:
        click.echo(json.dumps([as_data(one) for one in explained], ensure_ascii=False))
    else:
        texts = ["\n".join(as_text(one, settings.timezone, settings.language)) for one in explained]
        click.echo("\n\n".join(texts))


def _chosen(found: list[Row], indicator: str, *, timed: bool) -> list[Row]:
    """The windows that are meant: of one code and the channel that was named, by time."""
    channels = [one for one in found if one.indicator == indicator] or found
    codes = {one.window_code for one in channels}
    order = _BY_LENGTH if timed else ("1d", *_BY_LENGTH)
    code = next((one for one in order if one in codes), None)
    meant = [one for one in channels if one.window_code == code]
    return sorted(meant, key=lambda one: (one.window_start, one.indicator))
