"""Watteco devices that send batches: which series each model has, and its standard frames.

Source: https://github.com/Watteco/Codec-API-LoRaWAN, devices/<model>/<model>.js (facts only); the format is told in
vigie.codecs.makers.watteco.batch. A frame does not say its model, so each table is a codec of its own.

Readings of a batch have their own instants: received_at less the age that the batch says. A reading of what the model
does not measure (a wrong codec on a device) is kept as an extra `other_*`.
"""

from vigie.codecs.decoder import Codec, Vector
from vigie.codecs.makers.watteco.batch import Kind
from vigie.codecs.makers.watteco.device import decoder
from vigie.codecs.makers.watteco.model import SOURCE, Model, Series
from vigie.codecs.payloads.watteco import DEFECTS, EXTRAS, vectors_of
from vigie.codecs.registry import register_codec
from vigie.topics.property import BY_NAME


def _temperature(channel: int = 0, step: float = 10) -> Series:
    return Series("air_temperature", Kind("i16", step), channel, 100)


def _humidity(step: float = 100) -> Series:
    return Series("relative_humidity", Kind("u16", step), 0, 100)


def _battery(step: float = 1) -> Series:
    return Series("battery_voltage", Kind("u16", step))


def _pulses(channel: int = 0) -> Series:
    return Series("pulses", Kind("u32"), channel)


def _contact(channel: int = 0) -> Series:
    return Series("contact", Kind("bool"), channel)


def _pressure(name: str) -> Series:
    return Series(name, Kind("i16"))


_TEMPERATURE = ("air_temperature", "battery_voltage")
_CLIMATE = (*_TEMPERATURE, "relative_humidity")
_INPUTS = ("battery_voltage", "contact")
_MAINS = ("active_energy_index", "active_power", "battery_voltage", "frequency", "voltage")

MODELS: dict[str, Model] = {
    "hygrotempo": Model(
        gives=_CLIMATE, tag_bits=2, inputs=("case_open",),
        series={0: _temperature(), 1: _humidity(), 2: _battery(), 3: Series("case_open", Kind("bool"))},
    ),
    "tempo": Model(gives=_TEMPERATURE, tag_bits=2, inputs=("case_open",), series={0: _temperature(), 2: _battery()}),
    "tempo-outdoor": Model(gives=_TEMPERATURE, tag_bits=3, series={0: _temperature(), 5: _battery(100)}),
    "tempo-remote-1": Model(gives=_TEMPERATURE, tag_bits=1, series={0: _temperature(), 1: _battery(100)}),
    "tempo-remote-2": Model(
        gives=_TEMPERATURE, tag_bits=3,
        series={0: _temperature(), 1: _temperature(1), 5: _battery(100)},
    ),
    "atmo": Model(
        gives=(*_CLIMATE, "air_pressure", "contact"),
        tag_bits=3,
        series={
            0: _temperature(step=1), 1: _humidity(1), 2: _pressure("air_pressure"), 3: _pulses(), 4: _pulses(1),
            5: _battery(),
        },
    ),
    "flasho": Model(gives=_INPUTS, tag_bits=1, series={0: _pulses(), 1: _battery(100)}),
    "pulse-senso": Model(
        gives=_INPUTS, tag_bits=4, lines=3,
        series={
            0: _pulses(), 1: _pulses(1), 2: _pulses(2), 3: _contact(), 4: _contact(1), 5: _contact(2), 6: _battery(100),
            7: Series("multi_state", Kind("u16"), 0, 100),
        },
    ),
    "ventilo": Model(
        gives=(*_TEMPERATURE, "contact"), tag_bits=3,
        series={
            0: _pressure("differential_pressure_mean_pa"), 1: _pressure("differential_pressure_lowest_pa"),
            2: _pressure("differential_pressure_highest_pa"), 3: _battery(), 4: _temperature(),
            5: _pressure("differential_pressure_pa"), 6: _pulses(), 7: _contact(),
        },
    ),
    "intenso": Model(
        gives=("battery_voltage", "current"), tag_bits=2, analog="current",
        series={0: Series("current", Kind("f32", 0.1)), 1: _battery(100)},
    ),
    "moveo": Model(
        gives=(*_CLIMATE, "air_pressure", "illuminance"), tag_bits=3, inputs=("case_open",),
        series={
            0: Series("occupancy_state", Kind("u8")), 1: _temperature(), 2: _humidity(),
            5: Series("luminosity", Kind("u16", 10), 0, 100),
        },
    ),
    "smartplug": Model(gives=_MAINS, tag_bits=1, series={0: Series("active_energy_index", Kind("i24"))}),
}  # fmt: skip
"""Model -> its table. What a unit of Move'O's luminosity is, is not documented: it is an extra."""

for _name, _model in MODELS.items():
    _gives = _model.gives or ()
    _others = sorted({one.name for one in _model.series.values() if one.name not in BY_NAME})
    register_codec(
        Codec(
            id=f"watteco-{_name}", version="1", maker="Watteco", source=SOURCE, decode=decoder(_model),
            properties=tuple(sorted(_gives)),
            extras=(*EXTRAS, "batch_counter", "*_ages", *_others),
            vectors=(*vectors_of(_gives), Vector(payload="36", f_port=125, reason="truncated")),
            defects=f"{DEFECTS}; a whole value of a series of floats is told as its bits, 2^31 and more as negative; "
            "the collection's first codecs date samples by the decoder's clock",
        )
    )  # fmt: skip
