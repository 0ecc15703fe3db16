"""The page of supported sensors is the one that the registries make."""

from functools import cache
from pathlib import Path

from vigie.codecs.model_map import ModelMap
from vigie.codecs.registry import codecs, envelopes
from vigie.deploy.sensor_catalogue import markdown

PAGE = Path(__file__).resolve().parents[2] / "docs/sensors.md"


def test_the_page_is_the_one_that_the_registries_make():
    assert PAGE.read_text("utf-8") == markdown(), "run: .venv/bin/vigie codecs doc > docs/sensors.md"


def test_it_names_every_codec_and_format_and_marks_what_was_written_from_documentation():
    page = markdown()
    assert all(f"| `{name}`" in page for name in (*codecs(), *envelopes()))
    for envelope in envelopes().values():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{envelope.form}` |")]
        assert ("**from documentation**" in row) == (envelope.sample == "documentation")


def test_harmonica_needs_la95eq():
    rows = [line for line in markdown().splitlines() if line.startswith("|") and "Harmonica" in line]
    assert [row.split(" | ")[0] for row in rows if "in the message" in row] == ["| STATION-BRUIT-4G"]
    for row in rows:
        if "`" in row:
            assert {"laeq", "la95eq"} <= set(codecs()[row.split("`")[1]].properties)


@cache
def _lines() -> list[str]:
    return markdown().splitlines()


def _row(model):
    (row,) = [line for line in _lines() if line.startswith(f"| {model} |")]
    return row


def test_a_model_is_found_by_any_name_of_its_profile():
    for model in ModelMap.load():
        assert all(name in _row(model.name) for name in (model.profile, *model.also))


def test_a_model_promises_no_more_than_it_measures_itself():
    """Its codec reads the others of the family too: an ELT-2 has no light that shows when the lamps go on."""
    assert "illuminance" in codecs()["elsys"].properties
    assert "on and off times" not in _row("ELT-2")
    assert "on and off times" in _row("EM500-LGT")
    assert _row("Ino").endswith("| on and off times |"), "of contacts; it measures no energy"


def test_what_stands_indoors_feeds_no_heat_of_the_town():
    rows = [line for line in markdown().splitlines() if line.startswith("|") and "intérieur" in line]
    assert len(rows) > 10
    assert not [row for row in rows if "heat of day" in row]
