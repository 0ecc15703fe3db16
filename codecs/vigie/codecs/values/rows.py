r"""Rows of a logger's file: bytes to text, text to lines, lines to cells, each with its undecoded bytes.

Every line is read for itself: a quotation mark that was never closed spoils its own line, not all that follow. Only
where a line and a few that follow come to a row of the expected width do they belong together (RFC 4180: a line end
between quotation marks).

>>> [row.cells for row in rows_of(read_lines(b'a;b\r\n1,5;"x;y"\r\n', "auto"), ";")]
[['a', 'b'], ['1,5', 'x;y']]
"""

import csv
from collections.abc import Sequence
from io import StringIO

from msgspec import Struct

from vigie.topics.reason import Reason, Undecodable

SEPARATORS = (";", "\t", "|", ",")
_BOM = b"\xef\xbb\xbf"


_MOST_JOINED = 10


class Line(Struct, frozen=True, gc=False):
    """One line of a file that is not blank.

    Attributes:
        number: counted from 1.
        text: without the line end.
        raw: its bytes without the line end.
        ended: whether a line end follows; without one, the line may be half written.
    """

    number: int
    text: str
    raw: bytes
    ended: bool


class Row(Struct, frozen=True, gc=False):
    """A line and what stands between its separators.

    Attributes:
        line: number of the line, counted from 1.
        raw: its bytes without the line end.
        cells: without quotation marks; empty for a line that cannot be read.
        ended: whether a line end follows.
        problem: why it cannot be read.
    """

    line: int
    raw: bytes
    cells: list[str]
    ended: bool
    problem: str = ""


def text_of(body: bytes, encoding: str) -> tuple[str, str]:
    r"""The text of a file and its encoding; the byte order mark is taken off.

    Raises:
        Undecodable: NOT_WELL_FORMED where the bytes are not of the declared encoding.

    >>> text_of("é".encode("cp1252"), "auto"), text_of(b"\xef\xbb\xbfa", "auto")
    (('é', 'cp1252'), ('a', 'utf-8'))
    """
    body = body.removeprefix(_BOM)
    for one in ("utf-8", "cp1252", "latin-1") if encoding == "auto" else (encoding,):
        try:
            return body.decode(one), one
        except UnicodeDecodeError as error:
            problem = f"The file is not {one}: byte {error.object[error.start]:#04x} at {error.start}"
    raise Undecodable(Reason.NOT_WELL_FORMED, problem)


def read_lines(body: bytes, encoding: str) -> list[Line]:
    """All lines that are not blank.

    Raises:
        Undecodable: NOT_WELL_FORMED where the bytes are not of the declared encoding.
    """
    text, known = text_of(body, encoding)
    found = []
    for number, line in enumerate(StringIO(text, newline=""), 1):  # a line ends by \n, \r\n or \r, and by nothing else
        bare = line.rstrip("\r\n")
        if bare.strip():
            found.append(Line(number, bare, bare.encode(known), bare != line))
    return found


def first_line(body: bytes, encoding: str) -> str:
    r"""The first line without the rest, which is only decoded where the line alone does not say its encoding.

    >>> first_line(b"a,b\r\nc", "auto"), first_line("é".encode("cp1252"), "auto")
    ('a,b', 'é')
    """
    head = StringIO(body[:2000].decode("latin-1"), newline="").readline()
    if head.isascii():
        return head.rstrip("\r\n")
    try:
        return StringIO(text_of(body, encoding)[0], newline="").readline().rstrip("\r\n")
    except Undecodable:
        return ""


def rows_of(lines: Sequence[Line], separator: str, width: int = 0) -> list[Row]:
    """The lines with their cells.

    Args:
        lines: of the file.
        separator: between cells.
        width: columns of a row; 0 where it is not known, and then every line is a row.
    """
    found = []
    place = 0
    while place < len(lines):
        one = lines[place]
        cells, problem = split(one.text, separator)
        place += 1
        if problem and width and (longer := joined(lines, place - 1, separator, width)) is not None:
            one, cells, count = longer
            problem, place = "", place - 1 + count
        found.append(Row(one.number, one.raw, cells, one.ended, problem))
    return found


def joined(lines: Sequence[Line], place: int, separator: str, width: int = 0) -> tuple[Line, list[str], int] | None:
    r"""A row that goes on in the lines that follow, its cells and the number of its lines; None if it does not.

    >>> joined(read_lines(b'"t";"h\n(m)"\n', "auto"), 0, ";", 2)[1:]
    (['t', 'h\n(m)'], 2)
    """
    quotes = lines[place].text.count('"')
    if quotes % 2 == 0:
        return None
    for count in range(2, _MOST_JOINED + 1):
        parts = lines[place : place + count]
        if len(parts) < count:
            return None
        quotes += parts[-1].text.count('"')
        if quotes % 2 == 0:  # only here can the field end: one attempt, however many marks a body holds
            text = "\n".join([one.text for one in parts])
            cells, problem = split(text, separator)
            if problem or (width and len(cells) != width):
                return None
            raw = b"\n".join([one.raw for one in parts])
            return Line(parts[0].number, text, raw, parts[-1].ended), cells, count
    return None


def split(line: str, separator: str) -> tuple[list[str], str]:
    """The cells of a line, and why there are none.

    >>> split('1;"2', ";")
    ([], 'unexpected end of data')
    """
    try:
        return [cell.strip() for cell in next(csv.reader((line,), delimiter=separator, strict=True), [])], ""
    except csv.Error as error:
        return [], str(error)


def likely_separator(line: str, decimal: str) -> str:
    """The separator that gives a line the most columns; a decimal comma is none.

    >>> likely_separator("a;b,c;d", ".")
    ';'
    """
    known = [one for one in SEPARATORS if one != decimal]
    return max(known, key=lambda one: len(split(line, one)[0]))
