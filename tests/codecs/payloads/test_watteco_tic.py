"""Watteco TICS'O: every kind of meter, forms that no vector has, and dates of French legal time."""

import pytest

from vigie.codecs.maker_words import judge
from vigie.codecs.makers.watteco import tic_fields
from vigie.codecs.registry import codecs
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Reason, Undecodable


def report(cluster: int, numbers: list[int], values: str, attribute: int = 0, obsolete: bool = False) -> str:
    """A report as the device writes it, with a list of label numbers."""
    described = bytes([0x20 | (0x80 if obsolete else 0) | len(numbers) + 1, *numbers]).hex() + values
    return f"110a{cluster:04x}{attribute:04x}41{len(described) // 2:02x}{described}"


def decoded(payload: str):
    return codecs()["watteco-ticso"].decode(bytes.fromhex(payload), 125, 0)


def told(payload: str):
    found = decoded(payload)
    return {(PROPERTIES[one.property].name, one.channel): one.value for one in found.readings}, found.extras


def text(word: str) -> str:
    return word.encode().hex() + "00"


def test_a_historic_meter():
    values = text("021728031819") + text("HC..") + "2d" + "00000064" + "000000c8" + text("HP..") + "0003" + "000002bc"
    readings, extras = told(report(0x54, [3, 4, 5, 7, 8, 20, 22, 32], values))
    assert readings == {
        ("tic_status", 0): 0, ("active_energy_index", 1): 100, ("active_energy_index", 2): 200, ("tariff_period", 0): 3,
        ("current", 0): 3, ("apparent_power", 0): 700,
    }  # fmt: skip
    assert extras == {
        "tic": "historic", "ADCO": "021728031819", "OPTARIF": "HC..", "ISOUSC_a": "45", "PTEC": "HP..",
    }  # fmt: skip


def test_a_standard_meter_of_three_phases():
    values = "24" + "00000001" + "00000002" + "0005" + "0006" + "0007" + "00e6" + "00e7" + "00e8" + "000d05"
    readings, extras = told(report(0x56, [4, 6, 15, 25, 26, 27, 28, 29, 30, 33], values, 0x0100))
    assert readings == {
        ("tic_status", 0): 0, ("active_energy_index", 1): 1, ("active_energy_index", 10): 2, ("current", 1): 5,
        ("current", 2): 6, ("current", 3): 7, ("voltage", 1): 230, ("voltage", 2): 231, ("voltage", 3): 232,
        ("apparent_power", 0): 3333, ("tariff_period", 0): 9,
    }  # fmt: skip
    assert extras["LTARF"] == "BCHP"


def test_free_text_of_a_tariff_is_an_extra_only():
    readings, extras = told("110a0056010041170410003445140a0313000283494e440000462c00233f4c")
    assert extras["LTARF"] == "IND"
    assert "tariff_period" not in {name for name, _ in readings}


def test_a_maximum_has_its_instant_and_the_next_label_stands_behind_it():
    """The maker's code leaves two of the three bytes of the maximum behind."""
    values = "48" + "180c19080a0b" + "000d05" + "45" + "1806190a0b0c" + "00e6" + "01020304" + "0b"
    _, extras = told(report(0x56, [37, 52, 55, 66], values, 0x0100))
    assert extras["SMAXSN_va"] == "2024-12-25T08:10:11+01:00 3333"
    assert extras["UMOY1_v"] == "2024-06-25T10:11:12+02:00 230"
    assert (extras["STGE"], extras["NTARF"]) == ("01020304", "11")


@pytest.mark.parametrize(
    ("season", "date", "said"),
    [
        ("48", "14 0a 19 02 1e 00", "2020-10-25T02:30:00+01:00"),
        ("45", "14 0a 19 02 1e 00", "2020-10-25T02:30:00+02:00"),
        ("20", "14 0a 19 02 1e 00", "2020-10-25T02:30:00+02:00 ( : meter's clock in doubt)"),
        ("65", "15 04 0c 0a 09 21", "2021-04-12T10:09:33+02:00 (e: meter's clock in doubt)"),
        ("45", "15 0d 0c 0a 09 21", "150d0c0a0921"),
    ],
)
def test_dates_are_french_legal_time_and_say_when_the_clock_is_in_doubt(season, date, said):
    found = decoded(report(0x56, [2], season + date.replace(" ", "")))
    assert found.extras["DATE"] == said
    assert not found.dated


def test_seconds_since_2000_are_told_in_the_right_month():
    """The maker's published output is 01/03/2021 04:00:00."""
    _, extras = told("110a005700004115650328292a0c0415093b3527f7e5a0000004064410")
    assert (extras["DebP"], extras["DATE"]) == ("2021-04-01T04:00:00+02:00", "2021-04-12T09:59:53+02:00")
    assert told(report(0x57, [16], "27f7e5a0" + "0e"))[1]["TDYN1CD"] == "2021-04-01T04:00:00+02:00 HPE"


def test_a_pme_pmi_meter():
    readings, extras = told(
        "110a005700004125488007000000100e06041636028464040c0415093b1a0e27f7e5a000000003f2be0000420b"
    )
    assert readings == {("tic_status", 0): 0, ("tariff_period", 0): 17, ("active_energy_index", 117): 0}
    assert (extras["ADS"], extras["PS"], extras["EAP_i_kwh"]) == ("041636028464", "66 kVA", "258750")


def test_a_yellow_meter_has_six_registers_in_six_places():
    """The maker's code reads the first from the beginning of the report, four times."""
    values = "0a1e0c04" + text("HPE") + "000001" + "000002" + "000006" + "0c040a" + "07" + "0a1e" + "03"
    readings, extras = told(report(0x55, [0, 1, 5, 6, 10, 11, 12, 35, 36], values))
    assert readings == {("tic_status", 0): 0, ("tariff_period", 0): 17}
    assert [extras[f"ENERG_{n}"] for n in (1, 2, 6)] == ["1", "2", "6"]
    assert (extras["JAUNE"], extras["PERCC"], extras["FCOU"]) == ("12/04 10:30", "12/04 10", "10:30")


@pytest.mark.parametrize(("attribute", "label"), [(0x0100, "CONTRAT"), (0x0101, "EApP_kwh"), (0x0102, "EAp1P_kwh")])
def test_an_ice_meter_is_read_in_each_of_its_three_reports(attribute, label):
    """The maker's code gives nothing of them."""
    number, values, said = (0, text("TV A5"), "TV A5") if attribute == 0x0100 else (4, "000102", "258")
    assert told(report(0x53, [number], values, attribute))[1][label] == said


def test_an_ice_meter_tells_a_power_with_sign_and_a_ratio():
    _, extras = told(report(0x53, [41, 43, 44], "ffe2" + "3e800000" + "00e6", 0x0100))
    assert (extras["PREA1MN_kvar"], extras["TGPHI2"], extras["U10MN_v"]) == ("-30", "0.25", "230")
    assert told(report(0x53, [43], "7fc00000", 0x0100))[1]["TGPHI2"] == "none"


def test_obsolete_values_are_no_readings():
    readings, extras = told(report(0x54, [6, 20], "00000064" + text("TH.."), obsolete=True))
    assert readings == {("tic_status", 0): 2}
    assert (extras["BASE"], extras["PTEC"]) == ("100", "TH..")


def test_days_of_the_supplier_are_told_hour_by_hour():
    days = "00000001" + "061e4002" + "ff" * 9
    assert told(report(0x56, [69], days))[1]["PJOURF+1"] == "00:00 0001, 06:30 4002"


def reason_of(payload: str) -> Reason | None:
    try:
        told(payload)
    except Undecodable as error:
        return error.reason
    return None


def test_forms_of_every_label_are_read_or_refused_and_nothing_else():
    """Each label alone, on bytes of many kinds."""
    reasons: set[Reason | None] = set()
    for cluster, attribute, labels in (
        (0x53, 0, tic_fields.ICE_GENERAL), (0x53, 1, tic_fields.ICE_PERIOD), (0x53, 2, tic_fields.ICE_PERIOD_BEFORE),
        (0x54, 0, tic_fields.HISTORIC), (0x55, 0, tic_fields.YELLOW), (0x56, 0, tic_fields.STANDARD),
        (0x57, 0, tic_fields.PME_PMI),
    ):  # fmt: skip
        for number in range(len(labels.split())):
            for values in ("", "00", "ff" * 60, "7f" * 60, "00" * 60, "45" + "15040c0a0921" + "000d0500" * 8):
                payload = report(cluster, [number], values, attribute)
                reasons.add(reason_of(payload))
    assert reasons == {None, Reason.TRUNCATED}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (report(0x54, [6], "000000"), Reason.TRUNCATED),
        (report(0x54, [3], "303132"), Reason.TRUNCATED),
        (report(0x54, [36], "00"), Reason.BAD_PAYLOAD),
        (report(0x54, [6, 6], "0000000000000000"), Reason.BAD_PAYLOAD),
        (report(0x53, [0], "00", 0x0103), Reason.BAD_PAYLOAD),
        ("110a005400004100", Reason.TRUNCATED),
        ("110a0054000041020406", Reason.TRUNCATED),
    ],
)
def test_a_report_that_is_none_is_refused(payload, reason):
    with pytest.raises(Undecodable) as caught:
        decoded(payload)
    assert caught.value.reason is reason


def test_what_stands_behind_the_labels_is_kept():
    assert told(report(0x54, [6], "00000064" + "abcd"))[1]["rest"] == "abcd"


EXAMPLES = [
    (1, "110a005601004113240205144515040c0a09210001968200f17fc5", {
        "_TICFrameType": "Standard", "_Descriptor": {"Bytes": "24020514", "Indexes": [2, 5, 20]},
        "DATE": {"S": "E", "Date": "21/04/12 10:09:33"}, "EAST": 104066, "EAIT": 15826885}),
    (2, "110a00540000410c0000000000000040242d0e6a", {
        "_TICFrameType": "CBE/Historique", "_Descriptor": {"Bytes": "0000000000000040", "Indexes": [6]},
        "BASE": 606932586}),
    (3, "110a005700004115650328292a0c0415093b3527f7e5a0000004064410", {
        "_TICFrameType": "PMEPMI", "_Descriptor": {"Bytes": "650328292A", "Indexes": [3, 40, 41, 42]},
        "DATE": "12/04/21 09:59:53", "DebP": "01/03/2021 04:00:00", "EAP_s": 4, "EAP_i": 410640}),
    (4, "110a0056010041170410003445140a0313000283494e440000462c00233f4c", {
        "_TICFrameType": "Standard", "_Descriptor": {"Bytes": "04100034", "Indexes": [2, 4, 5, 20]},
        "DATE": {"S": "E", "Date": "20/10/03 19:00:02"}, "LTARF": "IND", "EAST": 17964, "EAIT": 2309964}),
]  # fmt: skip
"""Of TheThingsNetwork/lorawan-devices, vendor/watteco/ticso-codec.yaml."""


@pytest.mark.parametrize(("index", "payload", "flat"), EXAMPLES)
def test_the_makers_examples_are_equal(index, payload, flat):
    samples = [{"variable": name, "value": one, "date": "2023-07-19T07:51:25.508306410Z"} for name, one in flat.items()]
    data = {"samples": samples, **flat}
    verdict = judge("watteco", "ticso", index, 125, bytes.fromhex(payload), {"data": data})
    assert (verdict.outcome, verdict.why) == ("equal", "")
