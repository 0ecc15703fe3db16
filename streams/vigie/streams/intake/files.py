"""Files of loggers: only what is new is sent, at the ends of lines, with the header lines before it.

A file is known by its name and by a print of what was read of it (its first and its last bytes before the offset).
Where the print still fits, what follows is new; where it does not, the file was written anew and is sent whole; a name
that was never seen, but fits the print of one that is gone, is that file under a new name (rotation). What comes twice
all the same has the same text, and a record's text is its identity. The offset is kept after Kafka has confirmed all
that stands before it.
"""

import asyncio
import re
import time
from collections.abc import Callable, Collection, Sequence
from fnmatch import translate
from hashlib import sha256
from typing import Protocol

from msgspec import Struct

from vigie.streams.connector import device_id
from vigie.streams.core.dead_letters import BODY_LIMIT
from vigie.streams.feed import Feed, TooLargeError

PART_BYTES = 800_000
AT_ONCE_BYTES = 16_000_000
_HEADER_BYTES = 65_536
_PRINT_BYTES = 4096
_FORGET_AFTER_S = 30 * 86_400


class Mark(Struct):
    """How far a file was read.

    Attributes:
        size, mtime: as they were then; while both stay, the file is not looked into.
        offset: before which everything is in Kafka.
        print: of the file's beginning up to the offset.
        seen_at: epoch s, when the file was last there.
    """

    size: int
    mtime: float
    offset: int
    print: str
    seen_at: int


class File(Protocol):
    """A file, here or on another machine."""

    name: str
    size: int
    mtime: float

    async def read(self, offset: int, size: int) -> bytes:
        """At most so many bytes from there; raises GoneError where it is no file any more."""
        ...

    async def close(self) -> None:
        """Nothing more is read."""
        ...


class GoneError(Exception):
    """A file went away, became something else, or may not be read, between the look and the reading."""


class Pattern:
    """Which names are taken, and which device a name says.

    Args:
        pattern: with `*` and `?`, and at most one `{device}`.

    >>> wanted = Pattern("{device}_*.csv", "ill")
    >>> wanted.fits("st7_20261123.csv"), wanted.fits("st7.tmp"), wanted.fits(".st7_1.csv"), wanted.device("st7_1.csv")
    (True, False, False, 'src:ill:st7')
    """

    def __init__(self, pattern: str, source: str) -> None:
        before, place, after = pattern.partition("{device}")
        self._source = source if place else ""
        inner = "(?P<device>[^/]+?)" if place else ""
        self._expression = re.compile(_expression(before) + inner + (_expression(after) if place else ""))

    def fits(self, name: str) -> bool:
        """Whether a file of this name is a source's; one that is still being written is not."""
        being_written = name.startswith((".", "~")) or name.endswith((".tmp", ".part", ".filepart", "~"))
        return not being_written and self._expression.fullmatch(name) is not None

    def device(self, name: str) -> str:
        """The device id that the name says; empty if it says none."""
        found = self._expression.fullmatch(name) if self._source else None
        return device_id(self._source, found["device"]) if found else ""


def _expression(pattern: str) -> str:
    made = translate(pattern)
    return made.removeprefix("(?s:").rsplit(")", 1)[0]


class Files:
    """The files of one source.

    Args:
        feed: where their content goes.
        pattern: which names.
        cut: `lines`, or `whole` for files that are one record.
        header_lines: how many lines before the first record go with each part.
        last_line_whole: whether a last line without line end is whole.
        find_header: how many they are in a file that begins so, where each file says it.
    """

    def __init__(
        self, feed: Feed, pattern: Pattern, *, cut: str, header_lines: int, last_line_whole: bool = False,
        find_header: Callable[[bytes], int] | None = None,
    ) -> None:  # fmt: skip
        self._feed, self._pattern, self._cut = feed, pattern, cut
        self._header_lines, self._last_line_whole, self._find_header = header_lines, last_line_whole, find_header
        self._marks: dict[str, Mark] = feed.kept.load(dict[str, Mark], {})
        self._last_look: dict[str, tuple[int, float]] = {}
        self._changing_since: dict[str, float] = {}

    async def look(self, found: Sequence[File], *, longest_change_s: float = 60.0) -> int:
        """Send what is new in the files that were found.

        A file is left alone while it changes between two looks; one of lines that never stands still is read all the
        same after `longest_change_s`, since only whole lines are taken.

        Returns:
            How many bodies were sent.

        Raises:
            NotKeptError: Kafka does not confirm; nothing is kept of what was not confirmed.
        """
        now, sent = time.monotonic(), 0
        look = {file.name: (file.size, file.mtime) for file in found if self._pattern.fits(file.name)}
        for file in found:
            name = file.name
            if name not in look:
                continue
            if self._last_look.get(name) != look[name]:
                since = self._changing_since.setdefault(name, now)
                if self._cut == "whole" or now - since < longest_change_s:
                    continue
            self._changing_since.pop(name, None)
            try:
                sent += await self._take(file, look)
            except GoneError:
                self._feed.refused("unreadable")
            finally:
                await file.close()
        self._last_look = look
        self._forget(look)
        return sent

    async def _take(self, file: File, look: Collection[str]) -> int:
        known = self._marks.get(file.name)
        if known is not None and (known.size, known.mtime) == (file.size, file.mtime):
            return 0
        if self._cut == "whole":
            return await self._take_whole(file, known)
        offset, sent = await self._start(file, known, look), 0
        header = await self._header(file) if self._header_lines else b""
        while offset < file.size:
            new = await file.read(offset, min(AT_ONCE_BYTES, file.size - offset))
            if not new:
                raise GoneError  # cut off since the look
            last, full = offset + len(new) >= file.size, len(new) >= AT_ONCE_BYTES
            if not (last and self._last_line_whole):
                new = new[: new.rfind(b"\n") + 1]
            if not offset and new.count(b"\n") <= self._header_lines and not self._last_line_whole:
                break  # nothing but a heading
            if not new:
                if full and not last:  # a line of 16 MB is no line
                    await self._give_up(file, offset)
                    offset = file.size
                break
            sent += await self._send(file, new, header if offset else b"", len(header))
            offset += len(new)
            await self._mark(file, offset, known)
        await self._mark(file, offset, known)
        return sent

    async def _start(self, file: File, known: Mark | None, look: Collection[str]) -> int:
        """Up to where the file is known, under its own name or under one that is gone or was written anew."""
        if known is not None:
            if file.size >= known.offset and await _print(file, known.offset) == known.print:
                return known.offset
            self._marks[f"{file.name}\n{known.print}"] = known  # no file has such a name
        device = self._pattern.device(file.name)
        prints: dict[int, str] = {}
        for name, mark in sorted(self._marks.items(), key=lambda entry: -entry[1].offset):
            was = name.partition("\n")[0]
            if name in look or not 0 < mark.offset <= file.size or self._pattern.device(was) != device:
                continue
            if mark.offset not in prints:
                prints[mark.offset] = await _print(file, mark.offset)
            if prints[mark.offset] == mark.print:
                return mark.offset
        return 0

    async def _header(self, file: File) -> bytes:
        head = await file.read(0, _HEADER_BYTES)
        count = self._header_lines if self._find_header is None else self._find_header(head)
        lines = head.split(b"\n", count)
        if len(lines) <= count:
            return b""
        return b"".join(line + b"\n" for line in lines[:count])

    async def _send(self, file: File, new: bytes, header: bytes, header_size: int) -> int:
        parts = _parts(new, PART_BYTES - header_size)
        begun = []
        for number, part in enumerate(parts, 1):
            body = part if number == 1 and not header else (header or new[:header_size]) + part
            said = f"{number}/{len(parts)}" if len(parts) > 1 else ""
            try:
                begun.append(
                    await self._feed.begin(
                        body, file=file.name, part=said, address=self._pattern.device(file.name), limit_s=30
                    )
                )
            except TooLargeError:  # one line over 900 kB: its dead letter is written
                continue
        for confirmed in begun:
            await self._feed.wait(confirmed, 30)
        return len(begun)

    async def _take_whole(self, file: File, known: Mark | None) -> int:
        body = await file.read(0, BODY_LIMIT + 1)
        digest = sha256(body).hexdigest()
        sent = 0
        if known is None or known.print != digest:
            try:
                await self._feed.put(body, file=file.name, address=self._pattern.device(file.name), limit_s=30)
                sent = 1
            except TooLargeError:
                pass
        self._marks[file.name] = Mark(file.size, file.mtime, file.size, digest, int(time.time()))
        await asyncio.to_thread(self._feed.kept.save, self._marks)
        return sent

    async def _give_up(self, file: File, offset: int) -> None:
        start = await file.read(offset, PART_BYTES)
        sentence = f"{file.name} holds no line end within {AT_ONCE_BYTES} bytes after byte {offset}"
        await self._feed.set_aside(sentence, start, size=file.size - offset, digest=sha256(start).hexdigest())

    async def _mark(self, file: File, offset: int, known: Mark | None) -> None:
        mark = Mark(file.size, file.mtime, offset, await _print(file, offset), int(time.time()))
        if mark != known:
            self._marks[file.name] = mark
            await asyncio.to_thread(self._feed.kept.save, self._marks)

    def _forget(self, look: dict[str, tuple[int, float]]) -> None:
        now = int(time.time())
        for name, mark in list(self._marks.items()):
            if name in look:
                if now - mark.seen_at > 86_400:
                    mark.seen_at = now
            elif now - mark.seen_at > _FORGET_AFTER_S:
                del self._marks[name]


def _parts(new: bytes, most: int) -> list[bytes]:
    r"""Cut after line ends, none longer than `most`, unless a line is.

    >>> _parts(b"aa\nbb\ncc\n", 6)
    [b'aa\nbb\n', b'cc\n']
    """
    parts, start = [], 0
    while len(new) - start > most:
        end = new.rfind(b"\n", start, start + most) + 1
        if end <= start:
            end = new.find(b"\n", start + most) + 1 or len(new)
        parts.append(new[start:end])
        start = end
    return [*parts, new[start:]] if start < len(new) else parts


async def _print(file: File, offset: int) -> str:
    first = await file.read(0, min(_PRINT_BYTES, offset))
    last = await file.read(max(0, offset - _PRINT_BYTES), min(_PRINT_BYTES, offset))
    return sha256(b"%d\x1f%b\x1f%b" % (offset, first, last)).hexdigest()[:32]
