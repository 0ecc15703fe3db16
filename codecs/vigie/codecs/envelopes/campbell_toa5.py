r"""Campbell Scientific's TOA5 tables, as LoggerNet, FTPClient and HTTPPost write them.

Source: Campbell Scientific, LoggerNet manual, appendix "Campbell Scientific File Formats", TOA5.

    "TOA5","<station>","CR1000","<serial>","CR1000.Std.32","CPU:ill.CR1","<signature>","<table>"      environment
    "TIMESTAMP","RECORD","BattV_Min","AirTC_Avg","Lvl_m"                                               field names
    "TS","RN","Volts","Deg C","m"                                                                      units
    "","","Min","Avg","Smp"                                                                            processing
    "2026-11-23 10:00:00",4711,12.7,8.5,1.234                                                          a row, an uplink

The logger stamps without offset: the source's layout declares the zone (without one: UTC), and may declare the columns;
else their names and units say which property they are. A station sends several tables, so the table's name goes before
a row's text where it names the uplink. "NAN" is no value. Each part of a table that is sent begins with the four lines.
"""

from msgspec.structs import replace

from vigie.codecs.frame import Envelope, Hints, Said
from vigie.codecs.layout import Column, Layout
from vigie.codecs.registry import register_envelope
from vigie.codecs.values.device_names import device_address
from vigie.codecs.values.rows import first_line, read_lines, rows_of, split
from vigie.codecs.values.table import Table
from vigie.codecs.values.unit_meanings import meaning
from vigie.topics.reason import Reason, Undecodable, excerpt, printable

_BARE = Layout(name="TOA5", time="TIMESTAMP", columns=())
_MISSING = ("NAN", "-NAN", "INF", "-INF", "NULL")
_FACTS = ("station", "logger", "logger_serial", "logger_os", "program", "program_signature", "table")
_NO_HINTS = Hints()


def parse(body: bytes, hints: Hints = _NO_HINTS) -> list[Said]:
    r"""The rows of a table.

    Returns:
        One Frame or one Refused per row.

    Raises:
        Undecodable: BAD_ENVELOPE where the four lines of the head are not there.

    >>> [frame] = parse(b'"TOA5","ill","CR1000","1031","CR1000.Std.32","CPU:a.CR1","4062","Hour"\r\n'
    ...     b'"TIMESTAMP","RECORD","AirTC_Avg"\r\n"TS","RN","Deg C"\r\n"","","Avg"\r\n'
    ...     b'"2026-11-23 10:00:00",4711,8.5\r\n', Hints(source="rivers"))
    >>> frame.address, frame.observed_at, frame.decoded.extras["sequence"], frame.decoded.readings[0].value
    ('src:rivers:ill', 1795428000000, '4711', 8.5)
    """
    declared = hints.layout or _BARE
    lines = read_lines(body, declared.encoding)
    head = [split(line.text, ",")[0] for line in lines[:4]]
    if len(head) < 4 or len(head[0]) < 8 or head[0][0] != "TOA5":
        shown = excerpt(lines[0].text if lines else "")
        raise Undecodable(Reason.BAD_ENVELOPE, f"Not a TOA5 table: its first of four head lines is {shown}")
    environment, names, units, _ = head
    if "TIMESTAMP" not in names:
        raise Undecodable(Reason.BAD_ENVELOPE, f"The TOA5 table {excerpt(environment[7])} has no column TIMESTAMP")
    columns = declared.columns or _columns(names, units)
    layout = replace(
        declared, time="TIMESTAMP", time_format="iso", sequence="RECORD" if "RECORD" in names else "", separator=",",
        decimal=".", missing=tuple({*declared.missing, *_MISSING}), columns=columns, device="",
        device_name=declared.device_name or environment[1],
        model=declared.model or printable(f"Campbell {environment[2]}"),
    )  # fmt: skip
    facts = {name: printable(text) for name, text in zip(_FACTS, environment[1:], strict=False) if text}
    prefix = environment[7].encode() + b"\x1f"
    return Table(layout, names, hints, facts, prefix).frames(rows_of(lines[4:], ",", len(names)))


def _columns(names: list[str], units: list[str]) -> tuple[Column, ...]:
    """What the columns are, by their names and units; the first of two that would be the same reading."""
    found: list[Column] = []
    taken: set[tuple[str, int]] = set()
    named: set[str] = set()
    for name, unit in zip(names, units, strict=False):
        what = meaning(name, "/100" if unit == "%" else unit) if unit not in ("", "TS", "RN") else None
        if what is None or not what.property or (what.property, what.channel) in taken or _is_spread(name):
            continue
        if name in named:
            continue
        named.add(name)
        taken.add((what.property, what.channel))
        found.append(
            Column(name=name, property=what.property, channel=what.channel, factor=what.factor, offset=what.offset)
        )
    return tuple(found)


def _is_spread(name: str) -> bool:
    """Whether the logger's processing made another quantity of it: a deviation, a time of an extreme, a total."""
    return name.lower().endswith(("_std", "_tmx", "_tmn", "_var", "_cov"))


def peek(body: bytes, hints: Hints = _NO_HINTS) -> str | None:
    """The station of a table.

    >>> peek(b'"TOA5","ill","CR1000","1031","a","b","c","Hour"', Hints(source="rivers"))
    'src:rivers:ill'
    """
    if hints.address:
        return hints.address
    if hints.layout is not None and hints.layout.device_name:
        return device_address(hints.layout.device_name, hints.source)
    cells = split(first_line(body, "auto" if hints.layout is None else hints.layout.encoding), ",")[0]
    return device_address(cells[1], hints.source) if len(cells) > 1 and cells[0] == "TOA5" else None


register_envelope(
    Envelope(
        form="campbell-toa5", title="Campbell Scientific TOA5", source="Campbell LoggerNet manual, file formats",
        sample="documentation", parse=parse, peek=peek,
    )
)  # fmt: skip
