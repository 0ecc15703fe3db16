"""The sources file: where an installation's bodies come from (VIGIE_SOURCES, TOML; docs/connectors.md).

A wrong setting is refused with the file, the line and what is expected there, before anything starts. TOML's reader
tells no lines of what it has read, so the line of a key is looked for in the text.
"""

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from vigie.codecs.frame import Hints
from vigie.codecs.layout import Layout
from vigie.codecs.registry import envelopes
from vigie.streams.connector import Secret, SecretError, Source, connectors, decode_hook

_HEADER = re.compile(r"\s*\[\[\s*([A-Za-z_]+)\s*\]\]")
_KEY_OF_PATH = re.compile(r"`\$\.([A-Za-z_0-9]+)")
_NAMED_KEY = re.compile(r"unknown field `([^`]*)`")
_AT_PATH = re.compile(r" - at `\$[^`]*`$")
_NEED_LAYOUT = ("logger-csv", "station-json")
"""Formats that say nothing without one: each of their bodies would be a dead letter."""


class SourcesError(ValueError):
    """The sources file cannot be used; the message names file, line and what is expected."""


class Declared(Struct, frozen=True, kw_only=True):
    """What a record of a topic is, that a network server writes itself and that has no headers of ours.

    Attributes:
        connector: `kafka`.
        format: form of the body.
        network: name of the network.
        hints: of the envelope; of them `event` comes from the record's own header.
    """

    connector: str
    format: str
    network: str
    hints: Hints


class Sources(Struct, frozen=True, kw_only=True):
    """What a sources file says.

    Attributes:
        file: where it stands; None where there is none.
        sources: in the order of the file.
        layouts: by name.
    """

    file: Path | None = None
    sources: tuple[Source, ...] = ()
    layouts: dict[str, Layout] = {}

    def of_kind(self, kind: str) -> list[Source]:
        """All sources of a kind."""
        return [source for source in self.sources if source.__struct_config__.tag == kind]

    def hints(self, source: Source) -> Hints:
        """What a source says of all its bodies."""
        return Hints(source=source.name, model=source.model, layout=self.layouts.get(source.layout))

    def declared(self, topic: str) -> Declared | None:
        """What records of a topic (bare name) are, where their own headers do not say; None where nothing is declared.

        >>> Sources().declared("raw.lora") is None
        True
        """
        for source in self.of_kind("kafka"):
            if getattr(source, "topic", "") == topic or f"raw.{source.net}" == topic:
                return Declared(
                    connector="kafka", format=source.format, network=source.network, hints=self.hints(source)
                )
        return None


def load(path: Path | None, *, secrets: bool = False) -> Sources:
    """Read a sources file.

    Args:
        path: None gives no sources at all.
        secrets: look whether each secret and file is there too and each port free; only `receive` needs them.

    Raises:
        SourcesError: it cannot be used.
    """
    if path is None:
        return Sources()
    try:
        text = path.read_text("utf-8-sig")  # editors of Windows put a mark before the text
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SourcesError(f"{path} (VIGIE_SOURCES) cannot be read: {reason}") from None
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourcesError(f"{path} (VIGIE_SOURCES) is not TOML: {error}") from None
    except RecursionError:  # tomllib's own
        raise SourcesError(f"{path} (VIGIE_SOURCES) cannot be read: it is nested too deeply") from None
    return _Reader(path, text, secrets).read(tables)


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


class _Reader:
    def __init__(self, path: Path, text: str, secrets: bool) -> None:
        self._path = path
        self._lines = text.splitlines()
        self._secrets = secrets

    def read(self, tables: dict[str, Any]) -> Sources:
        for key in tables:
            if key not in ("source", "layout"):
                raise self._error(self._line_of_key(key, 0), f"{key!r} is unknown: expected [[source]] and [[layout]]")
        for kind in ("source", "layout"):
            listed = tables.get(kind, [])
            if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
                raise self._error(self._line_of_key(kind, 0), f"expected [[{kind}]] in double brackets")
        layouts = [self._layout(number, table) for number, table in enumerate(tables.get("layout", []))]
        by_name = {layout.name: layout for layout in layouts}
        sources = [self._source(number, table, by_name) for number, table in enumerate(tables.get("source", []))]
        self._unique("layout", [f"name {layout.name!r}" for layout in layouts])
        self._unique("source", [f"name {source.name!r}" for source in sources])
        alone = [source.alone() or ("", str(number)) for number, source in enumerate(sources)]
        self._unique("source", [f"{key} {what!r}" if key else what for key, what in alone], [key for key, _ in alone])
        return Sources(file=self._path, sources=tuple(sources), layouts=by_name)

    def _layout(self, number: int, table: dict[str, Any]) -> Layout:
        try:
            return msgspec.convert(table, Layout)
        except msgspec.ValidationError as error:
            raise self._refused("layout", number, error) from None

    def _source(self, number: int, table: dict[str, Any], layouts: dict[str, Layout]) -> Source:
        kind = table.get("kind")
        connector = connectors().get(kind) if isinstance(kind, str) else None
        if connector is None:
            expected = f"expected kind = one of {', '.join(sorted(connectors()))}"
            raise self._error(self._line("source", number, "kind"), expected + (f", not {kind!r}" if kind else ""))
        try:
            source = msgspec.convert(table, connector.source, dec_hook=decode_hook(self._path.parent))
        except msgspec.ValidationError as error:
            raise self._refused("source", number, error) from None
        known = envelopes()
        if source.format not in known:
            expected = f"expected format = one of {', '.join(sorted(known))}, not {source.format!r}"
            raise self._error(self._line("source", number, "format"), expected)
        if source.format in _NEED_LAYOUT and not source.layout:
            expected = f"expected layout = the name of a [[layout]], which {source.format} is read by"
            raise self._error(self._line("source", number, "format"), expected)
        if source.layout and source.layout not in layouts:
            expected = f"no [[layout]] has the name {source.layout!r}"
            raise self._error(self._line("source", number, "layout"), expected)
        for key, given in table.items():
            if any(isinstance(text, str) and not text.isprintable() for text in (given, *_listed(given))):
                raise self._error(self._line("source", number, key), f"{key}: expected no control characters")
        self._refuse(number, source.problem())
        for key in source.__struct_fields__ if self._secrets else ():
            found = getattr(source, key)
            if isinstance(found, Secret):
                try:
                    found.read()
                except SecretError as error:
                    raise self._error(self._line("source", number, key), f"{key}: {error}") from None
        if self._secrets:
            self._refuse(number, source.trouble())
        return source

    def _refuse(self, number: int, wrong: tuple[str, str] | None) -> None:
        if wrong is not None:
            raise self._error(self._line("source", number, wrong[0]), wrong[1])

    def _unique(self, kind: str, names: list[str], keys: list[str] | None = None) -> None:
        for name, times in Counter(names).items():
            if times > 1:
                place = len(names) - 1 - names[::-1].index(name)
                line = self._line(kind, place, keys[place] if keys else "name")
                raise self._error(line, f"two [[{kind}]] have the {name}: change one")

    def _refused(self, kind: str, number: int, error: msgspec.ValidationError) -> SourcesError:
        said = str(error)
        named = _NAMED_KEY.search(said) or _KEY_OF_PATH.search(said)
        key = named[1] if named else ""
        sentence = _AT_PATH.sub("", said)
        return self._error(self._line(kind, number, key), f"{key}: {sentence}" if key else sentence)

    def _error(self, line: int, sentence: str) -> SourcesError:
        return SourcesError(f"{self._path}, line {line}: {sentence}")

    def _line(self, kind: str, number: int, key: str) -> int:
        """The line (from 1) of a key in the n-th table of a kind; that of the table's head where the key has none."""
        seen = -1
        for place, line in enumerate(self._lines):
            head = _HEADER.match(line)
            if head and head[1] == kind:
                seen += 1
                if seen == number:
                    return self._line_of_key(key, place) if key else place + 1
        return 1

    def _line_of_key(self, key: str, start: int) -> int:
        wanted = re.compile(rf"\s*(?:\[+\s*(?:\w+\s*\.\s*)?)?[\"']?{re.escape(key)}[\"']?\s*(?:[=.\]])")
        for place in range(start, len(self._lines)):
            if place > start and (head := _HEADER.match(self._lines[place])) and head[1] in ("source", "layout"):
                break
            if wanted.match(self._lines[place]):
                return place + 1
        return start + 1
