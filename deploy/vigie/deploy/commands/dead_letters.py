"""`vigie dead-letters`: what could not be decoded: list it, look at it, count it, take it up again."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import click

from vigie.deploy import replays
from vigie.deploy.dead_letter_text import as_data, full_text, table
from vigie.deploy.installation import settings_here
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.replay_number import next_number
from vigie.deploy.replay_report import COLON, devices_line
from vigie.streams.schema_check import SchemaRefusedError
from vigie.streams.settings import Settings
from vigie.topics.dead_letter import DeadLetter
from vigie.topics.reason import Reason


@click.group(
    epilog="""\b
    Examples:
      vigie dead-letters count
      vigie dead-letters show raw.lora/3/1042
      vigie dead-letters replay --reason no_codec
    """
)
def command() -> None:
    """Show what could not be decoded, and take it up again after the repair."""


def _choosing(function: Callable[..., None]) -> Callable[..., None]:
    """The options that choose letters."""
    for option in (
        click.option("--until", help="Only bodies that arrived before this legal time."),
        click.option("--since", help="Only bodies that arrived at or after this legal time (2026-03-02 08:00)."),
        click.option("--device", help="Only this device id, such as eui:24e124136b000001."),
        click.option("--reason", type=click.Choice([str(reason.value) for reason in Reason]), help="Only this reason."),
    ):
        function = option(function)
    return function


def _chosen(
    settings: Settings, reason: str | None, device: str | None, since: str | None, until: str | None,
    places: tuple[str, ...] = (),
) -> replays.Chosen:  # fmt: skip
    return replays.Chosen(
        reason=reason, device=device, since_at=typed_instant(since, settings), until_at=typed_instant(until, settings),
        places=frozenset(map(_place, places)) or None,
    )  # fmt: skip


def _place(text: str) -> replays.Place:
    try:
        topic, partition, offset = text.split("/")
        return topic, int(partition), int(offset)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no place: write TOPIC/PARTITION/OFFSET, such as raw.lora/3/1042"
        ) from None


@command.command(
    "list",
    epilog="""\b
    Examples:
      vigie dead-letters list --reason truncated
      vigie dead-letters list --since 2026-03-02 --json
    """,
)
@_choosing
@click.option("--last", default=50, show_default=True, type=click.IntRange(1), help="At most so many, the latest.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, instead of a table.")
def list_(
    reason: str | None, device: str | None, since: str | None, until: str | None, last: int, *, as_json: bool
) -> None:
    """List dead letters, the latest last."""
    settings = settings_here()
    found = _letters(settings, _chosen(settings, reason, device, since, until), bodies=False)
    shown = found[-last:]
    if as_json:
        for letter in shown:
            click.echo(json.dumps(as_data(letter, settings), ensure_ascii=False))
    elif shown:
        _print(table(shown, settings))
    else:
        click.echo("Aucune lettre morte." if settings.language == "fr" else "No dead letter.")
    if len(shown) < len(found):
        click.echo(f"{len(shown)} / {len(found)} (--last)", err=True)


@command.command(
    "show",
    epilog="""\b
    Example:
      vigie dead-letters show raw.lora/3/1042
    """,
)
@click.argument("place")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, the body as hex digits.")
def show(place: str, *, as_json: bool) -> None:
    """Show one dead letter whole: reason, sentence, where it stood, headers, and its bytes.

    PLACE is TOPIC/PARTITION/OFFSET, as the list says it.
    """
    settings = settings_here()
    found = _letters(settings, _chosen(settings, None, None, None, None, (place,)))
    if not found:
        raise OperatorError(f"No dead letter stands at {place}: `vigie dead-letters list` says the places.", Exit.USAGE)
    for number, letter in enumerate(found):  # several only of those that never stood in a topic (TOPIC/-1/-1)
        if as_json:
            click.echo(json.dumps(as_data(letter, settings) | {"body": letter.body.hex()}, ensure_ascii=False))
        else:
            click.echo(("\n" if number else "") + full_text(letter, settings))


@command.command(
    "count",
    epilog="""\b
    Examples:
      vigie dead-letters count
      vigie dead-letters count --since 2026-03-02 --json
    """,
)
@_choosing
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def count(reason: str | None, device: str | None, since: str | None, until: str | None, *, as_json: bool) -> None:
    """Count dead letters by reason: how many there are, and how many were taken up again."""
    settings = settings_here()
    found = _letters(settings, _chosen(settings, reason, device, since, until), bodies=False)
    total = Counter(letter.reason for letter in found)
    replayed = Counter(letter.reason for letter in found if letter.replayed_as is not None)
    if as_json:
        click.echo(json.dumps({name: {"letters": many, "replayed": replayed[name]} for name, many in total.items()}))
        return
    if not found:
        click.echo("Aucune lettre morte." if settings.language == "fr" else "No dead letter.")
        return
    from rich.table import Table

    french = settings.language == "fr"
    shown = Table(box=None, pad_edge=False)
    shown.add_column("motif" if french else "reason")
    shown.add_column("lettres" if french else "letters", justify="right")
    shown.add_column("reprises" if french else "replayed", justify="right")
    for name, many in total.most_common():
        shown.add_row(name, str(many), str(replayed[name]))
    _print(shown)


@command.command(
    "replay",
    epilog="""\b
    Examples:
      vigie dead-letters replay --reason no_codec --since 2026-03-02
      vigie dead-letters replay raw.lora/3/1042
    """,
)
@click.argument("places", nargs=-1)
@_choosing
@click.option("--dry-run", is_flag=True, help="Say what would be taken up, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def replay(
    places: tuple[str, ...], reason: str | None, device: str | None, since: str | None, until: str | None,
    *, dry_run: bool, as_json: bool,
) -> None:  # fmt: skip
    """Take up what could not be decoded, after the cause was repaired.

    Each body goes to replay.<net> as it came; its letter is marked with the replay number.

    PLACES (TOPIC/PARTITION/OFFSET) choose single letters; without them the options choose. With nothing to do it says
    so.
    """
    settings = settings_here()
    asyncio.run(
        _replay(settings, _chosen(settings, reason, device, since, until, places), dry_run=dry_run, as_json=as_json)
    )


async def _replay(settings: Settings, chosen: replays.Chosen, *, dry_run: bool, as_json: bool) -> None:
    bodies, left = await replays.dead_letters(settings, settings.kafka, chosen)
    number = None
    if bodies and not dry_run:
        number = next_number(settings)
        try:
            await replays.take_up(settings, settings.kafka, bodies, number)
        except SchemaRefusedError as error:
            raise OperatorError(f"Nothing was taken up. {error}.") from None
    reasons = Counter(body.letter.reason for body in bodies if body.letter)
    devices = Counter((body.key or b"").decode("utf-8", "backslashreplace") for body in bodies)
    if as_json:
        found = {"replay": number, "bodies": len(bodies), "reasons": reasons, "devices": devices, "left_out": left}
        click.echo(json.dumps(found))
        return
    if not bodies:
        click.echo("Rien à reprendre." if settings.language == "fr" else "Nothing to take up.")
    else:
        _show(settings, reasons, devices, number)
    for name, many in left.items():
        if many:
            click.echo(f"{LEFT_OUT[settings.language][name]}{COLON[settings.language]} {many}")


LEFT_OUT = {
    "fr": {
        "replayed": "Laissées de côté, déjà reprises",
        "incomplete": "Laissées de côté, corps incomplet (trop grand)",
    },
    "en": {"replayed": "Left out, taken up before", "incomplete": "Left out, body incomplete (too large)"},
}


def _show(settings: Settings, reasons: Counter[str], devices: Counter[str], number: int | None) -> None:
    from rich.table import Table

    french = settings.language == "fr"
    done = f"reprise n° {number}" if french else f"replay {number}"
    shown = Table(title=done if number is not None else "à blanc" if french else "dry run", title_justify="left")
    shown.add_column("motif" if french else "reason")
    shown.add_column("corps" if french else "bodies", justify="right")
    for name, many in sorted(reasons.items()):
        shown.add_row(name, str(many))
    _print(shown)
    click.echo(devices_line(devices, settings.language))


def _letters(settings: Settings, chosen: replays.Chosen, *, bodies: bool = True) -> list[DeadLetter]:
    return asyncio.run(replays.letters(settings, settings.kafka, chosen, bodies=bodies))


def _print(shown: Any) -> None:
    from rich.console import Console

    Console().print(shown, markup=False, highlight=False)
