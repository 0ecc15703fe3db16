"""Dragino input and output controllers LT-22222-L and LT-33222-L, and trackers LGT92 and LBT1 (big-endian).

Source: user manuals of the models, chapter "Uplink Payload"; byte places checked on the maker's own decoders.

    LT-22222-L, LT-33222-L, port 2 (11 B): 10 bits 6-7 model (0 LT-33222, 1 LT-22222), bits 0-5 mode
            but for mode 6: 8 bit 7 relay 1 on, bit 6 relay 2 on, bits 0-2 outputs 1-3 (1 is low)
            mode 1: 0, 2 s16 mV of inputs, 4, 6 s16 µA of inputs; 8 bits 3-5 digital inputs 1-3
            mode 2: 0, 4 u32 counts; mode 3: 0 u32 counts, 4, 6 µA; mode 4: 0 u32 counts, 4 u32 of both; mode 5: 0, 2
            mV, 4 µA, 6 u16 counts; in all of these 8 bit 5: first frame since the start
            mode 6: 0 alarms enabled, 1 alarms, 2 the same of digital inputs, 9 the mode is on
    LT-*    port 5: 0 band, 1 sub-band, 2 firmware 2 B, 4 period u24 s
    LGT92, port 2 (11, 15 or 18 B): 0, 4 s32/1e6 latitude and longitude; 8 bit 6 alarm, 14 bits battery mV; 10 bits
            6-7 mode, bit 5 LED, bits 0-4 firmware; 11, 13 s16/100 roll and pitch °; 15 u8/100 HDOP, 16 s16/100 m high
    LBT1, port 2: 0 battery u16 mV, 2 high nibble alarm, 20 bits steps, 5 mode, then ASCII: mode 1: 5 of the beacon's
            id; mode 2: 32 of the id, 12 of the address; mode 3: 12 of the address, 4 major and 4 minor in hexadecimal,
            2 unknown, 4 dBm

A digital input is contact 1 where its line is high, on the channel of its number. What a count is of is the
installation's business. A place is an extra; 0, 0 and 268.435455 are no place.
"""

from vigie.codecs.decoder import Codec, Decoded, Vector
from vigie.codecs.payloads.dragino import MAKER, SOURCE, add, decoder, rest, s16, u16, u32, unsigned
from vigie.codecs.registry import register_codec
from vigie.topics.reason import Reason, Undecodable, printable

_FRAME = 11
_MODES = ("disable", "move", "collide", "user")
_ALARMS = ("av1_low", "av1_high", "av2_low", "av2_high", "ac1_low", "ac1_high", "ac2_low", "ac2_high")
_NO_PLACE = 0x0FFFFFFF


def _lt(payload: bytes, found: Decoded) -> None:
    bits, mode, hardware = payload[8], payload[10] & 0x3F, payload[10] >> 6
    extras = found.extras
    extras["hardware"] = {0: "LT33222", 1: "LT22222"}.get(hardware, str(hardware))
    extras["mode"] = str(mode)
    if mode == 6:
        for place, name in enumerate(_ALARMS):
            extras[f"{name}_enabled"] = str(payload[0] >> (7 - place) & 1)
            extras[f"{name}_alarm"] = str(payload[1] >> (7 - place) & 1)
        for place, name in enumerate(("di1_enabled", "di1_alarm", "di2_enabled", "di2_alarm")):
            extras[name] = str(payload[2] >> place & 1)
        extras["alarms_on"] = "1" if payload[9] else "0"
        return
    for channel in (1, 2, 3) if hardware == 0 else (1, 2):
        extras[f"output_{channel}"] = str(1 - (bits >> (channel - 1) & 1))
    extras["relay_1"], extras["relay_2"] = str(bits >> 7), str(bits >> 6 & 1)
    if mode != 1:
        extras["first"] = str(bits >> 5 & 1)
    if mode in (1, 5):
        extras["input_1_v"], extras["input_2_v"] = str(s16(payload, 0)[0] / 1000), str(s16(payload, 2)[0] / 1000)
    if mode in (1, 3, 5):
        extras["input_1_ma"] = str(s16(payload, 4)[0] / 1000)
    if mode in (1, 3):
        extras["input_2_ma"] = str(s16(payload, 6)[0] / 1000)
    if mode in (2, 3, 4):
        extras["counts_1"] = str(u32(payload, 0)[0])
    if mode in (2, 4):
        extras["counts_2" if mode == 2 else "counts_both"] = str(u32(payload, 4)[0])
    if mode == 5:
        extras["counts_1"] = str(u16(payload, 6)[0])
    if mode == 1:
        for channel in (1, 2, 3) if hardware == 0 else (1, 2):
            add(found, "contact", bits >> (2 + channel) & 1, channel)
    elif not 1 < mode < 6:
        rest(payload, 0, found)


def _lt_status(payload: bytes, found: Decoded) -> None:
    found.firmware = f"{payload[2] & 0xF}.{payload[3] >> 4}.{payload[3] & 0xF}"
    found.extras["frequency_band_code"] = str(payload[0])
    if payload[1] != 0xFF:
        found.extras["sub_band"] = str(payload[1])
    found.extras["period_s"] = str(unsigned(payload, 4, 3))


def _lgt92(payload: bytes, found: Decoded) -> None:
    places = [int.from_bytes(payload[at : at + 4], "big", signed=True) for at in (0, 4)]
    if places[0] == places[1] and places[0] in (0, _NO_PLACE):
        found.extras["position"] = "none" if places[0] == 0 else "off"
    else:
        found.extras["latitude"], found.extras["longitude"] = (str(place / 1_000_000) for place in places)
    found.extras["alarm"] = str(payload[8] >> 6 & 1)
    add(found, "battery_voltage", u16(payload, 8)[0] & 0x3FFF)
    found.extras["motion_mode"] = _MODES[payload[10] >> 6]
    found.extras["led"] = str(payload[10] >> 5 & 1)
    found.firmware = str(160 + (payload[10] & 0x1F))
    at = _FRAME
    if len(payload) >= 15:
        found.extras["roll_deg"], found.extras["pitch_deg"] = (str(s16(payload, one)[0] / 100) for one in (11, 13))
        at = 15
    if len(payload) >= 18:
        found.extras["hdop"] = str(payload[15] / 100)
        found.extras["altitude_m"] = str(s16(payload, 16)[0] / 100)
        at = 18
    rest(payload, at, found)


def _ascii(payload: bytes, at: int, size: int) -> str:
    if at + size > len(payload):
        raise Undecodable(
            Reason.TRUNCATED, f"The text at byte {at} has {size} characters, {len(payload) - at} are there"
        )
    return printable(payload[at : at + size].decode("latin-1"))


def _lbt1(payload: bytes, found: Decoded) -> None:
    add(found, "battery_voltage", u16(payload, 0)[0])
    found.extras["alarm"] = str(payload[2] >> 4)
    found.extras["steps"] = str(unsigned(payload, 2, 3) & 0xFFFFF)
    mode = payload[5]
    found.extras["mode"] = str(mode)
    if mode == 1:
        found.extras["beacon_id"] = _ascii(payload, 6, 5)
        rest(payload, 11, found)
    elif mode == 2:
        found.extras["beacon_id"], found.extras["address"] = _ascii(payload, 6, 32), _ascii(payload, 38, 12)
        rest(payload, 50, found)
    elif mode == 3:
        found.extras["beacon_id"] = _ascii(payload, 6, 12)
        for name, at in (("major_hex", 18), ("minor_hex", 22), ("rssi_dbm", 28)):
            found.extras[name] = _ascii(payload, at, 4)
        rest(payload, 32, found)
    else:
        rest(payload, 6, found)


register_codec(
    Codec(
        id="dragino-lt22222", version="1", maker=MAKER, source=SOURCE,
        decode=decoder("LT-22222-L", {2: (_FRAME, _lt), 5: (7, _lt_status)}), properties=("contact",),
        extras=("hardware", "mode", "output_*", "relay_*", "first", "input_*_v", "input_*_ma", "counts_*", "*_enabled",
                "*_alarm", "alarms_on", "frequency_band_code", "sub_band", "period_s", "rest"),
        vectors=(
            Vector(payload="04ab04ac13101300aaff01", f_port=2,
                   readings=(("contact", 1, 1), ("contact", 2, 0), ("contact", 3, 1))),
            Vector(payload="04ab04ac13101300aaff41", f_port=2, readings=(("contact", 1, 1), ("contact", 2, 0))),
            Vector(payload="04ab04ac13101300aaff", f_port=2, reason="truncated"),
            Vector(payload="04ab04ac13101300aaff01", f_port=42, reason="bad_payload"),
        ),
        defects="The maker's codec gives counts from 2147483648 on as negative numbers",
    )
)  # fmt: skip
register_codec(
    Codec(
        id="dragino-lgt92", version="1", maker=MAKER, source=SOURCE, decode=decoder("LGT92", {2: (_FRAME, _lgt92)}),
        properties=("battery_voltage",),
        extras=("latitude", "longitude", "position", "alarm", "motion_mode", "led", "roll_deg", "pitch_deg", "hdop",
                "altitude_m", "rest"),
        vectors=(
            Vector(payload="02facb300080ecf90c2e64", f_port=2, readings=(("battery_voltage", 0, 3118),)),
            Vector(payload="02facb300080ecf90c2e", f_port=2, reason="truncated"),
            Vector(payload="02facb300080ecf90c2e64", f_port=42, reason="bad_payload"),
        ),
    )
)  # fmt: skip
register_codec(
    Codec(
        id="dragino-lbt1", version="1", maker=MAKER, source=SOURCE, decode=decoder("LBT1", {2: (6, _lbt1)}),
        properties=("battery_voltage",),
        extras=("alarm", "steps", "mode", "beacon_id", "address", "major_hex", "minor_hex", "rssi_dbm", "rest"),
        vectors=(
            Vector(payload="0fc7000000014545464630", f_port=2, readings=(("battery_voltage", 0, 4039),)),
            Vector(payload="0fc700000001454546", f_port=2, reason="truncated"),
            Vector(payload="0fc7000000014545464630", f_port=42, reason="bad_payload"),
        ),
    )
)  # fmt: skip
