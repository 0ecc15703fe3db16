r"""Milesight NB-IoT (EM400 series): one binary frame (big-endian) around the TLV that the LoRa models send.

Source: Milesight EM400 series (NB-IoT) user guide, chapter Uplink Data, and its published example.

     0 u8   02 start          1 u16 device kind         3 u16 length of what follows (100 bytes in all: 95)
     5 u8   flag              6 u16 frame count         8 u8  protocol version
     9 4 B  firmware, ASCII  13 4 B hardware, ASCII    17 16 B serial number, ASCII
    33 15 B IMEI, ASCII      48 15 B IMSI, ASCII       63 20 B ICCID, ASCII
    83 u8   CSQ (RSSI = -113 + 2 CSQ dBm, 99 unknown)  84 u16 length of the data    86 data: TLV, little-endian

The frame does not name the model: the source or its table of devices does, else it is the EM400. Frames may come as hex
text. The frame count starts anew at each start of the device, so it names a frame only together with all its bytes.
"""

import struct

from vigie.codecs.cellular import is_imei, operator_of, rssi_of_csq, unhexed
from vigie.codecs.frame import Envelope, Frame, Hints
from vigie.codecs.registry import register_envelope
from vigie.topics.reason import Reason, Undecodable, excerpt, printable
from vigie.topics.uplink import Cell

PROFILE = "Milesight EM400-MUD NB-IoT"
_HEAD = struct.Struct(">BHHBHB4s4s16s15s15s20sBH")
_START = b"\x02"
_BEFORE_LENGTH_ENDS = 5
_NO_HINTS = Hints()


def parse(body: bytes, hints: Hints = _NO_HINTS) -> Frame:
    """The frame of one uplink; its payload is the TLV.

    Raises:
        Undecodable: NOT_WELL_FORMED for what is no such frame; TRUNCATED where it ends too early.

    >>> frame = parse(bytes.fromhex("020001005f00000001") + b"01010110" + b"6749D19054690031" + b"868508064807350"
    ...     + b"460043224213110" + b"89860412102270062857" + bytes.fromhex("09000e01756403670b0104823b01050001"))
    >>> frame.address, frame.cell.rssi_dbm, frame.payload.hex()
    ('imei:868508064807350', -95.0, '01756403670b0104823b01050001')
    """
    frame = unhexed(body, _START)
    if frame[:1] != _START:
        raise _wrong(f"It begins with {frame[:1].hex() or 'nothing'}, expected 02")
    if len(frame) < _HEAD.size:
        raise Undecodable(
            Reason.TRUNCATED,
            f"The frame of {len(frame)} bytes ends inside its head of {_HEAD.size} bytes",
            _imei(frame),
        )
    _, kind, length, flag, count, protocol, *texts, csq, size = _HEAD.unpack_from(frame)
    firmware, hardware, serial, imei, imsi, iccid = [text.decode("latin-1").rstrip("\0 ") for text in texts]
    address = _imei(frame)
    if address is None:
        raise _wrong(f"The IMEI is {excerpt(imei)}, expected 15 digits")
    found, expected = len(frame), length + _BEFORE_LENGTH_ENDS
    if found < expected or found < _HEAD.size + size:
        sentence = f"The frame has {found} bytes, expected {max(expected, _HEAD.size + size)}"
        raise Undecodable(Reason.TRUNCATED, sentence, address)
    if found != expected or found != _HEAD.size + size:
        sentence = f"The frame has {found} bytes, its lengths say {expected} and {_HEAD.size + size}"
        raise Undecodable(Reason.NOT_WELL_FORMED, sentence, address)
    facts = {
        "sequence": str(count), "firmware": firmware, "hardware": hardware, "serial": serial, "imsi": imsi,
        "iccid": iccid, "csq": str(csq), "device_kind": str(kind), "flag": str(flag), "protocol": str(protocol),
    }  # fmt: skip
    return Frame(
        address=address, profile=hints.model or PROFILE, codec_tag=None, session=None, f_cnt=None, f_port=None,
        payload=frame[_HEAD.size :], received_at=None, bearer="nbiot", network=hints.source, radio=None,
        cell=Cell(operator=operator_of(imsi), rssi_dbm=rssi_of_csq(csq)), identity=frame,
        extras={name: printable(text) for name, text in facts.items() if text},
    )  # fmt: skip


def _imei(frame: bytes) -> str | None:
    text = frame[33:48].decode("latin-1")
    return f"imei:{text}" if is_imei(text) else None


def _wrong(sentence: str) -> Undecodable:
    return Undecodable(Reason.NOT_WELL_FORMED, f"Not a Milesight NB-IoT frame: {sentence}")


def peek(body: bytes, _hints: Hints = _NO_HINTS) -> str | None:
    """The device of a frame.

    >>> peek(bytes([2]) + bytes(32) + b"868508064807350"), peek(b"{}")
    ('imei:868508064807350', None)
    """
    frame = unhexed(body[:200], _START) if body[:1] != _START else body
    return _imei(frame) if frame[:1] == _START else None


register_envelope(
    Envelope(
        form="milesight-nb", title="Milesight NB-IoT frame", source="Milesight EM400 series (NB-IoT) user guide",
        sample="documentation", parse=parse, peek=peek,
    )
)  # fmt: skip
