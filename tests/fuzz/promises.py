"""What a decoder, an envelope, a field map and the reader of sources promise of whatever they are given.

Each function here gives some input to one of them and raises AssertionError where a promise is broken; any other
exception that comes out is a finding as well. Nothing here needs pytest or a fuzzer, so that tests share it.
"""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import msgspec

from vigie.codecs.decoder import Decoded
from vigie.codecs.field_map import FieldMap
from vigie.codecs.frame import Frame, GatewayStats, Heard, Hints, PassedOver, Refused
from vigie.codecs.instants import YEAR_1_AT, YEAR_10000_AT
from vigie.codecs.registry import codecs, envelopes
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import BEARERS

ADDRESS = re.compile(r"(eui:[0-9a-f]{16}|imei:[0-9]{15}|src:.+)")
WARNING = re.compile(r"[A-Z][A-Z0-9_]{2,40}")
OF_PAYLOADS = frozenset({Reason.TRUNCATED, Reason.BAD_PAYLOAD})
OF_ENVELOPES = OF_PAYLOADS | {
    Reason.NOT_JSON, Reason.NOT_WELL_FORMED, Reason.BAD_ENVELOPE, Reason.BAD_BASE64, Reason.BAD_TIME,
    Reason.BAD_HEADER, Reason.TOO_LARGE, Reason.EMPTY_PAYLOAD, Reason.NO_CODEC,
}  # fmt: skip


def payload(codec: str, given: bytes, f_port: int = 1, received_at: int = 1_795_424_400_000) -> Decoded | None:
    """What a decoder says, checked; None for a payload that it refuses."""
    try:
        decoded = codecs()[codec].decode(given, f_port, received_at)
    except Undecodable as error:
        refused: Undecodable | None = error
    else:
        refused = None
    if refused is not None:
        _refusal(refused.reason, refused.message, OF_PAYLOADS, 200)
        return None
    _decoded(decoded)
    return decoded


def envelope(form: str, body: bytes, hints: Hints = Hints()) -> Any:  # noqa: B008 -- it is frozen
    """What an envelope says of a body, checked; None for a body that it refuses. Its peek names no other device."""
    peeked = envelopes()[form].peek(body, hints)
    assert peeked is None or _is_address(peeked), f"peek gives {peeked!r}"
    try:
        said = envelopes()[form].parse(body, hints)
    except Undecodable as error:
        refused: Undecodable | None = error
    else:
        refused = None
    if refused is not None:
        _refusal(refused.reason, refused.message, OF_ENVELOPES, 300)
        named = refused.address
        assert named is None or _is_address(named), f"a refusal names {named!r}"
        assert named is None or peeked in (None, named), f"peek gives {peeked}, the refusal {named}"
        return None
    for one in said if isinstance(said, Sequence) else (said,):
        if isinstance(one, Refused):
            _refusal(one.reason, one.message, OF_ENVELOPES, 300)
            continue
        if isinstance(one, Frame):
            _frame(one)
        elif isinstance(one, Heard):
            assert one.kind in ("join", "status", "ack"), one.kind
            _texts(one.facts)
            _radio(one.radio)
        elif isinstance(one, GatewayStats):
            _texts(one.facts)
            _text(one.gateway)
            _instant(one.observed_at)
        else:
            assert isinstance(one, PassedOver), type(one)
        if isinstance(one, Frame | Heard):
            assert _is_address(one.address), repr(one.address)
            assert peeked in (None, one.address), f"peek gives {peeked}, parse {one.address}"
            _text(one.network)
    return said


def field_map(mapping: FieldMap, output: Mapping[str, Any]) -> Decoded | None:
    """What a field map makes of a maker's output, checked; None for one that it refuses."""
    try:
        decoded = mapping.read(output)
    except Undecodable as error:
        refused: Undecodable | None = error
    else:
        refused = None
    if refused is not None:
        _refusal(refused.reason, refused.message, frozenset({Reason.CODEC_FAILED}), 300)
        return None
    _decoded(decoded, dated_from=YEAR_1_AT, dated_before=2**53)  # decode passes over impossible instants
    return decoded


class Page(PurePosixPath):
    """A file that stands nowhere."""

    text = b""

    def read_text(self, encoding: str) -> str:
        return self.text.decode(encoding)


def sources(text: bytes) -> Any:
    """What the reader of sources makes of a file, checked; None for one that it refuses."""
    from vigie.streams.sources import SourcesError, load

    page = Page("/etc/vigie/sources.toml")
    page.text = text
    try:
        found = load(page)  # type: ignore[arg-type]
    except SourcesError as error:
        said: str | None = str(error)
    else:
        said = None
    if said is not None:
        assert said.startswith(str(page)), said
        assert "\n" not in said, said
        assert len(said) < 3000, f"a sentence of {len(said)} characters"
        said.encode()
        return None
    for one in found.sources:
        hints = found.hints(one)
        assert hints.source == one.name
        assert one.format in envelopes()
        found.declared(getattr(one, "topic", ""))
    return found


def _is_address(text: str) -> bool:
    return text.isprintable() and ADDRESS.fullmatch(text) is not None


def _refusal(reason: Reason, message: str, expected: frozenset[Reason], most: int) -> None:
    assert reason in expected, f"{reason}: {message}"
    assert 0 < len(message) < most, f"a message of {len(message)} characters"
    message.encode()


def _decoded(decoded: Decoded, dated_from: int = 0, dated_before: int = 2**32 * 1000) -> None:
    assert isinstance(decoded, Decoded), type(decoded)
    for reading in decoded.readings:
        assert reading.property in PROPERTIES, reading
        assert 0 <= reading.channel < 2**15, reading
        assert type(reading.value) is float, reading
        assert math.isfinite(reading.value), reading
        assert reading.observed_at is None or dated_from <= reading.observed_at < dated_before, reading
    places = {(reading.property, reading.channel, reading.observed_at) for reading in decoded.readings}
    assert len(places) == len(decoded.readings), "two readings of one property, channel and instant"
    dated = any(reading.observed_at is not None for reading in decoded.readings)
    assert decoded.dated == dated, f"dated is {decoded.dated}"
    _texts(decoded.extras)
    assert type(decoded.firmware) in (str, type(None))
    assert all(WARNING.fullmatch(one) for one in decoded.warnings), decoded.warnings
    assert len(set(decoded.warnings)) == len(decoded.warnings), decoded.warnings


def _frame(frame: Frame) -> None:
    for text in (frame.profile, frame.codec_tag, frame.session):
        assert text is None or type(text) is str
        _text(text or "")
    assert frame.bearer in BEARERS, frame.bearer
    assert frame.f_cnt is None or 0 <= frame.f_cnt < 2**32, frame.f_cnt
    assert frame.f_port is None or 0 <= frame.f_port <= 255, frame.f_port
    assert type(frame.payload) is bytes, type(frame.payload)
    assert frame.identity is None or type(frame.identity) is bytes
    _instant(frame.received_at)
    _instant(frame.observed_at)
    _radio(frame.radio)
    if (cell := frame.cell) is not None:
        numbers = (cell.rsrp_dbm, cell.rsrq_db, cell.rssi_dbm, cell.snr_db)
        assert all(one is None or math.isfinite(one) for one in numbers), cell
        assert all(type(one) is str or one is None for one in (cell.operator, cell.cell_id)), cell
    _texts(frame.extras or {})
    if frame.decoded is not None:
        _decoded(frame.decoded, dated_before=YEAR_10000_AT)
    msgspec.msgpack.encode(frame)  # which no lone surrogate passes


def _radio(radio: Any) -> None:
    if radio is None:
        return
    for gateway in radio.gateways:
        _text(gateway.id)
        assert type(gateway.rssi_dbm) is int, gateway
        assert gateway.snr_db is None or math.isfinite(gateway.snr_db), gateway
    numbers = (radio.airtime_ms, radio.esp_dbm, radio.margin_db)
    assert all(one is None or math.isfinite(one) for one in numbers), radio
    assert radio.sf is None or 5 <= radio.sf <= 12, radio
    assert radio.dr is None or 0 <= radio.dr <= 255, radio
    assert radio.frequency_hz is None or 0 <= radio.frequency_hz < 2**41, radio


def _instant(at: int | None) -> None:
    assert at is None or (type(at) is int and YEAR_1_AT <= at < YEAR_10000_AT), f"the instant {at}"


def _texts(texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        _text(name)
        _text(text)


def _text(text: str) -> None:
    assert type(text) is str, f"{text!r} is no text"
    text.encode()
