"""Adeunis TIC beyond its vectors: alarms, settings, what a meter has not, and a frame cut short."""

import pytest

from vigie.codecs.maker_words import judge
from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable

MONO = "4940303231373238303331383139" + "48432e2e"
TRI = "4940303231373238303331383139000012340000002b0000002c0000002d0000001100000012000000130000002000000010"
PME_PMI = (  # of the maker
    "49601504140d2b05000002c30000009800000002000002eb485045000692cc00025caa0000053700068db800025b8200000528"
)


def told(model: str, payload: str):
    decoded = codecs()[f"adeunis-tic-{model}"].decode(bytes.fromhex(payload), 1, 0)
    return {(PROPERTIES[one.property].name, one.channel): one.value for one in decoded.readings}, decoded.extras


def mono(*numbers: int, period: str = "HP..") -> str:
    return MONO + "".join(f"{one:08x}" for one in numbers) + period.encode().hex()


def test_what_the_meter_has_not_is_named_and_is_no_reading():
    readings, extras = told("mono", mono(0x80000000, 45, 3, 90, 0x80000000, 1, 2))
    assert extras["absent"] == "BASE PAPP"
    assert readings == {
        ("tic_status", 0): 0, ("current", 0): 3, ("active_energy_index", 1): 1, ("active_energy_index", 2): 2,
        ("tariff_period", 0): 3,
    }  # fmt: skip
    assert (extras["ISOUSC_a"], extras["IMAX_a"], extras["PTEC"]) == ("45", "90", "HP..")


def test_an_index_over_two_thousand_million_is_no_negative_number():
    """The maker's signed reader would make it something else; only 0x80000000 itself means absent."""
    readings, _ = told("mono", mono(0x80000001, 45, 3, 90, 700, 0xFFFFFFFF, 2))
    assert readings["active_energy_index", 0] == 2147483649
    assert readings["active_energy_index", 1] == 4294967295
    assert "2^28" in codecs()["adeunis-tic-mono"].defects


@pytest.mark.parametrize("model", ["mono", "tri", "pme-pmi"])
def test_a_frame_cut_short_is_refused_where_the_maker_reads_zeros(model):
    whole = {"mono": mono(1, 2, 3, 4, 5, 6, 7), "tri": TRI, "pme-pmi": PME_PMI}[model]
    told(model, whole)
    for length in range(2, len(whole), 2):
        with pytest.raises(Undecodable) as caught:
            told(model, whole[:length])
        assert caught.value.reason is Reason.TRUNCATED


@pytest.mark.parametrize(
    ("text", "code"),
    [("TH..", 1), ("HC..", 2), ("HN..", 4), ("PM..", 5), ("HCJB", 6), ("HPJW", 9), ("HPJR", 11), ("????", None)],
)
def test_tariff_periods_are_codes_and_free_text_is_not(text, code):
    readings, extras = told("mono", mono(1, 2, 3, 4, 5, 6, 7, period=text))
    assert readings.get(("tariff_period", 0)) == code
    assert extras["PTEC"] == text


def test_a_pme_pmi_index_belongs_to_its_tariff_period():
    readings, extras = told("pme-pmi", PME_PMI)
    assert readings["active_energy_index", 117] == 430_796_000  # HPE, in Wh
    assert extras["DATE"] == "2020-04-21T13:43:05+02:00"
    assert (extras["EA_s_wh"], extras["EaP-1_s_kwh"]) == ("707", "429496")
    without, extras = told("pme-pmi", PME_PMI.replace("485045", "3f3f3f"))
    assert {name for name, _ in without} == {"tic_status"}
    assert (extras["PTCOUR1"], extras["EAP_s_kwh"]) == ("???", "430796")


def test_a_date_that_is_none_is_told_as_its_bytes():
    assert told("pme-pmi", PME_PMI.replace("1504140d2b05", "000000000000"))[1]["DATE"] == "000000000000"


def test_the_status_byte_says_that_the_meter_is_not_read():
    readings, extras = told("mono", "49f3" + mono(1, 2, 3, 4, 5, 6, 7)[4:])
    assert readings["tic_status", 0] == 1
    assert (extras["frame_counter"], extras["low_battery"], extras["configuration_done"]) == ("7", "1", "1")


def test_an_alarm_names_its_label_and_value():
    _, extras = told("mono", "4aa04144434f00000000000000303231373238303331383139")
    assert (extras["alarm_label"], extras["alarm"], extras["alarm_value"]) == ("ADCO", "manual", "021728031819")
    of_power = "4aa0" + "50415050" + "00" * 6
    assert told("tri", of_power + "03313233")[1]["alarm"] == "high"
    assert told("tri", of_power + "09313233")[1]["alarm"] == "9"


@pytest.mark.parametrize(
    ("payload", "periods"),
    [("1000900001020005", ("2880", "1", "test", "100")), ("1000900002010005", ("86400", "2", "production", "300"))],
)
def test_settings_in_seconds(payload, periods):
    extras = told("mono", payload)[1]
    names = ("keep_alive_s", "samples_per_frame", "mode", "sampling_period_s")
    assert tuple(extras[name] for name in names) == periods


def test_network_keep_alive_and_answers():
    network = told("mono", "20a00501")[1]
    assert (network["frame"], network["otaa"], network["adr"]) == ("network", "1", "1")
    assert told("mono", "20a00100")[1]["otaa"] == "0"
    assert told("tri", "3062")[1]["frame"] == "keep_alive"
    answer = codecs()["adeunis-tic-tri"].decode(bytes.fromhex("33620100"), 1, 0)
    assert (answer.extras["rest"], answer.warnings) == ("0100", ["UNKNOWN_FIELD"])


STATUS = {
    "hardwareError": False, "lowBattery": False, "configurationDone": False, "configurationInconsistency": False,
    "readError": False,
}  # fmt: skip
EXAMPLES = [
    ("tic-cbe-linky-mono", mono(0x80000000, 45, 0, 0, 0, 0, 0), {
        "frameCounter": 2}, {
        "ADCO": "021728031819", "OPTARIF": "HC..", "BASEstatus": "notFound", "ISOUSC": {"unit": "A", "value": 45},
        "IINST": {"unit": "A", "value": 0}, "IMAX": {"unit": "A", "value": 0}, "PAPP": {"unit": "VA", "value": 0},
        "HCHC": {"unit": "Wh", "value": 0}, "HCHP": {"unit": "Wh", "value": 0}, "PTEC": "HP.."}),
    ("tic-cbe-linky-tri", TRI, {"frameCounter": 2}, {
        "ADCO": "021728031819", "BASE": {"unit": "Wh", "value": 4660}, "IINST1": {"unit": "A", "value": 43},
        "IINST2": {"unit": "A", "value": 44}, "IINST3": {"unit": "A", "value": 45}, "IMAX1": {"unit": "A", "value": 17},
        "IMAX2": {"unit": "A", "value": 18}, "IMAX3": {"unit": "A", "value": 19}, "PMAX": {"unit": "W", "value": 32},
        "PAPP": {"unit": "VA", "value": 16}}),
    ("tic-pme-pmi", PME_PMI, {"frameCounter": 3}, {
        "DATE": "2020-04-21T13:43:05", "EA_s": {"unit": "Wh", "value": 707}, "ER+_s": {"unit": "varh", "value": 152},
        "ER-_s": {"unit": "varh", "value": 2}, "EAPP_s": {"unit": "VAh", "value": 747}, "PTCOUR1": "HPE",
        "EAP_s": {"unit": "kWh", "value": 430796}, "ER+P_s": {"unit": "kvarh", "value": 154794},
        "ER-P_s": {"unit": "kvarh", "value": 1335}, "EaP-1_s": {"unit": "kWh", "value": 429496},
        "ER+P-1_s": {"unit": "kvarh", "value": 154498}, "ER-P-1_s": {"unit": "kvarh", "value": 1320}}),
]  # fmt: skip
"""Of TheThingsNetwork/lorawan-devices, vendor/adeunis."""


@pytest.mark.parametrize(("codec", "payload", "status", "values"), EXAMPLES)
def test_the_makers_examples_are_equal(codec, payload, status, values):
    data = {"bytes": {"type": "0x49 TIC data", "status": STATUS | status, **values}}
    verdict = judge("adeunis", codec, 0, 1, bytes.fromhex(payload), {"data": data})
    assert (verdict.outcome, verdict.why) == ("equal", "")
