r"""Dingtek DF702 and DF703 over NB-IoT or 4G, TCP or UDP: binary frames (big-endian), one behind the other.

Source: Dingtek (CNDINGTEK) demonstration gateways NB-IoT_Gateway (df702.py, df703.py) and NB-IoT-JS- (DF70X.js), as
facts of layout, and their example frames.

    0 u8 80 start    1 u8 00    2 u8 kind of sensor (01: DF70x)    3 u8 type: 01 periodic, 02 alarm, 03 settings
    4 u8 length of the frame, 30 or 38          5 u16 distance, mm          7 u8 whether a place follows
    [f32 longitude, f32 latitude, both little-endian]
    s8 temperature, °C     u8 sign and u8 angle of the tilt, °     4 bits each: full, fire, tilt, battery alarm
    u16 battery, 10 mV     f32 RSRP, little-endian, 0.1 dBm        u16 frame counter
    8 B "1" and 15 digits of the IMEI                              u8 81 end

    type 03, from 5: u8.u8 firmware, u8 upload interval, u8 detection interval, u8 thresholds of level, fire, tilt, ...
    (units are not published); the IMEI stands in the 8 bytes before the end.

The kind 16 (newer firmware) has IMEI and counter the other way round and no published description: it is refused.
"""

import struct
from collections.abc import Iterator

from vigie.codecs.cellular import is_imei, unhexed
from vigie.codecs.decoder import Decoded
from vigie.codecs.frame import Envelope, Frame, Hints, Refused, Said
from vigie.codecs.registry import register_envelope
from vigie.codecs.values.cells import MISSING, warn
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Cell, Reading

PROFILE = "Dingtek DF703 NB"
_START, _END = b"\x80", 0x81
_SHORT, _LONG = 30, 38
_P = {name: BY_NAME[name].id for name in ("distance", "device_temperature", "fire", "tilted", "battery_voltage")}
_BEHIND = struct.Struct(">bBBBBH")
_LOWEST_DBM, _HIGHEST_DBM = -160.0, -20.0
_NO_HINTS = Hints()


def parse(body: bytes, hints: Hints = _NO_HINTS) -> list[Said]:
    """One frame per frame of the body, as far as it can be read.

    Raises:
        Undecodable: NOT_WELL_FORMED, TRUNCATED, or NO_CODEC for another kind of sensor.

    >>> [frame] = parse(bytes.fromhex("800001011e0692001a00000000016e008027c40001186962703655111781"))
    >>> frame.address, frame.cell.rsrp_dbm, frame.extras["sequence"], frame.decoded.readings[0].value
    ('imei:869627036551117', -67.0, '1', 1682.0)
    """
    said: list[Said] = []
    try:
        for one in _frames(unhexed(body, _START)):
            said.append(_frame(one, hints))
    except Undecodable as error:
        if not said:
            raise
        said.append(Refused(reason=error.reason, message=error.message))
    return said


def _frames(body: bytes) -> Iterator[bytes]:
    at = 0
    if not body:
        raise Undecodable(Reason.TRUNCATED, "Not a Dingtek frame: the body is empty")
    while at < len(body):
        if body[at : at + 2] != b"\x80\x00":
            raise Undecodable(
                Reason.NOT_WELL_FORMED, f"Not a Dingtek frame: {body[at : at + 2].hex()} at byte {at}, expected 8000"
            )
        size = body[at + 4] if len(body) > at + 4 else 5
        frame = body[at : at + size]
        if len(frame) < max(size, 14):
            raise Undecodable(Reason.TRUNCATED, f"The frame at byte {at} has {len(frame)} bytes, expected {size}")
        if frame[-1] != _END:
            raise Undecodable(
                Reason.NOT_WELL_FORMED, f"The frame at byte {at} ends with {frame[-1]:02x}, expected 81", _imei(frame)
            )
        yield frame
        at += size


def _frame(frame: bytes, hints: Hints) -> Frame:
    address = _imei(frame)
    kind, told = frame[2], frame[3]
    if kind != 1:
        raise Undecodable(Reason.NO_CODEC, f"Kind {kind:02x} of Dingtek's sensors has no known layout, 01 has", address)
    if address is None:
        raise Undecodable(Reason.NOT_WELL_FORMED, f"Not a Dingtek frame: {frame[-9:-1].hex()} is no 1 with 15 digits")
    found = Decoded([], {"frame_type": str(told)}, [])
    cell, sequence = None, None
    if told == 3:
        _settings(frame, found)
    elif told in (1, 2) and len(frame) == (_LONG if frame[7] else _SHORT):
        cell, sequence = _measures(frame, found)
    else:
        sentence = f"A frame of type {told} with {len(frame)} bytes: type 1 and 2 have 30, or 38 with a place"
        raise Undecodable(Reason.NOT_WELL_FORMED, sentence, address)
    return Frame(
        address=address, profile=hints.model or PROFILE, codec_tag=None, session=None, f_cnt=None, f_port=None,
        payload=frame, received_at=None, bearer="unknown", network=hints.source, radio=None, cell=cell, decoded=found,
        extras=None if sequence is None else {"sequence": str(sequence)},
    )  # fmt: skip


def _measures(frame: bytes, found: Decoded) -> tuple[Cell, int]:
    distance_mm = int.from_bytes(frame[5:7], "big")
    add = found.readings.append
    if distance_mm == 0xFFFF:
        warn(found, MISSING)
    else:
        add(Reading(_P["distance"], 0, float(distance_mm)))
    at = 8
    if frame[7]:
        longitude, latitude = struct.unpack_from("<ff", frame, 8)
        if -180 <= longitude <= 180 and -90 <= latitude <= 90:
            found.extras |= {"longitude_deg": f"{longitude:.6f}", "latitude_deg": f"{latitude:.6f}"}
        at = 16
    temperature, sign, angle, full_fire, tilt_battery, battery = _BEHIND.unpack_from(frame, at)
    rsrp, sequence = struct.unpack_from("<f", frame, at + 7)[0], int.from_bytes(frame[at + 11 : at + 13], "big")
    add(Reading(_P["device_temperature"], 0, float(temperature)))
    add(Reading(_P["fire"], 0, float(full_fire & 15 != 0)))
    add(Reading(_P["tilted"], 0, float(tilt_battery >> 4 != 0)))
    add(Reading(_P["battery_voltage"], 0, float(battery * 10)))
    found.extras |= {
        "tilt_deg": str(-angle if sign else angle), "full_alarm": str(full_fire >> 4),
        "battery_alarm": str(tilt_battery & 15),
    }  # fmt: skip
    if rsrp < _LOWEST_DBM:
        rsrp = round(rsrp, 1) / 10  # modems tell tenths; one that tells whole dBm is taken at its word
    if _LOWEST_DBM <= rsrp <= _HIGHEST_DBM:
        return Cell(rsrp_dbm=round(rsrp, 2)), sequence
    found.extras["rsrp_raw"] = frame[at + 7 : at + 11].hex()
    return Cell(), sequence


def _settings(frame: bytes, found: Decoded) -> None:
    found.firmware = f"{frame[5]}.{frame[6]}"
    names = ("upload_interval", "detection_interval", "level_threshold", "fire_threshold", "tilt_threshold")
    found.extras |= {name: str(frame[7 + place]) for place, name in enumerate(names)}
    found.extras["settings"] = frame[12:-9].hex()


def _imei(frame: bytes) -> str | None:
    text = frame[-9:-1].hex()
    return f"imei:{text[1:]}" if text[:1] == "1" and is_imei(text[1:]) else None


def peek(body: bytes, _hints: Hints = _NO_HINTS) -> str | None:
    """The device of the frames; None where they name several.

    >>> peek(bytes.fromhex("800001011e0692001a00000000016e008027c40001186962703655111781"))
    'imei:869627036551117'
    """
    found: set[str | None] = set()
    try:
        found = {_imei(one) for one in _frames(unhexed(body, _START))}
    except Undecodable:
        return None
    return found.pop() if len(found) == 1 else None


register_envelope(
    Envelope(
        form="dingtek-nb", title="Dingtek NB-IoT and 4G frame", source="Dingtek NB-IoT_Gateway and NB-IoT-JS-",
        sample="documentation", parse=parse, peek=peek,
    )
)  # fmt: skip
