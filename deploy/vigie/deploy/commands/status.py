"""`vigie status`: what runs on this data folder."""

import json
import os
from dataclasses import asdict

import click

from vigie.deploy.console_words import say
from vigie.deploy.installation import running
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings


@click.command(epilog="\b\nExamples:\n  vigie status\n  vigie status --json")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, as_json: bool) -> None:
    """Show each service and role: state, process, memory, restarts, port.

    Exit code 15: nothing runs; 14: something is not up.
    """
    settings = Settings.from_env(os.environ)
    record = running(settings.data)
    if record is None:
        if as_json:
            click.echo(json.dumps({"pid": 0, "data": str(settings.data), "children": []}))
            raise SystemExit(int(Exit.NOT_RUNNING))
        raise OperatorError(say(settings.language, "start_it", data=settings.data), Exit.NOT_RUNNING)
    if as_json:
        shown = {
            "pid": record.pid,
            "data": str(settings.data),
            "kafka": record.kafka,
            "schema_registry": record.schema_registry,
            "children": [asdict(child) for child in record.children],
        }
        click.echo(json.dumps(shown))
    else:
        from vigie.deploy.status_table import console, status_table

        console().print(status_table(record.children, settings.language))
    if any(child.state != "up" for child in record.children):
        raise SystemExit(int(Exit.NOT_READY))
