"""Eco-Visio of Eco-Counter: the counts of one site, or of one of its flows, as `data/site/<id>` gives them.

Source: https://developers.eco-counter.com, Eco-Visio API 1.0, operation "Get Site Data".

    [{"date": "2026-11-23T10:00:00+0100", "counts": 12}, {"date": "2026-11-23T10:15:00+0100", "counts": null}, ...]

`date` is the beginning of an interval (15 minutes, or the step that was asked for) in the site's legal time with its
offset; `counts` null means that nothing is known of it (a sensor that failed, a transmission still to come). The body
does not say whose counts they are: the connector does (hint `address`). The id of a flow (a direction, a kind of user)
is asked for like a site's, so each flow is a device of its own. An interval's text names its uplink.
"""

import re

import msgspec
from msgspec import Raw, Struct

from vigie.codecs.decoder import Decoded
from vigie.codecs.frame import Envelope, Frame, Hints, Refused, Said
from vigie.codecs.instants import epoch_ms
from vigie.codecs.registry import register_envelope
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable, excerpt
from vigie.topics.uplink import Reading

PROFILE = "eco-visio-site"
_NO_HINTS = Hints()
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_PASSAGES = BY_NAME["passages"].id
_OFFSET = re.compile(r"([+-]\d\d)(\d\d)$", re.ASCII)
_MOST = 2**53


class _Row(Struct):
    date: str
    counts: int | None = None
    status: int | str | None = None


_decode = msgspec.json.Decoder(list[Raw]).decode
_decode_row = msgspec.json.Decoder(_Row).decode


def parse(body: bytes, hints: Hints = _NO_HINTS) -> list[Said]:
    """The intervals of an answer.

    Args:
        body: the answer, or one with some of its rows.
        hints: of them the source's name, the declared model, and the address, which no row says.

    Returns:
        One Frame or one Refused per row.

    Raises:
        Undecodable: BAD_HEADER where nobody says whose counts they are; NOT_JSON or BAD_ENVELOPE for the whole answer.

    >>> [frame] = parse(b'[{"date": "2026-11-23T10:00:00+0100", "counts": 12}]',
    ...     Hints(source="velo", address="src:velo:100125331"))
    >>> frame.observed_at, frame.decoded.readings[0].value
    (1795424400000, 12.0)
    """
    if not hints.address:
        raise Undecodable(Reason.BAD_HEADER, "Counts of Eco-Visio need the header address: they do not say whose")
    try:
        rows = _decode(body)
    except msgspec.ValidationError as error:
        raise Undecodable(Reason.BAD_ENVELOPE, f"Not counts of Eco-Visio: {str(error)[:120]}") from None
    except _NO_JSON as error:
        raise Undecodable(Reason.NOT_JSON, f"The body is not JSON: {str(error)[:120]}") from None
    said: list[Said] = []
    for place, raw in enumerate(rows, 1):
        try:
            said.append(_frame(bytes(raw), place, hints))
        except Undecodable as error:
            said.append(Refused(reason=error.reason, message=error.message))
    return said


def _frame(raw: bytes, place: int, hints: Hints) -> Frame:
    address = hints.address
    try:
        row = _decode_row(raw)
    except _NO_JSON as error:
        sentence = f"Row {place} of {address} is none of Eco-Visio: {str(error)[:100]}"
        raise Undecodable(Reason.BAD_ENVELOPE, sentence, address) from None
    try:
        observed_at = epoch_ms(_OFFSET.sub(r"\1:\2", row.date))
    except (ValueError, OverflowError):
        sentence = f"Row {place} of {address}: {excerpt(row.date)} is no instant with an offset"
        raise Undecodable(Reason.BAD_TIME, sentence, address) from None
    said = Decoded([], {} if row.status is None else {"status": str(row.status)[:80]}, [])
    if row.counts is None:
        said.warnings.append("MISSING_VALUE")
    elif 0 <= row.counts < _MOST:
        said.readings.append(Reading(_PASSAGES, 0, float(row.counts)))
    else:
        said.extras["counts"] = str(row.counts)[:80]
        said.warnings.append("OUT_OF_RANGE")
    return Frame(
        address=address, profile=hints.model or PROFILE, codec_tag=None, session=None, f_cnt=None, f_port=None,
        payload=raw, received_at=None, bearer="unknown", network=hints.source, radio=None, observed_at=observed_at,
        decoded=said, identity=raw, timed=True,
    )  # fmt: skip


def peek(_body: bytes, hints: Hints = _NO_HINTS) -> str | None:
    """The site or flow that the connector asked for."""
    return hints.address or None


register_envelope(
    Envelope(
        form="eco-visio", title="Eco-Visio of Eco-Counter, counts of a site",
        source="developers.eco-counter.com, Eco-Visio API 1.0", sample="documentation", parse=parse, peek=peek,
    )
)  # fmt: skip
