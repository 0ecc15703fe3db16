"""`vigie quality reliability`: how reliable each layer was on a day, and how that was counted."""

import asyncio
import csv
import json
import sys
import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from vigie.deploy.installation import settings_here
from vigie.deploy.opened_database import told
from vigie.deploy.opened_store import opened_store
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.serving.audit_text import amount_text
from vigie.serving.reliability_words import RELIABILITY_WORDS
from vigie.serving.wording import number_text
from vigie.streams.settings import Settings
from vigie.streams.sinks.reliability_day import day_bounds
from vigie.streams.sinks.reliability_queries import ReliabilityFigure


@click.command(
    epilog="""\b
    Examples:
      vigie quality reliability                              # yesterday, by network, use case, commune and model
      vigie quality reliability --day 2026-06-02 --subject point:TEM-13055-01
      vigie quality reliability --day 2026-06-02 --compute --csv > fiabilite.csv
    """
)
@click.option("--day", type=click.DateTime(["%Y-%m-%d", "%d/%m/%Y"]), help="Day of legal time; without it, yesterday.")
@click.option(
    "--subject", default="", help="point:…, device:…, network:…, or a kind such as `use_case:`; without it, all but "
    "points and devices.",
)  # fmt: skip
@click.option("--compute", is_flag=True, help="Compute the day anew first (the role recompute does so each night).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV: UTF-8, commas, shares of 1.")
def command(day: datetime | None, subject: str, *, compute: bool, as_json: bool, as_csv: bool) -> None:
    """Show the reliability of a day by layer: sensor, radio, network, platform, each with how it was counted.

    Exit code 2: a day that has not begun. 17: no figure is stored for it.
    """
    settings = settings_here()
    words = RELIABILITY_WORDS[settings.language]
    zone = ZoneInfo(settings.timezone)
    chosen = day.date() if day else datetime.now(zone).date() - timedelta(days=1)
    now = round(time.time() * 1000)
    if now <= day_bounds(chosen, settings.timezone)[0]:
        raise OperatorError(words["future"].format(day=chosen), Exit.USAGE)
    if compute:
        _compute(settings, chosen, now)
    with opened_store(settings) as store:
        found = store.reliability(chosen, chosen, subject)
    if not found:
        raise OperatorError(words["none"].format(day=chosen), Exit.DIFFERENT)
    if as_json:
        for figure in found:
            click.echo(json.dumps(figure._asdict() | {"day": figure.day.isoformat()}, ensure_ascii=False))
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(ReliabilityFigure._fields)
        writer.writerows(["" if value is None else value for value in figure] for figure in found)
    else:
        _print(found, settings)


def _compute(settings: Settings, day: date, now: int) -> None:
    from vigie.streams.steps.nightly import compute

    with told(settings):
        asyncio.run(compute(settings, day, now=now))


def _print(found: list[ReliabilityFigure], settings: Settings) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    language, words = settings.language, RELIABILITY_WORDS[settings.language]
    table = Table(*[words[name] for name in ("subject", "indicator", "value", "of", "how")], box=None, pad_edge=False)
    last = ""
    for figure in found:
        unit = "s" if figure.indicator.endswith("_s") else "share"
        counts = [number_text(round(count, 1), language) for count in (figure.numerator, figure.denominator)]
        table.add_row(
            Text("" if figure.subject == last else figure.subject),
            Text(words[figure.indicator]),
            Text(amount_text(figure.value, unit, language)),
            Text(counts[1] if unit == "s" else " / ".join(counts)),
            Text(words[figure.method]),
        )
        last = figure.subject
    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(table)
