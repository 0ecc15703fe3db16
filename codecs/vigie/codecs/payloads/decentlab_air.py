"""Decentlab models of air, weather, radiation and roads. How they are read: decentlab.py.

Source: Decentlab decoders' documentation (https://docs.decentlab.com), one page per model.

    dl-sht21      T = 175.72 u/65536 - 46.85 °C, RH = 125 u/65536 - 6 %
    dl-atm22      s/100 wind m/s, s/10 direction °, s/100 gust, s/10 temperature °C, s/10 tilt x and y °, s/100 wind
                  from north and from east
    dl-atm41      s radiation W/m², s/1000 rain mm, s lightning strikes, s km, then as dl-atm22 to the temperature,
                  s/100 vapour pressure kPa, s/100 pressure kPa, s/10 RH %, s/10 inner temperature °C, s/10 tilt x and
                  y °, s compass °, s/100 wind from north and from east
    dl-atm41g2    the same, but s/10 radiation, u/1000 rain, and s rain conductivity µS/cm, u32/1000 rain total mm last
    dl-iam        battery; as SHT35; u*2 pressure Pa; u light visible + infrared, u infrared; s CO2 ppm, status, raw;
                  activity; TVOC ppb
    dl-lp8p       as SHT21; (u-5000)/100 barometer °C, u*2 Pa; s CO2 ppm, s filtered, s/100 °C, u/1000 V, u/1000 V,
                  status, raw, raw filtered
    dl-pm         battery; u/10 PM1, 2.5, 4, 10 µg/m³, u size nm, u/10 PM0.5, 1, 2.5, 4, 10 per cm³; as SHT21; u*2 Pa
    dl-gmm        s/10 PAR, s/100 °C, s/10 %, s CO2 ppm, s/100 kPa, s/100 vapour pressure deficit kPa, s/100 dew point
    dl-ac         as SHT21; for NO2, NO, Ox, CO the electrodes' mV = 3000 (u/32768 - 1), working and working - auxiliary
    dl-wrm        as SHT35; (u-1000)/10 surface °C, (u-1000)/10 head °C      dl-itst the second group alone
    dl-cws        s/100 surface °C, air °C, RH %, dew point °C, s angle °, s/100 sensor °C   dl-cws2 behind a SHT35
    dl-alb        s/10 incoming and reflected radiation W/m²    dl-pyr, dl-par 15000 (u/32768 - 1)
    dl-epar, dl-fspar  3/64 (u/32768 - 1) 10^5 µmol/m²/s        dl-blg a globe's thermistor in a divider of 41 kΩ

u is a word from 0, s one whose zero is 32768. dl-cws2: channel 0 is the air in the radiation shield, 1 at the sensor.
The gases of dl-ac stay in mV: the factors to ppb are those of each device's calibration sheet.
"""

from math import log

from vigie.codecs.payloads.decentlab import (
    BATTERY,
    SHT35,
    Convert,
    Group,
    Layout,
    Quantity,
    celsius,
    count,
    long,
    models,
    plain,
    ratio,
    signed,
)
from vigie.codecs.registry import register_codec

_SHT21: Group = (2, (
    ("air_temperature", 0, lambda w: 175.72 * w[0] / 65536 - 46.85),
    ("relative_humidity", 0, lambda w: 125 * w[1] / 65536 - 6),
))  # fmt: skip
_PRESSURE: Group = (1, (("air_pressure", 0, plain(0, 50)),))  # 2 Pa
_SURFACE: Group = (2, (
    ("surface_temperature_c", 0, celsius(0, 10, 1000)), ("device_temperature", 0, celsius(1, 10, 1000)),
))  # fmt: skip
_ROAD: Group = (6, (
    ("surface_temperature_c", 0, celsius(0, 100)), ("air_temperature", 0, celsius(1, 100)),
    ("relative_humidity", 0, signed(2, 100)), ("dew_point", 0, celsius(3, 100)), ("angle_deg", 0, signed(4)),
    ("device_temperature", 0, celsius(5, 100)),
))  # fmt: skip
_WEATHER: tuple[Quantity, ...] = (
    ("lightning_strikes", 0, signed(2)), ("lightning_distance_km", 0, signed(3)), ("wind_speed", 0, signed(4, 100)),
    ("wind_direction", 0, signed(5, 10)), ("gust_m_s", 0, signed(6, 100)), ("air_temperature", 0, celsius(7, 10)),
    ("vapour_pressure_kpa", 0, signed(8, 100)), ("air_pressure", 0, signed(9, 10)),
    ("relative_humidity", 0, signed(10, 10)), ("device_temperature", 0, celsius(11, 10)),
    ("tilt_x_deg", 0, signed(12, 10)), ("tilt_y_deg", 0, signed(13, 10)),
)  # fmt: skip


def _lux(words: tuple[int, ...]) -> float:
    both, infrared = words
    return max(both - 1.64 * infrared, 0.59 * both - 0.86 * infrared, 0) * 1.5504


def _albedo(words: tuple[int, ...]) -> float:
    incoming, reflected = words[0] - 32768, words[1] - 32768
    return reflected / incoming if incoming > 0 and reflected > 0 else 0


def _globe_ohm(words: tuple[int, ...]) -> float:
    return 1000 / (ratio(words) / 2) - 41000


def _globe(words: tuple[int, ...]) -> float:
    """Steinhart and Hart's formula."""
    ln = log(_globe_ohm(words))
    return 1 / (0.0008271111 + 0.000208802 * ln + 0.000000080592 * ln**3) - 273.15


def _radiation(name: str, gain: float) -> tuple[Group, Group]:
    return (1, ((name, 0, lambda words: 3 * (words[0] / 32768 - 1) * gain),)), BATTERY


def _electrodes(gas: str) -> Group:
    def millivolts(place: int) -> Convert:
        return lambda words: 3 * (words[place] / 32768 - 1) * 1000

    return 2, ((f"{gas}_we_mv", 0, millivolts(0)), (f"{gas}_we_aux_mv", 0, millivolts(1)))


LAYOUTS = {
    "dl-sht21": Layout((_SHT21, BATTERY), "02030e000364a079b10c60", (
        ("air_temperature", 0, 22.21962890625), ("relative_humidity", 0, 53.41963195800781),
        ("battery_voltage", 0, 3168))),
    "dl-sht3x": Layout((SHT35, BATTERY), "02030e000364a079b10c60", (
        ("air_temperature", 0, 23.787670710307466), ("relative_humidity", 0, 47.536430914778364),
        ("battery_voltage", 0, 3168))),
    "dl-atm22": Layout(((8, (
        ("wind_speed", 0, signed(0, 100)), ("wind_direction", 0, signed(1, 10)), ("gust_m_s", 0, signed(2, 100)),
        ("air_temperature", 0, celsius(3, 10)), ("tilt_x_deg", 0, signed(4, 10)), ("tilt_y_deg", 0, signed(5, 10)),
        ("wind_north_m_s", 0, signed(6, 100)), ("wind_east_m_s", 0, signed(7, 100)),
    )), BATTERY), "0208c900038009812b8014810880027fe8800880040bf5", (
        ("wind_speed", 0, 0.09), ("wind_direction", 0, 29.9), ("air_temperature", 0, 26.4),
        ("battery_voltage", 0, 3061))),
    "dl-atm41": Layout(((17, (
        ("solar_radiation_w_m2", 0, signed(0)), ("rainfall", 0, signed(1, 1000)), *_WEATHER,
        ("compass_deg", 0, signed(14)),
        ("wind_north_m_s", 0, signed(15, 100)), ("wind_east_m_s", 0, signed(16, 100)),
    )), BATTERY), "02035a0003800a8000800080008009812b8014810880b4a57c820c810980027fe88056800880040bf5", (
        ("rainfall", 0, 0), ("wind_speed", 0, 0.09), ("wind_direction", 0, 29.9), ("air_temperature", 0, 26.4),
        ("air_pressure", 0, 959.6), ("relative_humidity", 0, 52.4), ("device_temperature", 0, 26.5),
        ("battery_voltage", 0, 3061))),
    "dl-atm41g2": Layout(((17, (
        ("solar_radiation_w_m2", 0, signed(0, 10)), ("rainfall", 0, plain(1, 1000)), *_WEATHER,
        ("rain_conductivity_us_cm", 0, signed(14)), ("rainfall_total_mm", 0, long(15, 1000)),
    )), BATTERY), "025ef80003805c000080008000803484b3803680e78086a60181d680ed81c9809f8000117000010adc", (
        ("rainfall", 0, 0), ("wind_speed", 0, 0.52), ("wind_direction", 0, 120.3), ("air_temperature", 0, 23.1),
        ("air_pressure", 0, 972.9), ("relative_humidity", 0, 47), ("device_temperature", 0, 23.7),
        ("battery_voltage", 0, 2780))),
    "dl-iam": Layout((BATTERY, SHT35, _PRESSURE, (2, (
        ("light_visible_infrared", 0, count(0)), ("light_infrared", 0, count(1)), ("illuminance", 0, _lux),
    )), (3, (("co2_ppm", 0, signed(0)), ("co2_status", 0, count(1)), ("co2_raw", 0, count(2)))),
        (1, (("activity", 0, count(0)),)), (1, (("tvoc_ppb", 0, count(0)),)),
    ), "020bbd007f0b926a515d48bc4e0262006981c7000093d4000b0111", (
        ("battery_voltage", 0, 2962), ("air_temperature", 0, 27.67833981841764),
        ("relative_humidity", 0, 36.438544289311054), ("air_pressure", 0, 964.12),
        ("illuminance", 0, 678.76512))),
    "dl-lp8p": Layout((_SHT21,
        (2, (("barometer_temperature_c", 0, celsius(0, 100, 5000)), ("air_pressure", 0, plain(1, 50)))),
        (8, (
            ("co2_ppm", 0, signed(0)), ("co2_filtered_ppm", 0, signed(1)), ("co2_temperature_c", 0, celsius(2, 100)),
            ("capacitor_1_v", 0, plain(3, 1000)), ("capacitor_2_v", 0, plain(4, 1000)), ("co2_status", 0, count(5)),
            ("co2_raw", 0, count(6)), ("co2_raw_filtered", 0, count(7)),
        )), BATTERY), "020578000f67bd618d1cedbd1081d981f4895b0bd80bb50000959895390c25", (
        ("air_temperature", 0, 24.35660461425781), ("relative_humidity", 0, 41.63221740722656),
        ("air_pressure", 0, 968), ("battery_voltage", 0, 3109))),
    "dl-pm": Layout((BATTERY, (10, (
        ("pm1_ug_m3", 0, plain(0, 10)), ("pm2_5_ug_m3", 0, plain(1, 10)), ("pm4_ug_m3", 0, plain(2, 10)),
        ("pm10_ug_m3", 0, plain(3, 10)), ("particle_size_nm", 0, count(4)), ("pm0_5_per_cm3", 0, plain(5, 10)),
        ("pm1_per_cm3", 0, plain(6, 10)), ("pm2_5_per_cm3", 0, plain(7, 10)), ("pm4_per_cm3", 0, plain(8, 10)),
        ("pm10_per_cm3", 0, plain(9, 10)),
    )), _SHT21, _PRESSURE), "021b50000f0c25002500270027002701f50107012c012d012d012d67bd618dbd10", (
        ("battery_voltage", 0, 3109), ("air_temperature", 0, 24.35660461425781),
        ("relative_humidity", 0, 41.63221740722656), ("air_pressure", 0, 968))),
    "dl-gmm": Layout(((7, (
        ("par_umol_m2_s", 0, signed(0, 10)), ("air_temperature", 0, celsius(1, 100)),
        ("relative_humidity", 0, signed(2, 10)),
        ("co2_ppm", 0, signed(3)), ("air_pressure", 0, signed(4, 10)),
        ("vapour_pressure_deficit_kpa", 0, signed(5, 100)),
        ("dew_point", 0, celsius(6, 100)),
    )), BATTERY), "02532b00038726892081148297a57380cf81700bbc", (
        ("air_temperature", 0, 23.36), ("relative_humidity", 0, 27.6), ("air_pressure", 0, 958.7),
        ("dew_point", 0, 3.68),
        ("battery_voltage", 0, 3004))),
    "dl-ac": Layout((_SHT21, *(_electrodes(gas) for gas in ("no2", "no", "ox", "co")), BATTERY),
        "020fa0003f66b49b8c8966803c8cf580238a68804c903783f4158a", (
        ("air_temperature", 0, 23.646066894531252), ("relative_humidity", 0, 69.95062255859375),
        ("battery_voltage", 0, 5514))),
    "dl-wrm": Layout((SHT35, _SURFACE, BATTERY), "021a10000764a079b104f904c40c60", (
        ("air_temperature", 0, 23.787670710307466), ("relative_humidity", 0, 47.536430914778364),
        ("device_temperature", 0, 22), ("battery_voltage", 0, 3168))),
    "dl-itst": Layout((_SURFACE, BATTERY), "0202d9000304f904c40c54", (
        ("device_temperature", 0, 22), ("battery_voltage", 0, 3156))),
    "dl-cws": Layout((_ROAD, BATTERY), "02463900038a778a95977a874c80478a5e0b74", (
        ("air_temperature", 0, 27.09), ("relative_humidity", 0, 60.1), ("dew_point", 0, 18.68),
        ("device_temperature", 0, 26.54), ("battery_voltage", 0, 2932))),
    "dl-cws2": Layout((SHT35, (6, tuple(
        (name, 1 if name in ("air_temperature", "relative_humidity") else 0, convert) for name, _, convert in _ROAD[1]
    )), BATTERY), "0258c000074676fa0a81c9813fa6d88137802581300b91", (
        ("air_temperature", 0, 3.167391470206759), ("relative_humidity", 0, 97.67299916075379),
        ("air_temperature", 1, 3.19), ("relative_humidity", 1, 99.44), ("dew_point", 0, 3.11),
        ("device_temperature", 0, 3.04), ("battery_voltage", 0, 2961))),
    "dl-alb": Layout(((2, (
        ("radiation_incoming_w_m2", 0, signed(0, 10)), ("radiation_reflected_w_m2", 0, signed(1, 10)),
        ("albedo", 0, _albedo),
    )), BATTERY), "0252850003809980220bd3", (("battery_voltage", 0, 3027),)),
    "dl-pyr": Layout(_radiation("solar_radiation_w_m2", 5000), "020291000380690c60", (("battery_voltage", 0, 3168),)),
    "dl-par": Layout(_radiation("par_umol_m2_s", 5000), "020291000380690c60", (("battery_voltage", 0, 3168),)),
    "dl-epar": Layout(_radiation("par_umol_m2_s", 1562.5), "02445a000381ca0c72", (("battery_voltage", 0, 3186),)),
    "dl-fspar": Layout(_radiation("par_umol_m2_s", 1562.5), "02426400039b5d0c76", (("battery_voltage", 0, 3190),)),
    "dl-blg": Layout(((2, (
        ("voltage_ratio", 0, lambda w: ratio(w) / 2), ("thermistor_ohm", 0, _globe_ohm),
        ("globe_temperature_c", 0, _globe),
    )), BATTERY), "0230c50003a40c00810c60", (("battery_voltage", 0, 3168),)),
}  # fmt: skip

for _codec in models(LAYOUTS):
    register_codec(_codec)
