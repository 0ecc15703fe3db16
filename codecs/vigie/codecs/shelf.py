"""All versions of all codecs, which of each is active, and which looks on in shadow.

Native codecs come from the registry, makers' own from the folders of a codec folder (javascript/codec_file.py). Which
version is active stands in `<folder>/active.toml`, written by `vigie codecs promote` and `vigie codecs shadow`:

    [active]
    milesight-em300-th = "2.1.0"

    [shadow]
    elsys = "3"

Where nothing is said a native version is active; of an id without one, the highest.
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from vigie.codecs.decoder import Codec
from vigie.codecs.decoder import Runner as RunBy
from vigie.codecs.javascript.codec_file import PAPERS, CodecFile, CodecFileError
from vigie.codecs.javascript.messages import Stopped
from vigie.codecs.javascript.runner import Runner, sentence
from vigie.codecs.registry import codecs
from vigie.topics.reason import excerpt

CHOICES = "active.toml"
_HEAD = (
    "# Which version of a codec decodes, which looks on; `vigie codecs promote` and `vigie codecs shadow` write it.\n"
)


class ShelfError(ValueError):
    """What was asked cannot be done; the message says what there is."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a codec.

    Attributes:
        codec: the codec.
        active: it decodes.
        shadow: it looks on.
        models: of a maker's codec, for people.
    """

    codec: Codec
    active: bool
    shadow: bool
    models: tuple[str, ...] = ()


class Shelf:
    """The codecs of this program and of a codec folder.

    Attributes:
        problems: what of the folder cannot be used, a sentence each; the rest can.
    """

    def __init__(self, folder: Path | None, runner: Runner) -> None:
        self.folder = folder
        self.problems: list[str] = []
        self._runner = runner
        self._codecs: dict[str, dict[str, Codec]] = {}
        self._files: dict[tuple[str, str], CodecFile] = {}
        self._seen: tuple[tuple[str, int, int, int], ...] = ()
        self._active: dict[str, str] = {}
        self._shadow: dict[str, str] = {}
        self._absent: dict[str, dict[str, str]] = {"active": {}, "shadow": {}}

    @classmethod
    def load(cls, folder: Path | None = None, runner: Runner | None = None, before: "Shelf | None" = None) -> "Shelf":
        """What there is now.

        Args:
            folder: of makers' codecs; None: native ones only.
            runner: executes them; None: one of its own, started when a payload comes.
            before: what there was: a file that cannot be read now, such as one that is just being written, counts as
                it was read then.
        """
        found = cls(folder, runner or Runner())
        found._seen = found._signature()
        for codec in codecs().values():
            found._codecs.setdefault(codec.id, {})[codec.version] = codec
        if folder is not None:
            found._read(folder, before)
            found._choose(folder, before)
        return found

    def active(self) -> dict[str, Codec]:
        """The codecs that decode, by id."""
        return {name: versions[self._active_version(name)] for name, versions in self._codecs.items()}

    def shadows(self) -> dict[str, Codec]:
        """The codecs that look on, by id."""
        return {name: self._codecs[name][version] for name, version in self._shadow.items()}

    def versions(self) -> list[Version]:
        """Every version of every codec, by id, the highest last."""
        return [
            Version(
                codec=self._codecs[name][version],
                active=version == self._active_version(name),
                shadow=version == self._shadow.get(name),
                models=self._files[name, version].models if (name, version) in self._files else (),
            )
            for name in sorted(self._codecs)
            for version in sorted(self._codecs[name], key=_order)
        ]

    def check(self) -> list[str]:
        """Load the makers' files into the engine; gives a sentence for each that cannot be."""
        found = []
        for file in self._files.values():
            answer = self._runner.load(file.script)
            if isinstance(answer, Stopped):
                found.append(f"{file.papers}: {file.script.name} {sentence(answer)}")
        return found

    def promote(self, name: str, version: str) -> None:
        """Let a version decode from now on; it does not look on any more.

        Raises:
            ShelfError: there is no such version, or no folder to write that to.
        """
        self._known(name, version)
        shadow = {one: other for one, other in self._shadow.items() if (one, other) != (name, version)}
        self._absent["active"].pop(name, None)
        self._write({**self._active, name: version}, shadow)

    def shadow(self, name: str, version: str | None) -> None:
        """Let a version look on, or none of this id.

        Raises:
            ShelfError: there is no such version, it is the active one, or there is no folder to write that to.
        """
        shadow = {one: other for one, other in self._shadow.items() if one != name}
        if version is None:
            self._known(name, None)
        else:
            self._known(name, version)
            if version == self._active_version(name):
                raise ShelfError(f"{name} {version} is the active version: only another one can look on")
            shadow[name] = version
        self._absent["shadow"].pop(name, None)
        self._write(self._active, shadow)

    def changed(self) -> bool:
        """Whether the folder's files are others than those that were read; asks the file system."""
        return self._signature() != self._seen

    def close(self) -> None:
        """End the processes of makers' codecs."""
        self._runner.close()

    def _read(self, folder: Path, before: "Shelf | None") -> None:
        if not folder.is_dir():
            self.problems.append(f"The codec folder {folder} is no folder")
            return
        known_files = {} if before is None else {file.papers: file for file in before._files.values()}
        for entry in _entries(folder):
            try:
                found = CodecFile.read(entry)
            except CodecFileError as error:
                earlier = known_files.get(entry / PAPERS)
                if earlier is None or not earlier.papers.exists():
                    self.problems.append(str(error))
                    continue
                self.problems.append(f"{error}; {earlier.script.name} goes on as it was read before")
                found = earlier
            codec = found.codec(self._runner)
            known = self._codecs.setdefault(codec.id, {}).get(codec.version)
            if known is not None:
                what = "this program's own codec" if known.runner is RunBy.NATIVE else known.file
                self.problems.append(
                    f"{found.papers}: {codec.id} {codec.version} is {what} already: name another version"
                )
                continue
            self._codecs[codec.id][codec.version] = codec
            self._files[codec.id, codec.version] = found

    def _choose(self, folder: Path, before: "Shelf | None") -> None:
        path = folder / CHOICES
        try:
            tables: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            if before is None:
                self.problems.append(f"{path} cannot be read ({error}): the versions are those by default")
                return
            self.problems.append(f"{path} cannot be read ({error}): the versions are those as before")
            tables = {"active": before._active, "shadow": before._shadow}
        for table, chosen in (("active", self._active), ("shadow", self._shadow)):
            entries = tables.get(table, {})
            if not isinstance(entries, dict):
                self.problems.append(f"{path}: {table} is no table")
                continue
            for name, version in entries.items():
                if str(version) not in self._codecs.get(name, {}):
                    self._absent[table][name] = str(version)
                    self.problems.append(
                        f"{path}: [{table}] names {excerpt(name)} {excerpt(str(version))}, which there is not"
                    )
                else:
                    chosen[name] = str(version)
        for name in [one for one in self._shadow if self._shadow[one] == self._active_version(one)]:
            self.problems.append(f"{path}: {name} {self._shadow.pop(name)} is active, so it cannot look on")

    def _active_version(self, name: str) -> str:
        versions = self._codecs[name]
        if name in self._active:
            return self._active[name]
        native = [version for version, codec in versions.items() if codec.runner is RunBy.NATIVE]
        return max(native or versions, key=_order)

    def _known(self, name: str, version: str | None) -> None:
        versions = self._codecs.get(name)
        if versions is None:
            raise ShelfError(f"There is no codec {excerpt(name)}: `vigie codecs list` shows all")
        if version is not None and version not in versions:
            raise ShelfError(
                f"There is no {name} {excerpt(version)}; there is {', '.join(sorted(versions, key=_order))}"
            )

    def _write(self, active: Mapping[str, str], shadow: Mapping[str, str]) -> None:
        """Write the choices, whole or not at all, and take them over."""
        if self.folder is None:
            raise ShelfError("There is no codec folder to keep that in: name one in the settings")
        lines = [_HEAD]
        for table, chosen in (("active", active), ("shadow", shadow)):
            lines.append(f"\n[{table}]\n")
            kept = {**self._absent[table], **chosen}  # what cannot be used today may come back tomorrow
            lines += [f"{json.dumps(name)} = {json.dumps(kept[name])}\n" for name in sorted(kept)]
        try:
            with NamedTemporaryFile(
                "w", dir=self.folder, prefix=f".{CHOICES}.", delete=False, encoding="utf-8"
            ) as file:
                file.writelines(lines)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).chmod(0o644)
            Path(file.name).replace(self.folder / CHOICES)
        except OSError as error:
            raise ShelfError(f"{self.folder / CHOICES} cannot be written: {error.strerror}") from None
        self._active, self._shadow = dict(active), dict(shadow)

    def _signature(self) -> tuple[tuple[str, int, int, int], ...]:
        if self.folder is None:
            return ()
        found = []
        for path in (self.folder / CHOICES, *(file for entry in _entries(self.folder) for file in _inside(entry))):
            try:
                stat = path.stat()
            except OSError:
                continue
            found.append((str(path), stat.st_ino, stat.st_size, stat.st_mtime_ns))
        return tuple(found)


def _entries(folder: Path) -> list[Path]:
    """The folders of codecs; hidden ones are none."""
    try:
        return sorted(one for one in folder.iterdir() if not one.name.startswith(".") and one.is_dir())
    except OSError:
        return []


def _inside(entry: Path) -> list[Path]:
    try:
        return sorted(entry.iterdir())
    except OSError:
        return []


def _order(version: str) -> tuple[tuple[int, int, str], ...]:
    """Versions as people count: 1.10 is above 1.9, and a beta is below what it becomes.

    >>> max("1.9", "1.10", "1.2-beta", key=_order), max("2.0", "2.0-beta", key=_order), max("2", "2.1", key=_order)
    ('1.10', '2.0', '2.1')
    """
    parts = re.findall(r"\d+|[^\d.]+", version)
    return (*((2, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts), (1, 0, ""))
