"""A declared layout: how a logger's file or a station's JSON is to be read, as its source's settings say it."""

from msgspec import Struct


class Column(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One column of a file, or one member of a JSON object.

    Attributes:
        name: its heading, or its path with dots (`Telemetry.T1`); a number counts columns from 1.
        property: name of a catalogue property; empty keeps the value as the extra `extra` (default: the name).
        channel: of the reading.
        factor, offset: value in the catalogue's unit = text * factor + offset.
        extra: name of the extra.
    """

    name: str | int
    property: str = ""
    channel: int = 0
    factor: float = 1.0
    offset: float = 0.0
    extra: str = ""


class Layout(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to read the records of one kind of logger or station.

    Attributes:
        name: of the layout, which sources name.
        time: heading (or path) of the record's instant; two headings joined by `+` for date and time apart.
        time_format: `iso`, `epoch_s`, `epoch_ms`, or a strptime pattern such as `%d/%m/%Y %H:%M:%S`.
        time_zone: IANA name of the zone in which the logger stamps, for instants without an offset; `UTC`, `+01:00`.
        columns: what each column is; a column that is not named becomes an extra.
        device: heading (or path) of the device's name; empty: the source has one device, named by `device_name`.
        device_name: name of the one device; empty: the source's own name.
        model: declared device model.
        sequence: heading (or path) of the record number.
        separator: `;`, `,` or a tab; empty: found by itself.
        decimal: `,` or `.`.
        header_line: number of the line with the headings, counted from 1; 0: none, columns are numbered.
        first_line: number of the first line with values; 0: the line after the headings.
        missing: texts that mean no value.
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
    separator: str = ""
    decimal: str = "."
    header_line: int = 1
    first_line: int = 0
    missing: tuple[str, ...] = ("", "NAN", "NaN", "nan", "-9999", "---")
    bearer: str = "unknown"
