"""Decentlab, protocol version 2: a mask of groups, then 16-bit words (big-endian). Here: how all models are read.

Source: Decentlab decoders' documentation (https://docs.decentlab.com), one page per model.

    b0      protocol version, 2
    b1-2    device number
    b3-4    flags: bit i set = group i follows, from bit 0
    ...     for each set flag its words; one group of each model is the battery, u16 / 1000 V

Which words a group has depends on the model, which the payload does not say: each model is a codec of its own. Their
tables stand here (the first nine), in decentlab_water, decentlab_air, decentlab_soil and decentlab_inputs.

A frame with the battery only is normal. A level without sensor is sent as the lowest value, a temperature far under
absolute zero: such a quantity is not told, its name stands in the extra `absent`; so does what cannot be computed (a
resistance of a broken wire), and a distance of which no sample was valid. A liquid's pressure is
water_pressure: which depth it is, the density says, and so the point of measurement.
"""

from collections.abc import Callable, Iterator, Mapping
from struct import unpack
from typing import NamedTuple

from vigie.codecs.decoder import Codec, Decode, Decoded, Vector
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

SOURCE = "https://docs.decentlab.com, decoder page of each model"

_ABSOLUTE_ZERO = -273.15

Convert = Callable[[tuple[int, ...]], float | None]
Quantity = tuple[str, int, Convert]
"""Name (of a catalogue property, or of an extra with its unit), channel, value from the group's words."""
Group = tuple[int, tuple[Quantity, ...]]
"""How many words, and what they say."""


class Layout(NamedTuple):
    """A model: its groups from bit 0, a real payload of it and what that says.

    Attributes:
        also: the model's name with its parameters, as collections write it.
        version: of the codec.
        defects: what the maker's own decoder gets wrong.
    """

    groups: tuple[Group, ...]
    payload: str
    readings: tuple[tuple[str, int, float], ...]
    also: tuple[str, ...] = ()
    version: str = "1"
    defects: str = ""


def signed(place: int, divisor: float = 1) -> Convert:
    """A word whose zero is 32768."""
    return lambda words: (words[place] - 32768) / divisor


def sensed(place: int, divisor: float) -> Convert:
    """A word whose zero is 32768; None where it is the lowest, since nothing was measured then."""
    return lambda words: (words[place] - 32768) / divisor if words[place] else None


def sampled(place: int, samples: int) -> Convert:
    """A word from 0; None where another word says that no sample was valid."""
    return lambda words: float(words[place]) if words[samples] else None


def plain(place: int, divisor: float = 1) -> Convert:
    """A word from 0."""
    return lambda words: words[place] / divisor


def count(place: int) -> Convert:
    """A word that counts or is a code."""
    return lambda words: words[place]


def long(place: int, divisor: float = 1) -> Convert:
    """Two words, the low one first."""
    return lambda words: (words[place] + words[place + 1] * 65536) / divisor


def long_count(place: int) -> Convert:
    """Two words that count, the low one first."""
    return lambda words: words[place] + words[place + 1] * 65536


def ratio(words: tuple[int, ...], place: int = 0) -> float:
    """A 24-bit analog value in two words, the low one first, as a part of its range: from -1 to 1."""
    return (words[place] + words[place + 1] * 65536) / 8388608 - 1


def celsius(place: int, divisor: float, zero: int = 32768) -> Convert:
    """A temperature; None where it is under absolute zero, since no sensor is there then."""

    def convert(words: tuple[int, ...]) -> float | None:
        value = (words[place] - zero) / divisor
        return value if value > _ABSOLUTE_ZERO else None

    return convert


BATTERY: Group = (1, (("battery_voltage", 0, plain(0)),))
SHT35: Group = (
    2,
    (("air_temperature", 0, lambda w: 175 * w[0] / 65535 - 45), ("relative_humidity", 0, lambda w: 100 * w[1] / 65535)),
)

LAYOUTS = {
    "dl-lid": Layout(((11, (
        ("distance", 0, sampled(3, 9)), ("distance_average_mm", 0, plain(0)), ("distance_minimum_mm", 0, plain(1)),
        ("distance_maximum_mm", 0, plain(2)), ("distance_p10_mm", 0, plain(4)), ("distance_p25_mm", 0, plain(5)),
        ("distance_p75_mm", 0, plain(6)), ("distance_p90_mm", 0, plain(7)), ("distance_mode_mm", 0, plain(8)),
        ("samples", 0, plain(9)), ("acquisition_ms", 0, plain(10, 1.024)),
    )), BATTERY), "0211c90003119b117611bc119e118a119411a811a81194006401990abd", (
        ("distance", 0, 4510), ("battery_voltage", 0, 2749))),
    "dl-mbx": Layout(
        ((2, (("distance", 0, sampled(0, 1)), ("valid_samples", 0, plain(1)))), BATTERY),
        "02012f000304d200010bb1", (("distance", 0, 1234), ("battery_voltage", 0, 2993))),
    "dl-sht35": Layout((SHT35, BATTERY), "02030e000364a079b10c60", (
        ("air_temperature", 0, 23.787670710307466), ("relative_humidity", 0, 47.536430914778364),
        ("battery_voltage", 0, 3168))),
    "dl-ctd10": Layout(((4, (
        ("water_depth", 0, sensed(0, 1000)), ("water_temperature", 0, celsius(1, 10)), ("conductivity", 0, plain(2)),
        ("freezing_flag", 0, plain(3)),
    )), BATTERY), "0207d9000390888081006400000c60", (
        ("water_depth", 0, 4.232), ("water_temperature", 0, 12.9), ("conductivity", 0, 100),
        ("battery_voltage", 0, 3168)), version="2"),
    "dl-optod": Layout(((5, (
        ("status", 0, plain(0)), ("water_temperature", 0, celsius(1, 100)), ("oxygen_saturation", 0, sensed(2, 100)),
        ("dissolved_oxygen", 0, sensed(3, 100)), ("oxygen_ppm", 0, sensed(4, 100)),
    )), BATTERY), "02186c000300008862a618836583650c60", (
        ("water_temperature", 0, 21.46), ("oxygen_saturation", 0, 97.52), ("dissolved_oxygen", 0, 8.69),
        ("battery_voltage", 0, 3168)), version="2"),
    "dl-ntu": Layout(((5, (
        ("status", 0, plain(0)), ("water_temperature", 0, celsius(1, 100)), ("turbidity", 0, plain(2, 10)),
        ("turbidity_fnu", 0, plain(3, 10)), ("turbidity_mg_l", 0, plain(4, 10)),
    )), BATTERY), "022332000300008885013e013e02330b10", (
        ("water_temperature", 0, 21.81), ("turbidity", 0, 31.8), ("battery_voltage", 0, 2832)), version="2"),
    "dl-pheht": Layout(((5, (
        ("status", 0, plain(0)), ("water_temperature", 0, celsius(1, 100)), ("ph", 0, sensed(2, 100)),
        ("redox", 0, sensed(3, 10)), ("ph_mv", 0, sensed(4, 10)),
    )), BATTERY), "0252b800030000884282c77f637ff60c5c", (
        ("water_temperature", 0, 21.14), ("ph", 0, 7.11), ("redox", 0, -15.7), ("battery_voltage", 0, 3164)),
        version="2"),
    "dl-rhc": Layout(((4, (
        ("sensor_id", 0, long(0)), ("relative_humidity", 0, plain(2, 100)), ("air_temperature", 0, celsius(3, 100)),
    )), BATTERY), "0202e00003a9fd01341ca285f30c60", (
        ("relative_humidity", 0, 73.3), ("air_temperature", 0, 15.23), ("battery_voltage", 0, 3168)), version="2"),
    "dl-tbrg": Layout(((4, (
        ("rainfall", 0, plain(0, 10)), ("interval_s", 0, plain(1)), ("rainfall_total_mm", 0, long(2, 10)),
    )), BATTERY), "0202f8000300040258409a00000c54", (("rainfall", 0, 0.4), ("battery_voltage", 0, 3156)),
        also=("dl-tbrg-01",)),
}  # fmt: skip
"""The tipping bucket's resolution is 0.1 mm."""


def _decoder(model: str, layout: Layout) -> Decode:
    groups = [
        (
            words,
            f">{words}H",
            [(BY_NAME[name].id if name in BY_NAME else 0, name, channel, convert) for name, channel, convert in found],
        )
        for words, found in layout.groups
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
        absent: list[str] = []
        at = 5
        for place, (size, form, quantities) in enumerate(groups):
            if not flags >> place & 1:
                continue
            end = at + 2 * size
            if end > len(payload):
                raise Undecodable(Reason.TRUNCATED, f"Group {place} of {model} ends at byte {end} of {len(payload)}")
            words = unpack(form, payload[at:end])
            at = end
            for number, name, channel, convert in quantities:
                try:
                    value = convert(words)
                except (ZeroDivisionError, ValueError):  # no such value: a broken wire, a counter that did not run
                    value = None
                if value is None:
                    absent.append(name)
                elif number:
                    readings.append(Reading(number, channel, value))
                else:
                    extras[name] = str(value)
        if at != len(payload):
            raise Undecodable(Reason.BAD_PAYLOAD, f"{len(payload) - at} bytes after the last group of {model}")
        if absent:
            extras["absent"] = ",".join(absent)
        return Decoded(readings, extras, [])

    return decode


def models(layouts: Mapping[str, Layout]) -> Iterator[Codec]:
    """A codec for each model of a table, and for each of its names with parameters."""
    for name, layout in layouts.items():
        quantities = [one for _, found in layout.groups for one, _, _ in found]
        battery = f"0211c9{1 << layout.groups.index(BATTERY):04x}0abd"
        for model in (name, *layout.also):
            yield Codec(
                id=f"decentlab-{model}",
                version=layout.version,
                maker="Decentlab",
                source=SOURCE,
                properties=tuple(sorted({one for one in quantities if one in BY_NAME})),
                extras=(*dict.fromkeys(one for one in quantities if one not in BY_NAME), "device_number", "absent"),
                decode=_decoder(model, layout),
                defects=layout.defects,
                vectors=(
                    Vector(payload=layout.payload, readings=layout.readings),
                    Vector(payload=battery, readings=(("battery_voltage", 0, 2749),)),
                    Vector(payload=layout.payload[:-2], reason="truncated"),
                    Vector(payload="01" + layout.payload[2:], reason="bad_payload"),
                ),
            )


for _codec in models(LAYOUTS):
    register_codec(_codec)
