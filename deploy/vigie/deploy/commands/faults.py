"""`vigie faults`: faults put into clean series, to see what the tests of quality and the rules of alarms find."""

import json
import sys
from collections.abc import Sequence

import click

from vigie.deploy.faults.part import Outcome, Part, parts
from vigie.deploy.operator_error import Exit, OperatorError

_FILE_WIDTH = 120
"""Of a table that goes to a file: room for the names of three tests."""


@click.group(
    epilog="\b\nExample:\n  vigie faults bench            # recall and false alarms, within two minutes",
)
def command() -> None:
    """Put faults into clean series and see how many are found."""


@command.command(
    epilog="""\b
    Examples:
      vigie faults bench                      # a table for each part
      vigie faults bench --part quality       # only the tests of quality
      vigie faults bench --seed 2 --weeks 8   # other sensors, for longer
      vigie faults bench --json               # one JSON object per figure
    """
)
@click.option("--part", "names", multiple=True, help="Only this part (quality, rules …); may be given several times.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Of all that is by chance.")
@click.option("--weeks", default=4, show_default=True, type=click.IntRange(3, 52), help="How long each series is.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per figure and nothing else.")
@click.option("--markdown", "as_markdown", is_flag=True, help="The tables as docs/quality.md and docs/detection.md do.")
def bench(names: tuple[str, ...], seed: int, weeks: int, *, as_json: bool, as_markdown: bool) -> None:
    """Recall and false alarms by use case and fault: of the tests of quality, of rules, of silence.

    With the values that a point starts with. Nothing is sent and no service is needed. Exit code 0 if what is promised
    of each part holds, 17 if not.
    """
    chosen = _chosen(names)
    pieces = [(part, piece) for part in chosen for piece in part.plan()]
    found: dict[str, list[Outcome]] = {part.name: [] for part in chosen}
    with click.progressbar(length=len(pieces), label="faults", file=sys.stderr) as progress:
        for part, piece in pieces:
            made = part.play(piece, seed, weeks)
            found[part.name] += made
            progress.update(1)
            if as_json:
                for one in made:
                    click.echo(json.dumps(one.as_json(), ensure_ascii=False))
    if not as_json:
        for part in chosen:
            _shown(part, found[part.name], f"seed {seed}, {weeks} weeks", as_markdown=as_markdown)
    if any(one.held() is False for lines in found.values() for one in lines):
        sys.exit(int(Exit.DIFFERENT))


def _chosen(names: tuple[str, ...]) -> list[Part]:
    known = parts()
    for name in names:
        if name not in known:
            raise OperatorError(f"The bench of faults has no part {name!r}; it has {', '.join(known)}.", Exit.USAGE)
    return [part for part in known.values() if not names or part.name in names]


def _shown(part: Part, lines: Sequence[Outcome], how: str, *, as_markdown: bool) -> None:
    if as_markdown:
        rows = [part.headings, ("---",) * len(part.headings), *(one.cells() for one in lines)]
        click.echo("\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title=part.title, title_justify="left")
    for heading in part.headings:
        table.add_column(heading, overflow="fold", no_wrap=heading in ("property", "fault"))
    for one in lines:
        table.add_row(*one.cells())
    Console(width=None if sys.stdout.isatty() else _FILE_WIDTH).print(table)
    click.echo(f"{how}; held: {part.promise}")
