"""What `vigie decode` is asked, and what it says: one payload, a file of them, or a network server's message."""

import csv
import io
import json
import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from vigie.codecs.decoder import Codec, Decoded
from vigie.codecs.frame import Frame, GatewayStats, Heard, Hints, Refused
from vigie.codecs.model_map import ModelsError
from vigie.codecs.registry import envelopes
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.serving.wording import local_text, property_label, reading_text
from vigie.streams.codec_shelf import models_of, shelf_of
from vigie.streams.settings import Settings
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable, printable

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")


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


def asked_of_lines(path: Path, default: Asked) -> Iterator[Asked]:
    """The payloads of a CSV file (with a heading line) or of JSON lines; the keys are those of the options.

    Raises:
        click.BadParameter: the file names no payloads.
    """
    text = path.read_text(encoding="utf-8-sig")
    if text.lstrip().startswith("{"):
        rows = [(n, json.loads(line)) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    else:
        first = text.partition("\n")[0]
        separator = ";" if ";" in first else "\t" if "\t" in first else ","
        rows = list(enumerate(csv.DictReader(io.StringIO(text), delimiter=separator), 2))
    for line, row in rows:
        known = {str(key).strip().lower(): value for key, value in row.items() if key is not None}
        if not known.get("payload"):
            raise click.BadParameter(f"{path}, line {line}: no payload; the columns are model or codec, payload, port")
        port = str(known.get("port") or default.f_port)
        if not port.isdigit() or int(port) > 255:
            raise click.BadParameter(f"{path}, line {line}: port is {port!r}, expected 0 to 255")
        yield replace(
            default, model=str(known.get("model") or default.model), codec=str(known.get("codec") or default.codec),
            f_port=int(port), text=str(known["payload"]).strip(), where=f"{path}, line {line}",
        )  # fmt: skip


def asked_of_message(body: bytes, form: str, model: str, now: int, settings: Settings) -> Iterator[Asked]:
    """What a network server's message holds.

    Raises:
        OperatorError: the envelope is unknown.
    """
    del settings
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
    """Hex digits (spaces, colons and 0x are passed by), else base64; what is both is taken for hex.

    Raises:
        ValueError: neither.

    >>> payload_bytes("01 75 5C").hex(), payload_bytes("AXVc").hex()
    ('01755c', '01755c')
    """
    plain = re.sub(r"[\s:-]", "", text).removeprefix("0x")
    if _HEX.fullmatch(plain):
        return bytes.fromhex(plain)
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise ValueError(f"{text[:40]!r} is neither hex digits nor base64") from None


def decoded_data(asked: Asked, settings: Settings) -> dict[str, Any]:
    """What was asked, decoded, as plain data; a refusal has the key `refused`."""
    found: dict[str, Any] = {"where": asked.where} if asked.where else {}
    if asked.said is not None:
        return found | _beside(asked.said)
    frame = asked.frame
    try:
        payload = frame.payload if frame is not None else payload_bytes(asked.text)
    except ValueError as error:
        return found | _refusal(Reason.BAD_BASE64.value, str(error))
    if frame is not None:
        found |= {
            "device": frame.address, "session": frame.session, "f_cnt": frame.f_cnt, "network": frame.network,
            "radio": None if frame.radio is None else _plain(frame.radio),
            "cell": None if frame.cell is None else _plain(frame.cell),
        }  # fmt: skip
    found |= {"payload": payload.hex(), "f_port": asked.f_port}
    try:
        decoded, codec, model = _decode(asked, payload, settings)
    except Undecodable as error:
        return found | _refusal(error.reason.value, error.message)
    extras = {**((frame.extras if frame is not None else None) or {}), **decoded.extras}
    return found | {
        "model": model,
        "codec": codec,
        "firmware": decoded.firmware,
        "readings": [
            {
                "property": PROPERTIES[one.property].name, "channel": one.channel, "value": one.value,
                "unit": PROPERTIES[one.property].unit, "observed_at": one.observed_at,
            }
            for one in decoded.readings
        ],
        "extras": extras,
        "warnings": list(decoded.warnings),
    }  # fmt: skip


def _plain(facts: Any) -> Any:
    import msgspec

    return msgspec.to_builtins(facts)


def _beside(said: Any) -> dict[str, Any]:
    if isinstance(said, Undecodable | Refused):
        return _refusal(said.reason.value, said.message)
    if isinstance(said, Heard):
        return {"device": said.address, "heard": said.kind, "facts": said.facts}
    if isinstance(said, GatewayStats):
        return {"gateway": said.gateway, "heard": "stats", "facts": said.facts}
    return {"passed_over": "the device did not cause this message"}


def _refusal(reason: str, message: str) -> dict[str, Any]:
    return {"refused": reason, "message": message}


def _decode(asked: Asked, payload: bytes, settings: Settings) -> tuple[Decoded, dict[str, str], str]:
    frame = asked.frame
    if frame is not None and frame.decoded is not None:
        return frame.decoded, {}, frame.profile
    codecs = shelf_of(settings).active()
    if asked.codec:
        name, model = asked.codec, ""
    else:
        name, model = _of_model(asked, settings)
    codec: Codec | None = codecs.get(name)
    if codec is None:
        raise OperatorError(f"No codec is called {name!r}: `vigie codecs list` shows them.", Exit.USAGE)
    decoded = codec.decode(payload, asked.f_port, asked.received_at)
    return decoded, {"id": codec.id, "version": codec.version, "hash": codec.hash}, model


def _of_model(asked: Asked, settings: Settings) -> tuple[str, str]:
    try:
        models = models_of(settings)
    except ModelsError as error:
        raise OperatorError(str(error), Exit.USAGE) from None
    frame = asked.frame
    if frame is not None:
        model = models.find(asked.model or frame.profile, frame.codec_tag)
        if model is None:
            raise Undecodable(Reason.NO_CODEC, f"No codec is known for the device profile {frame.profile!r}")
        return model.codec, model.name
    model = models.named(asked.model) or models.find(asked.model, None)
    if model is None:
        near = ", ".join(sorted(one.name for one in models if asked.model.lower() in one.name.lower())[:5])
        raise OperatorError(
            f"No model is called {asked.model!r}"
            + (f"; near it are {near}." if near else "; docs/sensors.md has all."),
            Exit.USAGE,
        )
    return model.codec, model.name


def decoded_title(data: dict[str, Any]) -> str:
    """What was decoded, in a line: place, device, model, codec, payload.

    >>> decoded_title({"model": "EM300-TH", "codec": {"id": "milesight-em300-th", "version": "2"}, "payload": "01755c"})
    'EM300-TH · milesight-em300-th 2 · 01755c'
    """
    codec = data.get("codec") or {}
    parts = (
        data.get("where"), data.get("device") or data.get("gateway"), data.get("model"),
        f"{codec['id']} {codec['version']}" if codec else "", data.get("payload", "")[:80],
    )  # fmt: skip
    return " · ".join(printable(str(part)) for part in parts if part)


def decoded_table(data: dict[str, Any], settings: Settings) -> Table:
    """The same for people."""
    language = settings.language
    french = language == "fr"
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    table.add_column()
    table.add_column()
    if "refused" in data:
        table.add_row("refusé" if french else "refused", data["refused"], Text(data["message"]))
        return table
    if "heard" in data:
        table.add_row("entendu" if french else "heard", data["heard"])
    for one in data.get("readings", ()):
        number = next(n for n, entry in PROPERTIES.items() if entry.name == one["property"])
        label = property_label(number, language) + (f" ({one['channel']})" if one["channel"] else "")
        at = "" if one["observed_at"] is None else local_text(one["observed_at"], settings.timezone, language)
        table.add_row(label, reading_text(number, one["value"], language), at)
    for name, text in (data.get("extras") or data.get("facts") or {}).items():
        table.add_row(Text(name), Text(text[:100]))
    if data.get("firmware"):
        table.add_row("firmware", data["firmware"])
    for warning in data.get("warnings", ()):
        table.add_row("avertissement" if french else "warning", warning)
    if not table.rows:
        table.add_row("rien" if french else "nothing")
    return table
