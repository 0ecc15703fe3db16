"""`vigie indicators list`: every indicator, the platform's and the fleet's."""

import json
import os
from contextlib import nullcontext

import click

from vigie.deploy.installation import settings_here
from vigie.deploy.opened_database import opened_database
from vigie.deploy.operator_error import OperatorError
from vigie.deploy.terminal_text import cell
from vigie.serving.indicator_cells import use_case_text
from vigie.serving.indicator_words import say
from vigie.streams.core.windows.indicator import indicators
from vigie.streams.settings import Settings
from vigie.streams.sinks.indicator_queries import Listed, listed
from vigie.topics.fleet.kinds.point import USE_CASES


@click.command(
    epilog="""\b
    Examples:
      vigie indicators list
      vigie indicators list --use-case noise --json
    """
)
@click.option("--use-case", type=click.Choice(list(USE_CASES)), help="Only those of this use case.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per indicator.")
def command(use_case: str | None, *, as_json: bool) -> None:
    """List every indicator by use case, with its unit, its windows and its owner.

    Those that the fleet's files state stand beside the platform's own, as long as a database is known here.
    """
    settings = _settings()
    if not settings.database:
        click.echo(say(settings.language, "platform_only"), err=True)
    with opened_database(settings) if settings.database else nullcontext() as connection:
        found = [one for one in listed(connection, settings.language) if use_case in (None, one.use_case)]
    if as_json:
        for one in found:
            click.echo(json.dumps(_data(one), ensure_ascii=False))
    else:
        _print(found, settings.language)


def _settings() -> Settings:
    """Those of what runs here; without anything, the environment's: the platform's own can be listed all the same."""
    try:
        return settings_here()
    except OperatorError:
        return Settings.from_env(os.environ)


def _data(one: Listed) -> dict[str, object]:
    made = one.made[0] if one.made else None
    return {
        "name": one.name, "use_case": one.use_case or None, "label": one.label, "unit": one.unit,
        "windows": list(one.codes), "owner": one.owner or None, "stated": one.stated is not None,
        "version": made.version if made else None, "subjects": [each.subject.value for each in one.made],
        "properties": list(made.properties) if made else list(one.stated.get("properties", ())) if one.stated else [],
    }  # fmt: skip


def _print(found: list[Listed], language: str) -> None:
    from rich.table import Table

    from vigie.deploy.status_table import console

    table = Table(box=None, pad_edge=False)
    for number, head in enumerate(say(language, "list.head").split("|")):
        table.add_column(head, no_wrap=number == 1, overflow="fold")  # the name is what one types
    for one in found:
        own = one.name not in indicators()
        label = say(language, "stated", label=one.label) if own else one.label
        of = say(language, "of_named") if own and not one.use_case else use_case_text(one.use_case, language)
        table.add_row(
            of, cell(one.name), cell(label), cell(one.unit), " ".join(one.codes),
            cell(one.owner or say(language, "no_owner")),
        )  # fmt: skip
    console().print(table)
