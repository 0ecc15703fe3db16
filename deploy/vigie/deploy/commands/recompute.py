"""`vigie recompute`: windows and indicators computed again from the readings in the store."""

import json
import time
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import UTC, datetime
from difflib import get_close_matches
from fnmatch import filter as filter_names
from typing import Any

import click
import psycopg

from vigie.deploy.installation import settings_here
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.opened_database import told
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.recompute_baselines import make_baselines
from vigie.deploy.recompute_words import WORDS
from vigie.streams.core.windows.asked import ALL
from vigie.streams.settings import Settings
from vigie.streams.sinks.database import connect_to_write
from vigie.streams.sinks.recompute_requests import Progress, ask, progress
from vigie.topics.property import BY_NAME

Connection = psycopg.Connection[Any]

KINDS = ("point", "zone", "commune", "use_case", "network")
LOOK_S = 0.5
WAITS_S = 20.0
"""After so long without a step somebody is told where to look."""


@click.command(
    epilog="""\b
    Examples:
      vigie recompute --indicator noise_harmonica --from 2026-03-01 --to 2026-04-01
      vigie recompute --indicator 'noise_*' --from 2026-01-01 --subject point:SON-13055-01
      vigie recompute --indicator air_temperature --from 2026-07-01 --subject point:TEM-13055-01
      vigie recompute --indicator '*' --from 2026-01-01 --no-wait --json
      vigie recompute --baselines
    """
)
@click.option(
    "--indicator",
    "name",
    help="Name of an indicator or a property, or a pattern (noise_*); * for all.",
)
@click.option("--from", "start", help="From this legal time on (2026-03-02, or '2026-03-02 08:00').")
@click.option("--to", "end", help="Before this legal time; now, if left out.")
@click.option("--subject", help="Only this one, such as point:TEM-13055-01 or zone:centre.")
@click.option("--baselines", is_flag=True, help="What is usual in each hour of the week, which rules judge by, now.")
@click.option("--no-wait", is_flag=True, help="Only note the request.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    name: str | None,
    start: str | None,
    end: str | None,
    subject: str | None,
    *,
    baselines: bool,
    no_wait: bool,
    as_json: bool,
) -> None:
    """Compute closed windows of a span again: after another definition, another parameter, or a doubt.

    The role recompute does it from the complete set of readings in the store, beside what comes in (setting
    VIGIE_WINDOW_RATE). What has not changed is not published again; what has gets the next revision. Corrections of the
    fleet and readings that come late need no request.

    With --baselines: the baselines of all points are made now, which recompute does by itself each night.

    Exit code 2: there is no such indicator, subject or span.
    """
    settings = settings_here()
    words = WORDS[settings.language]
    if baselines:
        if name or start or end or subject:
            raise OperatorError(words["alone"], Exit.USAGE)
        make_baselines(settings, wait=not no_wait, as_json=as_json)
        return
    if name is None or start is None:
        raise OperatorError(words["missing"], Exit.USAGE)
    since, until = typed_instant(start, settings), typed_instant(end, settings)
    until = int(time.time() * 1000) if until is None else until
    assert since is not None
    if until <= since:
        raise OperatorError(words["empty"], Exit.USAGE)
    if subject is not None and (subject.partition(":")[0] not in KINDS or not subject.partition(":")[2]):
        raise OperatorError(words["subject"].format(name=subject), Exit.USAGE)
    with told(settings), connect_to_write(settings) as connection:
        _check(connection, name, words)
        if subject is not None:
            _check_subject(connection, subject, words)
        number = ask(connection, name, subject, _at(since), _at(until))
        if not as_json:
            said = {"since": _legal(since, settings), "until": _legal(until, settings)}
            click.echo(words["asked"].format(number=number, indicator=name, **said))
        found = None if no_wait else _wait(connection, number, (since, until), settings, shown=not as_json)
    if as_json:
        data = {"request": number, "state": "asked", "windows": 0, "changed": 0}
        if found is not None:
            data |= {"state": found.state, "windows": found.windows, "changed": found.changed}
        click.echo(json.dumps(data))
    elif found is not None:
        click.echo(words["done"].format(windows=_grouped(found.windows), changed=_grouped(found.changed)))
        if name == ALL or name in BY_NAME:
            click.echo(words["owned"])


def _check(connection: Connection, name: str, words: dict[str, str]) -> None:
    from vigie.streams.core.windows.indicator import indicators

    stated = [one for (one,) in connection.execute("SELECT id FROM fleet_object WHERE kind = 'indicator'")]
    known = {ALL, *BY_NAME, *indicators(), *stated}
    if name not in known and not filter_names(indicators(), name):
        raise OperatorError(words["unknown"].format(name=name, hint=_hint(name, known, words)), Exit.USAGE)


def _check_subject(connection: Connection, subject: str, words: dict[str, str]) -> None:
    """Whether the fleet knows it, or something stands of it: a network is in no fleet."""
    stated = connection.execute(
        "SELECT kind || ':' || id FROM fleet_object WHERE kind = %s", (subject.partition(":")[0],)
    )
    known = [name for (name,) in stated]
    stands = connection.execute("SELECT FROM aggregate WHERE subject = %s LIMIT 1", (subject,)).fetchone()
    if stands is None and not filter_names(known, subject):
        raise OperatorError(words["nobody"].format(name=subject, hint=_hint(subject, known, words)), Exit.USAGE)


def _hint(name: str, known: Iterable[str], words: dict[str, str]) -> str:
    near = get_close_matches(name, sorted(known), n=1)
    return words["hint"].format(near=near[0]) if near else ""


def _wait(
    connection: Connection, number: int, span: tuple[int, int], settings: Settings, *, shown: bool
) -> Progress | None:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    words, to = WORDS[settings.language], Console(stderr=True)
    columns = BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    bar = Bar(*columns, console=to, transient=True) if shown and to.is_terminal else nullcontext()
    last, stepped_at, warned = None, time.monotonic(), False
    try:
        with bar as drawn:
            task = drawn.add_task("", total=span[1] - span[0]) if drawn is not None else None
            while (found := progress(connection, number)) is not None and found.state != "done":
                if found != last:
                    last, stepped_at = found, time.monotonic()
                if not warned and time.monotonic() - stepped_at > WAITS_S and found.done_to is None:
                    warned = True
                    click.echo(words["waits"], err=True)
                if drawn is not None and task is not None:
                    done = 0 if found.done_to is None else found.done_to.timestamp() * 1000 - span[0]
                    said = words["working"].format(windows=_grouped(found.windows), changed=_grouped(found.changed))
                    drawn.update(task, completed=max(done, 0), description=said)
                time.sleep(LOOK_S)
    except KeyboardInterrupt:
        click.echo(words["left"].format(number=number), err=True)
        raise click.Abort from None
    return found


def _at(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)


def _legal(epoch_ms: int, settings: Settings) -> str:
    from zoneinfo import ZoneInfo

    return datetime.fromtimestamp(epoch_ms / 1000, ZoneInfo(settings.timezone)).strftime("%d/%m/%Y %H:%M")


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
