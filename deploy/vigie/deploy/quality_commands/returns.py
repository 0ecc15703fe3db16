"""`vigie quality returns`: whether data came back after interventions."""

import json
import sys

import click

from vigie.deploy.installation import settings_here
from vigie.deploy.opened_store import opened_store
from vigie.deploy.operator_error import Exit
from vigie.serving.intervention_words import INTERVENTION_WORDS
from vigie.serving.point_pages import wall_clock
from vigie.serving.wording import utc_text
from vigie.streams.core.local_time import duration_text, moment_text
from vigie.streams.settings import Settings
from vigie.streams.sinks.intervention_queries import Followed

DAY_MS = 86_400_000


@click.command(
    epilog="""\b
    Examples:
      vigie quality returns
      vigie quality returns --days 7 --json
    """
)
@click.option("--days", default=30, show_default=True, type=click.IntRange(1), help="Interventions closed since then.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(days: int, *, as_json: bool) -> None:
    """List interventions: open ones with how long, closed ones with whether data came back within two upload periods.

    Exit code 17: after one of them, data are missing.
    """
    settings = settings_here()
    now = wall_clock()
    with opened_store(settings) as store:
        found = store.returns(now, now - days * DAY_MS)
    if as_json:
        for one in found:
            click.echo(json.dumps(_data(one), ensure_ascii=False))
    elif found:
        _print(found, now, settings)
    else:
        click.echo(INTERVENTION_WORDS[settings.language]["none"].format(days=days))
    if any(one.returned.state == "missing" for one in found):
        raise click.exceptions.Exit(int(Exit.DIFFERENT))


def _data(one: Followed) -> dict[str, object]:
    returned = one.returned
    instants = {"since_at": returned.since_at, "due_at": returned.due_at, "back_at": returned.back_at}
    return {
        "intervention": one.intervention.id,
        "point": one.intervention.get("point"),
        "code": one.code,
        "state": returned.state,
    } | {name: None if at is None else utc_text(at) for name, at in instants.items()}


def _print(found: list[Followed], now: int, settings: Settings) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    language, words = settings.language, INTERVENTION_WORDS[settings.language]
    heads = [words[name] for name in ("point", "intervention", "state", "since", "due", "back_at")]
    table = Table(*heads, box=None, pad_edge=False)
    for one in found:
        returned = one.returned
        instants = [
            "–" if at is None else moment_text(at, settings.timezone, language)
            for at in (returned.since_at, returned.due_at, returned.back_at)
        ]
        instants[0] += f" ({duration_text(now - returned.since_at, language)})"
        table.add_row(*map(Text, (one.code, one.intervention.id, words[returned.state], *instants)))
    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(table)
