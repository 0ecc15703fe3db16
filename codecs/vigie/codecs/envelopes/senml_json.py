r"""SenML in JSON, as stations, LwM2M servers and gateways send it (media type application/senml+json).

Source: RFC 8428; the resolution of packs stands in codecs/values/senml, that of names in codecs/values/senml_uplinks.

    [{"bn": "urn:dev:mac:0024befffe804ff1_", "bt": 1795428000, "n": "temp", "u": "Cel", "v": 21.5},
     {"n": "rh", "u": "%RH", "v": 48}, {"n": "temp", "u": "Cel", "t": -900, "v": 21.3}]
"""

import msgspec

from vigie.codecs.frame import Envelope, Frame, Hints
from vigie.codecs.registry import register_envelope
from vigie.codecs.values.senml_uplinks import addresses, frames
from vigie.topics.reason import Reason, Undecodable

_NO_HINTS = Hints()
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_decode = msgspec.json.Decoder().decode


def parse(body: bytes, hints: Hints = _NO_HINTS) -> list[Frame]:
    """One frame per device and instant of a pack.

    Raises:
        Undecodable: NOT_JSON, BAD_ENVELOPE or BAD_TIME.

    >>> [one] = parse(b'[{"n":"urn:dev:mac:0024befffe804ff1_temp","u":"Cel","v":21.5,"t":1795428000}]')
    >>> one.address, one.observed_at, one.decoded.readings[0].value
    ('eui:0024befffe804ff1', 1795428000000, 21.5)
    """
    try:
        records = _decode(body)
    except _NO_JSON as error:
        raise Undecodable(Reason.NOT_JSON, f"The body is not JSON: {str(error)[:120]}") from None
    return frames(records, hints)


def peek(body: bytes, hints: Hints = _NO_HINTS) -> str | None:
    """The device of a pack; None where it names several.

    >>> peek(b'[{"n":"urn:dev:mac:0024befffe804ff1_temp","v":21.5}]')
    'eui:0024befffe804ff1'
    """
    try:
        found = addresses(_decode(body), hints)
    except (*_NO_JSON, Undecodable):
        return None
    return found.pop() if len(found) == 1 else None


register_envelope(
    Envelope(
        form="senml-json", title="SenML, JSON", source="RFC 8428, RFC 8798, RFC 9039, RFC 9100; OMA LwM2M registry",
        sample="documentation", parse=parse, peek=peek, needs_arrival=True,
    )
)  # fmt: skip
