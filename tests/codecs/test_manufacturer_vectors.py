"""What the manufacturers' decoders give and what ours give are the same values, in our words and units."""

import json

import pytest

from vigie.codecs.registry import codecs
from vigie.codecs.vectors import COLLECTIONS, Example, examples
from vigie.topics.property import PROPERTIES

READINGS = {
    "decentlab": {
        # manufacturer's name: (its unit, our property, channel, factor to our unit)
        "battery_voltage": ("V", "battery_voltage", 0, 1000),
        "water_depth": ("mm", "water_depth", 0, 0.001),
        "temperature": ("°C", "water_temperature", 0, 1),
        "electrical_conductivity": ("µS⋅cm⁻¹", "conductivity", 0, 1),
        "distance": ("mm", "distance", 0, 1),
        "distance_median": ("mm", "distance", 0, 1),
        "air_temperature": ("°C", "air_temperature", 0, 1),
        "air_humidity": ("%", "relative_humidity", 0, 1),
        "oxygen_saturation": ("%", "oxygen_saturation", 0, 1),
        "oxygen_concentration": ("mg⋅L⁻¹", "dissolved_oxygen", 0, 1),
        "turbidity_in_ntu": ("NTU", "turbidity", 0, 1),
        "ph": (None, "ph", 0, 1),
        "redox": ("mV", "redox", 0, 1),
        "precipitation": ("mm", "rainfall", 0, 1),
    },
    "elsys": {
        # its outputs name no units; these are those of its document
        "temperature": ("°C", "air_temperature", 0, 1),
        "externalTemperature": ("°C", "air_temperature", 1, 1),
        "humidity": ("%", "relative_humidity", 0, 1),
        "light": ("lx", "illuminance", 0, 1),
        "pressure": ("hPa", "air_pressure", 0, 1),
        "distance": ("mm", "distance", 0, 1),
    },
    "milesight": {
        "battery": ("%", "battery_level", 0, 1),
        "temperature": ("°C", "air_temperature", 0, 1),
        "humidity": ("%", "relative_humidity", 0, 1),
    },
}
EXTRAS = {
    "decentlab": {
        "device_id": "device_number", "status": "status", "freezing_flag": "freezing_flag", "sensor_id": "sensor_id",
        "distance_average": "distance_average_mm", "distance_minimum": "distance_minimum_mm",
        "distance_maximum": "distance_maximum_mm", "distance_10th_percentile": "distance_p10_mm",
        "distance_25th_percentile": "distance_p25_mm", "distance_75th_percentile": "distance_p75_mm",
        "distance_90th_percentile": "distance_p90_mm", "distance_most_frequent_value": "distance_mode_mm",
        "number_of_samples": "samples", "number_of_valid_samples": "valid_samples",
        "total_acquisition_time": "acquisition_ms", "oxygen_concentration_alt": "oxygen_ppm",
        "turbidity_in_fnu": "turbidity_fnu", "turbidity_in_mg_l": "turbidity_mg_l", "ph_mv": "ph_mv",
        "precipitation_interval": "interval_s", "cumulative_precipitation": "rainfall_total_mm",
    },
    "elsys": {
        "x": "acceleration_x", "y": "acceleration_y", "z": "acceleration_z", "motion": "motion",
        "occupancy": "occupancy_state", "analog1": "analog_1_mv", "digital": "digital_1", "pulse1": "pulses_1",
    },
    "milesight": {"leakage_status": "leak"},
}  # fmt: skip
WORDS = {"normal": 0, "leak": 1}
NOT_DELIVERED = {"protocol_version", "activity"}
"""The version is checked and not told; AM107's activity is in the rest that the warning UNKNOWN_FIELD names."""


def family(example: Example) -> str:
    return example.decoder.partition("-")[0]


def expected_readings(example: Example) -> list[list]:
    """The manufacturer's output in our words and units."""
    found = []
    for name, given in example.output.items():
        value, unit = (given["value"], given.get("unit")) if isinstance(given, dict) else (given, None)
        entry = READINGS[family(example)].get(name)
        if entry is not None:
            its_unit, ours, channel, factor = entry
            assert not isinstance(given, dict) or unit == its_unit, f"{name} is in {unit} now"
            found.append([ours, channel, value if factor == 1 else round(value * factor, 9)])
    return sorted(found)


def expected_extras(example: Example) -> dict[str, float]:
    names = EXTRAS[family(example)]
    found = {}
    for name, given in example.output.items():
        if name in names:
            value = given["value"] if isinstance(given, dict) else given
            found[names[name]] = float(WORDS.get(value, value))
    return found


ids = [f"{one.collection}-{one.codec}-{one.index}" for one in examples()]


@pytest.mark.parametrize("example", examples(), ids=ids)
def test_our_decoder_gives_what_the_manufacturers_gives(example: Example):
    decoded = codecs()[example.decoder].decode(bytes.fromhex(example.bytes_hex), example.f_port or 1, 0)
    ours = sorted([PROPERTIES[one.property].name, one.channel, one.value] for one in decoded.readings)
    expected = expected_readings(example)
    assert [one[:2] for one in ours] == [one[:2] for one in expected]
    assert [one[2] for one in ours] == pytest.approx([one[2] for one in expected], rel=1e-12)
    for name, value in expected_extras(example).items():
        assert float(decoded.extras[name]) == pytest.approx(value, rel=1e-12), name
    told = READINGS[family(example)].keys() | EXTRAS[family(example)].keys() | NOT_DELIVERED
    assert set(example.output) <= told, "an output that nobody decided about"
    assert decoded.warnings == (["UNKNOWN_FIELD"] if example.codec == "am107" else [])


@pytest.mark.parametrize("example", examples(), ids=ids)
def test_the_packaged_readings_follow_from_the_manufacturers_output(example: Example):
    assert sorted([list(one) for one in example.readings]) == expected_readings(example)


def test_each_collection_is_packaged_with_its_licence():
    from importlib.resources import files

    folder = files("vigie.codecs.vectors")
    readme = folder.joinpath("README.md").read_text("utf-8")
    assert {one.collection for one in examples()} == set(COLLECTIONS)
    assert all(f"{name}.json" in readme for name in COLLECTIONS)
    assert "Apache License 2.0" in readme
    assert "Orne Brocaar" in folder.joinpath("LICENSE-MIT").read_text("utf-8")


def test_the_packaged_vectors_are_all_of_the_collections_that_we_claim(shared):
    """Every vector of the three makers whose model a codec reads is packaged, unchanged."""
    packaged = {(one.collection, one.vendor, one.codec, one.index): one for one in examples()}
    claimed = {codec.removeprefix("decentlab-") for codec in codecs() if codec.startswith("decentlab-")}
    seen = set()
    for collection in COLLECTIONS:
        for theirs in json.loads((shared / "vectors" / f"{collection}.json").read_text("utf-8")):
            name = collection, theirs["vendor"], theirs["codec"], theirs["index"]
            ours = theirs["vendor"] == "elsys" or theirs["codec"] in claimed
            ours = ours or theirs["codec"] in ("em300-sld-zld", "em500-pt100")
            ours = ours or (theirs["codec"] == "am107" and theirs["index"] == 0)  # 1 and 2 begin with unknown fields
            if not ours:
                continue
            seen.add(name)
            one = packaged[name]
            assert (one.bytes_hex, one.f_port, one.output) == (
                theirs["bytes_hex"], theirs["fport"], theirs["output"]["data"],
            )  # fmt: skip
    assert seen == set(packaged)
