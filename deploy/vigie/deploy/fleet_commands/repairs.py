"""`vigie fleet repairs`: which history is repaired after a correction of the fleet, and how far that has come."""

import json
from typing import Any

import click

from vigie.deploy.installation import settings_here
from vigie.deploy.opened_database import told
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.repair_words import WORDS, as_data, line
from vigie.streams.fleet import repairs
from vigie.streams.sinks.database import connect_to_write


@click.group(
    invoke_without_command=True,
    epilog="\b\nExamples:\n  vigie fleet repairs\n  vigie fleet repairs --done --json\n"
    "  vigie fleet repairs ask 12 13   # begin what an apply --no-replay only offered",
)
@click.option("--done", is_flag=True, help="Those that are done too.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(context: click.Context, *, done: bool, limit: int, as_json: bool) -> None:
    """Show the repairs of history that corrections of the fleet ask for, the latest first.

    The role recompute does what is asked for, one repair after the other.
    """
    if context.invoked_subcommand is not None:
        return
    settings = settings_here()
    words: dict[str, Any] = WORDS[settings.language]
    states = ["offered", "asked", *(["done"] if done else [])]
    with told(settings), connect_to_write(settings) as connection:
        found = repairs.listed(connection, states, limit)
        counts = repairs.counts(connection)
    if as_json:
        click.echo(json.dumps({"repairs": [as_data(one) for one in found]} | counts, ensure_ascii=False))
        return
    if found:
        _print_table([line(one, settings.language, settings.timezone) for one in found], words["head"])
    else:
        click.echo(words["none"])
    click.echo(words["counts"].format(**counts))
    total = sum(counts[state] for state in states)
    if len(found) < total:
        click.echo(words["cut"].format(shown=len(found), total=total), err=True)


@command.command(epilog="\b\nExamples:\n  vigie fleet repairs ask 12 13\n  vigie fleet repairs ask --all --json")
@click.argument("numbers", nargs=-1, type=click.IntRange(1), metavar="NUMBER…")
@click.option("--all", "every", is_flag=True, help="All that are offered.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def ask(numbers: tuple[int, ...], *, every: bool, as_json: bool) -> None:
    """Ask for repairs that an apply only offered; one that is asked for already, or done, stays as it is.

    Exit code 2: a number is no repair's; then nothing is asked for.
    """
    settings = settings_here()
    words: dict[str, Any] = WORDS[settings.language]
    if bool(numbers) == every:
        raise OperatorError(words["which"], Exit.USAGE)
    with told(settings), connect_to_write(settings) as connection, connection.transaction():
        before = repairs.ask(connection, None if every else numbers)
        for number in numbers:
            if number not in before:
                raise OperatorError(words["no_such"].format(number=number), Exit.USAGE)
    begun = [number for number, state in before.items() if state == "offered"]
    if as_json:
        click.echo(json.dumps({"asked": begun}))
    else:
        click.echo(words["asked_now"].format(count=len(begun)) if begun else words["nothing_offered"])


def _print_table(lines: list[tuple[str, ...]], head: tuple[str, ...]) -> None:
    from rich.table import Table

    from vigie.deploy.status_table import console
    from vigie.deploy.terminal_text import cell

    table = Table(*head, box=None, pad_edge=False)
    for one in lines:
        table.add_row(*map(cell, one))
    console().print(table)
