"""From a quantity's name and unit to a catalogue property, for bodies that say both: SenML and Campbell's files.

Source: RFC 8428 section 12.1 and RFC 8798 (units of SenML), the IANA registry "SenML Units"; OMA LwM2M registry of
objects (3200 to 3350) and LwM2M 1.1 core (objects 3, 4 and 6).

A unit alone says little (degrees Celsius are those of air or of water): the words of the name decide, and where they do
not, the property that a city's sensors mostly mean by the unit. What has none stays an extra under its own name.

Traps: the unit `%` of RFC 8428 is a ratio of 0 to 1 (`/` is its better name), `%RH` and `%EL` are percentages; a value
over 1 in `%` is taken for a percentage all the same, since many senders mean that.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from vigie.topics.property import BY_NAME

_UNITS: Mapping[str, tuple[str, float, float]] = {
    "Cel": ("°C", 1, 0), "K": ("°C", 1, -273.15),
    "%RH": ("%RH", 1, 0), "%EL": ("%EL", 1, 0), "%": ("%", 100, 0), "/": ("%", 100, 0), "/100": ("%", 1, 0),
    "/1000": ("%", 0.1, 0),
    "m": ("m", 1, 0), "cm": ("m", 0.01, 0), "mm": ("m", 0.001, 0), "km": ("m", 1000, 0),
    "kg": ("kg", 1, 0), "g": ("kg", 0.001, 0), "t": ("kg", 1000, 0),
    "Pa": ("hPa", 0.01, 0), "hPa": ("hPa", 1, 0), "kPa": ("hPa", 10, 0), "mbar": ("hPa", 1, 0),
    "lx": ("lx", 1, 0), "Hz": ("Hz", 1, 0), "kHz": ("Hz", 1000, 0),
    "V": ("V", 1, 0), "mV": ("V", 0.001, 0), "A": ("A", 1, 0), "mA": ("A", 0.001, 0),
    "W": ("W", 1, 0), "mW": ("W", 0.001, 0), "kW": ("W", 1000, 0), "VA": ("VA", 1, 0), "kVA": ("VA", 1000, 0),
    "Wh": ("Wh", 1, 0), "kWh": ("Wh", 1000, 0), "J": ("Wh", 1 / 3600, 0),
    "m/s": ("m/s", 1, 0), "km/h": ("m/s", 1 / 3.6, 0),
    "deg": ("°", 1, 0), "rad": ("°", 57.29577951308232, 0),
    "m3/s": ("m³/s", 1, 0), "l/s": ("m³/s", 0.001, 0), "m3/h": ("m³/s", 1 / 3600, 0),
    "S/m": ("µS/cm", 10_000, 0), "mS/m": ("µS/cm", 10, 0), "mS/cm": ("µS/cm", 1000, 0), "uS/cm": ("µS/cm", 1, 0),
    "NTU": ("NTU", 1, 0), "mg/l": ("mg/L", 1, 0), "pH": ("pH", 1, 0), "count": ("count", 1, 0),
    "dB": ("dB", 1, 0), "dBA": ("dB", 1, 0), "": ("", 1, 0),
}  # fmt: skip
"""Unit -> the unit in which we compare, factor and offset into it."""

_SAME_AS = {
    "deg c": "Cel", "degc": "Cel", "c": "Cel", "°c": "Cel", "celsius": "Cel", "cel": "Cel", "volts": "V", "volt": "V",
    "v": "V", "percent": "/100", "%rh": "%RH", "meters": "m", "metres": "m", "meter": "m", "mmh2o": "mmH2O",
    "ms-1": "m/s", "m s-1": "m/s", "meters/second": "m/s", "m/sec": "m/s", "degrees": "deg", "°": "deg",
    "us/cm": "uS/cm", "µs/cm": "uS/cm", "μs/cm": "uS/cm", "mbar": "mbar", "hpa": "hPa", "kpa": "kPa", "mg/l": "mg/l",
    "amps": "A", "ntu": "NTU", "ph": "pH", "db(a)": "dBA", "m³/s": "m3/s", "m^3/s": "m3/s", "lux": "lx", "ma": "mA",
    "mv": "mV", "hz": "Hz", "w": "W", "kwh": "kWh", "wh": "Wh", "watts": "W",
}  # fmt: skip
"""What loggers' programs call them, in lower case."""

_FACTORS: Mapping[str, tuple[str, float]] = {
    "mm": ("m", 1000), "mV": ("V", 1000), "dB(A)": ("dB", 1), "km/h": ("m/s", 3.6), "%": ("%", 1),
}  # fmt: skip
"""The catalogue's unit -> the unit in which we compare, and the factor out of it; others are compared in themselves."""

_MEANINGS: tuple[tuple[str, str, str], ...] = (
    ("°C", r"water|eau\b|teau|wtemp|pond|river", "water_temperature"),
    ("°C", r"dew|rosee|rosée", "dew_point"),
    ("°C", r"ptemp|panel|board|cpu|chip|device|intern|logger", "device_temperature"),
    ("°C", r"soil|ground|surface|sol\b|setpoint|consigne", ""),
    ("°C", r"", "air_temperature"),
    ("%RH", r"", "relative_humidity"), ("%EL", r"", "battery_level"),
    ("%", r"hum|\brh\b|^rh", "relative_humidity"), ("%", r"bat|soc\b|pile", "battery_level"),
    ("%", r"fill|remplissage", "fill"), ("%", r"occup", "occupancy"), ("%", r"oxy|\bdo\b|o2", "oxygen_saturation"),
    ("m", r"rain|pluie|precip", "rainfall"), ("m", r"depth|profondeur", "water_depth"),
    ("m", r"level|lvl|stage|niveau|hauteur|hauteur_eau", "water_level"), ("m", r"alt|elevation", ""),
    ("m", r"dist|range|ultrason|radar|air_height", "distance"),
    ("kg", r"", "weight"),
    ("hPa", r"water|eau|hydro|pipe|vapou?r", ""), ("hPa", r"", "air_pressure"),
    ("lx", r"", "illuminance"), ("Hz", r"", "frequency"),
    ("V", r"redox|orp", "redox"), ("V", r"bat|pile|supply|vin\b", "battery_voltage"), ("V", r"", "voltage"),
    ("A", r"", "current"),
    ("W", r"", "active_power"), ("VA", r"", "apparent_power"), ("Wh", r"", "active_energy_index"),
    ("m/s", r"wind|vent|ws_|^ws|wspd", "wind_speed"), ("m/s", r"speed|vitesse|vehic", "mean_speed"),
    ("°", r"wind|vent|wd_|^wd|wdir", "wind_direction"),
    ("m³/s", r"", "flow"), ("µS/cm", r"", "conductivity"), ("NTU", r"", "turbidity"), ("pH", r"", "ph"),
    ("mg/L", r"oxy|\bdo\b|o2", "dissolved_oxygen"),
    ("count", r"passage|pedestrian|pieton|bike|velo|vehic|people|cyclist", "passages_total"),
    ("dB", r"laeq", "laeq"), ("dB", r"lafmax", "lafmax"), ("dB", r"la90", "la90"), ("dB", r"la95eq", "la95eq"),
    ("dB", r"la50", "la50"), ("dB", r"la10", "la10"),
    ("", r"door|porte", "door_open"), ("", r"contact", "contact"), ("", r"tilt", "tilted"), ("", r"fire", "fire"),
    ("", r"\blid|couvercle", "lid_open"), ("", r"power_?factor|cos_?phi", "power_factor"), ("", r"\bph\b", "ph"),
)  # fmt: skip
"""Unit in which we compare, words of the name, property (empty: none); the first that fits."""

_CHANNEL = re.compile(r"(.*?[^\d])[_\-./:(]?(\d{1,4})\)?", re.ASCII)


class Meaning(NamedTuple):
    """A property and how to convert into its unit; an empty property has none."""

    property: str
    channel: int = 0
    factor: float = 1.0
    offset: float = 0.0


_NONE = Meaning("")


@lru_cache(maxsize=4096)
def meaning(name: str, unit: str) -> Meaning:
    """What a quantity is.

    >>> meaning("AirTC_Avg", "Deg C"), meaning("battery_voltage", "V"), meaning("T eau 2", "Cel").property
    (Meaning(property='air_temperature', channel=0, factor=1.0, offset=0.0), \
Meaning(property='battery_voltage', channel=0, factor=1000.0, offset=0.0), 'water_temperature')
    >>> meaning("level2", "mm"), meaning("co2", "ppm").property
    (Meaning(property='water_level', channel=2, factor=0.001, offset=0.0), '')
    """
    known = _UNITS.get(unit) or _UNITS.get(_SAME_AS.get(unit.strip().lower(), "?"))
    if known is None:
        return _NONE
    compared, factor, offset = known
    words = name.strip().lower()
    exact = words.replace("-", "_").replace(" ", "_")
    channel = 0
    if exact not in BY_NAME and (found := _CHANNEL.fullmatch(words)):
        channel = int(found[2])
        exact = found[1].rstrip("_-./: (").replace("-", "_").replace(" ", "_")
    if exact in BY_NAME and (unit == "" or _comparable(exact, compared)):
        return _to(exact, channel, "" if unit == "" else compared, factor, offset)
    for one, pattern, property_name in _MEANINGS:
        if one == compared and re.search(pattern, words):
            return _to(property_name, channel, compared, factor, offset) if property_name else _NONE
    return _NONE


def _comparable(name: str, compared: str) -> bool:
    unit = BY_NAME[name].unit
    return compared in (unit, _FACTORS.get(unit, ("", 0))[0], name) or (compared in ("%RH", "%EL") and unit == "%")


def _to(name: str, channel: int, compared: str, factor: float, offset: float) -> Meaning:
    out = _FACTORS.get(BY_NAME[name].unit, ("", 1.0))
    scale = out[1] if out[0] == compared else 1.0
    return Meaning(name, channel, float(f"{factor * scale:.15g}"), float(f"{offset * scale:.15g}"))
