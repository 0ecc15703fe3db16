"""`vigie replay`: take raw bodies or dead letters up again, under a replay number."""

import asyncio
import json
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from vigie.deploy import replays
from vigie.deploy.installation import settings_here
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.schema_check import SchemaRefusedError
from vigie.streams.settings import Settings
from vigie.topics.reason import Reason, excerpt


@click.group(
    epilog="""\b
    Examples:
      vigie replay dead-letters --reason no_codec
      vigie replay raw --device eui:24e124136b000001 --from 2026-03-02 --to "2026-03-03 12:00"
    """
)
def command() -> None:
    """Decode again what was decoded wrongly, or not at all."""


@command.command(
    "dead-letters",
    epilog="""\b
    Example:
      vigie replay dead-letters --reason no_codec --since 2026-03-02
    """,
)
@click.option("--reason", type=click.Choice([str(reason.value) for reason in Reason]), help="Only this reason.")
@click.option("--device", help="Only this device id, such as eui:24e124136b000001.")
@click.option(
    "--since", help="Only bodies that arrived at or after this legal time (2026-03-02 or '2026-03-02 08:00')."
)
@click.option("--dry-run", is_flag=True, help="Say what would be taken up, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def dead_letters(reason: str | None, device: str | None, since: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Take up what could not be decoded, after the cause was repaired.

    Each body goes to replay.<net> as it came; its letter is marked with the replay number.

    With nothing to do it says so.
    """
    settings = settings_here()
    chosen = replays.Chosen(reason=reason, device=device, since_at=_instant(since, settings))
    asyncio.run(_replay(settings, chosen, letters=True, dry_run=dry_run, as_json=as_json))


@command.command(
    "raw",
    epilog="""\b
    Example:
      vigie replay raw --device eui:24e124136b000001 --from 2026-03-02 --to 2026-03-03
    """,
)
@click.option("--device", required=True, help="Device id, such as eui:24e124136b000001.")
@click.option("--from", "since", required=True, help="Bodies that arrived at or after this legal time.")
@click.option("--to", "until", help="Bodies that arrived before this legal time; default: all.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken up, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def raw(device: str, since: str, until: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Decode a device's bodies again, after its codec or model was corrected.

    The same uplinks come out under a higher revision and take the place of what stood there.

    With nothing to do it says so.
    """
    settings = settings_here()
    chosen = replays.Chosen(device=device, since_at=_instant(since, settings), until_at=_instant(until, settings))
    asyncio.run(_replay(settings, chosen, letters=False, dry_run=dry_run, as_json=as_json))


def _instant(text: str | None, settings: Settings) -> int | None:
    """A legal time as epoch ms."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a time: write 2026-03-02 or '2026-03-02 08:00'") from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(settings.timezone))
    return int(found.timestamp() * 1000)


async def _replay(settings: Settings, chosen: replays.Chosen, *, letters: bool, dry_run: bool, as_json: bool) -> None:
    find = replays.dead_letters if letters else replays.raw_bodies
    bodies, left = await find(settings, settings.kafka, chosen)
    number = None
    if bodies and not dry_run:
        number = _next_number(settings)
        try:
            await replays.take_up(settings, settings.kafka, bodies, number)
        except SchemaRefusedError as error:
            raise OperatorError(f"Nothing was taken up. {error}.") from None
    reasons = Counter(body.letter.reason if body.letter else "raw" for body in bodies)
    devices = Counter((body.key or b"").decode("utf-8", "backslashreplace") for body in bodies)
    if as_json:
        found = {"replay": number, "bodies": len(bodies), "reasons": reasons, "devices": devices, "left_out": left}
        click.echo(json.dumps(found))
        return
    french = settings.language == "fr"
    if not bodies:
        click.echo("Rien à reprendre." if french else "Nothing to take up.")
    else:
        _show(settings, reasons, devices, number)
    for name, count in left.items():
        if count:
            click.echo(f"{LEFT_OUT[settings.language][name]}{COLON[settings.language]} {count}")


COLON = {"fr": " :", "en": ":"}
LEFT_OUT = {
    "fr": {
        "replayed": "Laissées de côté, déjà reprises",
        "incomplete": "Laissées de côté, corps incomplet (trop grand)",
    },
    "en": {"replayed": "Left out, taken up before", "incomplete": "Left out, body incomplete (too large)"},
}


def _show(settings: Settings, reasons: Counter[str], devices: Counter[str], number: int | None) -> None:
    from rich.console import Console
    from rich.table import Table

    french = settings.language == "fr"
    done = f"reprise n° {number}" if french else f"replay {number}"
    table = Table(title=done if number is not None else "à blanc" if french else "dry run", title_justify="left")
    table.add_column("motif" if french else "reason")
    table.add_column("corps" if french else "bodies", justify="right")
    for reason, count in sorted(reasons.items()):
        table.add_row(reason, str(count))
    console = Console()
    console.print(table)
    console.print(devices_line(devices, settings.language), highlight=False, markup=False, soft_wrap=True)


def devices_line(devices: Counter[str], language: str) -> str:
    r"""How many devices, and those with most bodies.

    >>> devices_line(Counter({"eui:a1": 3}), "fr"), devices_line(Counter({"eui:a1": 3, "eui:a2": 1}), "en")
    ('1 capteur : eui:a1 (3)', '2 devices: eui:a1 (3), eui:a2 (1)')
    >>> print(devices_line(Counter({"src:" + chr(27) + "[2J": 1}), "en"))
    1 device: 'src:\x1b[2J' (1)
    """
    word = ("capteur" if language == "fr" else "device") + ("s" if len(devices) > 1 else "")
    listed = ", ".join(f"{_shown(device)} ({count})" for device, count in devices.most_common(5))
    return f"{len(devices)} {word}{COLON[language]} {listed}"


def _shown(device: str) -> str:
    """A key for the terminal, which anybody may have made of anything."""
    return device if device.isprintable() and len(device) <= 80 else excerpt(device)


def _next_number(settings: Settings) -> int:
    """The next replay number of this installation."""
    import psycopg

    try:
        with psycopg.connect(settings.database, connect_timeout=10, autocommit=True) as connection:
            row = connection.execute("SELECT nextval('replay_number')").fetchone()
    except psycopg.OperationalError as error:
        raise OperatorError(
            f"PostgreSQL does not answer ({str(error).strip()}): a replay takes its number from there. "
            "Start it (`vigie up`), or set VIGIE_DATABASE.",
            Exit.UNREACHABLE,
        ) from None
    except psycopg.errors.UndefinedTable:
        raise OperatorError(
            "The database has no replay numbers yet: the store makes them at its first start (`vigie worker store`).",
            Exit.NOT_READY,
        ) from None
    assert row is not None
    return int(row[0])
