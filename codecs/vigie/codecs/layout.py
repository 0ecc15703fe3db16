"""A declared layout: how a logger's file or a station's JSON is to be read, as its source's settings say it.

A column in TOML:

    [[columns]]
    name = "Temp. air (°C)"       # heading; for JSON a path with dots; a number counts columns from 1
    property = "air_temperature"

A table of a source that cannot be used is refused when the settings are read: everything is checked here.
"""

import math
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from vigie.topics.property import BY_NAME
from vigie.topics.reason import excerpt
from vigie.topics.uplink import BEARERS, Cell

_FIXED_ZONE = re.compile(r"[+-](?:0\d|1[0-4]):[0-5]\d")
_NUMBERED = ("iso", "epoch_s", "epoch_ms")
CELL_FACTS = Cell.__struct_fields__
"""operator (MCC and MNC), cell_id, rsrp_dbm, rsrq_db, rssi_dbm, snr_db."""
_SOME_DAY = datetime(2026, 11, 23, 13, 20, 35, tzinfo=UTC)


class Column(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One column of a file, or one member of a JSON object.

    Attributes:
        name: its heading, or its path with dots (`Telemetry.T1`); a number counts columns from 1.
        property: name of a catalogue property; empty keeps the value as the extra `extra` (default: the name).
        channel: of the reading.
        factor, offset: value in the catalogue's unit = text * factor + offset.
        extra: name of the extra.
        cell: the fact of the cellular network that it is, one of CELL_FACTS; then it is no reading and no extra.
    """

    name: str | int
    property: str = ""
    channel: int = 0
    factor: float = 1.0
    offset: float = 0.0
    extra: str = ""
    cell: str = ""

    def __post_init__(self) -> None:
        if isinstance(self.name, int) and self.name < 1:
            raise ValueError(f"column {self.name}: columns are counted from 1")
        if self.property and self.property not in BY_NAME:
            raise ValueError(
                f"column {excerpt(str(self.name))}: the catalogue has no property {excerpt(self.property)}"
            )
        if self.cell and (self.cell not in CELL_FACTS or self.property):
            raise ValueError(
                f"column {excerpt(str(self.name))}: cell is {excerpt(self.cell)}, expected one of "
                f"{', '.join(CELL_FACTS)}, and no property beside it"
            )
        if not 0 <= self.channel < 2**15:
            raise ValueError(f"column {excerpt(str(self.name))}: channel is {self.channel}, expected 0 to 32767")
        if not (math.isfinite(self.factor) and self.factor and math.isfinite(self.offset)):
            raise ValueError(
                f"column {excerpt(str(self.name))}: factor {self.factor} and offset {self.offset} convert nothing"
            )


class Layout(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to read the records of one kind of logger or station.

    Attributes:
        name: of the layout, which sources name.
        time: heading (or path) of the record's instant; two headings joined by `+` for date and time apart; empty:
            records have no instant of their own (JSON only).
        time_format: `iso`, `epoch_s`, `epoch_ms`, or a strptime pattern such as `%d/%m/%Y %H:%M:%S`.
        time_zone: IANA name of the zone in which the logger stamps, for instants without an offset; `UTC`, `+01:00`.
        columns: what each column is; a column that is not named becomes an extra.
        device: heading (or path) of the device's name; empty: the source has one device, named by `device_name`.
        device_name: name of the one device; empty: the source's own name.
        model: declared device model.
        sequence: heading (or path) of the record number.
        records: path of the list of records inside a JSON object; empty: the body is one record or a list of them.
        separator: `;`, `,` or a tab; empty: found by itself.
        decimal: `,` or `.`.
        header_line: number of the line with the headings, counted from 1; where they stand on another line, they are
            looked for. 0: none, columns are numbered.
        first_line: number of the first line with values; 0: the line after the headings.
        missing: texts that mean no value.
        encoding: of a file; `auto` takes UTF-8, and Latin-1 (Windows-1252) where it is none.
        last_line_whole: whether the last line of a file is whole though no line end follows it. Without this it is
            taken for half written, since nobody sees whether 12.3 was to become 12.34.
        bearer: exact connectivity, one of vigie.topics.uplink.BEARERS.
    """

    name: str
    time: str
    columns: tuple[Column, ...]
    time_format: str = "iso"
    time_zone: str = "UTC"
    device: str = ""
    device_name: str = ""
    model: str = ""
    sequence: str = ""
    records: str = ""
    separator: str = ""
    decimal: str = "."
    header_line: int = 1
    first_line: int = 0
    missing: tuple[str, ...] = ("", "NAN", "NaN", "nan", "-9999", "---")
    encoding: str = "auto"
    last_line_whole: bool = False
    bearer: str = "unknown"

    def __post_init__(self) -> None:
        where = f"layout {excerpt(self.name)}"
        if self.time_format not in _NUMBERED and not _says_a_day(self.time_format):
            shown = excerpt(self.time_format)
            raise ValueError(
                f"{where}: time_format is {shown}, expected iso, epoch_s, epoch_ms or a pattern of year, month and day"
            )
        if not _is_zone(self.time_zone):
            raise ValueError(f"{where}: time_zone {excerpt(self.time_zone)} is no IANA name, UTC or +01:00")
        if self.separator not in ("", ";", ",", "\t", "|"):
            raise ValueError(f"{where}: separator is {excerpt(self.separator)}, expected ; , | or a tab")
        if self.decimal not in (",", "."):
            raise ValueError(f"{where}: decimal is {excerpt(self.decimal)}, expected , or .")
        if self.separator == self.decimal == ",":
            raise ValueError(f"{where}: the comma cannot both separate columns and be the decimal sign")
        if self.header_line < 0 or self.first_line < 0:
            raise ValueError(f"{where}: header_line and first_line are counted from 1, 0 means none")
        if self.encoding not in ("auto", "utf-8", "latin-1", "cp1252"):
            raise ValueError(f"{where}: encoding is {excerpt(self.encoding)}, expected auto, utf-8, latin-1 or cp1252")
        if self.bearer not in BEARERS:
            raise ValueError(f"{where}: bearer is {excerpt(self.bearer)}, expected one of {', '.join(BEARERS)}")
        seen: set[tuple[str | int, int]] = set()
        for column in self.columns:
            for one in ((column.name, -1), (column.property, column.channel), (column.cell, -2)):
                if one[0] and one in seen:
                    raise ValueError(
                        f"{where}: {excerpt(str(one[0]))} is declared twice (property, channel, name or cell)"
                    )
                seen.add(one)


def _says_a_day(pattern: str) -> bool:
    """Whether a stamp of this pattern gives the day back that it was made of."""
    try:
        return datetime.strptime(_SOME_DAY.strftime(pattern), pattern).date() == _SOME_DAY.date()
    except (ValueError, re.error):  # a directive that comes twice breaks strptime's regular expression
        return False


def _is_zone(name: str) -> bool:
    if name == "UTC" or _FIXED_ZONE.fullmatch(name):
        return True
    try:
        return bool(name) and ZoneInfo(name) is not None
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return False
