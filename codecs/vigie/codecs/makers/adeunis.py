"""What all Adeunis frames have in common: frame code, status byte, network and keep-alive frames.

Source: npm package @adeunis/codecs 1.6.1, src/products/generic (facts only).

    b0      frame code; 0x10-0x12 configuration, 0x20 network, 0x30 keep alive, others by product
    b1      status: bits 7-5 frame counter, 0x02 battery low, 0x01 configuration done; 0x08 configuration inconsistent
            and 0x10, 0x04 by product
    0x20    b2 options (0x01 ADR, 0x04 duty cycle, 0x20 class C), b3 0 = ABP, else OTAA; 3 or 5 bytes on Sigfox
"""

from struct import Struct

from vigie.codecs.decoder import Decoded
from vigie.topics.reason import Reason, Undecodable, printable

SOURCE = "npm package @adeunis/codecs 1.6.1 (MIT), TypeScript parsers of each product"

ABSENT_TEMPERATURE = -32768
"""A probe that is not there, in tenths of a degree."""

NETWORK_EXTRAS = (
    "frame",
    "frame_counter",
    "low_battery",
    "configuration_done",
    "network_options",
    "otaa",
    "adr",
    "rest",
)
"""Extras that any frame may have."""

_ANSWERS = (0x1F, 0x2F, 0x33, 0x36, 0x37, 0x51, 0x52)
"""Frames of the range that answer a command or speak of alarms that no reading belongs to."""

_MODES = ("park", "production", "test", "dead")
_U16 = Struct(">H")


def opened(payload: bytes) -> Decoded:
    """The status byte as extras, ready for what the frame says.

    Raises:
        Undecodable: TRUNCATED where there is none.

    >>> opened(bytes.fromhex("3062")).extras
    {'frame_counter': '3', 'low_battery': '1', 'configuration_done': '0'}
    """
    at_least(payload, 2)
    status = payload[1]
    extras = {
        "frame_counter": str(status >> 5), "low_battery": str(status >> 1 & 1), "configuration_done": str(status & 1),
    }  # fmt: skip
    return Decoded([], extras, [])


def at_least(payload: bytes, size: int) -> None:
    """Refuse a frame that is shorter than its layout."""
    if len(payload) < size:
        code = f"{payload[0]:#04x}" if payload else "(none)"
        raise Undecodable(
            Reason.TRUNCATED, f"A frame {code} of Adeunis has at least {size} bytes, this one has {len(payload)}"
        )


def u16(payload: bytes, at: int) -> int:
    """Two bytes, big-endian."""
    return int(_U16.unpack_from(payload, at)[0])


def text(payload: bytes) -> str:
    """Characters of a label or value, without the zeros that fill it; '' where it holds nothing else."""
    return printable(payload.replace(b"\0", b"").decode("latin-1"))


def mode(code: int) -> str:
    """The product's mode in words."""
    return _MODES[code] if code < len(_MODES) else str(code)


def common(payload: bytes, found: Decoded) -> Decoded:
    """What a frame of no special layout says: network, keep alive, answers.

    Raises:
        Undecodable: BAD_PAYLOAD where the code is none of the range.

    >>> common(bytes.fromhex("20a00501"), opened(bytes.fromhex("20a00501"))).extras["otaa"]
    '1'
    """
    code = payload[0]
    if code == 0x20:
        found.extras["frame"] = "network"
        at_least(payload, 3)
        found.extras["network_options"] = f"{payload[2]:#04x}"
        if len(payload) == 4:
            found.extras["adr"] = str(payload[2] & 1)
            found.extras["otaa"] = str(int(payload[3] != 0))
        elif len(payload) > 3:
            found.extras["rest"] = payload[3:].hex()
    elif code == 0x30:
        found.extras["frame"] = "keep_alive"
        if len(payload) > 2:
            found.extras["rest"] = payload[2:].hex()
    elif code in _ANSWERS:
        found.extras["frame"] = f"{code:#04x}"
        found.extras["rest"] = payload[2:].hex()
        found.warnings.append("UNKNOWN_FIELD")
    else:
        raise Undecodable(Reason.BAD_PAYLOAD, f"The frame code {code:#04x} at byte 0 is none of this product's")
    return found
