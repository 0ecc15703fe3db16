"""The page of supported sensors is the one that the registries make."""

from pathlib import Path

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
    for row in rows:
        codec = codecs()[row.split("`")[1]]
        assert {"laeq", "la95eq"} <= set(codec.properties)
