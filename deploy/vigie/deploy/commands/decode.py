"""`vigie decode`: what a payload, a message or a file of payloads says, without a running platform."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from vigie.deploy.decode_words import Known, decoded_data, decoded_table, decoded_title
from vigie.deploy.operator_error import Exit
from vigie.deploy.payloads_given import Asked, asked_of_lines, asked_of_message
from vigie.streams.settings import Settings


@click.command(
    epilog="""\b
    Examples:
      vigie decode --model EM300-TH 01755c03673401046865
      vigie decode --codec elsys --port 5 0100e202290400270506 --json
      vigie decode --file payloads.csv                  # columns model or codec, payload; port, received_at
      vigie decode --format chirpstack-v4 message.json  # a whole message of a network server; - reads standard input
    """,
)
@click.argument("payload", required=False)
@click.option("--model", help="Short name or profile of the device model.")
@click.option("--codec", help="Id of the codec, as `vigie codecs list` shows it.")
@click.option("--port", default=1, show_default=True, type=click.IntRange(0, 255), help="LoRaWAN port.")
@click.option("--received-at", help="Legal time of the reception, for payloads with relative instants; default: now.")
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="CSV, JSON lines or a JSON list.",
)
@click.option("--format", "form", help="Read PAYLOAD as the file of a whole message in this envelope's format.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per payload.")
def command(
    payload: str | None, model: str | None, codec: str | None, port: int, received_at: str | None, path: Path | None,
    form: str | None, *, as_json: bool,
) -> None:  # fmt: skip
    """Decode PAYLOAD (hex digits, or base64), a file of payloads, or a network server's message.

    Exit code 0 if everything could be decoded, 17 if something could not.
    """
    settings = Settings.from_env(os.environ)
    asked = list(_asked(settings, payload, model, codec, port, received_at, path, form))
    known = Known(settings)
    try:
        refused = _print(asked, known, as_json=as_json)
    finally:
        known.close()
    if refused:
        sys.exit(int(Exit.DIFFERENT))


def _print(asked: Sequence[Asked], known: Known, *, as_json: bool) -> bool:
    """Decode and print one after the other; whether one of them was refused."""
    from rich.console import Console

    console, refused = Console(), False
    for place, one in enumerate(asked):
        data = decoded_data(one, known)
        refused = refused or "refused" in data
        if as_json:
            click.echo(json.dumps(data, ensure_ascii=False))
            continue
        if place:
            console.print()
        console.print(decoded_title(data), markup=False, highlight=False, style="bold", soft_wrap=True)
        console.print(decoded_table(data, known.settings), markup=False, highlight=False)
    return refused


def _asked(
    settings: Settings, payload: str | None, model: str | None, codec: str | None, port: int, received_at: str | None,
    path: Path | None, form: str | None,
) -> Iterator[Asked]:  # fmt: skip
    import time

    from vigie.deploy.instants_typed import typed_instant

    at = typed_instant(received_at, settings)
    now = int(time.time() * 1000) if at is None else at
    if path is not None:
        if payload is not None or form is not None:
            raise click.UsageError("--file stands alone: the file has the payloads.")
        default = Asked(model=model or "", codec=codec or "", f_port=port, received_at=now)
        yield from asked_of_lines(path, default, settings)
        return
    if payload is None:
        raise click.UsageError("Give a PAYLOAD, or --file; `vigie decode --help` has examples.")
    if form is not None:
        body = sys.stdin.buffer.read() if payload == "-" else _read(payload)
        yield from asked_of_message(body, form, model or "", now)
        return
    if not model and not codec:
        raise click.UsageError("Say --model or --codec: a payload does not tell what sent it.")
    yield Asked(model=model or "", codec=codec or "", f_port=port, received_at=now, text=payload)


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise click.BadParameter(
            f"{name} cannot be read: {error.strerror}. With --format, PAYLOAD is a file."
        ) from None
