"""`vigie demo`: a day of a metropolis through the whole chain, in about a minute."""

import json
import os
import sys
from pathlib import Path

import click
from rich.console import Console

from vigie.deploy.operator_error import Exit
from vigie.streams.settings import Settings


@click.command(
    epilog="""\b
    Examples:
      vigie demo                    # on a terminal it stays up until Ctrl-C
      vigie demo --seed 7 --json    # another day; the counts as one JSON object on the last line
      vigie demo --data /tmp/day </dev/null
    """
)
@click.option("--seed", default=1, show_default=True, help="Which day: the same seed makes the same bytes.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object on the last line, then end.")
@click.option("--keep", is_flag=True, help="Stay up at the end until Ctrl-C, even without a terminal.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".vigie/demo"),
    show_default=True,
    help="Data folder of the demo, wiped at each start.",
)
def command(seed: int, data: Path, *, as_json: bool, keep: bool) -> None:
    """Play a day of 300 devices in 12 communes through a real Kafka, every role and a real PostgreSQL.

    Each count is compared with the one that the seed gives. Exit code 17: one differs.
    """
    from vigie.deploy.demo.folder import demo_settings
    from vigie.deploy.demo.run import Demo, on_terminal

    settings = demo_settings(Settings.from_env(os.environ), data)
    console = Console(stderr=as_json, soft_wrap=False)
    stay = keep or (on_terminal() and not as_json)
    try:
        report = Demo(settings=settings, seed=seed, console=console, stay=stay).run()
    except KeyboardInterrupt:
        console.print("Arrêté." if settings.language == "fr" else "Stopped.")
        sys.exit(130)
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    if not report.agrees:
        sys.exit(Exit.DIFFERENT)
