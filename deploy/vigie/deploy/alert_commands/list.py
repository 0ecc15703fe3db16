"""`vigie alerts list`: the alerts, each as it stands now."""

import json
import sys

import click

from vigie.deploy.installation import settings_here
from vigie.deploy.opened_store import opened_store
from vigie.serving.as_data import of_event
from vigie.serving.page_words import WORDS
from vigie.serving.wording import local_text, priority_text, sentence, state_text
from vigie.streams.settings import Settings
from vigie.topics.alert_event import AlertEvent


@click.command(
    epilog="""\b
    Examples:
      vigie alerts list --open
      vigie alerts list --json | head -1
    """,
)
@click.option("--open", "only_open", is_flag=True, help="Only alerts that are not over.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, instead of a table.")
def command(*, only_open: bool, limit: int, as_json: bool) -> None:
    """List the alerts, each as it stands now, the latest first."""
    settings = settings_here()
    words = WORDS[settings.language]
    with opened_store(settings) as store:
        alerts = store.open_alerts(limit, 0) if only_open else store.alerts(limit, 0)
        total = store.count_alerts(only_open=only_open)
    if as_json:
        for alert in alerts:
            click.echo(json.dumps(of_event(alert), ensure_ascii=False))
    elif alerts:
        _print_table(alerts, settings)
    else:
        click.echo(words["no_alert"])
    if len(alerts) < total:
        click.echo(words["cut"].format(shown=len(alerts), total=total), err=True)


def _print_table(alerts: list[AlertEvent], settings: Settings) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    language, words = settings.language, WORDS[settings.language]
    table = Table(
        words["since"], words["state"], words["priority"], words["sentence"], words["alert"], box=None, pad_edge=False
    )
    for alert in alerts:
        table.add_row(
            local_text(alert.event_at, settings.timezone, language),
            state_text(alert.state, language),
            priority_text(alert.priority, language),
            Text(sentence(alert.explanation, language)),  # as it is: brackets are no markup
            alert.alert_id,
        )
    Console(width=None if sys.stdout.isatty() else 200).print(table)
