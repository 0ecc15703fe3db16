"""Milesight AM100 and AM300 series, EM500 and WS20x of the same kind: air, light, soil, pipes. Pairs: see milesight.py.

Source: user guides of the series, chapter "Device Payload"; tables of the manufacturer's decoders (layout as facts).

    05 6A  u16       AM104, AM107: activity          06 65  3×u16     the same: lx, visible and infrared, infrared
    05 00  u8        AM300: motion seen              06 CB  u8        AM300: light level 0 to 5
    07 7D  u16       CO2, ppm                        08 7D  u16       TVOC: AM107 ppb; AM300 air quality index × 100
    08 E6  u16       AM300: TVOC, µg/m³              09 73  u16/10    pressure, hPa
    0A 7D  u16/100   HCHO, mg/m³                     0B 7D  u16       PM2.5, µg/m³
    0C 7D  u16       PM10, µg/m³                     0D 7D  u16/100   ozone, ppm
    0E 01  u8        buzzer                          20 CE, 21 CE     history, the second with TVOC in µg/m³

    EM500-CO2   05 7D u16 CO2 ppm, 06 73 u16/10 hPa    EM500-LGT   03 94 u32 lx    EM500-PP  03 7B u16 kPa in the pipe
    EM500-SMTC  03 67 s16/10 °C of the soil, 04 68 u8/2 or 04 CA u16/100 its moisture %, 05 7F u16 its EC in µS/cm
    83 D7       2×s16/10 u8   EM500: temperature, its change, status

EM500-SMTC's history has two lengths by firmware, which the payload does not tell: it is kept as `rest`.
The catalogue has no CO2, no dust and no soil: those are extras, with the record's Unix second in their name if stored.
AM300's maker gives TVOC in hundredths in older decoders and as an index in newer ones: here it is the index.
"""

from vigie.codecs.decoder import Vector
from vigie.codecs.payloads.milesight import Column, Handler, Model, codec_of, common, decoder, field, past, values
from vigie.codecs.registry import register_codec

_CLIMATE = common("xx67", "xx68")
_PRESSURE = {"0973": field("H", "air_pressure", 10)}
_CO2: Column = ("co2_ppm", 1)
_LIGHT = ("visible_and_infrared", "infrared")
_VECTOR = Vector(payload="01755c03673401046865", readings=(
    ("battery_level", 0, 92), ("air_temperature", 0, 30.8), ("relative_humidity", 0, 50.5)))  # fmt: skip

_am104: dict[str, Handler] = {
    "056a": values("H", ("activity", 1)),
    "0665": values("HHH", ("illuminance", 1), ("visible_and_infrared", 1), ("infrared", 1)),
}
_am107 = _am104 | {"077d": values("H", _CO2), "087d": values("H", ("tvoc_ppb", 1))}


def _am300(layout: str = "", *more: Column) -> dict[str, Handler]:
    """The AM300 series: what all have, with a longer history for what some have more."""
    stored: tuple[Column, ...] = (
        ("air_temperature", 10), ("relative_humidity", 2), ("motion", 1), ("light_level", 1), _CO2,
    )  # fmt: skip
    return {
        "0500": values("B", ("motion", 1)),
        "06cb": values("B", ("light_level", 1)),
        "077d": values("H", _CO2),
        "087d": values("H", ("tvoc_iaq", 100)),
        "08e6": values("H", ("tvoc_ug_m3", 1)),
        "0a7d": values("H", ("hcho_mg_m3", 100)),
        "0b7d": values("H", ("pm2_5_ug_m3", 1)),
        "0c7d": values("H", ("pm10_ug_m3", 1)),
        "0d7d": values("H", ("ozone_ppm", 100)),
        "0e01": values("B", ("buzzer", 1)),
        "20ce": past("hHBBHHH" + layout, *stored, ("tvoc_iaq", 100), ("air_pressure", 10), *more),
        "21ce": past("hHBBHHH" + layout, *stored, ("tvoc_ug_m3", 1), ("air_pressure", 10), *more),
    }


_AM300_EXTRAS = (
    "motion", "light_level", "co2_ppm", "tvoc_iaq", "tvoc_ug_m3", "hcho_mg_m3", "pm2_5_ug_m3", "pm10_ug_m3",
    "ozone_ppm", "buzzer", "past_*",
)  # fmt: skip
_DUST: tuple[Column, ...] = (("pm2_5_ug_m3", 1), ("pm10_ug_m3", 1))
_change = values("hhB", ("air_temperature", 10), ("temperature_change_c", 10), ("temperature_alarm", 1))
_CHANGE = ("temperature_change_c", "temperature_alarm")

_MODELS = (
    Model("milesight-am102", "1", decoder(
        _CLIMATE, {"20ce": past("hB", ("air_temperature", 10), ("relative_humidity", 2))}
    ), (), (_VECTOR, Vector(payload="20ce9e74466310015d",
                            readings=(("air_temperature", 0, 27.2), ("relative_humidity", 0, 46.5))))),
    Model("milesight-am103", "1", decoder(_CLIMATE, {
        "077d": values("H", _CO2), "20ce": past("hBH", ("air_temperature", 10), ("relative_humidity", 2), _CO2),
    }), ("co2_ppm", "past_*"), (_VECTOR, Vector(
        payload="0175640367180104686d077dc501",
        readings=(("battery_level", 0, 100), ("air_temperature", 0, 28), ("relative_humidity", 0, 54.5))))),
    Model("milesight-am104", "1", decoder(_CLIMATE, _am104), ("activity", *_LIGHT), (
        _VECTOR, Vector(payload="06651c0079001400", readings=(("illuminance", 0, 28),)))),
    Model("milesight-am107", "1", decoder(_CLIMATE | _PRESSURE, _am107), ("activity", "co2_ppm", "tvoc_ppb", *_LIGHT), (
        _VECTOR,
        Vector(payload="06651c0079001400", readings=(("illuminance", 0, 28),)),
        Vector(payload="077de704087d070009733f27", readings=(("air_pressure", 0, 1004.7),)))),
    Model("milesight-am307", "1", decoder(_CLIMATE | _PRESSURE, _am300()), _AM300_EXTRAS, (
        _VECTOR, Vector(payload="0367ee0004687c05000106cb02077da803087d250009736627", readings=(
            ("air_temperature", 0, 23.8), ("relative_humidity", 0, 62), ("air_pressure", 0, 1008.6))))),
    Model("milesight-am308", "1", decoder(_CLIMATE | _PRESSURE, _am300("HH", *_DUST)), _AM300_EXTRAS, (
        _VECTOR, Vector(payload="097366270b7d20000c7d3000", readings=(("air_pressure", 0, 1008.6),)))),
    Model("milesight-am319-hcho", "1", decoder(
        _CLIMATE | _PRESSURE, _am300("HHH", *_DUST, ("hcho_mg_m3", 100))
    ), _AM300_EXTRAS, (_VECTOR, Vector(payload="097366270a7d0700", readings=(("air_pressure", 0, 1008.6),)))),
    Model("milesight-am319-o3", "1", decoder(
        _CLIMATE | _PRESSURE, _am300("HHH", *_DUST, ("ozone_ppm", 100))
    ), _AM300_EXTRAS, (_VECTOR, Vector(payload="097366270d7d0700", readings=(("air_pressure", 0, 1008.6),)))),
    Model("milesight-em500-co2", "1", decoder(_CLIMATE | {"0673": field("H", "air_pressure", 10)}, {
        "057d": values("H", _CO2), "83d7": _change,
        "20ce": past("HHhB", _CO2, ("air_pressure", 10), ("air_temperature", 10), ("relative_humidity", 2)),
    }), ("co2_ppm", *_CHANGE, "past_*"), (_VECTOR, Vector(payload="01756403671901046873057d670406736827", readings=(
        ("battery_level", 0, 100), ("air_temperature", 0, 28.1), ("relative_humidity", 0, 57.5),
        ("air_pressure", 0, 1008.8))))),
    Model("milesight-em500-pt100", "1", decoder(common("xx67"), {
        "83d7": _change, "20ce": past("h", ("air_temperature", 10)),
    }), _CHANGE, (Vector(payload="01756403672c01", readings=(("battery_level", 0, 100), ("air_temperature", 0, 30))),
                  Vector(payload="20ce9e7446632c01", readings=(("air_temperature", 0, 30),)))),
    Model("milesight-em500-lgt", "1", decoder(
        common() | {"0394": field("I", "illuminance")}, {"20ce": past("I", ("illuminance", 1))}
    ), (), (Vector(payload="017564039450000000", readings=(("battery_level", 0, 100), ("illuminance", 0, 80))),
            Vector(payload="20ce9e74466350000000", readings=(("illuminance", 0, 80),)))),
    Model("milesight-em500-pp", "1", decoder(common(), {"037b": values("H", ("pipe_pressure_kpa", 1))}),
          ("pipe_pressure_kpa",), (Vector(payload="017564037b0a00", readings=(("battery_level", 0, 100),)),)),
    Model("milesight-em500-smtc", "1", decoder(common(), {
        "0367": values("h", ("soil_temperature_c", 10)), "0468": values("B", ("soil_moisture_percent", 2)),
        "04ca": values("H", ("soil_moisture_percent", 100)), "057f": values("H", ("soil_conductivity_us_cm", 1)),
        "83d7": values("hhB", ("soil_temperature_c", 10), ("temperature_change_c", 10), ("temperature_alarm", 1)),
    }), ("soil_temperature_c", "soil_moisture_percent", "soil_conductivity_us_cm", *_CHANGE), (
        Vector(payload="0175640367190104ca7300057ff000", readings=(("battery_level", 0, 100),)),)),
    Model("milesight-ws202", "1", decoder(common(), {
        "0300": values("B", ("motion", 1)), "0400": values("B", ("daylight", 1)),
    }), ("motion", "daylight"), (Vector(payload="017510030001040000", readings=(("battery_level", 0, 16),)),)),
    Model("milesight-ws203", "1", decoder(_CLIMATE, {"0500": values("B", ("motion", 1))}), ("motion",), (_VECTOR,)),
)  # fmt: skip

for _model in _MODELS:
    register_codec(codec_of(_model))
