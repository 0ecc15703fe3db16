"""What Watteco's attributes hold: which values stand behind a cluster and an attribute number, in which unit.

Source: https://github.com/Watteco/Codec-API-LoRaWAN, codec/standard.js (facts only).

A simple attribute is one value; a set is a length byte and values of fixed sizes, which causes of a report name by
place. Names are those of properties.csv, else of extras. Endpoints count from 0 and are channels; of electric sets they
are the phases A, B, C and their sum (vigie.codecs.makers.tic has the channels).
"""

from msgspec import Struct

from vigie.codecs.makers.tic import INJECTED, PHASES


class Value(Struct, frozen=True):
    """One value.

    Attributes:
        name: catalogue property, or extra with its unit.
        size: bytes.
        sort: `u`, `i`, `f`, or `t`: signed if the attribute's type says so.
        divisor: value = number / divisor.
        offset: added to the number before.
        channel: what is added to the channel of the endpoint; PHASES: index of a phase.
    """

    name: str
    size: int
    sort: str = "u"
    divisor: float = 1
    offset: int = 0
    channel: int = 0


SIMPLE: dict[tuple[int, int], Value] = {
    (0x0006, 0x0000): Value("output", 1),
    (0x000C, 0x0055): Value("analog", 4, "f"),
    (0x000C, 0x8003): Value("power_duration", 2),
    (0x000F, 0x0054): Value("polarity", 1),
    (0x000F, 0x0055): Value("contact", 1),
    (0x000F, 0x0400): Value("edge_selection", 1),
    (0x000F, 0x0401): Value("debounce_period", 1),
    (0x000F, 0x0402): Value("pulses", 4),
    (0x000F, 0x0403): Value("poll_period", 1),
    (0x000F, 0x0404): Value("force_notify", 1),
    (0x0013, 0x0055): Value("output_value", 1),
    (0x0400, 0x0000): Value("illuminance", 2),
    (0x0402, 0x0000): Value("air_temperature", 2, "i", 100),
    (0x0402, 0x0001): Value("air_temperature_lowest_c", 2, "i", 100),
    (0x0402, 0x0002): Value("air_temperature_highest_c", 2, "i", 100),
    (0x0403, 0x0000): Value("air_pressure", 2, "i"),
    (0x0405, 0x0000): Value("relative_humidity", 2, "u", 100),
    (0x0405, 0x0001): Value("relative_humidity_lowest", 2, "u", 100),
    (0x0405, 0x0002): Value("relative_humidity_highest", 2, "u", 100),
    (0x0406, 0x0000): Value("occupancy_state", 1),
    (0x8004, 0x0000): Value("confirmed", 1),
    (0x8004, 0x0001): Value("retries", 1),
    (0x8008, 0x0000): Value("differential_pressure_pa", 2, "t"),
    (0x800C, 0x0000): Value("concentration", 2),
}
"""Cluster, attribute -> the value."""

YES_OR_NO = {"contact", "occupancy_state", "output"}

_PHASES = ("a", "b", "c")
LETTERS = (*_PHASES, "abc")
"""What endpoints 0 to 3 are in clusters of phases."""


def lettered(name: str, letter: str) -> str:
    """The name of an extra of one phase, or of their sum.

    >>> lettered("reactive_power_var", "abc")
    'reactive_power_abc_var'
    """
    stem, _, unit = name.rpartition("_")
    return f"{stem}_{letter}_{unit}"


def _of_phases(active: str, reactive: str, size: int) -> tuple[Value, ...]:
    """Active and reactive of A, B, C and their sum, as cluster 8010 has them."""
    index = active == "active_energy_index"
    told = []
    for phase, letter in enumerate(LETTERS, 1):
        channel = 0 if letter == "abc" else phase + (PHASES if index else 0)
        told.append(Value(active, size, "i", channel=channel))
        told.append(Value(lettered(reactive, letter), size, "i"))
    return tuple(told)


SETS: dict[tuple[int, int], tuple[Value, ...]] = {
    (0x0052, 0x0000): (
        Value("active_energy_index", 3, "i"), Value("reactive_energy_varh", 3, "i"), Value("samples", 2),
        Value("active_power", 2, "i"), Value("reactive_power_var", 2, "i"),
    ),
    (0x800A, 0x0000): (
        Value("active_energy_index", 4, "i", channel=PHASES),
        Value("active_energy_index", 4, "i", channel=PHASES + INJECTED),
        Value("positive_reactive_energy_varh", 4, "i"), Value("negative_reactive_energy_varh", 4, "i"),
        Value("active_power", 4, "i"), Value("injected_active_power_w", 4, "i"),
        Value("positive_reactive_power_var", 4, "i"), Value("negative_reactive_power_var", 4, "i"),
    ),
    (0x800B, 0x0000): (
        Value("voltage", 2, "i", 10), Value("current", 2, "i", 10), Value("phase_angle_deg", 2, "i"),
    ),
    (0x800D, 0x0000): tuple(
        value
        for phase, letter in enumerate(_PHASES, 1)
        for value in (
            Value("voltage", 2, "i", 10, channel=phase), Value("current", 2, "i", 10, channel=phase),
            Value(f"phase_angle_{letter}_deg", 2, "i"),
        )
    ),
    (0x8010, 0x0000): _of_phases("active_energy_index", "reactive_energy_varh", 4),
    (0x8010, 0x0001): _of_phases("active_power", "reactive_power_var", 4),
    (0x8052, 0x0000): (
        Value("frequency", 2, "i", 1000, 22232), Value("frequency_lowest_hz", 2, "i", 1000, 22232),
        Value("frequency_highest_hz", 2, "i", 1000, 22232), Value("voltage", 2, "i", 10),
        Value("voltage_lowest_v", 2, "i", 10), Value("voltage_highest_v", 2, "i", 10),
        Value("voltage_peak_v", 2, "i", 10), Value("voltage_peak_lowest_v", 2, "i", 10),
        Value("voltage_peak_highest_v", 2, "i", 10), Value("over_voltages", 2, "i"), Value("sag_voltages", 2, "i"),
    ),
}  # fmt: skip
"""Cluster, attribute -> the values behind the length byte."""

BY_PHASE = {0x800A, 0x800B}
"""Clusters whose endpoint is a phase."""

POWER = (0x0050, 0x0006)
INPUTS = (0x8005, 0x0000)
FIRMWARE = (0x0000, 0x0002)
POWERS: tuple[tuple[str, float], ...] = (
    ("external_voltage_v", 1000), ("battery_voltage_rechargeable", 1), ("battery_voltage", 1),
    ("solar_voltage_v", 1000), ("tic_voltage_v", 1000),
)  # fmt: skip
"""What each bit of the mask of attribute 0050/0006 brings, in mV divided by this."""

TEXTS = {
    (0x0000, 0x0003): "kernel", (0x0000, 0x0004): "manufacturer", (0x0000, 0x0005): "model_identifier",
    (0x0000, 0x0006): "built", (0x0000, 0x0010): "location", (0x0000, 0x8001): "application",
}  # fmt: skip
"""Cluster, attribute -> name of the extra, for texts with a length byte."""

SIGNED_TYPES = {0x28, 0x29, 0x2A, 0x2B}

SIZES = {
    0x08: 1, 0x09: 2, 0x0A: 3, 0x0B: 4, 0x0D: 6, 0x10: 1, 0x18: 1, 0x19: 2, 0x20: 1, 0x21: 2, 0x22: 3, 0x23: 4,
    0x28: 1, 0x29: 2, 0x2A: 3, 0x2B: 4, 0x30: 1, 0x39: 4,
}  # fmt: skip
"""Type -> bytes of a value, where the type fixes it."""


def phase_channel(endpoint: int, offset: int) -> int:
    """The channel of an electric value: the phase, and for indexes what vigie.codecs.makers.tic says.

    >>> phase_channel(0, 0), phase_channel(3, 0), phase_channel(2, PHASES), phase_channel(3, PHASES + INJECTED)
    (1, 0, 203, 20)
    """
    phase = endpoint + 1 if endpoint < len(_PHASES) else max(0, endpoint + 1 - 4)
    if phase == 0:
        return offset % PHASES
    return phase + offset
