"""`vigie fleet check`: what is wrong with a statement, before anything is applied; and the topic's repair."""

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vigie.deploy.fleet_files.places import as_data, in_order, line
from vigie.deploy.fleet_files.words import say
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings

if TYPE_CHECKING:
    from vigie.topics.fleet.stated import Problem, Stated

_SHOWN = 100


@click.command(
    epilog="""\b
    Examples:
      vigie fleet check flotte/               # each problem as file:line:column, exit code 17
      vigie fleet check flotte.xlsx --json
      vigie fleet check corrections.yaml --onto-known   # a part: the rest is what PostgreSQL knows
      vigie fleet check --republish           # PostgreSQL was restored: fleet.v1 follows it
    """
)
@click.argument("path", type=click.Path(path_type=Path), required=False)
@click.option("--onto-known", is_flag=True, help="Check PATH on top of the fleet that PostgreSQL knows.")
@click.option("--republish", is_flag=True, help="Make the topic fleet.v1 anew from PostgreSQL, which is the truth.")
@click.option("--all", "every", is_flag=True, help=f"Show every problem, not the first {_SHOWN}.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(path: Path | None, *, onto_known: bool, republish: bool, every: bool, as_json: bool) -> None:
    """Check a fleet's files: a folder, a file named after its kind (point.yaml), or an XLSX workbook.

    Without --onto-known PATH is the whole fleet, and no installation is needed.

    Exit code 0: it can be applied (warnings do not hinder). 17: it cannot. 2: nothing to check was named. 15: nothing
    runs here that --onto-known or --republish needs. 16: PostgreSQL or Kafka does not answer.
    """
    settings = Settings.from_env(os.environ)
    if path is None and not republish:
        raise OperatorError(say(settings.language, "nothing_to_do"), Exit.USAGE)
    if path is not None:
        _check(path, settings, onto_known=onto_known, every=every, as_json=as_json)
    if republish:
        from vigie.deploy.fleet_files.republishing import republish_here

        republish_here(as_json=as_json)


def _check(path: Path, settings: Settings, *, onto_known: bool, every: bool, as_json: bool) -> None:
    from vigie.deploy.fleet_files.reading_shown import read_shown

    statement = read_shown(path, settings)
    found = in_order([*statement.problems, *_of_the_fleet(statement.stated, statement.problems, settings, onto_known)])
    errors = sum(one.severe for one in found)
    counts = {
        "objects": len({one.key for one in statement.stated}), "versions": len(statement.stated), "errors": errors,
        "warnings": len(found) - errors,
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps({"problems": [as_data(one) for one in found], **counts}, ensure_ascii=False))
    else:
        for one in found if every else found[:_SHOWN]:
            click.echo(line(one, settings.language))
        if len(found) > _SHOWN and not every:
            click.echo(say(settings.language, "more", count=len(found) - _SHOWN))
        click.echo(say(settings.language, "counts", **counts))
    if errors:
        raise click.exceptions.Exit(int(Exit.DIFFERENT))


def _of_the_fleet(
    stated: "list[Stated]", problems: "list[Problem]", settings: Settings, onto_known: bool
) -> "list[Problem]":
    """What is wrong with the whole, but for what reading has refused already: it is missing for that reason alone."""
    from vigie.streams.core.fleet.check import check, merge

    known = {}
    if onto_known:
        from vigie.deploy.fleet_changes.opened import known_fleet
        from vigie.deploy.installation import settings_here
        from vigie.deploy.opened_database import opened_database

        with opened_database(settings_here()) as connection:
            known = known_fleet(connection)
    fleet, hindrances = merge(known, stated)
    said = {(one.origin and one.origin[:3], one.field) for one in problems if one.severe}
    found = [*hindrances, *check(fleet, int(time.time() * 1000), zone=settings.timezone)]
    return [one for one in found if (one.origin and one.origin[:3], one.field) not in said]
