"""Dragino: what its published examples do not show, and where its own decoders are wrong."""

import pytest

from vigie.codecs.maker_words import judge
from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable

RECEIVED_AT = 1_795_424_400_000


def decode(codec, payload, f_port=2):
    return codecs()[codec].decode(bytes.fromhex(payload.replace(" ", "")), f_port, RECEIVED_AT)


def read(codec, payload, f_port=2):
    """(property, channel) -> value, of a frame without instants of its own."""
    decoded = decode(codec, payload, f_port)
    assert not decoded.dated
    return {(PROPERTIES[one.property].name, one.channel): one.value for one in decoded.readings}


def stored(codec, payload, f_port=2):
    """(property, channel, instant in s) -> value."""
    decoded = decode(codec, payload, f_port)
    return {
        (PROPERTIES[one.property].name, one.channel, one.observed_at // 1000): one.value for one in decoded.readings
    }


def test_ldds75_gives_the_distance_where_the_makers_codec_gives_the_battery():
    expected = {("battery_voltage", 0): 3338, ("distance", 0): 2025}
    assert read("dragino-ldds75", "0d0a07e900000001") == expected
    assert read("dragino-ldds75", "0d0a07e900") == expected  # the 5 bytes of firmware 1.1.3: the maker's says 3338 mm
    assert read("dragino-ldds75", "0d0a07e9") == expected


@pytest.mark.parametrize(("raw", "status"), [("0000", "no sensor"), ("0014", "invalid")])
def test_ldds75_without_a_distance_says_why(raw, status):
    decoded = decode("dragino-ldds75", f"0d0a{raw}00000001")
    assert [PROPERTIES[one.property].name for one in decoded.readings] == ["battery_voltage"]
    assert decoded.extras["distance_status"] == status


def test_the_interrupt_bits_are_no_part_of_the_battery():
    assert read("dragino-ldds75", "cd0a07e900000001")["battery_voltage", 0] == 3338


def test_a_probe_that_may_not_be_there_is_no_reading():
    decoded = decode("dragino-ldds75", "0d0a07e900ff9c01")
    assert decoded.extras["ds18b20_temperature_c"] == "-10.0"
    assert {PROPERTIES[one.property].name for one in decoded.readings} == {"battery_voltage", "distance"}


def test_bytes_behind_a_frame_are_kept():
    decoded = decode("dragino-ldds75", "0d0a07e900000001beef")
    assert decoded.extras["rest"] == "beef"
    assert decoded.warnings == ["UNKNOWN_FIELD"]


def test_a_lidar_that_sees_nothing_gives_no_distance():
    decoded = decode("dragino-llds12", "0d5c00000000001e001e01")
    assert decoded.extras["distance_status"] == "no distance"
    assert decoded.extras["signal_strength"] == "30"


def test_settings_of_a_lidar_are_no_measurement():
    decoded = decode("dragino-llds12", "0300000000000000000002")
    assert decoded.readings == []
    assert decoded.extras["configuration"] == "0300000000000000000002"


def test_lht65n_at_five_degrees_is_no_frame_of_port_3():
    # byte 2 is 02 from 5.12 to 7.67 °C, which the maker's codec takes for the kind of a probe
    assert read("dragino-lht65n", "cbf6 020d 0376 01 0add 7fff") == {
        ("battery_voltage", 0): 3062, ("air_temperature", 0): 5.25, ("air_temperature", 1): 27.81,
        ("relative_humidity", 0): 88.6,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("codec", "flags"), [("dragino-lht65", "49"), ("dragino-lht65n", "49"), ("dragino-lht65n", "81")]
)
def test_stored_frames_have_their_own_instants(codec, flags):
    frames = f"0add 0b0d 0376 {flags} 61cd4edd" + f"7fff ff0d 0376 {flags} 61cd5305"
    assert stored(codec, frames) == {
        ("air_temperature", 0, 1640845021): 28.29, ("air_temperature", 1, 1640845021): 27.81,
        ("relative_humidity", 0, 1640845021): 88.6,
        ("air_temperature", 0, 1640846085): -2.43, ("relative_humidity", 0, 1640846085): 88.6,
    }  # fmt: skip
    assert decode(codec, frames).dated


def test_stored_frames_of_a_clock_never_set_or_twice_the_same_are_extras():
    frame = "0add0b0d03764961cd4edd"
    unset = "0add0b0d03764900000e10"
    decoded = decode("dragino-lht65n", frame + unset + frame)
    assert len(decoded.readings) == 3
    assert decoded.extras["stored_2"] == unset
    assert decoded.extras["stored_3"] == frame


def test_stored_frames_that_are_cut_are_truncated():
    with pytest.raises(Undecodable) as caught:
        decode("dragino-lht65n", "0add0b0d03764961cd4edd" + "0add")
    assert caught.value.reason == Reason.TRUNCATED


def test_lht65_bit_7_is_a_probe_that_is_not_there():
    decoded = decode("dragino-lht65", "cbf60b0d0376817fff7fff")
    assert decoded.extras["probe"] == "none"
    assert not decoded.dated


def test_lht65_with_an_instant_has_no_battery_and_is_measured_now():
    decoded = decode("dragino-lht65", "0add0b0dc3760961cd4edd")
    assert {(PROPERTIES[one.property].name, one.channel, one.value) for one in decoded.readings} == {
        ("air_temperature", 0, 28.29), ("air_temperature", 1, 27.81), ("relative_humidity", 0, 88.6),
    }  # fmt: skip
    assert decoded.extras["battery_status"] == "3"
    assert not decoded.dated


def test_lht65n_with_an_outer_sht31():
    found = read("dragino-lht65n", "cbf60b0d03760b ff38 0190")
    assert found["air_temperature", 1] == -2
    assert found["relative_humidity", 1] == 40


def test_a_missing_probe_of_lht52_is_no_temperature():
    assert ("air_temperature", 1) not in read("dragino-lht52", "08cd02207fff0161cd4edd")


def test_lht52_sends_its_past_on_port_3():
    found = stored("dragino-lht52", "08cd02207fff0161cd4edd", 3)
    assert found == {("air_temperature", 0, 1640845021): 22.53, ("relative_humidity", 0, 1640845021): 54.4}


def test_a_door_of_the_past_has_its_instant():
    frames = "0100000a00000a635cd2f2" + "0000000b00000a635cd32e"
    assert stored("dragino-lds03a", frames, 3) == {("door_open", 0, 1667027698): 1, ("door_open", 0, 1667027758): 0}


def test_a_contact_is_one_where_it_is_closed():
    assert read("dragino-cpl01", "0000000a00000a635cd2f2") == {("contact", 0): 1}
    assert read("dragino-cpl01", "0100000a00000a635cd2f2") == {("contact", 0): 0}


def test_water_is_an_extra():
    assert decode("dragino-lwl03a", "0100000a00000a635cd2f2").extras["water_leak"] == "1"
    assert decode("dragino-lds02", "4b880200002500000500", 10).extras["water_leak"] == "1"


def test_a_weather_station_below_zero():
    # the maker's codec subtracts 65535, and so gives -0.9
    assert read("dragino-wsc1-l", "0602fff6") == {("air_temperature", 0): -1}


def test_a_sensor_that_a_weather_station_does_not_list_is_kept():
    decoded = decode("dragino-wsc1-l", "0b02 0100 a102 1234 7701 05")
    assert decoded.extras == {"pm10_ug_m3": "256", "sensor_a1": "1234", "sensor_77": "05"}
    assert decoded.warnings == ["UNKNOWN_FIELD"]


def test_negative_soil_temperatures_are_not_one_step_too_high():
    assert decode("dragino-lse01", "0e29 0000 07a5 ff9c 0064 00").extras["soil_temperature_c"] == "-1.0"


def test_counts_of_an_input_do_not_become_negative():
    assert decode("dragino-lt22222", "80000001 00000002 00 ff 02").extras["counts_1"] == "2147483649"


def test_a_tracker_without_a_place_says_so():
    assert decode("dragino-lgt92", "0000000000000000 0c2e64").extras["position"] == "none"
    assert decode("dragino-lgt92", "0fffffff0fffffff 0b1864").extras["position"] == "off"
    assert "latitude" not in decode("dragino-lgt92", "0fffffff0fffffff 0b1864").extras


def test_southern_and_western_places_are_negative():
    extras = decode("dragino-lgt92", "fe000000ff0000000c2e64").extras
    assert (extras["latitude"], extras["longitude"]) == ("-33.554432", "-16.777216")


@pytest.mark.parametrize("codec", sorted(one for one in codecs() if one.startswith("dragino-")))
def test_a_port_that_is_not_its_own_is_refused(codec):
    with pytest.raises(Undecodable) as caught:
        decode(codec, "0d3b0aef000000010000000000", 42)
    assert caught.value.reason == Reason.BAD_PAYLOAD
    assert caught.value.message.startswith("Port 42")


def test_what_a_device_is():
    decoded = decode("dragino-lds03a", "0a0123 01 ff 0d3b", 5)
    assert decoded.firmware == "1.2.3"
    assert decoded.extras == {"model_code": "10", "frequency_band": "EU868"}


def test_the_radars_of_both_generations_say_what_they_are():
    decoded = decode("dragino-lmds120", "2a0110 01 ff 0e42", 5)
    assert decoded.firmware == "1.1.0"
    assert [one.value for one in decoded.readings] == [3650]


@pytest.mark.parametrize("codec", ["lsn50-v2", "lsn50v2-s31", "lsn50v2-d20", "lsn50v2-d20-d22-d23"])
def test_the_makers_example_of_all_that_share_the_decoder_of_lsn50v2_is_equal(codec):
    output = {
        "ADC_CH0V": 0, "BatV": 2.9, "Digital_IStatus": "L", "Door_status": "OPEN", "EXTI_Trigger": "FALSE",
        "Hum_SHT": 51.7, "TempC1": 0, "TempC_SHT": 25.2, "Work_mode": "IIC",
    }  # fmt: skip
    verdict = judge("dragino", codec, 0, 2, bytes.fromhex("0b54000000000000fc0205"), {"data": output})
    assert (verdict.outcome, verdict.why) == ("equal", "")
