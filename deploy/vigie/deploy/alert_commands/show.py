"""`vigie alerts show`: one alert, why it was raised and what became of it."""

import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from vigie.deploy.alert_named import alert_named
from vigie.deploy.installation import settings_here
from vigie.deploy.opened_store import opened_store
from vigie.serving.alert_timeline import SHOWN_ID, timeline
from vigie.serving.as_data import of_alert
from vigie.serving.page_words import WORDS
from vigie.serving.wording import local_text, sentence, state_text
from vigie.streams.core.alarm.story import story
from vigie.streams.core.mail.facts import fact_groups
from vigie.streams.core.mail.words import WORDS as GROUP_WORDS
from vigie.streams.settings import Settings
from vigie.topics.alert_event import AlertEvent

_MOST_CHILDREN = 20


@click.command(
    epilog="""\b
    Examples:
      vigie alerts show 9f3a1c04          # the first letters of its id are enough
      vigie alerts show 9f3a1c04 --json | jq '.transitions[].transition'
    """
)
@click.argument("alert")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: the alert and its transitions.")
def command(alert: str, *, as_json: bool) -> None:
    """Show ALERT: its sentence, its facts, its timeline, and the alerts that it explains."""
    settings = settings_here()
    with opened_store(settings) as store:
        events = alert_named(store, alert, settings.language)
        children = [found[-1] for one in events[-1].children[:_MOST_CHILDREN] if (found := store.alert(one))]
    if as_json:
        click.echo(json.dumps(of_alert(events), ensure_ascii=False))
    else:
        _print(events, children, settings)


def _print(events: Sequence[AlertEvent], children: Sequence[AlertEvent], settings: Settings) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    language, zone, words = settings.language, settings.timezone, WORDS[settings.language]
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    first, last = events[0], events[-1]
    console.print(Text(sentence(first.explanation, language), style="bold"))
    console.print(Text(f"{words['alert']} {first.alert_id} · {state_text(last.state, language)}"))
    for group in fact_groups(story(events).facts, zone, language):
        console.print(Text(f"\n{GROUP_WORDS[language][group.title]}", style="bold"))
        facts = Table.grid(padding=(0, 2))
        for row in group.rows:
            facts.add_row(Text(f"  {row.label}"), Text(row.value))
        console.print(facts)
    console.print(Text(f"\n{words['transitions']}", style="bold"))
    table = Table.grid(padding=(0, 2))
    for entry in timeline(events, zone, language):
        said: list[Any] = [entry.what, *entry.notes]
        text = Text(" · ".join(said))
        if entry.sentence:
            text.append(f"\n{entry.sentence}", style="dim")
        table.add_row(Text(local_text(entry.at, zone, language)), text)
    console.print(table)
    if children:
        console.print(Text(f"\n{words['explains']}", style="bold"))
        for child in children:
            console.print(Text(f"  {child.alert_id[:SHOWN_ID]}  {sentence(child.explanation, language)}"))
        if len(last.children) > len(children):
            console.print(Text(words["cut"].format(shown=len(children), total=len(last.children))))
