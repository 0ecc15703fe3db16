"""Payloads as people give them to `vigie decode`: typed, in a file of them, or inside a network server's message."""

import csv
import io
import json
import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from vigie.codecs.frame import Frame, Hints
from vigie.codecs.registry import envelopes
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings
from vigie.topics.reason import Undecodable, excerpt

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")
_PREFIX = re.compile(r"(?:(?<![0-9a-zA-Z])0|\\)[xX](?=[0-9a-fA-F])")
_ODD_HEX = re.compile(r"[0-9a-fA-F]*")
_MOST_FIELD = 1 << 24
_LEAST_UNPADDED = 6
_COLUMNS = "the columns are model or codec, payload; port, received_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One payload to decode.

    Attributes:
        model: short name or profile of the device model; empty where the codec is named.
        codec: id of the codec; empty where the model is named.
        f_port: LoRaWAN port.
        received_at: epoch ms UTC.
        text: the payload as hex digits or base64.
        frame: what an envelope said, where a whole message was given.
        said: the name and value of what an envelope says beside a frame.
        where: place in a file.
    """

    model: str = ""
    codec: str = ""
    f_port: int = 1
    received_at: int = 0
    text: str = ""
    frame: Frame | None = None
    said: Any = None
    where: str = ""


def asked_of_lines(path: Path, default: Asked, settings: Settings) -> list[Asked]:
    """The payloads of a CSV file (with a heading line), of JSON lines or of a JSON list; keys are those of the options.

    Raises:
        click.BadParameter: the file names no payloads.
    """
    found = []
    for place, row in _rows(path):
        where = f"{path}, {place}"
        known = {str(key).strip().lower().replace("-", "_"): value for key, value in row.items() if key is not None}
        if known.get("payload") in (None, ""):
            raise click.BadParameter(f"{where}: no payload; {_COLUMNS}")
        port = str(default.f_port if known.get("port") in (None, "") else known["port"]).strip()
        if not (port.isascii() and port.isdecimal() and len(port) <= 3 and int(port) <= 255):
            raise click.BadParameter(f"{where}: port is {excerpt(port)}, expected 0 to 255")
        try:
            at = typed_instant(str(known["received_at"]).strip(), settings) if known.get("received_at") else None
        except click.BadParameter as error:
            raise click.BadParameter(f"{where}: {error.message}") from None
        found.append(
            replace(
                default, model=str(known.get("model") or default.model), codec=str(known.get("codec") or default.codec),
                f_port=int(port), text=str(known["payload"]).strip(), where=where,
                received_at=default.received_at if at is None else at,
            )
        )  # fmt: skip
    if not found:
        raise click.BadParameter(f"{path} holds no payloads; {_COLUMNS}")
    return found


def _rows(path: Path) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    """The rows of a file, each with its place."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise click.BadParameter(f"{path} is no text in UTF-8: expected CSV, JSON lines or a JSON list") from None
    start = text.lstrip()[:1]
    if start == "[":
        yield from ((f"entry {n}", _object(one, f"{path}, entry {n}")) for n, one in enumerate(_json(text, path), 1))
    elif start == "{":
        for n, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield f"line {n}", _object(_json(line, f"{path}, line {n}"), f"{path}, line {n}")
    else:
        first = text.partition("\n")[0]
        separator = ";" if ";" in first else "\t" if "\t" in first else ","
        csv.field_size_limit(_MOST_FIELD)
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            for row in reader:
                yield f"line {reader.line_num}", row
        except csv.Error as error:
            raise click.BadParameter(f"{path}, line {reader.line_num} cannot be read as CSV: {error}") from None


def _json(text: str, where: Path | str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"{where} cannot be read as JSON: {error}") from None


def _object(found: Any, where: str) -> Mapping[Any, Any]:
    if not isinstance(found, dict):
        raise click.BadParameter(f"{where} is {excerpt(str(found))}, expected an object; {_COLUMNS}")
    return found


def asked_of_message(body: bytes, form: str, model: str, now: int) -> Iterator[Asked]:
    """What a network server's message holds.

    Raises:
        OperatorError: the envelope is unknown.
    """
    envelope = envelopes().get(form)
    if envelope is None:
        raise OperatorError(f"No envelope is called {form!r}; there are {', '.join(sorted(envelopes()))}.", Exit.USAGE)
    try:
        said = envelope.parse(body, Hints(source="decode", model=model, arrived_at=now))
    except Undecodable as error:
        yield Asked(said=error)
        return
    for one in (said,) if not isinstance(said, list | tuple) else said:
        if isinstance(one, Frame):
            yield Asked(f_port=one.f_port or 0, received_at=one.received_at or now, frame=one, model=model)
        else:
            yield Asked(said=one)


def payload_bytes(text: str) -> bytes:
    """Hex digits, with or without signs between and `0x` before the bytes; else base64. What is both is hex.

    Raises:
        ValueError: neither.

    >>> [payload_bytes(one).hex() for one in ("01 75 5C", "0x01,0x75", "AXVc", "AXVc_-8")]
    ['01755c', '0175', '01755c', '01755cffef']
    """
    parts = [re.sub(r"[\s:-]", "", part) for part in re.split(r"[,;]", _PREFIX.sub("", text.strip()))]
    if all(map(_HEX.fullmatch, parts)):
        return bytes.fromhex("".join(parts))
    if len(parts) == 1 and _ODD_HEX.fullmatch(parts[0]):
        raise ValueError(f"{excerpt(text)} has an odd number of hex digits")
    plain = re.sub(r"\s", "", text).replace("-", "+").replace("_", "/")
    if len(plain) >= _LEAST_UNPADDED:  # a shorter word may be anything
        plain += "=" * (-len(plain) % 4)
    try:
        return b64decode(plain, validate=True)
    except (Base64Error, ValueError):
        raise ValueError(f"{excerpt(text)} is neither hex digits nor base64") from None
