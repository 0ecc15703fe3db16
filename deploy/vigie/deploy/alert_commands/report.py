"""`vigie alerts report`: how good the alerting itself was, after ISA-18.2."""

import json
import sys
from calendar import monthrange
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click

from vigie.deploy import alert_order
from vigie.deploy.installation import settings_here
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.opened_store import opened_store
from vigie.serving.alert_report import WORDS, Line, alarm_text, lines, rule_text, share_text, span_text
from vigie.streams.core.alarm.figures import DAY_MS, Figures, figures
from vigie.streams.core.alarm.story import by_alert, stories
from vigie.streams.settings import Settings

_LASTING_DAYS = 90
"""How long before the span an alert may have been raised that still lasts in it."""


@click.command(
    epilog="""\b
    Examples:
      vigie alerts report                       # the last 30 days
      vigie alerts report --month 2026-10 --operators 2
      vigie alerts report --from 2026-10-01 --to 2026-10-08 --json
    """
)
@click.option("--month", type=click.DateTime(["%Y-%m", "%m/%Y"]), help="A month of legal time.")
@click.option("--from", "from_", help="From then on, legal time.")
@click.option("--to", help="Until then.")
@click.option(
    "--operators", default=1.0, show_default=True, type=click.FloatRange(0, min_open=True), help="Who share the alerts."
)
@click.option("--from-topic", is_flag=True, help="Read the topic alerts.v1 instead of the database: the same figures.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(
    month: datetime | None, from_: str | None, to: str | None, operators: float, *, from_topic: bool, as_json: bool
) -> None:
    """Report on the alerts of a month (or another span): how many per operator, floods, chattering, stale, bad actors.

    Each figure stands beside what ISA-18.2 (IEC 62682) holds acceptable; verdicts of operators give the precision of
    each rule.
    """
    settings = settings_here()
    begin, end = _span(month, from_, to, settings)
    since = begin - _LASTING_DAYS * DAY_MS
    if from_topic:
        from vigie.deploy.alert_topic import alert_events

        told = stories(by_alert(alert_events(settings)))
        found = figures((one for one in told if since <= one.raised_at < end), begin, end, operators)
    else:
        with opened_store(settings) as store:
            found = figures(stories(store.events(since, end)), begin, end, operators)
    if as_json:
        click.echo(json.dumps(_data(found)))
    else:
        _print(found, settings)


def _span(month: datetime | None, from_: str | None, to: str | None, settings: Settings) -> tuple[int, int]:
    zone = ZoneInfo(settings.timezone)
    if month is not None:
        if from_ or to:
            raise click.UsageError("--month says the whole span: leave --from and --to away.")
        first = month.replace(tzinfo=zone)
        last = first + timedelta(days=monthrange(first.year, first.month)[1])
        return round(first.timestamp() * 1000), round(last.timestamp() * 1000)
    end = typed_instant(to, settings) if to else None
    if end is None:
        end = alert_order.now(settings) if settings.kafka else round(datetime.now(zone).timestamp() * 1000)
    begin = typed_instant(from_, settings) if from_ else end - 30 * DAY_MS
    if begin is None or begin >= end:
        raise click.UsageError("--from must lie before --to.")
    return begin, end


def _data(found: Figures) -> dict[str, object]:
    return found._asdict() | {
        "top": [one._asdict() for one in found.top],
        "precision": [one._asdict() | {"share": one.share} for one in found.precision],
    }


def _print(found: Figures, settings: Settings) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    language, words = settings.language, WORDS[settings.language]
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    console.print(Text(span_text(found, settings.timezone, language), style="bold"))
    if not found.raised:
        console.print(Text(words["none"]))
        return
    table = Table(words["figure"], words["value"], words["target"], words["verdict"], box=None, pad_edge=False)
    for line in lines(found, language):
        table.add_row(line.label, line.value, line.target, _verdict(line, words))
    console.print(table)
    top = Table(words["alarm"], words["times"], words["share"], box=None, pad_edge=False)
    for source in found.top:
        top.add_row(
            Text(alarm_text(source.alarm_key, language)), str(source.raised), share_text(source.share, language)
        )
    console.print(Text(f"\n{words['top']}", style="bold"), top)
    console.print(Text(f"\n{words['precision']}", style="bold"))
    if not found.precision:
        console.print(Text(words["no_verdict"]))
        return
    judged = Table(words["rule"], words["true"], words["false"], words["ratio"], box=None, pad_edge=False)
    for one in found.precision:
        judged.add_row(
            Text(rule_text(one.rule, language)), str(one.true), str(one.false), share_text(one.share, language)
        )
    console.print(judged)


def _verdict(line: Line, words: dict[str, str]) -> str:
    return words[line.verdict] if line.verdict else ""
