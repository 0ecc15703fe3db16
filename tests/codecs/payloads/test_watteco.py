"""Watteco's standard frames beyond their vectors: causes, commands, signs, models, and the maker's own examples."""

import pytest

from vigie.codecs.maker_words import judge
from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable

AT = 1_689_753_085_508  # 2023-07-19T07:51:25.508Z, of the maker's examples


def decoded(payload: str, codec: str = "watteco"):
    return codecs()[codec].decode(bytes.fromhex(payload), 125, AT)


def told(payload: str, codec: str = "watteco"):
    found = decoded(payload, codec)
    return {(PROPERTIES[one.property].name, one.channel): one.value for one in found.readings}, found.extras


@pytest.mark.parametrize(
    ("payload", "causes"),
    [
        ("118a0402000029075590b0b1", ["criterion=0 alarm=1 mode=threshold crossing=fall",
                                      "criterion=1 alarm=1 mode=threshold crossing=fall"]),
        ("118a04020000290b35a0c80014", ["criterion=0 alarm=1 mode=delta crossing=exceed value=0.2"]),
        ("118a0402000029010ea0b008fc000001b10834000001b207d0000001",
         [f"criterion={n} alarm=1 mode=threshold crossing=fall value={value} gap=0 count=1"
          for n, value in enumerate((23, 21, 20))]),
        ("310a800b000041060973010d01629050", ["criterion=0 alarm=0 mode=threshold crossing=exceed"]),
        ("118a800b00004106097801150162a0500003e8000001d1010032000001",
         ["criterion=0 alarm=0 mode=threshold crossing=exceed field=0 value=100 gap=0 count=1",
          "criterion=1 alarm=1 mode=threshold crossing=exceed field=1 value=5 gap=0 count=1"]),
        ("118a800d000041120975010c01610974015e0153098301610150a0d0000032000001d1010005000001b208015e000001",
         ["criterion=0 alarm=1 mode=threshold crossing=exceed field=0 value=5 gap=0 count=1",
          "criterion=1 alarm=1 mode=threshold crossing=exceed field=1 value=0.5 gap=0 count=1",
          "criterion=2 alarm=1 mode=threshold crossing=fall field=8 value=350 gap=0 count=1"]),
    ],
)  # fmt: skip
def test_the_reasons_of_a_report_are_told_as_the_maker_tells_them(payload, causes):
    readings, extras = told(payload)
    assert readings
    assert [text for name, text in extras.items() if name.startswith("cause_")] == causes
    assert ("alarm" in extras) == (payload[2:4] == "8a")


def test_a_count_of_crossings_may_be_two():
    _, extras = told("118a0402000029010ea0b008fc000081000300020000"[:-4])
    assert extras["cause_1"].endswith("gap=0 count=1 up=3 down=2")


def test_reasons_of_unsigned_values_are_read_where_the_maker_fails():
    assert told("118a04050000210e89a0c80064")[1]["cause_1"] == "criterion=0 alarm=1 mode=delta crossing=exceed value=1"
    readings, extras = told("118a00500006410503040e6804a0d0040bb8003201")
    assert readings == {("battery_voltage", 0): 3688}
    assert extras["cause_1"] == "criterion=0 alarm=1 mode=threshold crossing=exceed field=4 value=3000 gap=50 count=1"


def test_a_change_of_inputs_is_told_as_their_bits():
    readings, extras = told("118a80050000190005a0c00004", "watteco-pulse-senso")
    assert readings == {("contact", 0): 1, ("contact", 1): 0, ("contact", 2): 1}
    assert extras["cause_1"] == "criterion=0 alarm=1 mode=unused crossing=exceed value=4"


def test_reasons_that_nobody_can_read_are_kept_as_bytes():
    found = decoded("110a04020000290b89b0ffff")
    assert (found.extras["causes"], found.warnings) == ("b0ffff", ["UNKNOWN_FIELD"])
    assert decoded("110a04020000290b8900").warnings == []


@pytest.mark.parametrize("payload", ["118a0402000029010ea0b008fc", "118a800b00004106097801150162a0", "110a80"])
def test_a_frame_cut_inside_its_reasons_is_refused(payload):
    if payload == "118a800b00004106097801150162a0":
        assert told(payload)[1].get("cause_1") is None
        return
    with pytest.raises(Undecodable) as caught:
        decoded(payload)
    assert caught.value.reason is Reason.TRUNCATED


def test_powers_of_the_three_phases_have_their_sign():
    """The maker tells 4294966304 for -992 var."""
    readings, extras = told(
        "110a80100001412000001843fffffc20000024cafffff50f00001f35fffff42a00005c42ffffe559"
        "a050000000003200000001015100000000140000000001"
    )
    assert readings == {
        ("active_power", 1): 6211, ("active_power", 2): 9418, ("active_power", 3): 7989, ("active_power", 0): 23618,
    }  # fmt: skip
    assert extras["reactive_power_a_var"] == "-992"
    assert extras["cause_1"].endswith("field=0 value=50 gap=1 count=1")


def test_a_pressure_difference_below_zero_is_one():
    """The maker tells 65512 Pa."""
    assert told("110a80080000290018")[1]["differential_pressure_pa"] == "24"
    assert told("110a8008000029ffe8")[1]["differential_pressure_pa"] == "-24"


def test_endpoints_are_channels_and_numbers_of_extras():
    assert told("310a04020000290b89")[0] == {("air_temperature", 1): 29.53}
    assert told("170a04020000290b89")[0] == {("air_temperature", 24): 29.53}
    assert told("310a000f04022300000007")[1] == {"pulses_2": "7"}
    assert told("510a000f00551001")[0] == {("contact", 2): 1}


def test_energy_of_phases_and_of_injection():
    frame = "118a800a000041200010760a0000020400005a6e000a210d000018a20000000000000000000003a6"
    readings, extras = told(frame)
    assert readings == {
        ("active_energy_index", 201): 1078794, ("active_energy_index", 221): 516, ("active_power", 1): 6306,
    }  # fmt: skip
    assert extras["negative_reactive_power_a_var"] == "934"


def test_what_an_input_is_follows_from_the_model():
    assert told("110a000f00551001", "watteco-hygrotempo") == ({}, {"case_open": "1"})
    assert told("110a000f00551001", "watteco-closo") == ({}, {"case_open": "1"})
    assert told("310a000f00551000", "watteco-closo")[0] == {("door_open", 0): 0}
    assert told("110a80050000190371", "watteco-pulse-senso")[0] == {("contact", n): int(n == 0) for n in range(3)}
    assert sum(told("110a80050000190371")[0].values()) == 6
    assert told("110a000c00553941500000", "watteco-intenso")[0] == {("current", 0): 13}
    assert told("110a000c00553941500000")[1] == {"analog": "13"}
    assert told("110a000c0055397fc00000", "watteco-intenso") == ({}, {"current_invalid": "nan"})


def test_answers_of_the_device():
    assert decoded("110100000002000d0305020015e2").firmware == "3.5.2.5602"
    assert told("11010402000000290992")[0] == {("air_temperature", 0): 24.5}
    assert told("11010402000086")[1] == {"status_0402_0000": "134"}
    assert told("1107040200800000")[1]["reporting_causes"] == "none"
    settings = told("110904020098000029803c0258")[1]
    assert (settings["reporting_shortest_s"], settings["reporting_longest_s"]) == ("3600", "600")
    assert told("11010000000500420454455354")[1] == {"model_identifier": "TEST"}


def test_an_attribute_that_is_not_known_is_kept():
    found = decoded("310a8009000041020102")
    assert (found.extras, found.warnings) == ({"attribute_8009_0000_2": "0102"}, ["UNKNOWN_FIELD"])
    assert decoded("110a123400002101029000").extras["attribute_1234_0000"] == "0102"


def test_batteries_and_other_supplies():
    readings, extras = told("110a00500006410d1f1f0001000200030004000500")
    assert readings == {("battery_voltage", 1): 2, ("battery_voltage", 0): 3}
    assert (extras["external_voltage_v"], extras["solar_voltage_v"], extras["tic_voltage_v"]) == (
        "0.001",
        "0.004",
        "0.005",
    )


DATE = "2023-07-19T07:51:25.508306410Z"
EXAMPLES = [
    ("hygrotempo", 0, "110a04020000290b89", {"temperature": 29.53}),
    ("hygrotempo", 3, "118a04020000290b35a0c80014", {"temperature": 28.69}),
    ("hygrotempo", 4, "110a04050000210e89", {"humidity": 37.21}),
    ("hygrotempo", 5, "110a000f00551001", {"violation_detection": True}),
    ("hygrotempo", 6, "110a000f04022300000000", {"index": 0}),
    ("hygrotempo", 7, "1107040200800000", {
        "report": "standard", "endpoint": 0, "cmdID": "0x07", "clustID": "0x0402", "attID": "0x0000", "status": 0,
        "report_parameters": {
            "new_mode_configuration": "1", "cause_request": "none", "secured_if_alarm": "0", "secured": "0",
            "no_hearde_port": "0", "batch": "0"}}),
    ("tempo", 5, "11010402000000290992", {"temperature": 24.5}),
    ("tempo-outdoor", 2, "110a00500006410503040e6804", {"disposable_battery_voltage": 3.688}),
    ("tempo-remote-2-probes", 0, "110a04020000290b89", {"temperature_1": 29.53}),
    ("indoor-temperature", 1, "110100000002000d0305020015e2", {"firmware": "3.5.2.5602"}),
    ("indoor-temperature", 3, "110180040000000800", {"message_type": "unconfirmed"}),
    ("closo", 1, "310a000f00551001", {"open": True}),
    ("atmo", 2, "110a04030000290045", {"pressure": 69}),
    ("moveo-lite", 3, "110a04000000210745", {"illuminance": 1861}),
    ("moveo-lite", 4, "110a040600001801", {"occupancy": True}),
    ("ventilo", 3, "110a80080000290018", {"differential_pressure": 24}),
    ("intenso", 0, "110a000c00553941500000", {"Irms": 13}),
    ("flasho", 0, "110a000f00551001", {"pin_state": True}),
    ("pulse-senso", 2, "110a80050000190371", {
        "pin_state_1": True, "pin_state_2": False, "pin_state_3": False, "NA": "NA"}),
    ("ino", 0, "110a80050000190371", {
        "pin_state_1": True, "pin_state_2": False, "pin_state_3": False, "pin_state_4": False, "pin_state_5": True,
        "pin_state_6": True, "pin_state_7": True, "pin_state_8": False, "pin_state_9": True, "pin_state_10": True}),
    ("ino", 1, "110a000f00551001", {"pin_state_1": True}),
    ("ino", 2, "110a000f04022300000000", {"index_1": 0}),
    ("ino", 4, "110a000600001000", {"output_1": "OFF"}),
    ("levo", 0, "110a000c00553941500000", {"4-20_mA": 13}),
    ("smartplug", 0, "110a000600001601", {"output": "ON"}),
    ("smartplug", 2, "310a00520000410c000047ffffbe0063002fffd6", {
        "active_energy": 71, "reactive_energy": -66, "nb_samples": 99, "active_power": 47, "reactive_power": -42}),
    ("smartplug", 3, "310a80520000411822221111ffff000100000003001100002222000100020003", {
        "frequency": 30.97, "frequency_min": 26.601, "frequency_max": 22.231, "Vrms": 0.1, "Vrms_min": 0,
        "Vrms_max": 0.3, "Vpeak": 1.7, "Vpeak_min": 0, "Vpeak_max": 873.8, "over_voltage": 1, "sag_voltage": 2}),
    ("triphaso", 4, "710a800a000041200003a96a00000000000092990000705000007c7f00000000000000c000000f6f", {
        "positive_active_energy_abc": 239978, "negative_active_energy_abc": 0, "positive_reactive_energy_abc": 37529,
        "negative_reactive_energy_abc": 28752, "positive_active_power_abc": 31871, "negative_active_power_abc": 0,
        "positive_reactive_power_abc": 192, "negative_reactive_power_abc": 3951}),
    ("triphaso", 6, "110a800b00004106094c030e0163", {"Vrms_a": 238, "Irms_a": 78.2, "angle_a": 355}),
    ("triphaso", 9, "110a8010000041200000010000000200000003000000040000000500000006000000070000000800", {
        "active_energy_a": 256, "reactive_energy_a": 512, "active_energy_b": 768, "reactive_energy_b": 1024,
        "active_energy_c": 1280, "reactive_energy_c": 1536, "active_energy_abc": 1792, "reactive_energy_abc": 2048}),
    ("triphaso", 11, "110a800d0000411208a10052000308a20042004008a300320030", {
        "Vrms_a": 220.9, "Irms_a": 8.2, "angle_a": 3, "Vrms_b": 221, "Irms_b": 6.6, "angle_b": 64, "Vrms_c": 221.1,
        "Irms_c": 5, "angle_c": 48}),
]  # fmt: skip
"""Of TheThingsNetwork/lorawan-devices, vendor/watteco."""


@pytest.mark.parametrize(("codec", "index", "payload", "flat"), EXAMPLES)
def test_the_makers_examples_are_equal(codec, index, payload, flat):
    samples = [{"variable": name, "value": value, "date": DATE} for name, value in flat.items()]
    data = flat if "report" in flat else {"samples": samples, **flat}
    verdict = judge("watteco", codec, index, 125, bytes.fromhex(payload), {"data": data}, AT)
    assert (verdict.outcome, verdict.why) == ("equal", "")
