"""Decentlab, protocol version 2: a mask of groups, then 16-bit words (big-endian).

Source: Decentlab decoders' documentation (https://docs.decentlab.com), one page per model.

    b0      protocol version, 2
    b1-2    device number
    b3-4    flags: bit i set = group i follows, from bit 0
    ...     for each set flag its words; the last group of each model is the battery, u16 / 1000 V

Which words a group has depends on the model, which the payload does not say: each model is a codec of its own.
A frame with the battery only is normal.
"""

from collections.abc import Callable
from struct import unpack

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

SOURCE = "https://docs.decentlab.com, decoder page of each model"

Convert = Callable[[tuple[int, ...]], float]
Quantity = tuple[str, int, Convert]
"""Name (of a catalogue property, or of an extra with its unit), channel, value from the group's words."""


def _signed(place: int, divisor: float) -> Convert:
    return lambda words: (words[place] - 32768) / divisor


def _plain(place: int, divisor: float = 1) -> Convert:
    return lambda words: words[place] / divisor


def _long(place: int, divisor: float = 1) -> Convert:
    """Two words, the low one first."""
    return lambda words: (words[place] + words[place + 1] * 65536) / divisor


_BATTERY: tuple[int, tuple[Quantity, ...]] = (1, (("battery_voltage", 0, _plain(0)),))
_SHT35 = (
    2,
    (("air_temperature", 0, lambda w: 175 * w[0] / 65535 - 45), ("relative_humidity", 0, lambda w: 100 * w[1] / 65535)),
)

LAYOUTS: dict[str, tuple[tuple[int, tuple[Quantity, ...]], ...]] = {
    "dl-lid": ((11, (
        ("distance", 0, _plain(3)), ("distance_average_mm", 0, _plain(0)), ("distance_minimum_mm", 0, _plain(1)),
        ("distance_maximum_mm", 0, _plain(2)), ("distance_p10_mm", 0, _plain(4)), ("distance_p25_mm", 0, _plain(5)),
        ("distance_p75_mm", 0, _plain(6)), ("distance_p90_mm", 0, _plain(7)), ("distance_mode_mm", 0, _plain(8)),
        ("samples", 0, _plain(9)), ("acquisition_ms", 0, _plain(10, 1.024)),
    )), _BATTERY),
    "dl-mbx": ((2, (("distance", 0, _plain(0)), ("valid_samples", 0, _plain(1)))), _BATTERY),
    "dl-sht35": (_SHT35, _BATTERY),
    "dl-ctd10": ((4, (
        ("water_depth", 0, _signed(0, 1000)), ("water_temperature", 0, _signed(1, 10)), ("conductivity", 0, _plain(2)),
        ("freezing_flag", 0, _plain(3)),
    )), _BATTERY),
    "dl-optod": ((5, (
        ("status", 0, _plain(0)), ("water_temperature", 0, _signed(1, 100)), ("oxygen_saturation", 0, _signed(2, 100)),
        ("dissolved_oxygen", 0, _signed(3, 100)), ("oxygen_ppm", 0, _signed(4, 100)),
    )), _BATTERY),
    "dl-ntu": ((5, (
        ("status", 0, _plain(0)), ("water_temperature", 0, _signed(1, 100)), ("turbidity", 0, _plain(2, 10)),
        ("turbidity_fnu", 0, _plain(3, 10)), ("turbidity_mg_l", 0, _plain(4, 10)),
    )), _BATTERY),
    "dl-pheht": ((5, (
        ("status", 0, _plain(0)), ("water_temperature", 0, _signed(1, 100)), ("ph", 0, _signed(2, 100)),
        ("redox", 0, _signed(3, 10)), ("ph_mv", 0, _signed(4, 10)),
    )), _BATTERY),
    "dl-rhc": ((4, (
        ("sensor_id", 0, _long(0)), ("relative_humidity", 0, _plain(2, 100)), ("air_temperature", 0, _signed(3, 100)),
    )), _BATTERY),
    "dl-tbrg": ((4, (
        ("rainfall", 0, _plain(0, 10)), ("interval_s", 0, _plain(1)),
        ("rainfall_total_mm", 0, _long(2, 10)),
    )), _BATTERY),
}  # fmt: skip


def _decoder(model: str) -> Decode:
    groups = [
        (
            words,
            [(BY_NAME[name].id if name in BY_NAME else 0, name, channel, convert) for name, channel, convert in found],
        )
        for words, found in LAYOUTS[model]
    ]
    known = (1 << len(groups)) - 1

    def decode(payload: bytes, _f_port: int, _received_at: int) -> Decoded:
        if len(payload) < 5:
            raise Undecodable(Reason.TRUNCATED, f"A frame of {model} has at least 5 bytes, this one has {len(payload)}")
        version, device, flags = payload[0], payload[1] << 8 | payload[2], payload[3] << 8 | payload[4]
        if version != 2:
            raise Undecodable(Reason.BAD_PAYLOAD, f"Protocol version {version}: {model} speaks version 2")
        if flags & ~known:
            raise Undecodable(Reason.BAD_PAYLOAD, f"Flags {flags:#06x} name groups that {model} does not have")
        readings: list[Reading] = []
        extras = {"device_number": str(device)}
        at = 5
        for place, (count, quantities) in enumerate(groups):
            if not flags >> place & 1:
                continue
            end = at + 2 * count
            if end > len(payload):
                raise Undecodable(Reason.TRUNCATED, f"Group {place} of {model} ends at byte {end} of {len(payload)}")
            words = unpack(f">{count}H", payload[at:end])
            at = end
            for number, name, channel, convert in quantities:
                value = convert(words)
                if number:
                    readings.append(Reading(number, channel, value))
                else:
                    extras[name] = str(value)
        if at != len(payload):
            raise Undecodable(Reason.BAD_PAYLOAD, f"{len(payload) - at} bytes after the last group of {model}")
        return Decoded(readings, extras, [])

    return decode


_GOOD: dict[str, tuple[str, tuple[tuple[str, int, float], ...]]] = {
    "dl-lid": ("0211c90003119b117611bc119e118a119411a811a81194006401990abd", (
        ("distance", 0, 4510), ("battery_voltage", 0, 2749))),
    "dl-mbx": ("02012f000304d200010bb1", (("distance", 0, 1234), ("battery_voltage", 0, 2993))),
    "dl-sht35": ("02030e000364a079b10c60", (
        ("air_temperature", 0, 23.787670710307466), ("relative_humidity", 0, 47.536430914778364),
        ("battery_voltage", 0, 3168))),
    "dl-ctd10": ("0207d9000390888081006400000c60", (
        ("water_depth", 0, 4.232), ("water_temperature", 0, 12.9), ("conductivity", 0, 100),
        ("battery_voltage", 0, 3168))),
    "dl-optod": ("02186c000300008862a618836583650c60", (
        ("water_temperature", 0, 21.46), ("oxygen_saturation", 0, 97.52), ("dissolved_oxygen", 0, 8.69),
        ("battery_voltage", 0, 3168))),
    "dl-ntu": ("022332000300008885013e013e02330b10", (
        ("water_temperature", 0, 21.81), ("turbidity", 0, 31.8),
        ("battery_voltage", 0, 2832))),
    "dl-pheht": ("0252b800030000884282c77f637ff60c5c", (
        ("water_temperature", 0, 21.14), ("ph", 0, 7.11), ("redox", 0, -15.7),
        ("battery_voltage", 0, 3164))),
    "dl-rhc": ("0202e00003a9fd01341ca285f30c60", (
        ("relative_humidity", 0, 73.3), ("air_temperature", 0, 15.23),
        ("battery_voltage", 0, 3168))),
    "dl-tbrg": ("0202f8000300040258409a00000c54", (("rainfall", 0, 0.4),
        ("battery_voltage", 0, 3156))),
}  # fmt: skip

for _model, (_payload, _readings) in _GOOD.items():
    register_codec(
        Codec(
            id=f"decentlab-{_model}",
            version="1",
            maker="Decentlab",
            source=SOURCE,
            properties=tuple(sorted({name for _, words in LAYOUTS[_model] for name, _, _ in words if name in BY_NAME})),
            decode=_decoder(_model),
            vectors=(
                Vector(payload=_payload, readings=_readings),
                Vector(payload="0211c900020abd", readings=(("battery_voltage", 0, 2749),)),
                Vector(payload=_payload[:-2], reason="truncated"),
                Vector(payload="01" + _payload[2:], reason="bad_payload"),
            ),
        )
    )
