"""`vigie faults`: faults put into clean series, to see what the tests of quality find."""

import json
import sys

import click

from vigie.deploy.operator_error import Exit

_FILE_WIDTH = 120
"""Of a table that goes to a file: room for the names of three tests."""


@click.group(
    epilog="\b\nExample:\n  vigie faults bench            # recall and false flags, within a minute",
)
def command() -> None:
    """Put faults into clean series and see how many are found."""


@command.command(
    epilog="""\b
    Examples:
      vigie faults bench                      # a table
      vigie faults bench --seed 2 --weeks 8   # other sensors, for longer
      vigie faults bench --json               # one JSON object per figure
    """
)
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Of all that is by chance.")
@click.option("--weeks", default=4, show_default=True, type=click.IntRange(3, 52), help="How long each series is.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per figure and nothing else.")
@click.option("--markdown", "as_markdown", is_flag=True, help="The table as docs/quality.md holds it.")
def bench(seed: int, weeks: int, *, as_json: bool, as_markdown: bool) -> None:
    """Recall and false flags of the tests of quality, by use case and fault, with the values that a point starts with.

    Nothing is sent and no service is needed. Exit code 0 if stuck, spike, step and gap are found as promised with no
    more false flags than promised, 17 if not.
    """
    from rich.console import Console

    from vigie.deploy.faults import table
    from vigie.deploy.faults.judge import figure, plan

    wanted = plan()
    found = []
    with click.progressbar(length=len(wanted), label="faults", file=sys.stderr) as progress:
        for one in wanted:
            found.append(figure(*one, seed, weeks))
            progress.update(1)
            if as_json:
                click.echo(json.dumps(table.as_json(found[-1]), ensure_ascii=False))
    if as_markdown:
        click.echo(table.markdown(found))
    elif not as_json:
        Console(width=None if sys.stdout.isatty() else _FILE_WIDTH).print(table.terminal(found))
        click.echo(
            f"seed {seed}, {weeks} weeks; held: recall ≥ 0.95 where promised, false flags ≤ 0.5 per sensor-month"
        )
    if any(one.held() is False for one in found):
        sys.exit(int(Exit.DIFFERENT))
