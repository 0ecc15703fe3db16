"""`vigie quality network`: what crossed a network that a partner lends, against what was agreed."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from vigie.deploy.exported import export_to
from vigie.deploy.installation import settings_here
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.opened_store import opened_store
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.serving.network_pages import read_span, report_data, report_values
from vigie.serving.network_words import NETWORK_WORDS
from vigie.serving.page import Pages
from vigie.serving.wording import local
from vigie.streams.settings import Settings


@click.command(
    epilog="""\b
    Examples:
      vigie quality network ville-aubagne
      vigie quality network ville-aubagne --from 2026-06-01 --to 2026-06-30 --html juin.html    # for the partner
    """
)
@click.argument("network")
@click.option("--from", "first", default="", help="First day of legal time; without it, a week.")
@click.option("--to", "last", default="", help="Last day, included; without it, yesterday.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of tables.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
def command(network: str, first: str, last: str, html: Path | None, *, as_json: bool) -> None:
    """Report what crossed NETWORK: volume and frequency against the quota, devices, gateways, kinds of data.

    Exit code 2: no such network, or days that cannot be read. 17: more than agreed crossed it.
    """
    settings = settings_here()
    language, words = settings.language, NETWORK_WORDS[settings.language]
    span = read_span(_day(first, settings), _day(last, settings), datetime.now(ZoneInfo(settings.timezone)).date())
    if span is None:
        raise OperatorError(words["bad_span"], Exit.USAGE)
    with opened_store(settings) as store:
        found = store.network(network, *span, settings.timezone)
    if found is None:
        raise OperatorError(words["missing"], Exit.USAGE)
    values = report_values(found, language)
    if html is not None:
        page = Pages(language, settings.timezone).file("network.html", **values)
        export_to(html, lambda out: out.write(page))
        click.echo(str(html), err=True)
    if as_json:
        click.echo(json.dumps(report_data(found), ensure_ascii=False))
    elif html is None:
        _print(values, words)
    if values["verdict"] != words["within"]:
        raise click.exceptions.Exit(int(Exit.DIFFERENT))


def _print(values: dict[str, Any], words: dict[str, str]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    console.print(Text(f"{values['title']}\n{values['verdict']}"))
    for label, value in [(words["party"], values["party"]), *values["agreed"]]:
        console.print(Text(words["line"].format(label=label, value=value)))
    device_heads = (
        "device",
        "model",
        "uplinks",
        "most_per_day",
        "bytes",
        "airtime",
        "shortest",
        "too_short",
        "exceeds",
    )
    for name, heads in (
        ("days", ("day", "devices_count", "uplinks", "bytes", "over")),
        ("devices", device_heads),
        ("gateways", ("gateway", "heard")),
        ("properties", ("quantity", "readings")),
    ):
        rows = values[name]
        if rows:
            table = Table(*[words[head] for head in heads], box=None, pad_edge=False)
            for row in rows:
                table.add_row(*[Text(str(cell)) for cell in row])
            console.print(table)
    if values["days"]:
        sentences = [values["relayed"], values["fields"], values["without_payload"], words["personal"]]
    else:
        sentences = [words["none"]]
    for said in filter(None, sentences):
        console.print(Text(said))


def _day(text: str, settings: Settings) -> str:
    """A day as people write it, as ISO 8601."""
    at = typed_instant(text or None, settings)
    return "" if at is None else local(at, settings.timezone).date().isoformat()
