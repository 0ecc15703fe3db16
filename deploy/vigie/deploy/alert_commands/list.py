"""`vigie alerts list`: the alerts, each as it stands now."""

import json
import sys
from typing import Any

import click

from vigie.deploy.alert_filter import filter_options, wanted_of
from vigie.deploy.installation import settings_here
from vigie.deploy.opened_store import opened_store
from vigie.serving.alert_words import kind_text
from vigie.serving.as_data import of_event
from vigie.serving.page_words import WORDS
from vigie.serving.wording import local_text, priority_text, sentence, state_text
from vigie.streams.core.alarm.story import Story
from vigie.streams.core.alarm.wanted import Wanted
from vigie.streams.settings import Settings
from vigie.topics.alert_event import AlertEvent


@click.command(
    epilog="""\b
    Examples:
      vigie alerts list --open
      vigie alerts list --open --use-case river --priority 2
      vigie alerts list --json | head -1
    """,
)
@click.option("--open", "only_open", is_flag=True, help="Only alerts that are not over.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, instead of a table.")
@filter_options
def command(*, only_open: bool, limit: int, as_json: bool, **asked: Any) -> None:
    """List the alerts, each as it stands now, the latest first; of those that are not over, what a mark hides last."""
    settings = settings_here()
    words, wanted = WORDS[settings.language], wanted_of(settings, **asked)
    with opened_store(settings) as store:
        total = store.count_alerts(only_open=only_open)
        most = limit if wanted == Wanted() else max(total, 1)
        alerts = store.open_alerts(most, 0) if only_open else store.alerts(most, 0)
    if wanted != Wanted():
        alerts = [alert for alert in alerts if wanted.holds(Story(alert, alert))]
        alerts, total = alerts[:limit], len(alerts)
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
        words["raised"], words["state"], words["priority"], words["kind"], words["sentence"], words["alert"],
        box=None, pad_edge=False,
    )  # fmt: skip
    for alert in alerts:
        table.add_row(
            local_text(alert.raised_at or alert.event_at, settings.timezone, language),
            state_text(alert.state, language),
            priority_text(alert.priority, language),
            kind_text(alert.alarm_key, language),
            Text(sentence(alert.explanation, language)),  # as it is: brackets are no markup
            alert.alert_id,
        )
    Console(width=None if sys.stdout.isatty() else 200).print(table)
