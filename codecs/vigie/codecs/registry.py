"""Every codec and envelope registers itself at the bottom of its file; this finds them all."""

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType

from vigie.codecs.decoder import Codec
from vigie.codecs.frame import Envelope

_codecs: dict[str, Codec] = {}
_envelopes: dict[str, Envelope] = {}


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
    _codecs[codec.id] = replace(codec, file=file, hash=_hash(file))


def register_envelope(envelope: Envelope) -> None:
    """Make an envelope known under its format name, with the hash of the file that calls this."""
    file = _calling_file()
    known = _envelopes.get(envelope.form)
    if known is not None:
        raise RegisteredTwiceError(f"The envelope {envelope.form!r} is registered by {known.file} and by {file}")
    _envelopes[envelope.form] = replace(envelope, file=file, hash=_hash(file))


def _hash(file: str) -> str:
    return sha256(Path(file).read_bytes()).hexdigest()[:16]


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
    return _envelopes
