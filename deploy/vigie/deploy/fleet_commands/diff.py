"""`vigie fleet diff`: what a statement would change, before it does."""

import json
from pathlib import Path

import click

from vigie.deploy.fleet_changes.carry_out import Wanted, data, show
from vigie.deploy.fleet_changes.words import tell
from vigie.deploy.fleet_files.reading_shown import read_shown
from vigie.deploy.installation import settings_here
from vigie.deploy.opened_database import opened_database


@click.command(
    epilog="\b\nExamples:\n  vigie fleet diff flotte/\n  vigie fleet diff flotte.xlsx --prune\n"
    "  vigie fleet diff flotte/ --json | jq '.changes[] | select(.what == \"changed\")'"
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--prune", is_flag=True, help="Objects that the statement does not mention would be taken back.")
@click.option("--all", "everything", is_flag=True, help="Show every object, however many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(path: Path, *, prune: bool, everything: bool, as_json: bool) -> None:
    """Show what the fleet stated in PATH would change: a folder of YAML and CSV files, one of them, or a spreadsheet.

    Nothing is changed. It says how many stored uplinks the change would place or repair.

    Exit code 17: the statement would be refused; why is printed.
    """
    settings = settings_here()
    statement = read_shown(path, settings)
    wanted = Wanted(source=str(path), prune=prune, as_json=as_json, everything=everything)
    with opened_database(settings) as connection:
        shown = show(connection, settings, statement.stated, wanted, statement.problems)
        if as_json:
            click.echo(json.dumps(data(shown), ensure_ascii=False))
        elif not shown.proposed.changes:
            click.echo(tell(settings.language, "nothing", revision=shown.proposed.revision))
