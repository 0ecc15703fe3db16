"""`vigie quality audit`: what the first two days of a placement came to."""

import json
import sys
from pathlib import Path

import click

from vigie.deploy.exported import export_to
from vigie.deploy.installation import settings_here
from vigie.deploy.opened_store import opened_store
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.serving.audit_text import audit_data, line_text
from vigie.serving.audit_words import AUDIT_WORDS
from vigie.serving.page import Pages
from vigie.serving.point_pages import audit_values, no_audit, wall_clock
from vigie.serving.wording import local_text
from vigie.streams.core.commissioning import Verdict, overall
from vigie.streams.settings import Settings
from vigie.streams.sinks.audit_queries import Audit, NoPlacementError


@click.command(
    epilog="""\b
    Examples:
      vigie quality audit TEM-13055-01
      vigie quality audit TEM-13055-01 --html audit.html    # to print, sign and file
    """
)
@click.argument("point")
@click.option("--placement", default="", help="Id of the placement; without it, the last one that has begun.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
def command(point: str, placement: str, html: Path | None, *, as_json: bool) -> None:
    """Audit the first 48 hours of a placement of POINT: reception, step, loss, plausible values, neighbours.

    Exit code 17: a line fails. 2: there is no such point, or no placement to audit.
    """
    settings = settings_here()
    with opened_store(settings) as store:
        try:
            found = store.audit(point, wall_clock(), placement)
        except NoPlacementError as error:
            raise OperatorError(no_audit(error, settings.language), Exit.USAGE) from None
    if html is not None:
        pages = Pages(settings.language, settings.timezone)
        page = pages.file("audit.html", **audit_values(found, settings.language))
        export_to(html, lambda out: out.write(page))
        click.echo(str(html), err=True)
    if as_json:
        click.echo(json.dumps(audit_data(found), ensure_ascii=False))
    elif html is None:
        _print(found, settings)
    if overall(found.lines) is Verdict.FAIL:
        raise click.exceptions.Exit(int(Exit.DIFFERENT))


def _print(found: Audit, settings: Settings) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    language, words = settings.language, AUDIT_WORDS[settings.language]
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    span = " – ".join(local_text(at, settings.timezone, language) for at in (found.start_at, found.end_at))
    console.print(Text(f"{found.point.get('code', found.point.id)} · {found.placement.id} · {span}"))
    if not found.complete:
        console.print(Text(words["not_over"]))
    table = Table(words["what"], words["verdict"], words["value"], words["threshold"], words["made_of"], box=None)
    for line in (line_text(one, language) for one in found.lines):
        table.add_row(*map(Text, (line.what, line.verdict, line.value, line.threshold, line.made_of)))
    console.print(table)
    console.print(Text(f"{words['overall']} : {words[overall(found.lines).value]}"))
