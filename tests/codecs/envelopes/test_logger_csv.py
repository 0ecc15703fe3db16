"""Loggers' files: separators, decimal commas, zones, parts that come again, rows that are refused alone."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.codecs.envelopes.logger_csv import lines_of_head, parse, peek
from vigie.codecs.frame import Frame, Hints, Refused
from vigie.codecs.layout import Column, Layout
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Cell


def short(error: Undecodable) -> None:
    """A refusal that a person can read."""
    assert error.reason is not Reason.INTERNAL_ERROR
    assert 0 < len(error.message) < 200


START = 1_795_428_000_000  # 2026-11-23T10:00:00Z
FRENCH = Layout(
    name="ill", time="Date+Heure", time_format="%d/%m/%Y %H:%M:%S", time_zone="Europe/Paris", decimal=",",
    header_line=2, sequence="N°", device_name="aval", model="Centrale", bearer="lte",
    columns=(
        Column(name="Hauteur (m)", property="water_depth"), Column(name="T eau", property="water_temperature"),
        Column(name="Débit l/s", property="flow", factor=0.001), Column(name="Note", extra="note"),
    ),
)  # fmt: skip
HEAD = "Station Ill aval\r\nDate;Heure;N°;Hauteur (m);T eau;Débit l/s;Note;U pile\r\n"
ROWS = [
    "23/11/2026;11:00:00;4711;1,234;8,5;250;;12,6",
    '23/11/2026;11:15:00;4712;-9999;"8,4";251,5;"a; b";12,6',
    "23/11/2026;11:30:00;4713;1,236;8,3;---;;12,5",
]


def told(body: bytes | str, layout: Layout = FRENCH, **more):
    body = body.encode() if isinstance(body, str) else body
    return parse(body, Hints(source="ill", layout=layout, **more))


def values(frame: Frame) -> dict[str, float]:
    return {PROPERTIES[one.property].name: one.value for one in frame.decoded.readings}


def facts(said) -> set:
    """What names each uplink, and what it says."""
    return {
        (
            one.address,
            one.identity,
            one.observed_at,
            tuple(one.decoded.readings),
            tuple(sorted(one.decoded.extras.items())),
        )
        for one in said
        if isinstance(one, Frame)
    }


def test_a_french_file():
    first, second, third = told(HEAD + "".join(row + "\r\n" for row in ROWS))
    assert first.address == "src:ill:aval"
    assert first.observed_at == START
    assert (first.payload, first.identity, first.timed) == (ROWS[0].encode(), ROWS[0].encode(), True)
    assert (first.profile, first.bearer, first.f_cnt, first.received_at) == ("Centrale", "lte", None, None)
    assert values(first) == {"water_depth": 1.234, "water_temperature": 8.5, "flow": 0.25}
    assert first.decoded.extras == {"U pile": "12,6", "sequence": "4711"}
    assert first.decoded.warnings == []
    assert values(second) == {"water_temperature": 8.4, "flow": 0.2515}
    assert second.decoded.extras["note"] == "a; b"
    assert second.decoded.warnings == ["MISSING_VALUE"]
    assert values(third) == {"water_depth": 1.236, "water_temperature": 8.3}
    assert peek(b"", Hints(source="ill", layout=FRENCH)) == "src:ill:aval"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding, end):
    text = (HEAD + "".join(row + "\r\n" for row in ROWS)).replace("\r\n", end)
    assert facts(told(text.encode(encoding))) == facts(told(HEAD + "".join(row + "\r\n" for row in ROWS)))


def test_a_declared_encoding_is_held_to():
    layout = msgspec.structs.replace(FRENCH, encoding="utf-8")
    with pytest.raises(Undecodable) as caught:
        told(HEAD.encode("cp1252"), layout)
    assert caught.value.reason is Reason.NOT_WELL_FORMED


def test_headings_are_found_where_they_are():
    moved = "a\r\n\r\nb;c\r\n" + HEAD.splitlines()[1] + ";\r\n" + ROWS[0] + ";\r\n"
    assert len(facts(told(moved))) == 1
    with pytest.raises(Undecodable) as caught:
        told("Date;Time;x\r\n1;2;3\r\n")
    assert caught.value.reason is Reason.BAD_ENVELOPE
    assert "Date+Heure" in caught.value.message
    assert told(HEAD) == []


def test_very_many_marks_that_are_never_closed_cost_little():
    layout = Layout(name="q", time="t", columns=(Column(name="h", property="water_depth"),), separator=";")
    began = time.perf_counter()
    assert len(told("t;h\n" + '"a\n' * 50_000, layout)) == 50_000
    assert time.perf_counter() - began < 2.5


def test_a_part_begins_with_all_lines_up_to_the_headings():
    preamble = "Station Ill aval\r\n\r\nNo 7\r\n"
    quoted = HEAD.split("\r\n", 1)[1].replace("Note;", '"Note\r\n(libre)";')
    for head, layout, expected in (
        (HEAD, FRENCH, 2), (preamble + HEAD, FRENCH, 5), (quoted, FRENCH, 2), ("a;b\r\n", FRENCH, 2), ("", FRENCH, 2),
        (HEAD + "unités\r\n", msgspec.structs.replace(FRENCH, first_line=4), 3),
        ("1;2\r\n", msgspec.structs.replace(FRENCH, header_line=0), 0),
    ):  # fmt: skip
        file = head + "".join(row + "\r\n" for row in ROWS)
        assert lines_of_head(file.encode("cp1252"), layout) == expected, head
    body = preamble + HEAD
    whole = told(body + "".join(row + "\r\n" for row in ROWS))
    lines = body.splitlines(keepends=True)[: lines_of_head((body + ROWS[0]).encode(), FRENCH)]
    assert told("".join(lines) + ROWS[1] + "\r\n") == [whole[1]]


def test_a_file_without_headings():
    layout = Layout(
        name="bare", time="1", header_line=0, first_line=2, separator="\t", sequence="2", time_zone="+01:00",
        columns=(Column(name=3, property="air_temperature"), Column(name="4", property="relative_humidity")),
    )  # fmt: skip
    [frame] = told("ignored\n2026-11-23 11:00\t7\t8.5\t90\tdry\n", layout)
    assert frame.observed_at == START
    assert values(frame) == {"air_temperature": 8.5, "relative_humidity": 90}
    assert frame.decoded.extras == {"column_5": "dry", "sequence": "7"}


def test_a_column_of_devices():
    layout = Layout(name="d", time="t", device="id", columns=(Column(name="h", property="distance", factor=1000),))
    said = told(
        "t,id,h\n2026-11-23T10:00:00Z,p1,1.5\n2026-11-23T10:00:00Z,868508064807350,1.6\n2026-11-23T10:00:00Z,,1\n",
        layout,
    )
    assert [one.address for one in said[:2]] == ["src:ill:p1", "imei:868508064807350"]
    assert values(said[0]) == {"distance": 1500.0}
    assert said[2] == Refused(reason=Reason.BAD_ENVELOPE, message="Line 4: '' names no device")
    assert peek(b"", Hints(source="ill", layout=layout)) is None


@pytest.mark.parametrize(
    ("row", "reason", "words"),
    [
        ("23/11/2026;11:45:00;4714;1,2", Reason.TRUNCATED, "4 columns, expected 8"),
        (ROWS[0] + ";1;2", Reason.BAD_PAYLOAD, "10 columns, expected 8"),
        ("31/02/2026;11:45:00;4714;1,2;8;1;;12", Reason.BAD_TIME, "31/02/2026 11:45:00"),
        (";;4714;1,2;8;1;;12", Reason.BAD_TIME, "time"),
        ('23/11/2026;11:45:00;4714;"1,2;8;1;;12', Reason.NOT_WELL_FORMED, "end of data"),
    ],
)
def test_a_bad_row_loses_no_other(row, reason, words):
    said = told(HEAD + "\r\n".join([ROWS[0], row, ROWS[2]]) + "\r\n")
    assert [type(one) for one in said] == [Frame, Refused, Frame]
    assert said[1].reason is reason
    assert "Line 4" in said[1].message
    assert words in said[1].message
    assert len(said[1].message) < 200


def test_a_cell_that_is_no_number_spoils_no_other():
    [frame] = told(HEAD + "23/11/2026;11:00:00;4711;1.234;ERR;250;;12,6\r\n")
    assert values(frame) == {"flow": 0.25}, "a point is no decimal comma"
    assert frame.decoded.extras["Hauteur (m)"] == "1.234"
    assert frame.decoded.extras["T eau"] == "ERR"
    assert frame.decoded.warnings == ["NOT_A_NUMBER"]


def test_facts_of_the_cell_stand_in_the_uplinks_cell():
    columns = (*FRENCH.columns[:3], Column(name="Note", cell="operator"), Column(name="U pile", cell="rsrp_dbm"))
    layout = msgspec.structs.replace(FRENCH, columns=columns)
    one, other = told(HEAD + "23/11/2026;11:00:00;1;1;8;2;20801;-97,5\r\n23/11/2026;11:15:00;2;1;8;2;;\r\n", layout)
    assert one.cell == Cell(operator="20801", rsrp_dbm=-97.5)
    assert (one.decoded.extras, other.cell) == ({"sequence": "1"}, None)


@pytest.mark.parametrize("text", ["-9999", "-9999,0", "-9999,00", "-9,999e3"])
def test_a_number_that_means_no_value_is_none_however_it_is_written(text):
    [one] = told(HEAD + f"23/11/2026;11:00:00;4711;{text};8,5;250;;12,6\r\n")
    assert values(one) == {"water_temperature": 8.5, "flow": 0.25}
    assert one.decoded.warnings == ["MISSING_VALUE"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_end_between_quotation_marks_ends_no_row(end):
    layout = Layout(name="q", time="t", columns=(Column(name="h (m)", property="water_depth"),), separator=";")
    lines = ['"t";"h', '(m)";note', '2026-11-23 10:00;1;"two', "", 'lines"', '2026-11-23 10:15;2;"never closed']
    lines += ["2026-11-23 10:30;3;x", '2026-11-23 10:45;4;"closed"', ""]
    first, refused, *others = told(end.join(lines), layout)
    assert values(first) == {"water_depth": 1.0}
    assert first.payload == b'2026-11-23 10:00;1;"two\nlines"'
    assert refused.reason is Reason.NOT_WELL_FORMED
    assert refused.message.startswith("Line 6 ")
    assert [values(one)["water_depth"] for one in others] == [3.0, 4.0]


def test_a_last_line_without_line_end_is_held_back():
    whole = HEAD + "\r\n".join(ROWS)
    for cut in range(1, len(ROWS[2]) + 1):
        said = told(whole[:-cut] if cut < len(ROWS[2]) else whole)
        assert all(isinstance(one, Frame) for one in said[:2])
        assert said[2].reason is Reason.TRUNCATED
    declared = msgspec.structs.replace(FRENCH, last_line_whole=True)
    assert facts(told(whole, declared)) == facts(told(whole + "\r\n"))
    assert told(whole[:-6], declared)[2].reason is Reason.TRUNCATED, "too few columns all the same"


def test_headings_in_the_middle_are_no_row():
    assert facts(told(HEAD + ROWS[0] + "\r\n" + HEAD.splitlines()[1] + "\r\n" + ROWS[1] + "\r\n")) == facts(
        told(HEAD + ROWS[0] + "\r\n" + ROWS[1] + "\r\n")
    )


def test_columns_that_the_file_has_not():
    [frame] = told("Date;Heure;N°;Hauteur (m)\r\n23/11/2026;11:00:00;1;1,2\r\n")
    assert values(frame) == {"water_depth": 1.2}
    assert frame.decoded.warnings == ["MISSING_COLUMN"]
    with pytest.raises(Undecodable) as caught:
        told("Date;Heure;N°;Autre\r\n23/11/2026;11:00:00;1;1,2\r\n")
    assert caught.value.reason is Reason.BAD_ENVELOPE


def test_without_a_layout_nothing_is_read():
    for hints in (Hints(source="ill"), Hints(layout=Layout(name="x", time="", columns=()))):
        with pytest.raises(Undecodable) as caught:
            parse(b"a;b\n", hints)
        assert caught.value.reason is Reason.BAD_HEADER
    assert peek(b"", Hints(source="ill")) is None


# --- time


LOCAL = Layout(name="l", time="t", time_zone="Europe/Paris", columns=(Column(name="v", property="air_temperature"),))
NUMBERED = msgspec.structs.replace(LOCAL, sequence="n")


def instants(rows: list[str], layout: Layout = LOCAL):
    heading = "t;n;v" if layout.sequence else "t;v"
    said = told("\n".join([heading, *rows]) + "\n", layout)
    return [
        datetime.fromtimestamp(one.observed_at / 1000, UTC).strftime("%H:%M")
        + "".join(f" {w}" for w in one.decoded.warnings)
        for one in said
    ]


def test_the_hour_that_is_told_twice_follows_the_order():
    rows = [f"2026-10-25 {one};1" for one in ("01:30", "02:00", "02:30", "02:00", "02:30", "03:00")]
    assert instants(rows) == ["23:30", "00:00", "00:30", "01:00", "01:30", "02:00"]
    assert instants(rows[::-1]) == ["02:00", "01:30", "01:00", "00:30", "00:00", "23:30"], "the latest first"
    identities = [one.identity for one in told("t;v\n" + "\n".join(rows) + "\n", LOCAL)]
    assert len(set(identities)) == 6, "the same text twice in this hour is two uplinks"
    hourly = [f"2026-10-25 {one};1" for one in ("01:30", "02:30", "02:30", "03:30")]
    assert instants(hourly) == ["23:30", "00:30", "01:30", "02:30"]


def test_parts_of_that_hour():
    before, after = ["2026-10-25 01:45;1"], ["2026-10-25 03:00;1"]
    once = ["2026-10-25 02:15;1", "2026-10-25 02:30;1"]
    assert instants(before + once) == ["23:45", "00:15", "00:30"]
    assert instants(once + after) == ["01:15", "01:30", "02:00"]
    assert instants(once) == ["00:15 AMBIGUOUS_TIME", "00:30 AMBIGUOUS_TIME"]
    assert instants(once + once) == ["00:15", "00:30", "01:15", "01:30"]


def test_record_numbers_go_before_the_order_of_the_rows():
    rows = ["2026-10-25 02:30;3;1", "2026-10-25 02:30;2;1", "2026-10-25 03:30;4;1", "2026-10-25 01:30;1;1"]
    assert instants(rows, NUMBERED) == ["01:30", "00:30", "02:30", "23:30"]
    twice = ["2026-10-25 01:30;1;1", "2026-10-25 02:30;2;1", "2026-10-25 02:30;2;1"]
    assert instants(twice, NUMBERED) == ["23:30", "00:30", "00:30"], "a row that stands twice is one row"


def test_the_hour_that_does_not_exist():
    assert instants(["2026-03-29 01:45;1", "2026-03-29 02:30;1", "2026-03-29 03:00;1"]) == [
        "00:45",
        "01:30 NO_SUCH_TIME",
        "01:00",
    ]


def test_offsets_in_the_stamp_and_fixed_zones():
    assert instants(["2026-10-25T02:30:00+02:00;1", "2026-10-25T02:30:00Z;1"]) == ["00:30", "02:30"]
    fixed = msgspec.structs.replace(LOCAL, time_zone="+01:00")
    assert instants(["2026-07-01 02:30:15.5;1"], fixed) == ["01:30"]
    assert instants(["2026-07-01 02:30;1"], msgspec.structs.replace(LOCAL, time_zone="UTC")) == ["02:30"]


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("epoch_s", "1795428000"), ("epoch_s", "1795428000.000"), ("epoch_ms", "1795428000000"),
        ("iso", "2026-11-23T10:00Z"),
        ("%d.%m.%y %H:%M", "23.11.26 10:00"), ("%Y%m%d%H%M%S", "20261123100000"),
        ("%d/%m/%Y %I:%M %p", "23/11/2026 10:00 AM"),
        ("%Y-%m-%d %H:%M %z", "2026-11-23 11:00 +0100"),
    ],
)  # fmt: skip
def test_formats_of_time(form, text):
    layout = msgspec.structs.replace(LOCAL, time_format=form, time_zone="UTC")
    [frame] = told(f"t;v\n{text};1\n", layout)
    assert frame.observed_at == START


# --- the same rows, however they come


@st.composite
def files(draw):
    """Rows of a file over a day and a half, and a way to send them: whole, cut, overlapping, twice, in any order."""
    start = datetime(2026, 10, 24, 12, tzinfo=UTC) if draw(st.booleans()) else datetime(2026, 11, 23, tzinfo=UTC)
    zone = draw(st.sampled_from(["UTC", "+01:00", "Europe/Paris"]))
    tz = {"UTC": UTC, "+01:00": ZoneInfo("Etc/GMT-1"), "Europe/Paris": ZoneInfo("Europe/Paris")}[zone]
    count = draw(st.integers(1, 30))
    rows = [
        f"{(start + timedelta(hours=place)).astimezone(tz):%Y-%m-%d %H:%M};{draw(st.integers(-400, 400)) / 10}"
        for place in range(count)
    ]
    parts = [(0, count)]
    for _ in range(draw(st.integers(0, 4))):
        first = draw(st.integers(0, count - 1))
        parts.append((first, draw(st.integers(first + 1, count))))
    # A part must not lie within the hour that is told twice, which nobody could place.
    parts = [
        (a, b)
        for a, b in parts
        if (a, b) == (0, count) or not any(one.startswith("2026-10-25 02") for one in rows[a:b])
    ]
    return zone, rows, draw(st.permutations(parts * draw(st.integers(1, 2))))


@settings(deadline=None, max_examples=120)
@given(files(), st.sampled_from(["\n", "\r\n"]))
def test_whole_parts_and_repeats_are_the_same_uplinks(file, end):
    zone, rows, parts = file
    layout = msgspec.structs.replace(LOCAL, time_zone=zone)
    whole = facts(told("t;v" + end + "".join(row + end for row in rows), layout))
    assert len(whole) == len(rows)
    came = set()
    for first, last in parts:
        came |= facts(told("t;v" + end + "".join(row + end for row in rows[first:last]), layout))
    assert came == whole


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes(body, with_headings):
    body = (HEAD.encode() if with_headings else b"") + body
    for layout in (FRENCH, LOCAL, msgspec.structs.replace(LOCAL, header_line=0, time="1", columns=())):
        try:
            said = told(body, layout)
        except Undecodable as error:
            short(error)
            continue
        for one in said:
            assert isinstance(one, Frame) or len(one.message) < 250
            if isinstance(one, Frame):
                assert all(type(reading.value) is float for reading in one.decoded.readings)
                assert one.observed_at >= 0


def test_72_hours_are_read_in_a_moment():
    columns = tuple(Column(name=f"c{place}", property="air_temperature", channel=place) for place in range(8))
    layout = Layout(name="big", time="t", time_zone="Europe/Paris", sequence="n", columns=columns)
    rows = [
        f"2026-11-{20 + place // 96:02d} {place // 4 % 24:02d}:{place % 4 * 15:02d};{place};"
        + ";".join(f"{place / 7:.2f}" for _ in range(8))
        for place in range(288)
    ]
    body = ("t;n;" + ";".join(f"c{place}" for place in range(8)) + "\n" + "\n".join(rows) + "\n").encode()
    best = 9.0
    for _ in range(5):
        began = time.perf_counter()
        said = told(body, layout)
        best = min(best, time.perf_counter() - began)
    assert sum(len(one.decoded.readings) for one in said) == 288 * 8
    assert best < 0.05, f"{best * 1000:.1f} ms"


# --- layouts


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"time_zone": "Europe/Pari"}, "IANA"), ({"time_zone": "+25:00"}, "IANA"), ({"time_format": "%H:%M"}, "year"),
        ({"time_format": "%Y-%q"}, "year"), ({"time_format": "isoo"}, "iso"), ({"separator": ","}, "comma"),
        ({"separator": "::"}, "separator"), ({"decimal": ";"}, "decimal"), ({"bearer": "5g"}, "bearer"),
        ({"header_line": -1}, "counted from 1"), ({"encoding": "utf-7"}, "encoding"),
        ({"columns": [{"name": "a", "property": "temperature"}]}, "no property"),
        ({"columns": [{"name": "a", "property": "laeq"}, {"name": "b", "property": "laeq"}]}, "twice"),
        ({"columns": [{"name": "a"}, {"name": "a"}]}, "twice"), ({"columns": [{"name": 0}]}, "counted from 1"),
        ({"columns": [{"name": "a", "factor": 0}]}, "convert nothing"),
        ({"columns": [{"name": "a", "channel": -1}]}, "channel"),
    ],
)  # fmt: skip
def test_wrong_layouts_are_refused_when_they_are_read(change, words):
    given = msgspec.to_builtins(FRENCH) | change
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(given, Layout)
    assert words in str(caught.value)
    assert msgspec.convert(msgspec.to_builtins(FRENCH), Layout) == FRENCH
