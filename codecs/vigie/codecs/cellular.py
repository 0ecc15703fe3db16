"""What NB-IoT and 4G frames have in common: signal quality, operator, IMEI, and frames that come as hex text.

Source: 3GPP TS 27.007 section 8.5 (CSQ), ITU-T E.212 (MCC and MNC), 3GPP TS 23.003 (IMEI, IMSI).
"""

import re

_HEX = re.compile(rb"\s*(?:0[xX])?((?:[0-9a-fA-F]{2})+)\s*")
_THREE_DIGIT_MNC = frozenset(
    ("302", "310", "311", "312", "313", "314", "315", "316", "334", "338", "342", "344", "346", "348", "350", "352",
     "354", "356", "358", "360", "364", "365", "366", "376", "405", "708", "714", "722", "732", "748", "750")
)  # fmt: skip
"""Country codes (MCC) whose networks have three digits; everywhere else they have two."""


def rssi_of_csq(csq: int) -> float | None:
    """Received power in dBm; None for 99 (unknown) and for what CSQ has not.

    >>> rssi_of_csq(9), rssi_of_csq(31), rssi_of_csq(99)
    (-95.0, -51.0, None)
    """
    return -113.0 + 2 * csq if 0 <= csq <= 31 else None


def operator_of(imsi: str) -> str | None:
    """MCC and MNC of an IMSI.

    >>> operator_of("460043224213110"), operator_of("208013000000001"), operator_of("310410123456789")
    ('46004', '20801', '310410')
    """
    if not (imsi.isascii() and imsi.isdigit() and 6 <= len(imsi) <= 15) or not imsi.strip("0"):
        return None
    return imsi[: 6 if imsi[:3] in _THREE_DIGIT_MNC else 5]


def is_imei(text: str) -> bool:
    """Whether these are 15 digits; senders' check digits are not judged."""
    return len(text) == 15 and text.isascii() and text.isdigit()


def unhexed(body: bytes, first: bytes) -> bytes:
    r"""A binary frame, where the broker or the device wrote it as hex text; other bodies as they are.

    Args:
        body: what came.
        first: first byte of the binary frame.

    >>> unhexed(b"0200FF", bytes([2])), unhexed(bytes([2, 48]), bytes([2]))
    (b'\x02\x00\xff', b'\x020')
    """
    if body[:1] != first and (found := _HEX.fullmatch(body)) is not None:
        return bytes.fromhex(found[1].decode())
    return body
