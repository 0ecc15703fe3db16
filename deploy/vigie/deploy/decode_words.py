"""What `vigie decode` says: of one payload, a file of them, or a network server's message."""

from functools import cached_property
from typing import Any

from rich.table import Table

from vigie.codecs.decoder import Codec, Decoded
from vigie.codecs.frame import GatewayStats, Heard, Refused
from vigie.codecs.model_map import ModelMap, ModelsError
from vigie.codecs.shelf import Shelf
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.payloads_given import Asked, payload_bytes
from vigie.deploy.terminal_text import cell
from vigie.serving.wording import local_text, property_label, reading_text
from vigie.streams.codec_shelf import models_of, shelf_of
from vigie.streams.core.decode_batch import PAYLOAD_MOST
from vigie.streams.settings import Settings
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable, excerpt, printable

_MOST_SHOWN = 100


class Known:
    """Codecs and models of an installation, read once, when they are first needed.

    Args:
        settings: of the installation.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._shelf: Shelf | None = None

    def close(self) -> None:
        """End the processes of makers' codecs."""
        if self._shelf is not None:
            self._shelf.close()

    @cached_property
    def codecs(self) -> dict[str, Codec]:
        """The active codecs by id."""
        self._shelf = shelf_of(self.settings)
        return self._shelf.active()

    @cached_property
    def models(self) -> ModelMap:
        """All models; raises OperatorError where a file of them cannot be used."""
        try:
            return models_of(self.settings)
        except ModelsError as error:
            raise OperatorError(str(error), Exit.USAGE) from None


def decoded_data(asked: Asked, known: Known) -> dict[str, Any]:
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
        decoded, codec, model = _decode(asked, payload, known)
    except Undecodable as error:
        return found | _refusal(error.reason.value, error.message)
    except OperatorError as error:
        if not asked.where:
            raise
        return found | _refusal(Reason.NO_CODEC.value, error.message)  # a row of a file takes no other with it
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


def _decode(asked: Asked, payload: bytes, known: Known) -> tuple[Decoded, dict[str, str], str]:
    frame = asked.frame
    if frame is not None and frame.decoded is not None:
        return frame.decoded, {}, frame.profile
    if asked.codec:
        name, model = asked.codec, ""
    else:
        name, model = _of_model(asked, known.models)
    codec: Codec | None = known.codecs.get(name)
    if codec is None:
        raise OperatorError(f"No codec is called {excerpt(name)}: `vigie codecs list` shows them.", Exit.USAGE)
    if not payload:  # as `decode` does before it asks a codec
        raise Undecodable(Reason.EMPTY_PAYLOAD, "The payload is empty")
    if len(payload) > PAYLOAD_MOST:
        raise Undecodable(Reason.TOO_LARGE, f"The payload has {len(payload)} bytes, at most {PAYLOAD_MOST} are read")
    decoded = codec.decode(payload, asked.f_port, asked.received_at)
    return decoded, {"id": codec.id, "version": codec.version, "hash": codec.hash}, model


def _of_model(asked: Asked, models: ModelMap) -> tuple[str, str]:
    frame = asked.frame
    if frame is not None:
        model = models.find(asked.model or frame.profile, frame.codec_tag)
        if model is None:
            raise Undecodable(Reason.NO_CODEC, f"No codec is known for the device profile {excerpt(frame.profile)}")
        return model.codec, model.name
    if not asked.model:
        raise OperatorError("No model and no codec is named: a payload does not tell what sent it.", Exit.USAGE)
    model = models.named(asked.model) or models.find(asked.model, None)
    if model is None:
        near = ", ".join(sorted(one.name for one in models if asked.model.lower() in one.name.lower())[:5])
        raise OperatorError(
            f"No model is called {excerpt(asked.model)}"
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
        table.add_row("refusé" if french else "refused", data["refused"], cell(data["message"], 200))
        return table
    if "heard" in data:
        table.add_row("entendu" if french else "heard", data["heard"])
    for one in data.get("readings", ()):
        number = next(n for n, entry in PROPERTIES.items() if entry.name == one["property"])
        label = property_label(number, language) + (f" ({one['channel']})" if one["channel"] else "")
        at = "" if one["observed_at"] is None else local_text(one["observed_at"], settings.timezone, language)
        table.add_row(label, reading_text(number, one["value"], language), at)
    for name, text in (data.get("extras") or data.get("facts") or {}).items():
        table.add_row(cell(name, _MOST_SHOWN), cell(text, _MOST_SHOWN))
    if data.get("firmware"):
        table.add_row("firmware", cell(data["firmware"], _MOST_SHOWN))
    for warning in data.get("warnings", ()):
        table.add_row("avertissement" if french else "warning", warning)
    if not table.rows:
        table.add_row("rien" if french else "nothing")
    return table
