"""Decentlab beyond the vectors: examples of models that the packaged collections lack, and what is not there."""

import pytest

from vigie.codecs.decoder import Decoded
from vigie.codecs.indicators_fed import indicators_fed
from vigie.codecs.maker_words import judge
from vigie.codecs.model_map import ModelMap
from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable

W_M2, UMOL, KPA, M_S = "W⋅m⁻²", "µmol⋅m⁻²⋅s⁻¹", "kPa", "m⋅s⁻¹"


def decode(model: str, payload: str) -> Decoded:
    return codecs()[f"decentlab-{model}"].decode(bytes.fromhex(payload), 1, 0)


def values(decoded: Decoded) -> dict[tuple[str, int], float]:
    return {(PROPERTIES[one.property].name, one.channel): one.value for one in decoded.readings}


EXAMPLES = {
    "dl-atm41g2": ("025ef80003805c000080008000803484b3803680e78086a60181d680ed81c9809f8000117000010adc", {
        "air_temperature": (23.1, "°C"), "barometric_pressure": (97.29, KPA), "cumulative_precipitation": (70, "mm"),
        "internal_temperature": (23.7, "°C"), "lightning_average_distance": (0, "km"),
        "lightning_strike_count": (0, "None"), "maximum_wind_speed": (0.54, M_S), "precipitation": (0, "mm"),
        "precipitation_electrical_conductivity": (0, "µS⋅cm⁻¹"), "relative_humidity": (47, "%"),
        "solar_radiation": (9.2, W_M2), "tilt_angle_x_orientation": (45.7, "°"),
        "tilt_angle_y_orientation": (15.9, "°"), "vapor_pressure": (1.34, KPA), "wind_direction": (120.3, "°"),
        "wind_speed": (0.52, M_S), "battery_voltage": (2.78, "V")}),
    "dl-gmm": ("02532b00038726892081148297a57380cf81700bbc", {
        "air_humidity": (27.6, "%"), "air_temperature": (23.36, "°C"), "atmospheric_pressure": (95.87, KPA),
        "co2_concentration": (663, "ppm"), "dew_point": (3.68, "°C"),
        "photosynthetically_active_radiation": (183, UMOL), "vapor_pressure_deficit": (2.07, KPA),
        "battery_voltage": (3.004, "V")}),
    "dl-iam": ("020bbd007f0b926a515d48bc4e0262006981c7000093d4000b0111", {
        "activity_counter": (11, ""), "air_humidity": (36.438544289311054, "%"),
        "air_temperature": (27.67833981841764, "°C"), "ambient_light_infrared": (105, ""),
        "ambient_light_visible_infrared": (610, ""), "barometric_pressure": (96412, "Pa"),
        "co2_concentration": (455, "ppm"), "co2_sensor_status": (0, ""), "illuminance": (678.76512, "lx"),
        "raw_ir_reading": (37844, ""), "total_voc": (273, "ppb"), "battery_voltage": (2.962, "V")}),
    "dl-isf": ("023d0100030c290bab0c3e79707a1d78437991490845997e4cacdeaa6e00000000457e415a0b59", {
        "alpha_inner": (0.00352, ""), "alpha_outer": (-0.05184, ""), "beta_inner": (-0.04128, ""),
        "beta_outer": (-0.14816, ""), "diagnostic": (0, ""), "heat_velocity_inner": (0.144, "cm⋅h⁻¹"),
        "heat_velocity_outer": (-2.208, "cm⋅h⁻¹"), "max_voltage": (11.486, "V"), "min_voltage": (10.862, "V"),
        "sap_flow": (-0.192, "l⋅h⁻¹"), "temperature_outer": (-4.36, "°C"), "tmax_inner": (35.634, "s"),
        "tmax_outer": (37.392, "s"), "upstream_tmax_inner": (33.46, "s"), "upstream_tmax_outer": (35.58, "s"),
        "battery_voltage": (2.905, "V")}),
    "dl-sdd": ("0243e300058000800080008000800080008741877b8749876c876c876600000000000000000000014a09e3", {
        "moisture_at_level_0": (0, "%"), "temperature_at_level_0": (18.57, "°C"), "salinity_at_level_0": (-100, ""),
        "temperature_at_level_5": (18.94, "°C"), "salinity_at_level_5": (230, ""), "battery_voltage": (2.531, "V")}),
    "dl-trs12": ("0210d3000346be813d00000c80", {
        "dielectric_permittivity": (1.1831248966814998, ""), "electrical_conductivity": (0, "µS⋅cm⁻¹"),
        "soil_temperature": (31.7, "°C"), "volumetric_water_content": (0.006886900000000029, "m³⋅m⁻³"),
        "battery_voltage": (3.2, "V")}),
    "dl-zn2": ("0211110003409a00863039003e0c54", {
        "dendrometer_a_position": (976.9296646118164, "µm"), "dendrometer_b_position": (11259.996891021729, "µm"),
        "battery_voltage": (3.156, "V")}),
    "dl-pr26-0-1": ("02016700033e8060170c7f", {
        "pressure": (-0.01171875, "bar"), "temperature": (25.671875, "°C"), "battery_voltage": (3.199, "V")}),
    "dl-dlr2-010": ("02198f0007000402580bf0000100000258dece00000c33", {
        "ch0_cumulative_pulse_count": (68592, ""), "ch0_pulse_count": (4, ""), "ch0_pulse_interval": (600, "s"),
        "ch1_cumulative_pulse_count": (57038, ""), "ch1_pulse_count": (0, ""), "ch1_pulse_interval": (600, "s"),
        "battery_voltage": (3.123, "V")}),
    "dl-dlr2-012": ("0217830003162e00870c33", {
        "strain_gauge": (1713.0065082323433, "µm⋅m⁻¹"), "battery_voltage": (3.123, "V")}),
    "dl-itst": ("0202d9000304f904c40c54", {
        "temperature_head": (22, "°C"), "temperature_target": (27.3, "°C"), "battery_voltage": (3.156, "V")}),
}  # fmt: skip
"""Of the collection lorawan-devices, as its authors wrote them."""


@pytest.mark.parametrize("codec", EXAMPLES)
def test_the_makers_own_examples(codec):
    payload, expected = EXAMPLES[codec]
    data = {name: {"value": value, "unit": unit} for name, (value, unit) in expected.items()}
    verdict = judge("decentlab", codec, 0, 1, bytes.fromhex(payload), {"data": data})
    assert (verdict.outcome, verdict.why) == ("equal", "")


def test_a_level_without_sensor_is_absent_where_the_maker_gives_327_degrees_of_frost():
    levels = decode("dl-tp", "023e3e00038abc8a928aa08a848ab38a898ac38aad8ab78a928aa1000000000000000000000afc").extras
    assert levels["temperature_level_10_c"] == "27.21"
    assert levels["absent"] == ",".join(f"temperature_level_{level}_c" for level in range(11, 16))
    assert "-327" not in "".join(levels.values())
    depths = decode("dl-smtp", "020b50000309018a8c09438a9809278a920b3c8aa50c9c8a8c11e08aa500000000000000000b3b").extras
    assert depths["moisture_depth_5"] == "4.152"
    assert depths["absent"] == (
        "moisture_depth_6,soil_temperature_depth_6_c,moisture_depth_7,soil_temperature_depth_7_c"
    )
    assert codecs()["decentlab-dl-tp"].defects


def test_a_temperature_under_absolute_zero_is_no_reading():
    decoded = decode("dl-ctd10", "0207d9000390880000006400000c60")
    assert values(decoded) == {
        ("water_depth", 0): 4.232, ("conductivity", 0): 100, ("battery_voltage", 0): 3168,
    }  # fmt: skip
    assert decoded.extras["absent"] == "water_temperature"


@pytest.mark.parametrize(
    ("model", "payload", "absent"),
    [
        ("dl-kl66", "0203d400033bf600003bf60c60", "frequency_hz,weight,elongation_um,strain_um_m"),  # it did not run
        ("dl-dws", "0203d400033bf600003bf60c60", "frequency_hz,weight"),
        ("dl-blg", "0230c50003000000800c60", "thermistor_ohm,globe_temperature_c"),  # a ratio of 0
        ("dl-blg", "0230c50003ffffff7f0c60", "globe_temperature_c"),  # a resistance below 0
        ("dl-dlr2-009", "024c620003000001000ae1", "thermistor_ohm,air_temperature"),  # r = 1: a probe without end
    ],
)
def test_what_cannot_be_computed_is_absent(model, payload, absent):
    decoded = decode(model, payload)
    assert decoded.extras["absent"] == absent
    assert list(values(decoded)) == [("battery_voltage", 0)]


def test_a_name_with_parameters_is_the_same_model():
    for name, plain in (
        ("dl-pr36-8192", "dl-pr36"), ("dl-pr36ctd-8192-1024", "dl-pr36ctd"), ("dl-pr21-1-10", "dl-pr21"),
        ("dl-pr26-0-1", "dl-pr26"), ("dl-tbrg-01", "dl-tbrg"), ("dl-kl66-1538372-464859", "dl-kl66"),
        ("dl-dws-232263168-302459-1370", "dl-dws"), ("dl-dlr2-008-2000", "dl-dlr2-008"),
    ):  # fmt: skip
        payload = codecs()[f"decentlab-{plain}"].vectors[0].payload
        assert decode(name, payload) == decode(plain, payload)


def test_two_airs_of_one_device_are_two_channels():
    found = values(decode("dl-cws2", "0258c000074676fa0a81c9813fa6d88137802581300b91"))
    assert found["air_temperature", 0] == pytest.approx(3.1674, abs=1e-4), "in the radiation shield"
    assert found["air_temperature", 1] == 3.19
    without_shield = values(decode("dl-cws2", "0258c0000681c9813fa6d88137802581300b91"))
    assert [name for name in without_shield if name[0] == "air_temperature"] == [("air_temperature", 1)]


def test_the_battery_is_read_wherever_its_group_stands():
    assert values(decode("dl-iam", "020bbd00010b92")) == {("battery_voltage", 0): 2962}
    assert values(decode("dl-lp8p", "02057800080c25")) == {("battery_voltage", 0): 3109}


def test_a_pressure_of_a_liquid_is_no_depth_and_no_air_pressure_but_feeds_a_level():
    for model in ("dl-pr21", "dl-pr26", "dl-pr36", "dl-pr36ctd"):
        properties = codecs()[f"decentlab-{model}"].properties
        assert not {"water_depth", "water_level", "air_pressure"} & set(properties)
        assert {"level", "rise"} <= set(indicators_fed("river", properties))
    assert values(decode("dl-pr36", "02032b0003806797810c2b"))["water_pressure", 0] == 12.5732421875


@pytest.mark.parametrize(
    ("model", "words", "hectopascals"),
    [("dl-pr21", "4000", -1000), ("dl-pr21", "c000", 10000), ("dl-pr26", "4000", 0), ("dl-pr26", "c000", 1000),
     ("dl-pr36", "a000", 1000), ("dl-pr36", "6000", -1000)],
)  # fmt: skip
def test_the_ends_of_a_range_of_pressure(model, words, hectopascals):
    assert values(decode(model, f"0203280001{words}9781"))["water_pressure", 0] == hectopascals


@pytest.mark.parametrize("model", ["dl-pr21", "dl-pr26", "dl-pr36"])
def test_the_lowest_word_of_a_pressure_is_no_measurement(model):
    decoded = decode(model, "020328000100009781")
    assert [name for name, _ in values(decoded)] == ["water_temperature"]
    assert decoded.extras["absent"] == "water_pressure"


def test_a_flag_of_no_group_and_a_frame_too_long_are_refused():
    for payload in ("02032b0004806797810c2b", "02032b0003806797810c2b00"):
        with pytest.raises(Undecodable) as refused:
            decode("dl-pr36", payload)
        assert refused.value.reason is Reason.BAD_PAYLOAD


def test_each_model_can_be_chosen_by_its_profile():
    chosen = {model.codec for model in ModelMap.load()}
    with_parameters = {name for name in codecs() if name.startswith("decentlab-")} - chosen
    plain = {codecs()[name].vectors[0].payload for name in chosen if name.startswith("decentlab-")}
    assert {codecs()[name].vectors[0].payload for name in with_parameters} <= plain


@pytest.mark.parametrize(
    ("model", "payload"),
    [
        ("dl-mbx", "02012f0003 0000 0000 0bb1"),
        ("dl-lid", "0211c90003" + "0000" * 11 + "0abd"),
        ("dl-lid2", "023ec50003" + "0000" * 11 + "000a" + "0be6"),
    ],
)
def test_a_distance_of_which_no_sample_was_valid_is_none(model, payload):
    decoded = decode(model, payload)
    assert [name for name, _ in values(decoded)] == ["battery_voltage"]
    assert decoded.extras["absent"] == "distance"


@pytest.mark.parametrize(
    ("model", "payload", "absent"),
    [
        ("dl-ctd10", "0207d90003 0000 0000 0064 0000 0c60", "water_depth,water_temperature"),
        ("dl-ctd10b", "0207d90003 0000 0000 0064 0000 0c60", "water_depth,water_temperature"),
        ("dl-optod", "02186c0003 0000 8862 0000 0000 0000 0c60", "oxygen_saturation,dissolved_oxygen,oxygen_ppm"),
        ("dl-pheht", "0252b80003 0000 8842 0000 0000 0000 0c5c", "ph,redox,ph_mv"),
    ],
)
def test_the_lowest_word_of_a_probe_is_no_measurement(model, payload, absent):
    decoded = decode(model, payload)
    assert decoded.extras["absent"] == absent
    assert not {name for name, _ in values(decoded)} & set(absent.split(","))
