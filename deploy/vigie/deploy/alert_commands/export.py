"""`vigie alerts export`: the archive of alerts as a file."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from vigie.deploy.alert_filter import filter_options, wanted_of
from vigie.deploy.console_words import say
from vigie.deploy.exported import export_binary_to, export_to
from vigie.deploy.installation import settings_here
from vigie.deploy.opened_store import opened_store
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.serving.alert_export import (
    FORMATS,
    LINES,
    PROFILES,
    TEXT_FORMATS,
    Export,
    about,
    chosen,
    write_file,
    write_text,
)
from vigie.streams.core.alarm.story import by_alert
from vigie.streams.core.alarm.wanted import Wanted
from vigie.streams.settings import Settings
from vigie.topics.alert_event import AlertEvent


@click.command(
    epilog="""\b
    Examples:
      vigie alerts export alertes.xlsx --per alert --from 2026-10-01 --to 2026-11-01
      vigie alerts export alertes.csv --use-case river --commune 13055      # for a French spreadsheet
      vigie alerts export --profile normalise - | head -3                   # for a program
      vigie alerts export alertes.parquet --from-topic                      # without the database
    """
)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), help="By default what the file's name ends in, else csv.")
@click.option(
    "--per", type=click.Choice(list(LINES)), default="transition", show_default=True, help="What a line stands for."
)
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default="tableur",
    show_default=True,
    help="Of CSV. tableur: spreadsheet in French, legal time. normalise: UTF-8, commas, ISO 8601 in UTC.",
)
@click.option("--from-topic", is_flag=True, help="Read the topic alerts.v1 instead of the database: the same figures.")
@filter_options
def command(file: Path, form: str | None, per: str, profile: str, *, from_topic: bool, **asked: Any) -> None:
    """Write alerts to FILE, a line per transition or per alert; - writes to standard output.

    Formats: csv (two profiles), xlsx (real dates), jsonl, parquet.
    """
    settings = settings_here()
    form = form or (file.suffix[1:] if file.suffix[1:] in FORMATS else "csv")
    if str(file) == "-" and form not in TEXT_FORMATS:
        raise OperatorError(f"{form} cannot be written to standard output: name a file.", Exit.USAGE)
    wanted = wanted_of(settings, **asked)
    told = about(wanted, per, "topic" if from_topic else "archive", round(time.time() * 1000), settings.timezone)
    export = Export(per=per, profile=profile, zone=settings.timezone, about=told)
    with _events(settings, wanted, from_topic=from_topic) as events:
        lines = chosen(events, wanted, per)
        if form in TEXT_FORMATS:
            count = export_to(file, lambda out: write_text(lines, out, form, export))
        else:
            count = export_binary_to(file, lambda partial: write_file(lines, partial, form, export))
    if count is not None:
        shape = f"{form}, {profile}" if form == "csv" else form
        click.echo(say(settings.language, f"exported_{per}s", file=file, count=count, profile=shape), err=True)


@contextmanager
def _events(settings: Settings, wanted: Wanted, *, from_topic: bool) -> Iterator[Iterator[AlertEvent]]:
    if from_topic:
        from vigie.deploy.alert_topic import alert_events

        yield iter(by_alert(alert_events(settings)))
        return
    with opened_store(settings) as store:
        yield store.events(wanted.from_at, wanted.to_at)
