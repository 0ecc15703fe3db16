"""What codes of categories mean."""

import pytest

from vigie.topics import category
from vigie.topics.category import CATEGORIES, code_of
from vigie.topics.property import BY_NAME, Kind


def test_codes_are_of_category_properties_and_have_a_name_and_a_french_label():
    assert set(CATEGORIES) >= {"tariff_period", "tic_status"}
    for name, codes in CATEGORIES.items():
        assert BY_NAME[name].kind is Kind.CATEGORY
        assert all(one.code == code and one.name and one.label_fr for code, one in codes.items())


def test_codes_that_stand_in_stores_stay_what_they_are():
    """A code of an earlier release is data of somebody: it may be added to, not renamed."""
    periods = {one.name: one.code for one in CATEGORIES["tariff_period"].values()}
    names = "TH HC HP HN PM HCJB HPJB HCJW HPJW HCJR HPJR P HPH HCH HPD HCD HPE HCE JA HH HD HM DSM SCM WE NC"
    assert periods == {name: code for code, name in enumerate(names.split(), 1)}
    assert [code_of("tic_status", name) for name in ("read", "read_error", "obsolete")] == [0, 1, 2]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nothing;1;X;x", "no category"),
        ("air_temperature;1;X;x", "no category"),
        ("tic_status;0;a;x\ntic_status;0;b;x", "twice"),
        ("tic_status;0;a;x\ntic_status;1;a;x", "twice"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(monkeypatch, tmp_path, line, said):
    (tmp_path / "categories.csv").write_text(f"property;code;name;label_fr\n{line}\n", encoding="utf-8")
    monkeypatch.setattr(category, "files", lambda _package: tmp_path)
    with pytest.raises(ValueError, match=said):
        category._load()


def test_an_unknown_name_has_no_code():
    assert code_of("tariff_period", "XXX") is None
    assert code_of("contact", "open") is None
