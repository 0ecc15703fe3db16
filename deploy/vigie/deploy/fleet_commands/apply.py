"""`vigie fleet apply`: a statement becomes the fleet."""

from pathlib import Path

import click

from vigie.deploy.fleet_changes.carry_out import Wanted, carry_out
from vigie.deploy.fleet_changes.opened import opened
from vigie.deploy.fleet_files.reading_shown import read_shown
from vigie.deploy.installation import settings_here


@click.command(
    epilog="\b\nExamples:\n  vigie fleet apply flotte/\n  vigie fleet apply flotte/ --yes --author m.durand\n"
    "  vigie fleet apply flotte.xlsx --no-replay   # history is left as it is, for now"
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--prune", is_flag=True, help="Take back objects that the statement does not mention.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--replay/--no-replay", default=None, help="Repair history by it, or only offer to; asked on a terminal.")
@click.option("--author", help="Who states it, for the record; default: the user of this session.")
@click.option("--all", "everything", is_flag=True, help="Show every object, however many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, and ask nothing.")
def command(
    path: Path, *, prune: bool, yes: bool, replay: bool | None, author: str | None, everything: bool, as_json: bool
) -> None:
    """Make the fleet what PATH states: a folder of YAML and CSV files, one of them, or a spreadsheet.

    It shows what changes and asks on a terminal. All of it is recorded, or nothing. Objects that PATH does not mention
    stay as they are. Stored uplinks that the change concerns are placed and qualified again by the role recompute.

    Exit code 17: the statement is refused; why is printed.
    """
    settings = settings_here()
    statement = read_shown(path, settings)
    wanted = Wanted(str(path), prune, yes, replay, author, as_json, everything)
    with opened(settings) as connection:
        carry_out(connection, settings, statement.stated, wanted, statement.problems)
