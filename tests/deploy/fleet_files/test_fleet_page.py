"""docs/fleet.md says what the code says, and its examples are read as they stand there."""

from pathlib import Path

from vigie.deploy.fleet_files.statement import read
from vigie.deploy.fleet_files.tables import BEGIN, markdown

PAGE = (Path(__file__).resolve().parents[3] / "docs/fleet.md").read_text("utf-8")


def example(first_line: str) -> str:
    lines = PAGE.splitlines()
    start = next(place for place, line in enumerate(lines) if line.strip() == first_line)
    block = []
    for line in lines[start:]:
        if line and not line.startswith("    "):
            break
        block.append(line[4:])
    return "\n".join(block)


def test_the_tables_are_those_of_the_code():
    assert PAGE.endswith(markdown()), f"write the output of vigie fleet doc from the line {BEGIN} on"


def test_the_examples_can_be_read(tmp_path: Path):
    points, contacts = example("# point.yaml").split("# contact.yaml")
    (tmp_path / "point.yaml").write_text(points)
    (tmp_path / "contact.yaml").write_text(contacts)
    (tmp_path / "placement.yaml").write_text(example("- id: TEM-13055-01/1"))
    (tmp_path / "point-csv.csv").write_text(
        example("id;code;use_case;commune;latitude;longitude;properties;step_s;upload_s")
    )
    statement = read(tmp_path, "Europe/Paris")
    assert [one.sentence_en for one in statement.problems] == []
    assert [one.kind for one in statement.stated] == ["contact"] * 2 + ["placement"] * 2 + ["point"] * 2
    assert statement.stated[-1].attributes == statement.stated[-2].attributes
