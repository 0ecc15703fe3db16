"""EUIs, device addresses and gateway ids as network servers write them, to one spelling: lower-case hex, no separators.

The same eight bytes come as `24E124136B000001`, `24e124136b000001`, `24-E1-24-13-6B-00-00-01`, `24:e1:...`, or, from a
ChirpStack 3 with the marshaler `protobuf` or `json_v3`, as the base64 `JOEkE2sAAAE=`. The spellings cannot be confused:
sixteen digits are never base64, since base64 of eight bytes has twelve characters of which the last is `=`.
"""

import re
from binascii import a2b_base64

from vigie.topics.reason import Reason, Undecodable, excerpt

_LIMIT = 200_000
_HEX16 = re.compile(r"[0-9a-fA-F]{16}", re.ASCII)
_HEX8 = re.compile(r"[0-9a-fA-F]{8}", re.ASCII)
_SEPARATED = re.compile(r"[0-9a-fA-F]{2}(?:([-: ])[0-9a-fA-F]{2})(?:\1[0-9a-fA-F]{2})*", re.ASCII)

addresses: dict[str, str] = {}
"""EUI as written -> device id; hot paths look here first and call `address_of` for one that is new."""
sessions: dict[str, str | None] = {"": None}
"""DevAddr as written -> session; the same for `session_of`. A network that names none gives None."""


def address_of(dev_eui: str) -> str:
    """The device id of a DevEUI in hex.

    Raises:
        Undecodable: BAD_ENVELOPE, it is not sixteen hex digits.

    >>> address_of("24-E1-24-13-6B-00-00-01"), address_of("24e124136B000001")
    ('eui:24e124136b000001', 'eui:24e124136b000001')
    """
    known = addresses.get(dev_eui)
    if known is not None:
        return known
    digits = dev_eui if _HEX16.fullmatch(dev_eui) else _joined(dev_eui)
    if len(digits) != 16:
        raise Undecodable(Reason.BAD_ENVELOPE, f"The DevEUI {excerpt(dev_eui)} is not 16 hex digits")
    if len(addresses) >= _LIMIT:
        addresses.clear()
    made = addresses[dev_eui] = "eui:" + digits.lower()
    return made


def session_of(dev_addr: str, address: str) -> str | None:
    """The session's name, which is a part of the uplink's identity: DevAddr, lower case; None where there is none.

    Raises:
        Undecodable: BAD_ENVELOPE, it is not eight hex digits; with the device, since its frame came.

    >>> session_of("00D20001", "eui:24e124136b000001")
    '00d20001'
    """
    try:
        return sessions[dev_addr]
    except KeyError:
        digits = dev_addr if _HEX8.fullmatch(dev_addr) else _joined(dev_addr)
    if len(digits) != 8:
        sentence = f"{address}: the DevAddr {excerpt(dev_addr)} is not 8 hex digits"
        raise Undecodable(Reason.BAD_ENVELOPE, sentence, address)
    if len(sessions) >= _LIMIT:
        sessions.clear()
        sessions[""] = None
    made = sessions[dev_addr] = digits.lower()
    return made


def _joined(text: str) -> str:
    """The digits of `24-E1-...`; empty if it is not that."""
    if len(text) <= 23 and (found := _SEPARATED.fullmatch(text)) is not None:
        return text.replace(found.group(1), "")
    return ""


def hex_of(text: str, size: int) -> str:
    """Bytes that may be hex or base64, as hex; the text itself where it is neither.

    Args:
        text: as the network server wrote it.
        size: how many bytes it should be: 8 for an EUI, 4 for a DevAddr.

    >>> hex_of("JOEkE2sAAAE=", 8), hex_of("24E124136B000001", 8), hex_of("AS6zcQ==", 4)
    ('24e124136b000001', '24E124136B000001', '012eb371')
    """
    if text.endswith("=") and len(text) == (size + 2) // 3 * 4:
        try:
            read = a2b_base64(text, strict_mode=True)
        except ValueError:
            return text
        if len(read) == size:
            return read.hex()
    return text
