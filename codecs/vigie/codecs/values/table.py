"""Rows of a file, laid on a declared layout: one uplink per row, and a refusal for each row that cannot be read.

The undecoded text of a row names its uplink, so a row that is sent again, in a whole file, in an appended part or in
a part that was sent before, is the same uplink.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from vigie.codecs.decoder import Decoded
from vigie.codecs.frame import Frame, Hints, Refused, Said
from vigie.codecs.layout import Column, Layout
from vigie.codecs.values.cells import add_extra, cell_of, take, warn
from vigie.codecs.values.device_names import device_address
from vigie.codecs.values.rows import Row
from vigie.codecs.values.stamps import Instant, Stamp, Stamps
from vigie.topics.reason import Reason, Undecodable, excerpt

_MISSING_COLUMN = "MISSING_COLUMN"
_MOST_NUMBER = 18


@lru_cache(maxsize=256)
def stamps_of(time_format: str, time_zone: str) -> Stamps:
    """The reader of a layout's stamps, with the offsets that it has looked up before."""
    return Stamps(time_format, time_zone)


def address_of(layout: Layout, hints: Hints) -> str | None:
    """The device of a source that has one; None where each record names its own, or the name cannot be one."""
    if layout.device:
        return None
    return hints.address or device_address(layout.device_name or hints.source, hints.source)


class Table:
    """A file's headings, laid on a layout.

    Args:
        layout: what the columns are.
        headings: of the file; empty: columns are numbered.
        hints: source, model and address.
        facts: what the head of the file says, as extras of each uplink.
        prefix: bytes that go before a row's own in its identity, where one device sends several tables.

    Raises:
        Undecodable: BAD_ENVELOPE where the headings lack those that the layout needs.
    """

    def __init__(
        self, layout: Layout, headings: Sequence[str], hints: Hints, facts: dict[str, str] | None = None,
        prefix: bytes = b"",
    ) -> None:  # fmt: skip
        self.layout, self.headings, self.facts, self.prefix = layout, list(headings), facts or {}, prefix
        self.places = {name: place for place, name in reversed(list(enumerate(headings)))}  # the first of a name
        self.source, self.model = hints.source, hints.model or layout.model
        self.address = address_of(layout, hints)
        self.stamps = stamps_of(layout.time_format, layout.time_zone)
        self.missing = frozenset(layout.missing)
        self.times = [self._place(name) for name in layout.time.split("+")] if layout.time else []
        self.device = self._place(layout.device) if layout.device else -1
        self.sequence = self._place(layout.sequence) if layout.sequence else -1
        used = {*self.times, self.device, self.sequence}
        self.columns: list[tuple[int, Column]] = []
        self.cell: list[tuple[int, Column]] = []
        self.lacking = False
        for column in layout.columns:
            place = self._find(column.name)
            if place is None:
                self.lacking = self.lacking or bool(column.property)
            else:
                used.add(place)
                (self.cell if column.cell else self.columns).append((place, column))
        if self.lacking and not any(column.property for _, column in self.columns):
            raise Undecodable(
                Reason.BAD_ENVELOPE,
                f"No column of the layout {excerpt(layout.name[:30])} is there: {excerpt(', '.join(self.headings))}",
            )
        self.others = [
            (place, name or f"column_{place + 1}") for place, name in enumerate(headings) if place not in used
        ]
        self.width = len(self.headings) or 1 + max(
            [*used, *(place for place, _ in (*self.columns, *self.cell))], default=0
        )

    def frames(self, rows: Iterable[Row]) -> list[Said]:
        """One frame per row that can be read, one refusal per row that cannot, in the order of the rows."""
        said: list[Said] = []
        good: list[tuple[int, Row, str]] = []
        stamps: list[Stamp] = []
        sequences: list[int | None] = []
        for row in rows:
            if self.headings and row.cells[: self.width] == self.headings:
                continue  # a part that begins with the headings again
            try:
                address, stamp = self._check(row)
            except Undecodable as error:
                said.append(Refused(reason=error.reason, message=error.message))
                continue
            good.append((len(said), row, address))
            said.append(Refused(reason=Reason.INTERNAL_ERROR, message=""))  # its place
            stamps.append(stamp)
            text = row.cells[self.sequence] if self.sequence >= 0 else ""
            sequences.append(int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_NUMBER else None)
        for (place, row, address), instant in zip(good, self.stamps.resolve(stamps, sequences), strict=True):
            said[place] = self._frame(row, address, instant)
        return said

    def _check(self, row: Row) -> tuple[str, Stamp]:
        """The row's device and stamp."""
        if row.problem:
            raise Undecodable(Reason.NOT_WELL_FORMED, f"Line {row.line} cannot be read: {row.problem}")
        if not row.ended and not self.layout.last_line_whole:
            raise Undecodable(
                Reason.TRUNCATED,
                f"Line {row.line} has no line end, so it may be half written: "
                "send it again whole, or declare last_line_whole in the layout",
            )
        count = len(row.cells)
        if count < self.width:
            raise Undecodable(Reason.TRUNCATED, f"Line {row.line} has {count} columns, expected {self.width}")
        if self.headings and count > self.width and any(row.cells[self.width :]):
            raise Undecodable(Reason.BAD_PAYLOAD, f"Line {row.line} has {count} columns, expected {self.width}")
        text = " ".join([row.cells[place] for place in self.times])
        try:
            stamp = self.stamps.read(text)
        except (ValueError, OverflowError):
            raise Undecodable(
                Reason.BAD_TIME,
                f"Line {row.line}: the time {excerpt(text)} is not of the form {excerpt(self.layout.time_format[:40])}",
            ) from None
        address = self.address
        if self.device >= 0:
            address = device_address(row.cells[self.device], self.source)
        if address is None:
            shown = row.cells[self.device] if self.device >= 0 else self.layout.device_name
            raise Undecodable(Reason.BAD_ENVELOPE, f"Line {row.line}: {excerpt(shown)} names no device")
        return address, stamp

    def _frame(self, row: Row, address: str, instant: Instant) -> Frame:
        layout, cells = self.layout, row.cells
        found = Decoded([], dict(self.facts), [])
        for place, column in self.columns:
            take(column, cells[place], found, layout.decimal, self.missing)
        cell = None
        if self.cell:
            facts = [(column, cells[place]) for place, column in self.cell]
            cell = cell_of(facts, found, layout.decimal, self.missing)
        for place, name in self.others:
            if cells[place] not in self.missing:
                add_extra(found, name, cells[place])
        if not self.headings:
            for place in range(self.width, len(cells)):
                add_extra(found, f"column_{place + 1}", cells[place])
        if self.lacking:
            warn(found, _MISSING_COLUMN)
        warn(found, instant.warning)
        if self.sequence >= 0 and cells[self.sequence] and "sequence" not in found.extras:
            add_extra(found, "sequence", cells[self.sequence])
        # the two passes of an hour that is told twice may hold the same text
        identity = self.prefix + row.raw + (b"\x1fsecond" if instant.second else b"")
        return Frame(
            address=address, profile=self.model, codec_tag=None, session=None, f_cnt=None, f_port=None,
            payload=row.raw, received_at=None, bearer=layout.bearer, network=self.source, radio=None, cell=cell,
            observed_at=instant.at, decoded=found, identity=identity, timed=True,
        )  # fmt: skip

    def _find(self, name: str | int) -> int | None:
        if isinstance(name, int):
            return name - 1 if not self.headings or name <= len(self.headings) else None
        name = name.strip()
        if self.headings:
            return self.places.get(name)
        return int(name) - 1 if name.isascii() and name.isdigit() and 0 < int(name[:6]) <= 1000 else None

    def _place(self, name: str) -> int:
        place = self._find(name)
        if place is None:
            raise Undecodable(
                Reason.BAD_ENVELOPE,
                f"No column has the heading {excerpt(name[:50])}; there are {excerpt(', '.join(self.headings))}",
            )
        return place
