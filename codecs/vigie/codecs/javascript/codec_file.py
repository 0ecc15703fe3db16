"""A maker's codec as a folder: `<folder>/<name>/codec.toml` beside the maker's own `.js` file.

id      = "adeunis-tic"            # as models files name it
version = "1.6.1"                  # raised when the same payload would give something else
maker   = "Adeunis"
models  = ["TIC CBE/LINKY MONO"]   # for people
source  = "npm package @adeunis/codecs 1.6.1"
licence = "MIT"
file    = "index.js"
after   = "after.js"               # left out: none; evaluated after it, where its functions have other names
style   = "ts013"                  # or "decoder": Decoder(bytes, port), Decode(fPort, bytes, variables);
                                   # left out: as the file says
recv_time = "date"                 # default: recvTime is a Date that also acts as its text; or "text"

[fields]                           # field_map.py: the maker's fields in our words
temperature = { property = "air_temperature" }

[[vector]]                         # what `vigie codecs test` proves
payload  = "0100dd"
f_port   = 1
readings = [["air_temperature", 0, 22.1]]

[[vector]]
payload  = "ff"
reason   = "codec_failed"
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from errno import EINVAL
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import Any

import msgspec
from msgspec import Struct

from vigie.codecs.decoder import Codec, Decoded, Vector
from vigie.codecs.decoder import Runner as RunBy
from vigie.codecs.field_map import FieldMap, FieldMapError
from vigie.codecs.javascript.answers import Packed
from vigie.codecs.javascript.messages import FAILED, Script, Stopped
from vigie.codecs.javascript.runner import Runner, sentence
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable, excerpt, printable

PAPERS = "codec.toml"
MOST_FILE_BYTES = 4_000_000
_MOST_WARNINGS = 10
_NOTHING = None, None, None
_MOST_MESSAGE = 190


class CodecFileError(ValueError):
    """A codec folder that cannot be used; the message names the file and says what is expected."""


class _Vector(Struct, kw_only=True, forbid_unknown_fields=True):
    payload: str
    f_port: int = 1
    readings: list[tuple[str, int, float]] = []
    reason: str = ""


class _Papers(Struct, kw_only=True, forbid_unknown_fields=True):
    """What codec.toml may say."""

    id: str
    version: str
    maker: str
    source: str
    licence: str
    file: str
    models: list[str] = []
    after: str = ""
    style: str = ""
    recv_time: str = "date"
    fields: dict[str, Any] = {}
    lists: dict[str, Any] = {}
    vector: list[_Vector] = []


@dataclass(frozen=True, slots=True)
class CodecFile:
    """A codec folder, read.

    Attributes:
        papers: the file codec.toml.
        models: for people.
        script: what the engine loads.
        names: the maker's fields in our words.
    """

    papers: Path
    models: tuple[str, ...]
    script: Script
    names: FieldMap
    _codec: Codec

    @classmethod
    def read(cls, folder: Path) -> "CodecFile":
        """The codec of a folder.

        Raises:
            CodecFileError: a file is missing or says something that cannot be used.
        """
        path = folder / PAPERS
        papers = _papers(path)
        script = Script(
            name=f"{papers.id} {papers.version}",
            text=_text(folder, papers.file, f"{path}: file"),
            after=_text(folder, papers.after, f"{path}: after") if papers.after else "",
            style=papers.style,
            recv_text=papers.recv_time == "text",
        )
        try:
            names = FieldMap.from_tables({"fields": papers.fields, "lists": papers.lists}, str(path))
        except FieldMapError as error:
            raise CodecFileError(str(error)) from None
        entries = [*names.fields.values(), *(one for rows in names.lists.values() for one in rows.fields.values())]
        codec = Codec(
            id=papers.id,
            version=papers.version,
            maker=papers.maker,
            source=papers.source,
            licence=papers.licence,
            decode=_not_bound,
            properties=tuple(sorted({one.property for one in entries if one.property})),
            extras=tuple(sorted({one.extra for one in entries if one.extra})),
            vectors=tuple(_vector(one, f"{path}: vector {place}") for place, one in enumerate(papers.vector, 1)),
            runner=RunBy.JAVASCRIPT,
            hash=sha256(script.text.encode() + script.after.encode()).hexdigest()[:16],
            file=str(folder / papers.file),
        )
        return cls(path, tuple(papers.models), script, names, codec)

    def codec(self, runner: Runner) -> Codec:
        """The codec, executed by this runner."""

        def batch(jobs: Sequence[tuple[bytes, int, int]]) -> list[Decoded | Undecodable]:
            found: list[Any] = [None] * len(jobs)

            def take(place: int, answer: Any) -> None:
                found[place] = self.said(answer)

            runner.run(self.script, jobs, take)
            return found

        def decode(payload: bytes, f_port: int, received_at: int) -> Decoded:
            (found,) = batch([(payload, f_port, received_at)])
            if isinstance(found, Undecodable):
                raise found
            return found

        return replace(self._codec, decode=decode, batch=batch)

    def said(self, answer: Any) -> Decoded | Undecodable:
        """What an answer of the runner says, in our words."""
        if isinstance(answer, Packed):
            try:
                shape = answer.shape
                if shape.plans is None:
                    shape.plans = self.names.plans(shape.names, shape.units)
                return self.names.read_numbers(shape.plans, answer.values)
            except Undecodable as error:
                return self._refused(error.reason, error.message)
            except (TypeError, ValueError):
                return self._refused(Reason.CODEC_FAILED, "gave values that are no numbers")
        if isinstance(answer, Stopped):
            reason = Reason.CODEC_FAILED if answer.why == FAILED else Reason.CODEC_STOPPED
            return self._refused(reason, sentence(answer))
        if isinstance(answer, dict):
            return self._refused(Reason.CODEC_FAILED, f"threw {excerpt(str(answer.get('thrown')))}")
        try:
            data, errors, warnings = answer if len(answer) == 3 else (*answer, *_NOTHING[len(answer) :])
        except (TypeError, ValueError):
            return self._refused(Reason.CODEC_FAILED, "gave an answer that cannot be read")
        if errors:
            return self._refused(Reason.CODEC_FAILED, f"reports {excerpt(', '.join(_texts(errors)))}")
        if data is None:
            return self._refused(Reason.CODEC_FAILED, "gave neither data nor errors")
        if isinstance(data, list):
            data = {"data": data}
        if not isinstance(data, dict):
            return self._refused(Reason.CODEC_FAILED, f"gave the data {excerpt(str(data))}, expected an object")
        try:
            found = self.names.read(data)
        except Undecodable as error:
            return self._refused(error.reason, error.message)
        if warnings:
            found.warnings.append("CODEC_WARNING")
            found.extras["codec_warnings"] = "; ".join(_texts(warnings))
        return found

    def _refused(self, reason: Reason, why: str) -> Undecodable:
        return Undecodable(reason, f"The codec {printable(self.script.name)}: {why}"[:_MOST_MESSAGE])


def _not_bound(payload: bytes, f_port: int, received_at: int) -> Decoded:
    raise AssertionError(f"no runner for {len(payload)} bytes, port {f_port}, {received_at}")


def _papers(path: Path) -> _Papers:
    try:
        tables = tomllib.loads(_content(path).decode())
    except OSError as error:
        raise CodecFileError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CodecFileError(f"{path} is not TOML: {error}") from None
    try:
        found = msgspec.convert(tables, _Papers)
    except msgspec.ValidationError as error:
        raise CodecFileError(f"{path}: {error}") from None
    for name in ("id", "version", "maker", "source", "licence", "file"):
        text = getattr(found, name)
        if not text or not text.isprintable():
            raise CodecFileError(f"{path}: {name} is {excerpt(text)}, expected a text")
    if not found.after.isprintable():
        raise CodecFileError(f"{path}: after is {excerpt(found.after)}, expected the name of a file")
    if found.style not in ("", "ts013", "decoder"):
        raise CodecFileError(f"{path}: style is {excerpt(found.style)}, expected ts013 or decoder")
    if found.recv_time not in ("date", "text"):
        raise CodecFileError(f"{path}: recv_time is {excerpt(found.recv_time)}, expected date or text")
    return found


def _text(folder: Path, name: str, where: str) -> str:
    """The text of a file of the folder, and of no other one."""
    path = folder / name
    if Path(name).name != name:
        raise CodecFileError(f"{where} is {excerpt(name)}, expected the name of a file beside it")
    try:
        content = _content(path)
    except OSError as error:
        raise CodecFileError(f"{where} names {excerpt(name)}, which cannot be read: {error.strerror}") from None
    if len(content) > MOST_FILE_BYTES:
        raise CodecFileError(f"{path} has {len(content)} bytes, at most {MOST_FILE_BYTES} are read")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")  # older files; their codes are ASCII, their comments are not


def _content(path: Path) -> bytes:
    """What a file holds; raises OSError, also for a pipe or a device, from which a read might never come back."""
    if not S_ISREG(path.stat().st_mode):
        raise OSError(EINVAL, "it is no regular file")
    return path.read_bytes()


def _vector(given: _Vector, where: str) -> Vector:
    try:
        bytes.fromhex(given.payload)
    except ValueError:
        raise CodecFileError(f"{where}: payload is {excerpt(given.payload)}, expected hexadecimal digits") from None
    if given.reason and given.reason not in set(Reason):
        raise CodecFileError(f"{where}: reason is {excerpt(given.reason)}, expected one of {', '.join(Reason)}")
    for name, _, _ in given.readings:
        if name not in BY_NAME:
            raise CodecFileError(f"{where}: {excerpt(name)} is no property of the catalogue")
    return Vector(payload=given.payload, f_port=given.f_port, readings=tuple(given.readings), reason=given.reason)


def _texts(given: Any) -> list[str]:
    """What a codec warns of, as short printable texts."""
    several = given if isinstance(given, list) else [given]
    return [printable(one if isinstance(one, str) else str(one)) for one in several[:_MOST_WARNINGS]]
