r"""A bare payload: the whole body is what one device sent, as over UDP, CoAP or MQTT without a frame around it.

Source: none; topic, path or table of devices of the source name the device and its model (Sensoneo's 17 bytes over UDP,
Cayenne LPP over CoAP).

The body names no device, no instant and no counter, so the same bytes at another time are another uplink.
"""

from vigie.codecs.frame import Envelope, Frame, Hints
from vigie.codecs.registry import register_envelope
from vigie.codecs.values.device_names import device_address
from vigie.topics.reason import Reason, Undecodable, excerpt

_NO_HINTS = Hints()


def parse(body: bytes, hints: Hints = _NO_HINTS) -> Frame:
    """The body as the payload of the device that the hints name.

    Raises:
        Undecodable: EMPTY_PAYLOAD; BAD_HEADER where nobody names the device.

    >>> parse(bytes([255]), Hints(source="bennes", model="Sensoneo Single 3.0", address="imei:868508064807350")).address
    'imei:868508064807350'
    """
    address = peek(body, hints)
    if address is None:
        raise Undecodable(
            Reason.BAD_HEADER, f"Neither an address nor a source ({excerpt(hints.source)}) names the device"
        )
    if not body:
        raise Undecodable(Reason.EMPTY_PAYLOAD, f"{address} sent an empty body", address)
    layout = hints.layout
    return Frame(
        address=address, profile=hints.model, codec_tag=None, session=None, f_cnt=None, f_port=None, payload=body,
        received_at=None, bearer="unknown" if layout is None else layout.bearer, network=hints.source, radio=None,
    )  # fmt: skip


def peek(_body: bytes, hints: Hints = _NO_HINTS) -> str | None:
    """The device that the hints name; else the source's only one.

    >>> peek(b"", Hints(source="bennes")), peek(b"")
    ('src:bennes:bennes', None)
    """
    return hints.address or device_address(hints.source, hints.source)


register_envelope(
    Envelope(
        form="bare-payload", title="Bare payload of one device", source="none: topic or path name the device",
        sample="documentation", parse=parse, peek=peek,
    )
)  # fmt: skip
