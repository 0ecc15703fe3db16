r"""Stevens Connect's text format, which Campbell loggers post over HTTP: a line of the station, then the records.

Source: Stevens Connect documentation, Campbell Datalogger, "Configuring your Campbell Datalogger".

    CR1000_5190,2018-08-21 05:45:30,35428,44.06658,-122.5745,167     station, report, number, lat, lon, altitude (m)
    2018-08-21 05:35:00,35426,12.19,30.91                            instant, record number, values
    2018-08-21 05:40:00,35427,12.18,30.90

The values have no names: the source's layout declares them by number, counted from 1, so that the first value is
column 3, and the zone of the stamps.
"""

from msgspec.structs import replace

from vigie.codecs.frame import Envelope, Hints, Said
from vigie.codecs.layout import Layout
from vigie.codecs.registry import register_envelope
from vigie.codecs.values.device_names import device_address
from vigie.codecs.values.rows import first_line, read_lines, rows_of, split
from vigie.codecs.values.table import Table
from vigie.topics.reason import Reason, Undecodable, excerpt, printable

_BARE = Layout(name="Stevens", time="1", columns=(), header_line=0)
_FACTS = ("station", "reported_at", "reported_record", "latitude_deg", "longitude_deg", "altitude_m")
_NO_HINTS = Hints()


def parse(body: bytes, hints: Hints = _NO_HINTS) -> list[Said]:
    r"""The records of a report.

    Returns:
        One Frame or one Refused per record.

    Raises:
        Undecodable: BAD_ENVELOPE where the station's line is not there.

    >>> [frame] = parse(b"CR1000_5190,2018-08-21 05:45:30,35428,44.06658,-122.5745,167\n"
    ...     b"2018-08-21 05:35:00,35426,12.19\n", Hints(source="rivers"))
    >>> frame.address, frame.observed_at, frame.decoded.extras["sequence"], frame.decoded.extras["column_3"]
    ('src:rivers:CR1000_5190', 1534829700000, '35426', '12.19')
    """
    declared = hints.layout or _BARE
    lines = read_lines(body, declared.encoding)
    station = split(lines[0].text, ",")[0] if lines else []
    if len(station) != len(_FACTS):
        shown = excerpt(lines[0].text if lines else "")
        raise Undecodable(
            Reason.BAD_ENVELOPE,
            f"Not a Stevens report: its first line is {shown}, expected station, time, number, place",
        )
    layout = replace(
        declared, time="1", time_format="iso", sequence="2", separator=",", decimal=".", header_line=0, device="",
        device_name=declared.device_name or station[0],
        missing=tuple({*declared.missing, "NAN"}),
    )  # fmt: skip
    facts = {name: printable(text) for name, text in zip(_FACTS, station, strict=True) if text}
    for name in ("reported_at", "reported_record"):  # of the report, not of the record, which may be sent again
        facts.pop(name, None)
    return Table(layout, (), hints, facts).frames(rows_of(lines[1:], ","))


def peek(body: bytes, hints: Hints = _NO_HINTS) -> str | None:
    """The station of a report.

    >>> peek(b"CR1000_5190,2018-08-21 05:45:30,35428,44.0,-122.5,167", Hints(source="rivers"))
    'src:rivers:CR1000_5190'
    """
    if hints.address:
        return hints.address
    if hints.layout is not None and hints.layout.device_name:
        return device_address(hints.layout.device_name, hints.source)
    cells = split(first_line(body, "auto" if hints.layout is None else hints.layout.encoding), ",")[0]
    return device_address(cells[0], hints.source) if len(cells) == len(_FACTS) else None


register_envelope(
    Envelope(
        form="stevens-text", title="Stevens Connect text report", source="Stevens Connect documentation, Campbell",
        sample="documentation", parse=parse, peek=peek,
    )
)  # fmt: skip
