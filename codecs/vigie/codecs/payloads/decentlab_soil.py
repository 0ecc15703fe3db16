"""Decentlab models of soil, plants and temperature profiles. How they are read: decentlab.py.

Source: Decentlab decoders' documentation (https://docs.decentlab.com), one page per model.

    dl-5tm, dl-5te        p = u/50 permittivity, (u-400)/10 soil °C; dl-5te: u*10 conductivity µS/cm
    dl-gs3                p = u/100, s/10 soil °C, u conductivity µS/cm
    dl-10hs               3000 s/32768 mV
    dl-trs11, dl-trs12    c = u/10 counts, s/10 soil °C; dl-trs12: u conductivity µS/cm
    dl-trs21              -u/10 water potential kPa, s/10 soil °C
    dl-smtp               for depth 0 to 7: (u-2500)/500 moisture, s/100 °C
    dl-sdd                for levels 0 to 5, a second group for 6 to 11: s/100 moisture % each, s/100 °C each,
                          u-100 salinity each
    dl-tp                 for levels 0 to 15: s/100 °C
    dl-lws                r leaf wetness        dl-ilt   s/100 leaf °C
    dl-zn1, zn11o, zn2    20000 r dendrometer µm; dl-zn2: two of them, the second as the difference of the two
    dl-ifd, dl-isd        u/100, u/1000 mm size of a fruit, of a stem
    dl-isf                (16 u - 50000)/1000 sap flow l/h and heat velocities cm/h, outer and inner;
                          (32 u - 10^6)/10^5 alpha and beta; u/500 tmax s; s/100 °C; s/1000 V highest, lowest;
                          u32 diagnostic; u/500 upstream tmax s

u is a word from 0, s one whose zero is 32768, r a 24-bit part of its range. The catalogue's conductivity and
temperatures are those of water and air, so those of the soil are extras. Moisture is a volumetric water content.
"""

from vigie.codecs.payloads.decentlab import (
    BATTERY,
    Convert,
    Group,
    Layout,
    Quantity,
    celsius,
    count,
    long_count,
    models,
    plain,
    ratio,
    signed,
)
from vigie.codecs.registry import register_codec

_NO_LEVEL = "the maker's decoder gives a level without sensor as -327.68 °C"


def _cubic(a: float, b: float, c: float, d: float, divisor: float) -> Convert:
    """A polynomial of the first word: the probe maker's calibration."""

    def convert(words: tuple[int, ...]) -> float:
        x = words[0] / divisor
        return a * x**3 + b * x**2 + c * x + d

    return convert


def _mv_10hs(words: tuple[int, ...]) -> float:
    return 3 * (words[0] - 32768) / 32768 * 1000


def _vwc_10hs(words: tuple[int, ...]) -> float:
    mv = _mv_10hs(words)
    return 2.97e-9 * mv**3 - 7.37e-6 * mv**2 + 6.69e-3 * mv - 1.92


def _trs_permittivity(words: tuple[int, ...]) -> float:
    return float(_cubic(0.000000002887, -0.0000208, 0.05276, -43.39, 10)(words) or 0) ** 2


def _topp(divisor: float) -> tuple[Quantity, ...]:
    return (
        ("permittivity", 0, plain(0, divisor)),
        ("moisture_m3_m3", 0, _cubic(0.0000043, -0.00055, 0.0292, -0.053, divisor)),
    )


_TRS: tuple[Quantity, ...] = (
    ("permittivity", 0, _trs_permittivity),
    ("moisture_m3_m3", 0, lambda words: words[0] / 10 * 0.0003879 - 0.6956),
    ("soil_temperature_c", 0, celsius(1, 10)),
)


def _moisture(depth: int) -> Convert:
    """None where the depth has no sensor, which sends zeros."""
    return lambda words: (words[2 * depth] - 2500) / 500 if words[2 * depth + 1] else None


_SMTP = tuple(
    quantity
    for depth in range(8)
    for quantity in (
        (f"moisture_depth_{depth}", 0, _moisture(depth)),
        (f"soil_temperature_depth_{depth}_c", 0, celsius(2 * depth + 1, 100)),
    )
)


def _offset(place: int) -> Convert:
    return lambda words: words[place] - 100


def _sdd(first: int) -> Group:
    found: list[Quantity] = []
    for place in range(6):
        level = first + place
        found.append((f"moisture_level_{level}_percent", 0, signed(place, 100)))
        found.append((f"temperature_level_{level}_c", 0, celsius(6 + place, 100)))
        found.append((f"salinity_level_{level}", 0, _offset(12 + place)))
    return 18, tuple(found)


def _scaled(place: int, factor: int, offset: int, divisor: float) -> Convert:
    return lambda words: (words[place] * factor - offset) / divisor


_SAP: tuple[Quantity, ...] = (
    ("sap_flow_l_h", 0, _scaled(0, 16, 50000, 1000)),
    ("heat_velocity_outer_cm_h", 0, _scaled(1, 16, 50000, 1000)),
    ("heat_velocity_inner_cm_h", 0, _scaled(2, 16, 50000, 1000)),
    ("alpha_outer", 0, _scaled(3, 32, 1000000, 100000)), ("alpha_inner", 0, _scaled(4, 32, 1000000, 100000)),
    ("beta_outer", 0, _scaled(5, 32, 1000000, 100000)), ("beta_inner", 0, _scaled(6, 32, 1000000, 100000)),
    ("tmax_outer_s", 0, plain(7, 500)), ("tmax_inner_s", 0, plain(8, 500)), ("temperature_outer_c", 0, celsius(9, 100)),
    ("voltage_highest_v", 0, signed(10, 1000)), ("voltage_lowest_v", 0, signed(11, 1000)),
    ("diagnostic", 0, long_count(12)),
    ("tmax_upstream_outer_s", 0, plain(14, 500)), ("tmax_upstream_inner_s", 0, plain(15, 500)),
)  # fmt: skip


def _only(payload: str, battery_mv: int, words: int, *quantities: Quantity, defects: str = "") -> Layout:
    """Most of these tell the catalogue their battery alone: one group, then the battery."""
    return Layout(((words, quantities), BATTERY), payload, (("battery_voltage", 0, battery_mv),), defects=defects)


_DENDROMETER: Quantity = ("dendrometer_um", 0, lambda words: ratio(words) * 20000)

LAYOUTS = {
    "dl-5tm": _only("02023b0003003702710c60", 3168, 2, *_topp(50), ("soil_temperature_c", 0, celsius(1, 10, 400))),
    "dl-5te": _only("02031c00030037027100000c60", 3168, 3, *_topp(50), ("soil_temperature_c", 0, celsius(1, 10, 400)),
        ("soil_conductivity_us_cm", 0, plain(2, 0.1))),
    "dl-gs3": _only("0203630003009980e100010c60", 3168, 3, ("permittivity", 0, plain(0, 100)),
        ("moisture_m3_m3", 0, _cubic(0.00000589, -0.000762, 0.0367, -0.0753, 100)),
        ("soil_temperature_c", 0, celsius(1, 10)), ("soil_conductivity_us_cm", 0, count(2))),
    "dl-10hs": _only("0202df000393710c60", 3168, 1, ("sensor_mv", 0, _mv_10hs), ("moisture_m3_m3", 0, _vwc_10hs)),
    "dl-trs11": _only("0210d50003463f810b0c79", 3193, 2, *_TRS),
    "dl-trs12": _only("0210d3000346be813d00000c80", 3200, 3, *_TRS, ("soil_conductivity_us_cm", 0, count(2))),
    "dl-trs21": _only("0201920003007580a10c25", 3109, 2, ("water_potential_kpa", 0, plain(0, -10)),
        ("soil_temperature_c", 0, celsius(1, 10))),
    "dl-smtp": _only("020b50000309018a8c09438a9809278a920b3c8aa50c9c8a8c11e08aa500000000000000000b3b", 2875, 16, *_SMTP,
        defects=_NO_LEVEL),
    "dl-sdd": Layout((_sdd(0), _sdd(6), BATTERY),
        "0243e300058000800080008000800080008741877b8749876c876c876600000000000000000000014a09e3",
        (("battery_voltage", 0, 2531),)),
    "dl-tp": _only("023e3e00038abc8a928aa08a848ab38a898ac38aad8ab78a928aa1000000000000000000000afc", 2812, 16,
        *((f"temperature_level_{level}_c", 0, celsius(level, 100)) for level in range(16)), defects=_NO_LEVEL),
    "dl-lws": _only("0211110003409a00860c54", 3156, 2, ("leaf_wetness", 0, ratio)),
    "dl-ilt": _only("0256d200038a8c0c9d", 3229, 1, ("leaf_temperature_c", 0, celsius(0, 100))),
    "dl-zn1": _only("0211110003409a00860c54", 3156, 2, _DENDROMETER),
    "dl-zn11o": _only("02029900036ded00960b63", 2915, 2, _DENDROMETER),
    "dl-zn2": _only("0211110003409a00863039003e0c54", 3156, 4, ("dendrometer_a_um", 0, lambda w: ratio(w) * 20000),
        ("dendrometer_b_um", 0, lambda w: (ratio(w) - ratio(w, 2)) * 20000)),
    "dl-ifd": _only("0256dc000302bc0c48", 3144, 1, ("fruit_mm", 0, plain(0, 100))),
    "dl-isd": _only("0256e100030b520c52", 3154, 1, ("stem_mm", 0, plain(0, 1000))),
    "dl-isf": _only("023d0100030c290bab0c3e79707a1d78437991490845997e4cacdeaa6e00000000457e415a0b59", 2905, 16, *_SAP),
}  # fmt: skip

for _codec in models(LAYOUTS):
    register_codec(_codec)
