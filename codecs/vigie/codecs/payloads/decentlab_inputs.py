"""Decentlab models with a free input, probes and scales. How they are read: decentlab.py.

Source: Decentlab decoders' documentation (https://docs.decentlab.com), one page per model.

    dl-dlr2-002   u pulses, u interval s, u32 pulses in all           dl-dlr2-010   two of these groups
    dl-dlr2-003   u input                                             dl-dlr2-011   two of these groups
    dl-dlr2-004   1500 s/32768/R mA, R = 10 Ω                         dl-dlr2-005   3 r V
    dl-dlr2-006   r position                                          dl-lpw        100 r position %
    dl-dlr2-008   Pt100 in a divider of 2000 Ω, x = r/2               dl-dlr2-009   Pt1000, x = r
    dl-dlr2-012   r/64*4/2.02 strain µm/m
    dl-ds18       s/16 °C                                             dl-ds182      two groups of s/16 °C, id
    dl-kl66       u counts, u/32768 s, a word; f = 32768 u0/u1 Hz, weight (f² - 15383.72²) 46.4859/10^6 g
    dl-dws        the same words; weight (f² - 232263168) 0.000302459 + 1370 g

u is a word from 0, s one whose zero is 32768, r a 24-bit part of its range. What hangs at an input is the
installation's business, so pulses, currents and voltages are extras; a temperature probe is air_temperature, as those
of other makers are. Resistors and calibrations are those of the names with parameters: a scale with others needs a
codec of its own.
"""

from vigie.codecs.payloads.decentlab import (
    BATTERY,
    Group,
    Layout,
    Quantity,
    celsius,
    count,
    long_count,
    models,
    plain,
    ratio,
)
from vigie.codecs.registry import register_codec

_DIVIDER_OHM = 2000


def _pulses(suffix: str = "") -> Group:
    return 4, (
        (f"pulses{suffix}", 0, count(0)), (f"interval{suffix}_s", 0, count(1)),
        (f"pulses_total{suffix}", 0, long_count(2)),
    )  # fmt: skip


def _pt100(words: tuple[int, ...]) -> float:
    part = ratio(words) / 2
    ohm = part * _DIVIDER_OHM / (1 - part)
    return -244.83 + 2.3419 * ohm + 0.0010664 * ohm**2


def _pt1000_ohm(words: tuple[int, ...]) -> float:
    part = ratio(words)
    return part * _DIVIDER_OHM / (1 - part)


def _pt1000(words: tuple[int, ...]) -> float:
    ohm = _pt1000_ohm(words)
    return -245.18 + 0.23469 * ohm + 0.0000104876 * ohm**2


def _hertz(words: tuple[int, ...]) -> float:
    return words[0] / words[1] * 32768


def _kl66_g(words: tuple[int, ...]) -> float:
    return (_hertz(words) ** 2 - 15383.72**2) * 46.4859 / 1000000


def _elongation_um(words: tuple[int, ...]) -> float:
    return _kl66_g(words) * -1.5 / 1000 * 9.8067


def _dws_g(words: tuple[int, ...]) -> float:
    return (_hertz(words) ** 2 - 232263168) * 0.000302459 + 1370


def _probe(channel: int) -> Group:
    return 2, (("air_temperature", channel, celsius(0, 16)), (f"probe_{channel}_id", 0, count(1)))


def _only(payload: str, battery_mv: int, words: int, *quantities: Quantity, also: tuple[str, ...] = ()) -> Layout:
    """Most of these tell the catalogue their battery alone: one group, then the battery."""
    return Layout(((words, quantities), BATTERY), payload, (("battery_voltage", 0, battery_mv),), also=also)


LAYOUTS = {
    "dl-dlr2-002": Layout((_pulses(), BATTERY), "02199e000300000258000000000c9b", (("battery_voltage", 0, 3227),)),
    "dl-dlr2-003": _only("02199b000300010c8d", 3213, 1, ("input", 0, count(0))),
    "dl-dlr2-004": _only("0208b200038bb80c60", 3168, 1,
        ("current_ma", 0, lambda w: 3 * (w[0] - 32768) / 32768 / 2 / 10 * 1000),
        also=("dl-dlr2-004-10",)),
    "dl-dlr2-005": _only("02113a0003c55500d80c6d", 3181, 2, ("voltage_v", 0, lambda w: ratio(w) * 3)),
    "dl-dlr2-006": _only("0211110003409a00860c54", 3156, 2, ("position", 0, ratio)),
    "dl-dlr2-008": Layout(((2, (("air_temperature", 0, _pt100),)), BATTERY), "0207df000317de008d0c60", (
        ("air_temperature", 0, 20.031064968287208), ("battery_voltage", 0, 3168)), also=("dl-dlr2-008-2000",)),
    "dl-dlr2-009": Layout(((2, (("thermistor_ohm", 0, _pt1000_ohm), ("air_temperature", 0, _pt1000))), BATTERY),
        "024c620003573400ad0ae1", (("air_temperature", 0, 24.908127512458456), ("battery_voltage", 0, 2785)),
        also=("dl-dlr2-009-2000",)),
    "dl-dlr2-010": Layout((_pulses("_0"), _pulses("_1"), BATTERY), "02198f0007000402580bf0000100000258dece00000c33", (
        ("battery_voltage", 0, 3123),)),
    "dl-dlr2-011": Layout(((1, (("input_0", 0, count(0)),)), (1, (("input_1", 0, count(0)),)), BATTERY),
        "0243710007000100000af9", (("battery_voltage", 0, 2809),)),
    "dl-dlr2-012": _only("0217830003162e00870c33", 3123, 2,
        ("strain_um_m", 0, lambda w: ratio(w) / 64 * 4 / 2.02 * 1000000)),
    "dl-lpw": _only("0211110003409a00860c54", 3156, 2, ("position_percent", 0, lambda w: ratio(w) * 100)),
    "dl-ds18": Layout(((1, (("air_temperature", 0, celsius(0, 16)),)), BATTERY), "02023d0003815e0c15", (
        ("air_temperature", 0, 21.875), ("battery_voltage", 0, 3093))),
    "dl-ds182": Layout((_probe(0), _probe(1), BATTERY), "023ca4000781775166817359990c60", (
        ("air_temperature", 0, 23.4375), ("air_temperature", 1, 23.1875), ("battery_voltage", 0, 3168))),
    "dl-kl66": Layout(((3, (
        ("counter", 0, count(0)), ("interval_s", 0, plain(1, 32768)), ("frequency_hz", 0, _hertz),
        ("weight", 0, lambda w: _kl66_g(w) / 1000), ("elongation_um", 0, _elongation_um),
        ("strain_um_m", 0, lambda w: _elongation_um(w) / 0.066),
    )), BATTERY), "0203d400033bf67fff3bf60c60", (("weight", 0, -0.0475066896399347), ("battery_voltage", 0, 3168)),
        also=("dl-kl66-1538372-464859",)),
    "dl-dws": Layout(((3, (("frequency_hz", 0, _hertz), ("weight", 0, lambda w: _dws_g(w) / 1000))), BATTERY),
        "0203d400033bf67fff3bf60c60", (("weight", 0, 2.3904101368512333), ("battery_voltage", 0, 3168)),
        also=("dl-dws-232263168-302459-1370",)),
}  # fmt: skip

for _codec in models(LAYOUTS):
    register_codec(_codec)
