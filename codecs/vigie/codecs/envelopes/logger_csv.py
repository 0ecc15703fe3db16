r"""A logger's file of rows: CSV as its layout declares it, whole, appended or in parts that come again.

Source: RFC 4180 (quotation marks); separator, decimal sign, headings, format and zone of the time are declared in the
source's layout (vigie.codecs.layout), since no two makers write the same.

    Station Ill aval                                   lines before the headings are passed over
    Date;Heure;N;Hauteur (m);T eau                     headings
    23/11/2026;10:00:00;4711;1,234;8,5                 one uplink per row: its text names it
    23/11/2026;10:15:00;4712;-9999;8,5                 a text that means "no value" gives none, and a warning

A body is a file or a part of one that begins with the lines up to the headings. A row that cannot be read is refused
alone. The last line is not read where no line end follows it: nobody sees whether 12.3 was to become 12.34
(`last_line_whole` says that the maker writes none). For the hour that legal time tells twice, see codecs/values/stamps.
"""

from vigie.codecs.frame import Envelope, Hints, Said
from vigie.codecs.layout import Layout
from vigie.codecs.registry import register_envelope
from vigie.codecs.values.rows import Line, joined, likely_separator, read_lines, rows_of, split
from vigie.codecs.values.table import Table, address_of
from vigie.topics.reason import Reason, Undecodable, excerpt

_SEARCHED = 100
"""Lines in which the headings are looked for, where they are not on the declared one."""
_NO_HINTS = Hints()


def parse(body: bytes, hints: Hints = _NO_HINTS) -> list[Said]:
    r"""The rows of a file.

    Args:
        body: the file, or a part of it with its headings.
        hints: of them the declared layout, source, model and address.

    Returns:
        One Frame or one Refused per row.

    Raises:
        Undecodable: BAD_HEADER where no layout is declared; NOT_WELL_FORMED or BAD_ENVELOPE where the whole file is
            not what the layout says.

    >>> from vigie.codecs.layout import Column
    >>> layout = Layout(name="l", time="t", columns=(Column(name="h", property="water_depth"),), decimal=",")
    >>> [frame] = parse(b"t;h\n2026-11-23T10:00:00Z;1,25\n", Hints(source="ill", layout=layout))
    >>> frame.address, frame.observed_at, frame.decoded.readings[0].value
    ('src:ill:ill', 1795428000000, 1.25)
    """
    layout = hints.layout
    if layout is None:
        raise Undecodable(Reason.BAD_HEADER, "A logger's file needs a layout: declare one for its source")
    if not layout.time:
        raise Undecodable(Reason.BAD_HEADER, f"The layout {excerpt(layout.name)} names no column of the time")
    lines = read_lines(body, layout.encoding)
    if not layout.header_line:
        lines = [one for one in lines if one.number >= layout.first_line]
        separator = layout.separator or (likely_separator(lines[0].text, layout.decimal) if lines else ";")
        return Table(layout, (), hints).frames(rows_of(lines, separator))
    behind, headings, separator = _headings(lines, layout)
    following = [one for one in lines[behind:] if one.number >= layout.first_line]
    return Table(layout, headings, hints).frames(rows_of(following, separator, len(headings)))


def lines_of_head(head: bytes, layout: Layout) -> int:
    r"""How many lines of a file stand before its first row, which each part of it must begin with.

    Args:
        head: how the file begins.
        layout: of the file.

    >>> lines_of_head(b"Ill aval\n\nt;h\n2026-11-23 10:00;1\n", Layout(name="l", time="t", columns=()))
    3
    """
    declared = layout.first_line - 1 if layout.first_line else layout.header_line
    if not layout.header_line:
        return declared
    try:
        lines = read_lines(head[: head.rfind(b"\n") + 1], layout.encoding)
        behind = _headings(lines, layout)[0]
    except Undecodable:
        return declared
    following = lines[behind].number if behind < len(lines) else lines[-1].number + 1
    last = lines[behind - 1]
    return max(declared if layout.first_line else 0, min(last.number + last.text.count("\n"), following - 1))


def _headings(lines: list[Line], layout: Layout) -> tuple[int, list[str], str]:
    """The headings and their separator, and the place of the line behind: on the declared line, else on another."""
    wanted = [one.strip() for one in layout.time.split("+")]
    declared = [place for place, one in enumerate(lines[:_SEARCHED]) if one.number == layout.header_line]
    for place in (*declared, *range(min(len(lines), _SEARCHED))):
        text = lines[place].text
        separator = layout.separator or likely_separator(text, layout.decimal)
        cells, count = split(text, separator)[0], 1
        if not cells and (longer := joined(lines, place, separator)) is not None:
            _, cells, count = longer
            cells = [" ".join(one.split()) for one in cells]  # a heading is named on one line
        if all(one in cells for one in wanted):
            while cells and not cells[-1]:
                cells.pop()  # a separator at the end of the line
            return place + count, cells, separator
    shown = lines[declared[0]].text if declared else "blank"
    raise Undecodable(
        Reason.BAD_ENVELOPE,
        f"No line holds the heading {excerpt(layout.time[:50])}: line {layout.header_line} is {excerpt(shown)}",
    )


def peek(_body: bytes, hints: Hints = _NO_HINTS) -> str | None:
    """The device of a file; None where each row names its own.

    >>> peek(b"", Hints(source="ill", layout=Layout(name="l", time="t", columns=(), device_name="aval")))
    'src:ill:aval'
    """
    return None if hints.layout is None else address_of(hints.layout, hints)


register_envelope(
    Envelope(
        form="logger-csv", title="Logger file, CSV with a declared layout",
        source="RFC 4180 and the layout that the source declares", sample="documentation", parse=parse, peek=peek,
    )
)  # fmt: skip
