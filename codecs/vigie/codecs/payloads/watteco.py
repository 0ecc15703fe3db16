"""Watteco devices without batches of their own, or whose table is not known: their standard frames.

Source: https://github.com/Watteco/Codec-API-LoRaWAN (facts only); the layout is told in
vigie.codecs.makers.watteco.standard and vigie.codecs.makers.watteco.clusters.

Inputs are contacts, an input of a door switch is the door; pulses, outputs and analogue values of no known quantity are
extras. The reasons of a report, which the device sends behind its value, are the extras `cause_1`, `cause_2`, ...
Electric values have the channels of vigie.codecs.makers.tic.
"""

from vigie.codecs.decoder import Codec, Vector
from vigie.codecs.makers.watteco.device import decoder
from vigie.codecs.makers.watteco.model import SOURCE, Model
from vigie.codecs.registry import register_codec

EXTRAS = (
    "alarm", "cause_*", "causes", "pulses*", "analog*", "output*", "occupancy_state*", "concentration*",
    "external_voltage_v", "solar_voltage_v", "tic_voltage_v", "power_modes", "power_source", "reactive_*", "positive_*",
    "negative_*", "injected_*", "phase_angle_*", "samples", "frequency_*", "voltage_*", "over_voltages", "sag_voltages",
    "differential_pressure_pa*", "case_open*", "tic",
    "polarity*", "edge_selection*", "debounce_period*", "poll_period*", "force_notify*", "confirmed*", "retries*",
    "reporting*", "endpoint", "status*", "kernel", "manufacturer", "model_identifier", "built", "location",
    "application", "air_temperature_*", "relative_humidity_*", "attribute_*", "other_*", "rest",
)  # fmt: skip
"""What any of Watteco's codecs may say beyond the catalogue."""

PROPERTIES = (
    "active_energy_index", "active_power", "air_pressure", "air_temperature", "apparent_power", "battery_voltage",
    "contact", "current", "frequency", "illuminance", "relative_humidity", "tariff_period", "tic_status", "voltage",
)  # fmt: skip
"""What any standard frame may give."""

DEFECTS = (
    "Reactive energies and powers of cluster 8010 come without their sign; a differential pressure below 0 comes out "
    "near 65536; a long cause of an unsigned value (humidity, pulses, battery) is an error"
)

STANDARD_VECTORS = (
    Vector(payload="110a04020000290b89", f_port=125, readings=(("air_temperature", 0, 29.53),)),
    Vector(payload="118a0402000029010ea0b008fc000001b10834000001b207d0000001", f_port=125,
           readings=(("air_temperature", 0, 2.7),)),
    Vector(payload="110a04050000210e89", f_port=125, readings=(("relative_humidity", 0, 37.21),)),
    Vector(payload="110a00500006410503040e6804", f_port=125, readings=(("battery_voltage", 0, 3688),)),
    Vector(payload="110a0402000029", f_port=125, reason="truncated"),
    Vector(payload="110b040200002901", f_port=125, reason="bad_payload"),
)  # fmt: skip
"""Frames that every device may send."""


def vectors_of(gives: tuple[str, ...]) -> tuple[Vector, ...]:
    """Those of the frames that every device may send whose readings this one gives."""
    return tuple(one for one in STANDARD_VECTORS if {name for name, _, _ in one.readings} <= set(gives))


_DOOR = ("battery_voltage", "door_open")

register_codec(
    Codec(
        id="watteco",
        version="1",
        maker="Watteco",
        source=SOURCE,
        decode=decoder(Model()),
        properties=PROPERTIES,
        extras=EXTRAS,
        defects=DEFECTS,
        vectors=(
            *STANDARD_VECTORS,
            Vector(
                payload="310a00520000410c000047ffffbe0063002fffd6",
                f_port=125,
                readings=(("active_energy_index", 0, 71), ("active_power", 0, 47)),
            ),
            Vector(
                payload="710a800a000041200003a96a00000000000092990000705000007c7f00000000000000c000000f6f",
                f_port=125,
                readings=(
                    ("active_energy_index", 0, 239978),
                    ("active_energy_index", 20, 0),
                    ("active_power", 0, 31871),
                ),
            ),
            Vector(
                payload="110a800b00004106094c030e0163", f_port=125, readings=(("voltage", 1, 238), ("current", 1, 78.2))
            ),
            Vector(
                payload="110a800d0000411208a10052000308a20042004008a300320030",
                f_port=125,
                readings=(
                    ("voltage", 1, 220.9),
                    ("current", 1, 8.2),
                    ("voltage", 2, 221),
                    ("current", 2, 6.6),
                    ("voltage", 3, 221.1),
                    ("current", 3, 5),
                ),
            ),
            Vector(payload="110a04000000210745", f_port=125, readings=(("illuminance", 0, 1861),)),
            Vector(payload="110a04030000290045", f_port=125, readings=(("air_pressure", 0, 69),)),
            Vector(payload="110a000f00551001", f_port=125, readings=(("contact", 0, 1),)),
            Vector(
                payload="310a80520000411822221111ffff000100000003001100002222000100020003",
                f_port=125,
                readings=(("frequency", 0, 30.97), ("voltage", 0, 0.1)),
            ),
            Vector(payload="362100808098c31ecb824d7b07ba3d", f_port=125, reason="bad_payload"),
        ),
    )
)
register_codec(
    Codec(
        id="watteco-closo", version="1", maker="Watteco", source=SOURCE, properties=_DOOR,
        decode=decoder(Model(inputs=("case_open", "door_open"), gives=_DOOR)), extras=EXTRAS, defects=DEFECTS,
        vectors=(
            *vectors_of(_DOOR),
            Vector(payload="310a000f00551001", f_port=125, readings=(("door_open", 0, 1),)),
        ),
    )
)  # fmt: skip
