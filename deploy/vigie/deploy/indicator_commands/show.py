"""`vigie indicators show`: the values of a subject."""

import json

import click

from vigie.deploy import indicator_asked as asked
from vigie.deploy.installation import settings_here
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.opened_database import opened_database
from vigie.deploy.terminal_text import cell
from vigie.serving.indicator_cells import code_text, name_text, number_text_of, share_text
from vigie.serving.indicator_explain import row_data
from vigie.serving.indicator_words import say
from vigie.serving.wording import local_text
from vigie.streams.core.aggregate_words import category_text, quality_text, reason_text
from vigie.streams.settings import Settings
from vigie.streams.sinks.indicator_queries import Listed, Row, latest, rows
from vigie.topics.aggregate import WINDOW_CODES

_INDICATOR, _CALLED, _WHOLE = 0, 5, {2, 3, 7}
"""Columns of the table: two that are left out where they say nothing, and those that are not broken."""
_HISTORY, _WIDE = {7, 8}, 110
"""Columns that are left out where many indicators stand on a narrow terminal: `explain` has them."""


@click.command(
    epilog="""\b
    Examples:
      vigie indicators show SON-13055-01                         # the last window of everything
      vigie indicators show SON-13055-01 noise_harmonica --from 2026-07-01 --to 2026-07-02
      vigie indicators show zone:centre air_temperature --code 1h --json
    """
)
@click.argument("subject", metavar="POINT")
@click.argument("indicator", required=False)
@click.option("--from", "start", metavar="TIME", help="Windows that end after this legal time.")
@click.option("--to", "end", metavar="TIME", help="Windows that start before this legal time.")
@click.option("--code", type=click.Choice(WINDOW_CODES), help="Only windows of this code.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="At most so many, the last ones."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per window.")
def command(
    subject: str, indicator: str | None, start: str | None, end: str | None, code: str | None, limit: int, *,
    as_json: bool,
) -> None:  # fmt: skip
    """Show the values of POINT: of one INDICATOR (or property) over time, or without one the last window of each.

    POINT is an id or today's code, or a subject such as zone:centre, commune:13055, use_case:noise, network:orange. A
    value is empty where too few readings came. Exit code 2: there is no such point, or it has no such window.
    """
    settings = settings_here()
    span = typed_instant(start, settings), typed_instant(end, settings)
    with opened_database(settings) as connection:
        of, known = asked.subject_of(connection, subject, settings), asked.known(connection, settings)
        if indicator is None:
            found = latest(connection, of, code)
        else:
            found = rows(connection, of, indicator, span, code, limit)[::-1]
        if not found:
            asked.check(indicator or "", known, settings)
            raise asked.nothing(connection, of, indicator or "", settings)
    if as_json:
        for one in found:
            click.echo(json.dumps(row_data(one), ensure_ascii=False))
    else:
        print_rows(found, known, settings)


def print_rows(found: list[Row], known: dict[str, Listed], settings: Settings) -> None:
    """A table of windows, one line each."""
    from rich.table import Table
    from rich.text import Text

    from vigie.deploy.status_table import console

    language = settings.language
    labels = [name_text(one.indicator, known.get(one.indicator.partition("#")[0]), language) for one in found]
    alone = len(set(labels)) == 1  # said above the table instead of in each line
    without = {_INDICATOR} if alone else _HISTORY if console().width < _WIDE else set()
    if not any(one.category for one in found):
        without = {*without, _CALLED}
    table = Table(title=cell(labels[0]) if alone else None, title_justify="left", box=None, pad_edge=False)
    for number, head in enumerate(say(language, "show.head").split("|")):
        if number not in without:
            table.add_column(head, no_wrap=number in _WHOLE, overflow="fold")
    for one, label in zip(found, labels, strict=True):
        cells: list[str | Text] = [
            cell(label), code_text(one.window_code, language), _start_text(one, settings.timezone, language),
            number_text_of(one, language), share_text(one.completeness, language),
            cell(category_text(one.category, language)), quality_text(one.quality, language), str(one.revision),
            reason_text(one.reason, language),
        ]  # fmt: skip
        table.add_row(*(text for number, text in enumerate(cells) if number not in without))
    console().print(table)


def _start_text(one: Row, zone: str, language: str) -> str:
    """As short as can be: windows begin at whole minutes, and two of a long day at the same hour."""
    return (
        local_text(one.window_start, zone, language).replace(":00 (UTC", " (").replace(" à ", " ").replace(":00)", ")")
    )
