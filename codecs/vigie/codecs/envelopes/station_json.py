r"""A station's JSON over MQTT or HTTP, as its layout declares it: one object, or a list of them.

Source: none; time, device and values stand where the source's layout says (vigie.codecs.layout), by paths with dots, in
which a number counts the places of a list from 0.

    {"id": "ill-aval", "ts": "2026-11-23T10:00:00Z", "data": {"h_m": "1,234", "t": [8.5, 8.6]}}
        device = "id", time = "ts", columns "data.h_m", "data.t.0"

    {"id": "ill-aval", "values": [{"ts": 1795428000, "h": 1.2}, {"ts": 1795428900, "h": null}]}
        records = "values": each is an uplink of its own, and what stands around them holds for all

An object's undecoded text names its uplink, so a list that grows, or is sent again, repeats nothing.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec
from msgspec import Raw

from vigie.codecs.decoder import Decoded
from vigie.codecs.frame import Envelope, Frame, Hints, Refused, Said
from vigie.codecs.layout import Column, Layout
from vigie.codecs.registry import register_envelope
from vigie.codecs.values.cells import add_extra, cell_of, take, warn
from vigie.codecs.values.device_names import device_address
from vigie.codecs.values.stamps import Instant, Stamp
from vigie.codecs.values.table import address_of, stamps_of
from vigie.topics.reason import Reason, Undecodable, excerpt

_NO_HINTS = Hints()
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_decode = msgspec.json.Decoder().decode
_decode_list = msgspec.json.Decoder(list[Raw]).decode
_decode_members = msgspec.json.Decoder(dict[str, Raw]).decode
_MOST_DEPTH, _MOST_LEAVES = 8, 500
_ABSENT = object()
_BOM = b"\xef\xbb\xbf"
"""The byte order mark, which JSON forbids (RFC 8259) and some loggers write all the same."""

_MOST_BESIDE, _LEAST_BESIDE = 500_000, 20
"""Extras that all records of a body together take from what stands around them, and those that each has in any case."""

_Object = Mapping[str, Any]
_Leaf = tuple[str, Any]


def parse(body: bytes, hints: Hints = _NO_HINTS) -> list[Said]:
    """One Frame or one Refused per record.

    Raises:
        Undecodable: BAD_HEADER where no layout is declared; NOT_JSON; BAD_ENVELOPE for what is no object or list.

    >>> from vigie.codecs.layout import Column
    >>> layout = Layout(name="l", time="ts", device="id", columns=(Column(name="data.t", property="air_temperature"),))
    >>> [frame] = parse(b'{"id": "st-7", "ts": "2026-11-23T10:00:00Z", "data": {"t": 8.5, "door": "open"}}',
    ...     Hints(source="ville", layout=layout))
    >>> frame.address, frame.observed_at, frame.decoded.readings[0].value, frame.decoded.extras
    ('src:ville:st-7', 1795428000000, 8.5, {'data.door': 'open'})
    """
    layout = hints.layout
    if layout is None:
        raise Undecodable(Reason.BAD_HEADER, "A station's JSON needs a layout: declare one for its source")
    said: list[Said] = []
    good: list[tuple[int, bytes, _Object, _Object, str, Stamp | None]] = []
    for place, one in enumerate(_records(body, layout), 1):
        if isinstance(one, Refused):
            said.append(one)
            continue
        raw, around = one
        try:
            record = _decoded(raw)
            if not isinstance(record, dict):
                raise Undecodable(Reason.BAD_ENVELOPE, f"Record {place} is no object")
            address = _address(record, around, layout, hints, place)
            stamp = _stamp(record, around, layout, place)
        except Undecodable as error:
            said.append(Refused(reason=error.reason, message=error.message))
            continue
        good.append((len(said), raw, record, around, address, stamp))
        said.append(Refused(reason=Reason.INTERNAL_ERROR, message=""))  # its place
    timed = [entry for entry in good if entry[5] is not None]
    numbers = [_number(_find(entry[2], layout.sequence)) if layout.sequence else None for entry in timed]
    stamps = stamps_of(layout.time_format, layout.time_zone)
    instants = iter(stamps.resolve([entry[5] for entry in timed if entry[5] is not None], numbers))
    beside: tuple[_Object, list[_Leaf]] = {}, []
    for at, raw, record, around, address, stamp in good:
        if around is not beside[0]:  # once for all its records: both may be many
            beside = around, list(islice(_leaves(around, "", 0), max(_MOST_BESIDE // len(good), _LEAST_BESIDE)))
        instant = None if stamp is None else next(instants)
        said[at] = _frame(raw, record, around, beside[1], address, instant, layout, hints)
    if len(said) == 1 and isinstance(only := said[0], Refused):
        raise Undecodable(only.reason, only.message)
    return said


def _decoded(raw: bytes) -> Any:
    try:
        return _decode(raw)
    except _NO_JSON as error:
        raise Undecodable(Reason.NOT_JSON, f"The body is not JSON: {str(error)[:120]}") from None


def _records(body: bytes, layout: Layout) -> Iterator[tuple[bytes, _Object] | Refused]:
    """The undecoded records of a body, and what stands around them; or why an object holds none."""
    for raw in _each(body.removeprefix(_BOM)):
        if not layout.records:
            yield raw, {}
            continue
        around = _decoded(raw)
        inner: bytes = raw
        try:
            for part in layout.records.split("."):
                inner = bytes(_decode_members(inner)[part])
            inside = _each(inner)
        except (KeyError, Undecodable, *_NO_JSON):
            sentence = f"The body holds no list of records at {excerpt(layout.records)}"
            yield Refused(reason=Reason.BAD_ENVELOPE, message=sentence)
            continue
        around = {name: value for name, value in around.items() if name != layout.records.partition(".")[0]}
        for one in inside:
            yield one, around


def _each(body: bytes) -> list[bytes]:
    if body.lstrip()[:1] == b"[":
        try:
            return [bytes(one) for one in _decode_list(body)]
        except _NO_JSON as error:
            raise Undecodable(Reason.NOT_JSON, f"The body is not JSON: {str(error)[:120]}") from None
    return [body.strip()]


def _find(data: Any, path: str) -> Any:
    """What stands at a path; a member whose own name is the whole path goes before."""
    if isinstance(data, dict) and path in data:
        return data[path]
    for part in path.split("."):
        if isinstance(data, dict):
            data = data.get(part, _ABSENT)
        elif isinstance(data, list) and part.isascii() and part.isdigit() and int(part[:9]) < len(data):
            data = data[int(part[:9])]
        else:
            return _ABSENT
    return data


def _inherited(record: _Object, around: _Object, path: str) -> Any:
    found = _find(record, path)
    return _find(around, path) if found is _ABSENT and around else found


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _number(value: Any) -> int | None:
    text = _text(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _address(record: _Object, around: _Object, layout: Layout, hints: Hints, place: int) -> str:
    fixed = address_of(layout, hints)
    if fixed is not None:
        return fixed
    name = _text(_inherited(record, around, layout.device)) if layout.device else layout.device_name
    address = device_address(name, hints.source) or (hints.address if layout.device else "")
    if not address:
        where = excerpt(layout.device or "device_name")
        raise Undecodable(Reason.BAD_ENVELOPE, f"Record {place}: {where} is {excerpt(name)}, which names no device")
    return address


def _stamp(record: _Object, around: _Object, layout: Layout, place: int) -> Stamp | None:
    if not layout.time:
        return None
    parts = [_text(_inherited(record, around, one.strip())) for one in layout.time.split("+")]
    text = " ".join(parts)
    try:
        return stamps_of(layout.time_format, layout.time_zone).read(text)
    except (ValueError, OverflowError):
        shown = excerpt(layout.time_format[:40])
        raise Undecodable(
            Reason.BAD_TIME, f"Record {place}: the time {excerpt(text[:60])} is not of the form {shown}"
        ) from None


def _frame(
    raw: bytes, record: _Object, around: _Object, beside: list[_Leaf], address: str, instant: Instant | None,
    layout: Layout, hints: Hints,
) -> Frame:  # fmt: skip
    found = Decoded([], {}, [])
    used = {*layout.time.replace(" ", "").split("+"), layout.device, layout.sequence}
    missing, lacking = frozenset(layout.missing), False
    facts: list[tuple[Column, Any]] = []
    for column in layout.columns:
        name = str(column.name)
        used.add(name)
        value = _inherited(record, around, name)
        if value is _ABSENT:
            lacking = lacking or bool(column.property)
        elif column.cell:
            facts.append((column, value))
        else:
            take(column, value, found, layout.decimal, missing)
    for name, value in (*_leaves(record, "", 0), *beside):
        if name not in used and name not in found.extras and not (isinstance(value, str) and value in missing):
            add_extra(found, name, value)
    if lacking:
        warn(found, "MISSING_COLUMN")
    timed = instant is not None
    identity = raw
    if instant is not None:
        warn(found, instant.warning)
        outside = [one for one in layout.time.split("+") if _find(record, one.strip()) is _ABSENT]
        if outside:  # the time stands around the record
            identity += f"\x1f{instant.at}".encode()
        if instant.second:
            identity += b"\x1fsecond"
    if layout.sequence and (sequence := _text(_inherited(record, around, layout.sequence))):
        found.extras.setdefault("sequence", sequence[:80])
    return Frame(
        address=address, profile=hints.model or layout.model, codec_tag=None, session=None, f_cnt=None, f_port=None,
        payload=raw, received_at=None, bearer=layout.bearer, network=hints.source, radio=None,
        cell=cell_of(facts, found, layout.decimal, missing) if facts else None,
        observed_at=None if instant is None else instant.at, decoded=found, identity=identity, timed=timed,
    )  # fmt: skip


def _leaves(data: Any, prefix: str, depth: int) -> Iterator[_Leaf]:
    """Values inside objects and lists, with their paths."""
    members = data.items() if isinstance(data, dict) else enumerate(data[:_MOST_LEAVES])
    for key, value in members:
        name = f"{prefix}{key}"
        if isinstance(value, dict | list) and depth < _MOST_DEPTH:
            yield from _leaves(value, name + ".", depth + 1)
        elif not isinstance(value, dict | list):
            yield name, value


def peek(body: bytes, hints: Hints = _NO_HINTS) -> str | None:
    """The device of a body; None where its records name several.

    >>> peek(b'{"id": "st-7"}', Hints(source="ville", layout=Layout(name="l", time="", device="id", columns=())))
    'src:ville:st-7'
    """
    layout = hints.layout
    if layout is None:
        return None
    if not layout.device:
        return address_of(layout, hints)
    found: set[str] = set()
    try:
        for place, one in enumerate(_records(body, layout), 1):
            if isinstance(one, Refused):
                return None
            found.add(_address(_decoded(one[0]), one[1], layout, hints, place))
            if len(found) > 1:
                return None
    except Undecodable:
        return None
    return found.pop() if found else None


register_envelope(
    Envelope(
        form="station-json", title="Station, JSON with a declared layout", source="the layout that the source declares",
        sample="documentation", parse=parse, peek=peek,
    )
)  # fmt: skip
