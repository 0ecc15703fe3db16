"""The template: what it offers to the person who fills it in, and that what was filled in is read."""

import io
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from vigie.deploy.fleet_files.headings import known
from vigie.deploy.fleet_files.statement import read
from vigie.deploy.fleet_files.template_words import EXAMPLES
from vigie.deploy.fleet_files.xlsx_out import write_template
from vigie.streams.core.fleet.check import check, merge
from vigie.topics.fleet.field import Form
from vigie.topics.fleet.kind import kinds

PARIS = "Europe/Paris"
NOW_MS = 1_790_000_000_000


@pytest.fixture(scope="module")
def template() -> bytes:
    held = io.BytesIO()
    write_template(held)
    return held.getvalue()


def opened(template: bytes) -> Workbook:
    return load_workbook(io.BytesIO(template))


def test_each_kind_has_its_sheet_with_frozen_headings_and_notes(template: bytes):
    book = opened(template)
    assert book.sheetnames == ["Lisez-moi", *(kind.label_fr for kind in kinds().values()), "Listes"]
    assert book["Listes"].sheet_state == "hidden"
    for kind in kinds().values():
        sheet = book[kind.label_fr]
        assert sheet.freeze_panes == "B2"
        fields = [known(kind.name, cell.value) for cell in sheet[1]]
        assert fields == ["id", "valid_from", "valid_to", *(field.name for field in kind.fields)]
        for cell, field in zip(sheet[1][3:], kind.fields, strict=True):
            assert field.help_fr in cell.comment.text
            assert ("*" in cell.value) is field.required
        assert sheet.column_dimensions["A"].number_format == "@"


def test_choices_yes_or_no_references_and_bounds_are_held_by_the_spreadsheet(template: bytes):
    book = opened(template)
    for kind in kinds().values():
        sheet = book[kind.label_fr]
        validations = sheet.data_validations.dataValidation
        by_column = {str(one.sqref).partition(":")[0].rstrip("0123456789"): one for one in validations}
        for cell, field in zip(sheet[1][3:], kind.fields, strict=True):
            found = by_column.get(cell.column_letter)
            if field.form is Form.REFERENCE:
                assert found.formula1.startswith(f"'{kinds()[field.to].label_fr}'!$A$2:")
            elif field.choices or field.form is Form.YES_NO:
                sheet_name, _, cells = found.formula1.partition("!")
                listed = [row[0].value for row in book[sheet_name][cells.replace("$", "")]]
                assert listed == (list(field.choices.values()) if field.choices else ["oui", "non"])
            elif field.form in (Form.NUMBER, Form.INTEGER):
                assert float(found.formula1) == field.minimum
            else:
                assert found is None


def test_its_examples_are_passed_over_and_are_good_once_they_count(template: bytes, tmp_path: Path):
    file = tmp_path / "flotte.xlsx"
    file.write_bytes(template)
    empty = read(file, PARIS)
    assert (empty.stated, empty.problems) == ([], [])
    book = opened(template)
    for kind in EXAMPLES:
        cell = book[kinds()[kind].label_fr]["A2"]
        cell.value = cell.value.removeprefix("# exemple : ")
    book.save(file)
    filled = read(file, PARIS)
    assert filled.problems == []
    assert {one.kind for one in filled.stated} == set(EXAMPLES)
    fleet, problems = merge({}, filled.stated)
    assert [one.sentence_fr for one in [*problems, *check(fleet, NOW_MS)]] == []
    placement = next(one for one in filled.stated if one.kind == "placement")
    assert placement.valid_from == 1_772_371_800_000
