"""How each model puts what it measures on the air, and the readings that must be read from it.

Layouts are those of the manufacturers (the byte maps stand in vigie.codecs.payloads). They are written here a second
time, the other way round and without a line of the decoders, so that a mistake there shows in the demo's counts.
"""

from collections.abc import Callable
from struct import pack
from typing import NamedTuple

from vigie.deploy.demo.nature import Values
from vigie.topics.property import BY_NAME
from vigie.topics.uplink import Reading


class Sample(NamedTuple):
    """One payload, its port, and the readings that must be read from it."""

    payload: bytes
    f_port: int
    readings: tuple[Reading, ...]


Wire = Callable[[Values], Sample]
History = Callable[[list[tuple[int, Values]]], Sample]

MILESIGHT_PORT, DECENTLAB_PORT, ELSYS_PORT, ADEUNIS_PORT = 85, 1, 5, 1


def _is(name: str, value: float, channel: int = 0, observed_at: int | None = None) -> Reading:
    return Reading(BY_NAME[name].id, channel, float(value), observed_at)


def _battery_pct(values: Values) -> tuple[bytes, Reading]:
    level = int(values.get("battery_pct", 95))
    return bytes((0x01, 0x75, level)), _is("battery_level", level)


def em310_udl(values: Values) -> Sample:
    """Milesight EM310-UDL: battery, distance, position."""
    battery, level = _battery_pct(values)
    distance, tilted = int(values["distance_mm"]), int(values["tilted"])
    payload = battery + pack("<BBH", 0x03, 0x82, distance) + bytes((0x04, 0x00, tilted))
    return Sample(payload, MILESIGHT_PORT, (level, _is("distance", distance), _is("tilted", tilted)))


def em400_mud(values: Values) -> Sample:
    """Milesight EM400-MUD: battery, temperature, distance, position."""
    battery, level = _battery_pct(values)
    temperature, distance, tilted = (
        round(values["temperature_c"] * 10),
        int(values["distance_mm"]),
        int(values["tilted"]),
    )
    payload = battery + pack("<BBh", 0x03, 0x67, temperature) + pack("<BBH", 0x04, 0x82, distance)
    return Sample(
        payload + bytes((0x05, 0x00, tilted)),
        MILESIGHT_PORT,
        (level, _is("air_temperature", temperature / 10), _is("distance", distance), _is("tilted", tilted)),
    )


def ws302(values: Values) -> Sample:
    """Milesight WS302: battery, then LAF, LAeq and LAFmax in tenths (weighting A, time weighting F)."""
    battery, level = _battery_pct(values)
    tenths = [round(values[name] * 10) for name in ("laf_db", "laeq_db", "lafmax_db")]
    names = ("laf", "laeq", "lafmax")
    return Sample(
        battery + pack("<BBBHHH", 0x05, 0x5B, 0x05, *tenths),
        MILESIGHT_PORT,
        (level, *(_is(name, tenth / 10) for name, tenth in zip(names, tenths, strict=True))),
    )


def vs350(values: Values) -> Sample:
    """Milesight VS350: battery, totals, then the period's passages; channel 1 in, channel 2 out."""
    battery, level = _battery_pct(values)
    totals = int(values["in_total"]), int(values["out_total"])
    period = int(values["in"]), int(values["out"])
    return Sample(
        battery + pack("<BBHH", 0x04, 0xCC, *totals) + pack("<BBHH", 0x05, 0xCC, *period),
        MILESIGHT_PORT,
        (
            level,
            _is("passages_total", totals[0], 1),
            _is("passages_total", totals[1], 2),
            _is("passages", period[0], 1),
            _is("passages", period[1], 2),
        ),
    )


def em300_th(values: Values) -> Sample:
    """Milesight EM300-TH: battery, temperature, humidity."""
    battery, level = _battery_pct(values)
    temperature, humidity = round(values["temperature_c"] * 10), round(values["humidity_pct"] * 2)
    return Sample(
        battery + pack("<BBh", 0x03, 0x67, temperature) + bytes((0x04, 0x68, humidity)),
        MILESIGHT_PORT,
        (level, _is("air_temperature", temperature / 10), _is("relative_humidity", humidity / 2)),
    )


def em300_th_history(stored: list[tuple[int, Values]]) -> Sample:
    """Milesight EM300-TH: stored readings, each with its own instant (whole seconds)."""
    payload, readings = b"", []
    for observed_at, values in stored:
        temperature, humidity = round(values["temperature_c"] * 10), round(values["humidity_pct"] * 2)
        payload += pack("<BBIhBB", 0x20, 0xCE, observed_at // 1000, temperature, humidity, 0)
        readings += [
            _is("air_temperature", temperature / 10, 0, observed_at),
            _is("relative_humidity", humidity / 2, 0, observed_at),
        ]
    return Sample(payload, MILESIGHT_PORT, tuple(readings))


def _decentlab(device: int, *words: int) -> tuple[bytes, Reading]:
    """Group 0 and the battery, as big-endian words."""
    battery_mv = 3100
    return pack(f">BHH{len(words)}HH", 2, device, 0b11, *words, battery_mv), _is("battery_voltage", battery_mv)


def dl_lid(values: Values) -> Sample:
    """Decentlab DL-LID: nine statistics of the distance to the water, of which the median is the reading."""
    mm = int(values["distance_mm"])
    payload, battery = _decentlab(
        4553, mm - 3, mm - 40, mm + 30, mm, mm - 20, mm - 16, mm + 14, mm + 19, mm - 109, 100, 409
    )
    return Sample(payload, DECENTLAB_PORT, (_is("distance", mm), battery))


def dl_ctd10(values: Values) -> Sample:
    """Decentlab DL-CTD10: depth, temperature and conductivity of the water."""
    depth_mm, tenths = int(values["depth_mm"]), round(values["water_temperature_c"] * 10)
    conductivity = int(values["conductivity_us_cm"])
    payload, battery = _decentlab(2009, depth_mm + 32768, tenths + 32768, conductivity, 0)
    readings = (
        _is("water_depth", depth_mm / 1000),
        _is("water_temperature", tenths / 10),
        _is("conductivity", conductivity),
    )
    return Sample(payload, DECENTLAB_PORT, (*readings, battery))


def dl_optod(values: Values) -> Sample:
    """Decentlab DL-OPTOD: temperature of the water, dissolved oxygen as saturation, mg/L and ppm."""
    hundredths, saturation = round(values["water_temperature_c"] * 100), round(values["oxygen_pct"] * 100)
    milligrams = round(values["oxygen_mg_l"] * 100)
    payload, battery = _decentlab(
        6252, 0, hundredths + 32768, saturation + 32768, milligrams + 32768, milligrams + 32768
    )
    readings = (
        _is("water_temperature", hundredths / 100),
        _is("oxygen_saturation", saturation / 100),
        _is("dissolved_oxygen", milligrams / 100),
    )
    return Sample(payload, DECENTLAB_PORT, (*readings, battery))


def dl_sht35(values: Values) -> Sample:
    """Decentlab DL-SHT35: temperature and humidity as 16-bit fractions of the sensor's range."""
    temperature = round((values["temperature_c"] + 45) / 175 * 65535)
    humidity = round(values["humidity_pct"] / 100 * 65535)
    payload, battery = _decentlab(782, temperature, humidity)
    readings = (
        _is("air_temperature", 175 * temperature / 65535 - 45),
        _is("relative_humidity", 100 * humidity / 65535),
    )
    return Sample(payload, DECENTLAB_PORT, (*readings, battery))


def ers(values: Values) -> Sample:
    """Elsys ERS: temperature, humidity, light, motion (no catalogue property), battery."""
    temperature, humidity, light = (
        round(values["temperature_c"] * 10),
        round(values["humidity_pct"]),
        int(values["light_lx"]),
    )
    payload = pack(">BhBBBHBBBH", 0x01, temperature, 0x02, humidity, 0x04, light, 0x05, 1, 0x07, 3600)
    readings = (
        _is("air_temperature", temperature / 10),
        _is("relative_humidity", humidity),
        _is("illuminance", light),
        _is("battery_voltage", 3600),
    )
    return Sample(payload, ELSYS_PORT, readings)


def elt_2(values: Values) -> Sample:
    """Elsys ELT-2 in a cabinet: temperature inside, door contact and meter pulses (extras), supply voltage."""
    temperature, supply_mv = round(values["temperature_c"] * 10), int(values["supply_mv"])
    payload = pack(">BhBBBI", 0x01, temperature, 0x0D, int(values["door_open"]), 0x0B, int(values["energy_wh"]))
    readings = _is("air_temperature", temperature / 10), _is("battery_voltage", supply_mv)
    return Sample(payload + pack(">BH", 0x07, supply_mv), ELSYS_PORT, readings)


def tic_mono(values: Values) -> Sample:
    """Adeunis TIC, one phase: the meter's index, current and apparent power; this meter knows no off-peak hours."""
    index, power = int(values["energy_wh"]), int(values["power_va"])
    current = round(power / 230)
    absent = pack(">I", 0x80000000)
    payload = bytes((0x49, 0x20)) + b"021728031819" + b"BASE" + pack(">IIIII", index, 45, current, 90, power)
    payload += absent + absent + b"TH.."
    readings = _is("active_energy_index", index), _is("current", current), _is("apparent_power", power)
    return Sample(payload, ADEUNIS_PORT, (*readings, _is("tariff_period", 1), _is("tic_status", 0)))


def noise_station(values: Values) -> Sample:
    """A class 1 station: what `stations.station_body` puts into its JSON."""
    names = {"laeq": "laeq_db", "la95eq": "la95eq_db", "lafmax": "lafmax_db"}
    return Sample(b"", 0, tuple(_is(name, values[own]) for name, own in names.items()))
