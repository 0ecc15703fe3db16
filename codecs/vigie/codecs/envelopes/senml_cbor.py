r"""SenML in CBOR, as constrained devices send it over CoAP (application/senml+cbor, LwM2M content format 112).

Source: RFC 8428 section 6 (labels), RFC 8949 (CBOR).

    -1 bver  -2 bn  -3 bt  -4 bu  -5 bv  -6 bs   0 n  1 u  2 v  3 vs  4 vb  5 s  6 t  7 ut  8 vd

The records are those of JSON under other labels, so the same pack in both is the same uplink; a number that the device
shortened to 16 or 32 bits is another number.
"""

from typing import Any

import cbor2

from vigie.codecs.frame import Envelope, Frame, Hints
from vigie.codecs.registry import register_envelope
from vigie.codecs.values.senml_uplinks import addresses, frames
from vigie.topics.reason import Reason, Undecodable

_LABELS = {
    -1: "bver", -2: "bn", -3: "bt", -4: "bu", -5: "bv", -6: "bs",
    0: "n", 1: "u", 2: "v", 3: "vs", 4: "vb", 5: "s", 6: "t", 7: "ut", 8: "vd",
}  # fmt: skip
_NO_HINTS = Hints()


def _records(body: bytes) -> Any:
    """The pack with the labels of JSON.

    Raises:
        Undecodable: NOT_WELL_FORMED.
    """
    try:
        found = cbor2.loads(body)
    except Exception as error:  # whatever tags of foreign bytes make of themselves: dates, patterns, unhashable keys
        raise Undecodable(Reason.NOT_WELL_FORMED, f"The body is not CBOR: {str(error)[:120]}") from None
    if not isinstance(found, list):
        return found
    return [
        {_label(key): value for key, value in record.items()} if isinstance(record, dict) else record
        for record in found
    ]


def _label(key: Any) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, int) and not isinstance(key, bool):
        return _LABELS.get(key, f"label {key}"[:40])
    return f"{type(key).__name__}_"  # which must be understood


def parse(body: bytes, hints: Hints = _NO_HINTS) -> list[Frame]:
    """One frame per device and instant of a pack.

    Raises:
        Undecodable: NOT_WELL_FORMED, BAD_ENVELOPE or BAD_TIME.

    >>> [one] = parse(cbor2.dumps([{0: "urn:dev:mac:0024befffe804ff1_temp", 1: "Cel", 2: 21.5, 6: 1795428000}]))
    >>> one.address, one.observed_at, one.decoded.readings[0].value
    ('eui:0024befffe804ff1', 1795428000000, 21.5)
    """
    return frames(_records(body), hints)


def peek(body: bytes, hints: Hints = _NO_HINTS) -> str | None:
    """The device of a pack; None where it names several.

    >>> peek(cbor2.dumps([{0: "urn:dev:mac:0024befffe804ff1_temp", 2: 21.5}]))
    'eui:0024befffe804ff1'
    """
    try:
        found = addresses(_records(body), hints)
    except Undecodable:
        return None
    return found.pop() if len(found) == 1 else None


register_envelope(
    Envelope(
        form="senml-cbor", title="SenML, CBOR", source="RFC 8428, RFC 8949; OMA LwM2M registry",
        sample="documentation", parse=parse, peek=peek, needs_arrival=True,
    )
)  # fmt: skip
