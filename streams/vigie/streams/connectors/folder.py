"""A watched folder: files that stations' FTP servers or other programs put there.

Who puts a file there should write it under a name that begins with a dot or ends in `.tmp` or `.part`, and rename it
when it is whole; a file that changes between two looks is left alone until it stands still. Folders within, links,
pipes and devices are not followed: a link could lead to any file that `receive` may read.
"""

import asyncio
import contextlib
import logging
import os
import stat
from functools import partial
from typing import Annotated, Literal

from msgspec import Meta

from vigie.codecs.envelopes.logger_csv import lines_of_head
from vigie.codecs.layout import Layout
from vigie.streams.connector import Connector, ConnectorDownError, Seconds, Source, plain_name, register_connector
from vigie.streams.feed import Feed
from vigie.streams.intake.files import File, Files, GoneError, Pattern
from vigie.streams.intake.raw_log import NotKeptError

log = logging.getLogger(__name__)

_HEADER_LINES = {"campbell-toa5": 4, "stevens-text": 1, "hubeau": 1}
"""Of forms that fix it themselves, whatever a layout says."""


class FileSource(Source, frozen=True):
    """What sources of files have in common.

    Attributes:
        pattern: which names, with `*` and `?`; `{device}` is the device's name.
        cut: `lines` sends what was appended, at line ends; `whole` sends a file as one body, again when it has changed.
        header_lines: lines before the first record, which each part repeats; left out: as the layout says.
        every_s: how often to look.
    """

    pattern: str = "*"
    cut: Literal["lines", "whole"] = "lines"
    header_lines: Annotated[int, Meta(ge=0, le=100)] | None = None
    every_s: Seconds = 5

    def problem(self) -> tuple[str, str] | None:
        """A pattern names files of the folder itself."""
        if "/" in self.pattern or self.pattern.count("{") != self.pattern.count("{device}") or not self.pattern:
            return "pattern", "expected a file's name with *, ? and at most one {device}, without a folder"
        if self.pattern.count("{device}") > 1:
            return "pattern", "expected {device} once"
        return None


class FolderSource(FileSource, frozen=True, kw_only=True, tag="folder"):
    """A folder of this machine.

    Attributes:
        path: of the folder, absolute.
    """

    path: Annotated[str, Meta(pattern="^/")]


def files_of(feed: Feed, source: FileSource) -> Files:
    """What a source's files are read by."""
    layout: Layout | None = feed.hints.layout
    lines, find = source.header_lines, None
    if lines is None and source.format == "logger-csv" and layout is not None and layout.header_line:
        find = partial(lines_of_head, layout=layout)  # the headings may stand on another line than the declared one
    if lines is None:
        lines = _HEADER_LINES.get(source.format)
    if lines is None:
        lines = 0 if layout is None else layout.first_line - 1 if layout.first_line else layout.header_line
    return Files(
        feed, Pattern(source.pattern, source.name), cut=source.cut, header_lines=lines,
        last_line_whole=layout is not None and layout.last_line_whole, find_header=find,
    )  # fmt: skip


class _Local:
    """A file of this machine, opened when it is read; one that has become a link by then is not."""

    def __init__(self, folder: int, name: str, found: os.stat_result) -> None:
        self.name, self._folder, self._handle = name, folder, -1
        self.size, self.mtime = found.st_size, found.st_mtime

    async def read(self, offset: int, size: int) -> bytes:
        return await asyncio.to_thread(self._read, offset, size)

    async def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _read(self, offset: int, size: int) -> bytes:
        try:
            if self._handle < 0:
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                self._handle = os.open(self.name, flags, dir_fd=self._folder)
                if not stat.S_ISREG(os.fstat(self._handle).st_mode):
                    raise GoneError
            return os.pread(self._handle, size, offset)
        except OSError as error:
            raise GoneError from error


async def run(feed: Feed, stop: asyncio.Event) -> None:
    """Look at the folder until told to stop.

    Raises:
        ConnectorDownError: the folder cannot be read, or Kafka does not confirm.
    """
    source = feed.source
    assert isinstance(source, FolderSource)
    files, pattern = files_of(feed, source), Pattern(source.pattern, source.name)
    refused: set[str] = set()
    while not stop.is_set():
        try:
            folder = os.open(source.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise ConnectorDownError(f"the folder {source.path} cannot be read ({error.strerror})") from None
        try:
            await _look(feed, folder, files, pattern, refused)
        except NotKeptError as error:
            raise ConnectorDownError(str(error)) from None
        finally:
            os.close(folder)
        feed.up()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(source.every_s):
                await stop.wait()


async def _look(feed: Feed, folder: int, files: Files, pattern: Pattern, refused: set[str]) -> None:
    found, others = await asyncio.to_thread(_listed, folder, pattern)
    for name in others - refused:
        refused.add(name)
        feed.refused("no_file")
        log.warning("%s: %r is a link, a folder or no file, and is left alone", feed.source.name, name)
    await files.look(found)


def _listed(folder: int, pattern: Pattern) -> tuple[list[File], set[str]]:
    """The files that are wanted, and the names of what only looks like one."""
    found: list[File] = []
    others: set[str] = set()
    with os.scandir(folder) as entries:
        for entry in entries:
            if not pattern.fits(entry.name):
                continue
            if entry.is_file(follow_symlinks=False) and plain_name(entry.name):
                with contextlib.suppress(FileNotFoundError):
                    found.append(_Local(folder, entry.name, entry.stat(follow_symlinks=False)))
            else:
                others.add(entry.name)
    return sorted(found, key=lambda file: file.name), others


register_connector(
    Connector(
        kind="folder",
        source=FolderSource,
        title="A watched folder",
        confirms="nothing is told; the offset is kept once Kafka has the records",
        run=run,
    )
)
