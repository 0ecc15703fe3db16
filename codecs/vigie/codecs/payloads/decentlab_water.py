"""Decentlab models in and over water: pressure, level, conductivity, turbidity. How they are read: decentlab.py.

Source: Decentlab decoders' documentation (https://docs.decentlab.com), one page per model.

    dl-ctd10b     s depth mm, s/10 temperature °C, u*2 conductivity µS/cm, freezing flag
    dl-lid2       as dl-lid: u distance mm average, minimum, maximum, median, percentiles 10, 25, 75, 90, mode, then
                  valid samples, u/1.024 acquisition ms, samples in all
    dl-rad        u distance mm, s/100 temperature °C of the radar, s/100 reliability dB, status
    dl-mes5       status, s/100 temperature °C, u/100 sludge blanket %, u/100 suspended solids g/L, u/10 turbidity FAU
    dl-pr21, 26   pressure bar from Pmin to Pmax = 16384 to 49152, (u-384)/320-50 temperature °C
    dl-pr36       s/kp pressure bar, s/256 temperature °C
    dl-pr36ctd    s/kp pressure bar, s/256 °C of the electronics, s/256 °C of the water, s/kec conductivity mS/cm

u is a word from 0, s one whose zero is 32768. Pmin, Pmax, kp and kec are those of the names with parameters: a probe
of another range needs a codec of its own. Pressures are relative to the air, so all are water_pressure on channel 0:
DL-PR21's data sheet says so, and the others' published frames of probes in the air say 0 bar, not 1. FAU is not NTU,
so the turbidity of dl-mes5 is an extra.
"""

from vigie.codecs.payloads.decentlab import (
    BATTERY,
    Convert,
    Layout,
    celsius,
    count,
    models,
    plain,
    sampled,
    sensed,
    signed,
)
from vigie.codecs.registry import register_codec


def _range(low_bar: float, high_bar: float) -> Convert:
    """The first word in hPa; None where it is the lowest, far under the range: nothing was measured then."""
    return lambda words: ((words[0] - 16384) / 32768 * (high_bar - low_bar) + low_bar) * 1000 if words[0] else None


def _bar(divisor: float) -> Convert:
    """The first word, whose zero is 32768, in hPa; None where it is the lowest: nothing was measured then."""
    return lambda words: (words[0] - 32768) / divisor * 1000 if words[0] else None


LAYOUTS = {
    "dl-ctd10b": Layout(((4, (
        ("water_depth", 0, sensed(0, 1000)), ("water_temperature", 0, celsius(1, 10)),
        ("conductivity", 0, plain(2, 0.5)),
        ("freezing_flag", 0, count(3)),
    )), BATTERY), "0207d9000390888081006400000c60", (
        ("water_depth", 0, 4.232), ("water_temperature", 0, 12.9), ("conductivity", 0, 200),
        ("battery_voltage", 0, 3168))),
    "dl-lid2": Layout(((12, (
        ("distance", 0, sampled(3, 9)), ("distance_average_mm", 0, count(0)), ("distance_minimum_mm", 0, count(1)),
        ("distance_maximum_mm", 0, count(2)), ("distance_p10_mm", 0, count(4)), ("distance_p25_mm", 0, count(5)),
        ("distance_p75_mm", 0, count(6)), ("distance_p90_mm", 0, count(7)), ("distance_mode_mm", 0, count(8)),
        ("valid_samples", 0, count(9)), ("acquisition_ms", 0, plain(10, 1.024)), ("samples", 0, count(11)),
    )), BATTERY), "023ec50003067a06360686067c0636067c068606860686000a0053000a0be6", (
        ("distance", 0, 1660), ("battery_voltage", 0, 3046))),
    "dl-rad": Layout(((4, (
        ("distance", 0, plain(0)), ("device_temperature", 0, celsius(1, 100)), ("reliability_db", 0, signed(2, 100)),
        ("status", 0, count(3)),
    )), BATTERY), "02586b0003074c88b68a8c00000b93", (
        ("distance", 0, 1868), ("device_temperature", 0, 22.3), ("battery_voltage", 0, 2963))),
    "dl-mes5": Layout(((5, (
        ("status", 0, count(0)), ("water_temperature", 0, celsius(1, 100)),
        ("sludge_blanket_percent", 0, plain(2, 100)),
        ("suspended_solids_g_l", 0, plain(3, 100)), ("turbidity_fau", 0, plain(4, 10)),
    )), BATTERY), "024e030003000088e6210800f223650af5", (
        ("water_temperature", 0, 22.78), ("battery_voltage", 0, 2805))),
    "dl-pr21": Layout(((2, (
        ("water_pressure", 0, _range(-1, 10)), ("water_temperature", 0, lambda w: (w[1] - 384) * 0.003125 - 50),
    )), BATTERY), "02016700034e8060170c7f", (
        ("water_pressure", 0, 246.09375), ("water_temperature", 0, 25.671875), ("battery_voltage", 0, 3199)),
        also=("dl-pr21-1-10",), version="2"),
    "dl-pr26": Layout(((2, (
        ("water_pressure", 0, _range(0, 1)), ("water_temperature", 0, lambda w: (w[1] - 384) * 0.003125 - 50),
    )), BATTERY), "02016700033e8060170c7f", (
        ("water_pressure", 0, -11.71875), ("water_temperature", 0, 25.671875), ("battery_voltage", 0, 3199)),
        also=("dl-pr26-0-1",), version="2"),
    "dl-pr36": Layout(
        ((2, (("water_pressure", 0, _bar(8192)), ("water_temperature", 0, celsius(1, 256)))), BATTERY),
        "02032b0003806797810c2b", (
            ("water_pressure", 0, 12.5732421875), ("water_temperature", 0, 23.50390625), ("battery_voltage", 0, 3115)),
        also=("dl-pr36-8192",), version="2"),
    "dl-pr36ctd": Layout(((4, (
        ("water_pressure", 0, _bar(8192)), ("device_temperature", 0, celsius(1, 256)),
        ("water_temperature", 0, celsius(2, 256)), ("conductivity", 0, signed(3, 1.024)),
    )), BATTERY), "020a17000380079786978180060c2b", (
        ("water_pressure", 0, 0.8544921875), ("device_temperature", 0, 23.5234375),
        ("water_temperature", 0, 23.50390625), ("conductivity", 0, 5.859375), ("battery_voltage", 0, 3115)),
        also=("dl-pr36ctd-8192", "dl-pr36ctd-8192-1024"), version="2"),
}  # fmt: skip

for _codec in models(LAYOUTS):
    register_codec(_codec)
