"""Every codec and envelope registers itself at the bottom of its file; this finds them all."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from vigie.codecs.decoder import Codec
from vigie.codecs.frame import Frame, Heard, PassedOver

Envelope = Callable[[bytes, str | None], Frame | Heard | PassedOver]

_codecs: dict[str, Codec] = {}
_envelopes: dict[str, tuple[Envelope, str]] = {}


class RegisteredTwiceError(ValueError):
    """Two files claim one name; the message names both."""


def _calling_file() -> str:
    frame = inspect.stack()[2]
    return frame.filename


def register_codec(codec: Codec) -> None:
    """Make a codec known under its id, with the hash of the file that calls this."""
    file = _calling_file()
    known = _codecs.get(codec.id)
    if known is not None:
        raise RegisteredTwiceError(f"The codec {codec.id!r} is registered by {known.file} and by {file}: rename one")
    _codecs[codec.id] = replace(codec, file=file, hash=sha256(Path(file).read_bytes()).hexdigest()[:16])


def register_envelope(form: str, envelope: Envelope) -> None:
    """Make an envelope known under its format name."""
    file = _calling_file()
    if form in _envelopes:
        raise RegisteredTwiceError(f"The envelope {form!r} is registered by {_envelopes[form][1]} and by {file}")
    _envelopes[form] = envelope, file


def _walk(package: ModuleType) -> None:
    for entry in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{entry.name}")


@cache
def codecs() -> Mapping[str, Codec]:
    """All payload codecs, by id.

    >>> sorted(codecs())[0] in codecs()
    True
    """
    from vigie.codecs import payloads

    _walk(payloads)
    return _codecs


@cache
def envelopes() -> Mapping[str, Envelope]:
    """All envelopes, by format name.

    >>> "chirpstack-v4" in envelopes()
    True
    """
    from vigie.codecs import envelopes as package

    _walk(package)
    return {form: envelope for form, (envelope, _) in _envelopes.items()}
