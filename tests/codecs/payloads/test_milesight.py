"""What the vectors of the Milesight codecs do not show: stored records, alarms, faults, and where reading must end."""

import pytest

from vigie.codecs.decoder import Decoded
from vigie.codecs.maker_words import judge
from vigie.codecs.model_map import ModelMap
from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable

AT = 1_665_561_758
STAMP = "20ce9e744663"


def decode(codec: str, payload: str) -> Decoded:
    return codecs()[f"milesight-{codec}"].decode(bytes.fromhex(payload), 85, 0)


def read(codec: str, payload: str) -> list[tuple[str, int, float, int | None]]:
    return [
        (PROPERTIES[one.property].name, one.channel, one.value, one.observed_at)
        for one in decode(codec, payload).readings
    ]


@pytest.mark.parametrize(
    ("codec", "payload", "name"),
    [
        ("em400-mud", "050002", "tilted"),
        ("em300-di", "0500ff", "contact"),
        ("em300-mcs", "060080", "door_open"),
        ("ws301", "030002", "door_open"),
        ("em300-mcs", STAMP + "10015d02", "door_open"),
        ("em300-di", STAMP + "10015d010200000000", "contact"),
    ],
)
def test_a_yes_is_one_whatever_byte_the_device_says_it_with(codec, payload, name):
    assert [value for one, _, value, _ in read(codec, payload) if one == name] == [1.0]


@pytest.mark.parametrize(
    ("codec", "body", "readings", "extras"),
    [
        ("am102", "10015d", {"air_temperature": 27.2, "relative_humidity": 46.5}, {}),
        ("am103", "10015dc501", {"air_temperature": 27.2, "relative_humidity": 46.5}, {"co2_ppm": "453"}),
        ("am307", "ee00 7c00 01 02 a803 2500 6627",
         {"air_temperature": 23.8, "relative_humidity": 62, "air_pressure": 1008.6},
         {"motion": "1", "light_level": "2", "co2_ppm": "936", "tvoc_iaq": "0.37"}),
        ("am308", "ee00 7c00 01 02 a803 2500 6627 2000 3000",
         {"air_temperature": 23.8, "relative_humidity": 62, "air_pressure": 1008.6},
         {"motion": "1", "light_level": "2", "co2_ppm": "936", "tvoc_iaq": "0.37", "pm2_5_ug_m3": "32",
          "pm10_ug_m3": "48"}),
        ("am319-o3", "ee00 7c00 01 02 a803 2500 6627 2000 3000 0700",
         {"air_temperature": 23.8, "relative_humidity": 62, "air_pressure": 1008.6},
         {"motion": "1", "light_level": "2", "co2_ppm": "936", "tvoc_iaq": "0.37", "pm2_5_ug_m3": "32",
          "pm10_ug_m3": "48", "ozone_ppm": "0.07"}),
        ("em500-co2", "6704 6827 1901 73",
         {"air_pressure": 1008.8, "air_temperature": 28.1, "relative_humidity": 57.5}, {"co2_ppm": "1127"}),
        ("em300-sld", "ff00 78 01", {"air_temperature": 25.5, "relative_humidity": 60}, {"leak": "1"}),
        ("em300-mcs", "ff00 78 01", {"air_temperature": 25.5, "relative_humidity": 60, "door_open": 1}, {}),
        ("em300-di", "ff00 78 01 01 00000000",
         {"air_temperature": 25.5, "relative_humidity": 60, "contact": 1}, {}),
        ("em300-di", "ff00 78 02 00 00010000", {"air_temperature": 25.5, "relative_humidity": 60},
         {"pulses": "256"}),
        ("em410-rdl", "4408 2c01 f6ff 21", {"distance": 2116, "air_temperature": 30},
         {"distance_change_mm": "-10", "events": "33"}),
    ],
)  # fmt: skip
def test_a_stored_record_has_its_own_instant(codec, body, readings, extras):
    for more in ("", "0175"):  # behind the record the frame goes on
        decoded = decode(codec, STAMP + body + (more and more + "64"))
        old = {PROPERTIES[one.property].name: one.value for one in decoded.readings if one.observed_at == AT * 1000}
        assert old == pytest.approx(readings)
        assert decoded.dated
        assert len(decoded.readings) == len(old) + bool(more)
        assert decoded.extras == {f"past_{AT}_{name}": value for name, value in extras.items()}
        assert decoded.warnings == []


def test_tvoc_of_the_second_kind_of_record_is_a_concentration():
    decoded = decode("am307", "21ce9e744663ee007c000000a80325006627")
    assert decoded.extras[f"past_{AT}_tvoc_ug_m3"] == "37"


def test_a_meter_tells_its_water_and_its_alarm():
    decoded = decode("em300-di", "05e10a0064000000c03f")
    assert decoded.extras == {"water_per_count": "1.0", "pulses_per_count": "10.0", "water": "1.5"}
    decoded = decode("em300-di", "85e10a0064000000c03f01017564")
    assert decoded.extras["alarm_05_e1"] == "1"
    assert [one.value for one in decoded.readings] == [100]
    decoded = decode("em300-di", "21ce9e744663ff00780502000a0064000000c07f")
    assert decoded.extras[f"past_{AT}_alarm"] == "5"
    assert decoded.extras[f"past_{AT}_water"] == "nan"


@pytest.mark.parametrize(("fault", "trusted"), [(0, True), (1, False), (2, False), (3, False)])
def test_a_distance_with_a_fault_is_no_distance(fault, trusted):
    decoded = decode("em410-rdl", f"b4824408{fault:02x}")
    assert [one.value for one in decoded.readings] == ([2116] if trusted else [])
    assert decoded.extras.get("distance_doubtful_mm") == (None if trusted else "2116")
    assert decoded.extras["distance_fault"] == str(fault)


def test_a_change_of_distance_is_read_to_its_end():
    decoded = decode("em410-rdl", "9482e8030cff0203672c01")
    assert [one.value for one in decoded.readings] == [1000, 30]
    assert decoded.extras == {"distance_change_mm": "-244", "distance_alarm": "2"}


@pytest.mark.parametrize(
    ("codec", "place"),
    [
        ("em400-mud", {"longitude": "2.3522", "latitude": "48.8566"}),
        ("em400-tld", {"longitude": "48.8566", "latitude": "2.3522"}),
    ],
)
def test_the_order_of_a_place_is_that_of_the_makers_table(codec, place):
    longitude, latitude = (round(value * 1e6).to_bytes(4, "little").hex() for value in (2.3522, 48.8566))
    assert decode(codec, f"0688{longitude}{latitude}12").extras == place | {"motion_status": "18"}


def test_a_container_that_somebody_moved_is_no_position():
    for codec in ("em400-mud", "em400-tld"):
        decoded = decode(codec, "88000101756400"[:-2])
        assert [one.value for one in decoded.readings] == [100]
        assert decoded.extras == {"disassembly_alarm": "1"}


def test_a_value_that_comes_again_is_one_reading():
    for again, more in (("83672c0101", {"alarm_03_67": "1"}), ("03672c01", {})):
        decoded = decode("em400-mud", "03670101" + again + "04824408" + "03672d01")
        assert [one.value for one in decoded.readings] == [25.7, 2116]
        assert decoded.extras == more | {"air_temperature_0_again_2": "30.0", "air_temperature_0_again_3": "30.1"}
    decoded = decode("em500-udl", 2 * "20ce9e7446634408" + "03824408")
    assert [one.observed_at for one in decoded.readings] == [AT * 1000, None]
    assert decoded.extras == {f"past_{AT}_distance_0_again_2": "2116.0"}


def test_passages_with_an_alarm():
    assert read("vs350", "84cc011108110185cce803e90301") == [
        ("passages_total", 1, 4353, None), ("passages_total", 2, 4360, None),
        ("passages", 1, 1000, None), ("passages", 2, 1001, None),
    ]  # fmt: skip
    assert decode("vs350", "84cc0111081101").extras == {"alarm_04_cc": "1"}


def test_the_two_batteries_of_a_counter_are_two():
    assert read("vs360", "017564027563") == [("battery_level", 0, 100, None), ("battery_level", 1, 99, None)]


def test_a_workplace_tells_its_regions():
    extras = decode("vs121", "04c9030800a1").extras
    assert [extras[f"region_{place}_taken"] for place in range(1, 9)] == list("10000101")
    assert decode("vs121", "0bda0000000000000012").extras["from_c_to_d"] == "4608"
    assert read("vs121", "0dcc02000100") == [("passages_total", 1, 2, None), ("passages_total", 2, 1, None)]


def test_angles_and_their_thresholds():
    assert decode("em310-tilt", "03cf00000cfe282305").extras == {
        "angle_x_deg": "0.0", "angle_y_deg": "-5.0", "angle_z_deg": "90.0",
        "threshold_x": "1", "threshold_y": "0", "threshold_z": "1",
    }  # fmt: skip
    assert decode("em320-tilt", "03d4000019fc5046").extras == {
        "angle_x_deg": "0.0", "angle_y_deg": "-5.0", "angle_z_deg": "90.0",
        "threshold_x": "0", "threshold_y": "1", "threshold_z": "0",
    }  # fmt: skip


def test_a_soil_is_no_air():
    decoded = decode("em500-smtc", "0367190104ca7e04057ff000")
    assert decoded.readings == []
    assert decoded.extras == {
        "soil_temperature_c": "28.1", "soil_moisture_percent": "11.5", "soil_conductivity_us_cm": "240",
    }  # fmt: skip


@pytest.mark.parametrize("codec", sorted(name for name in codecs() if name.startswith("milesight")))
def test_what_a_model_does_not_have_is_kept(codec):
    decode_one = codecs()[codec].decode
    decoded = decode_one(bytes.fromhex("ff0a01027e990175"), 85, 0)
    assert (decoded.firmware, decoded.readings) == ("1.2", [])
    assert (decoded.extras, decoded.warnings) == ({"rest": "7e990175"}, ["UNKNOWN_FIELD"])
    with pytest.raises(Undecodable) as refused:
        decode_one(bytes.fromhex("7e99"), 85, 0)
    assert refused.value.reason == Reason.BAD_PAYLOAD


@pytest.mark.parametrize("codec", sorted(name for name in codecs() if name.startswith("milesight")))
def test_a_codec_gives_no_property_that_it_does_not_name(codec):
    papers = codecs()[codec]
    for channel in (*range(0x20), *range(0x80, 0xC0)):
        for kind in range(256):
            try:
                decoded = papers.decode(bytes((channel, kind)) + bytes(24), 85, 0)
            except Undecodable:
                continue
            first = {PROPERTIES[one.property].name for one in decoded.readings}
            assert first <= set(papers.properties) | {"tilted"}, (channel, kind)  # zeros go on as pair 00 00


def test_the_answer_to_a_setting_is_told():
    assert decode("em300-th", "ff035802").extras == {"report_interval_s": "600"}
    assert decode("em300-th", "ff1f84010001").firmware == "132.1.0.1"
    assert decode("am107", "ff086600b0940976").extras == {"system_08": "6600b0940976"}


PUBLIC = [
    ("milesight-iot", "am104", "06651c0079001400", {"illumination": 28, "infrared": 20, "infrared_and_visible": 121}),
    ("milesight-iot", "am307", "077de704087d070009733f27", {"co2": 1255, "tvoc": 7, "pressure": 1004.7}),
    ("milesight-iot", "em500-swl", "01755c03770200", {"battery": 92, "level": 2}),
    ("milesight-iot", "em410-rdl", "01756403671001 04822c01 050001 06c72003",
     {"battery": 100, "temperature": 27.2, "distance": 300, "position": "tilt", "radar_signal_rssi": 8}),
    ("milesight-iot", "ws301", "030001", {"door": "open"}),
    ("milesight-iot", "ws202", "040000", {"light": "dark"}),
    ("milesight-iot", "vs330", "01756202820f00038e01048e01",
     {"battery": 98, "distance": 15, "occupancy": "occupied", "calibration": "success"}),
    ("milesight", "em300-sld-zld", "20ce00f15365ff007801", {"history": [
        {"timestamp": 1700000000, "temperature": 25.5, "humidity": 60, "leakage_status": "leak"}]}),
    ("milesight", "em300-sld-zld", "ff035802", {"report_interval": 600}),
]  # fmt: skip


@pytest.mark.parametrize(("vendor", "codec", "payload", "output"), PUBLIC)
def test_public_examples_of_the_maker(vendor, codec, payload, output):
    verdict = judge(vendor, codec, 0, 85, bytes.fromhex(payload), {"data": output})
    assert (verdict.outcome, verdict.why) == ("equal", "")


def test_each_model_over_nb_iot_has_the_codec_of_its_pairs():
    models = {one.name: one for one in ModelMap.load()}
    for name in ("EM400-MUD-NB", "EM400-TLD-NB", "EM400-UDL-NB"):
        assert models[name].bearers == ("nbiot",)
        sample = bytes.fromhex("01756403670b0104823b01050001")
        values = [one.value for one in codecs()[models[name].codec].decode(sample, 1, 0).readings]
        assert values == [100, 26.7, 315, 1]
