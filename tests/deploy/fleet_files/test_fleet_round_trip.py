"""What is written is read as the same fleet: every kind, every form of value, each format."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from vigie.deploy.fleet_files import typed_names
from vigie.deploy.fleet_files.refused import Refused, tidy
from vigie.deploy.fleet_files.statement import read
from vigie.deploy.fleet_files.written import Foreign, write
from vigie.deploy.fleet_files.xlsx_cells import ERRORS
from vigie.deploy.fleet_files.xlsx_out import write_workbook
from vigie.streams.core.local_time import utc_text
from vigie.topics.aggregate import WINDOW_CODES
from vigie.topics.fleet.field import Field, Form
from vigie.topics.fleet.kind import Kind, kinds
from vigie.topics.fleet.kinds.point import USE_CASES
from vigie.topics.fleet.stated import Fleet, Key, Stated
from vigie.topics.property import BY_NAME
from vigie.topics.quality import Test as QualityTest

PARIS = "Europe/Paris"
FIRST_MS, LAST_MS = -2_208_898_800_000 + 86_400_000, 7_258_000_000_000  # 1900 to 2199


def kept(read_one: Callable[[str], str]) -> Callable[[str], bool]:
    def allowed(text: str) -> bool:
        try:
            return bool(text) and read_one(text) == text and text not in ERRORS
        except Refused:
            return False

    return allowed


TEXTS = st.text(max_size=20) | st.sampled_from(
    [
        "=1+1",
        "'+33 4",
        "''",
        "- a",
        "no",
        "2026-03-01",
        "01004",
        "a;b,c\td",
        'dit "non"',
        "l\n\n l",
        "# x",
        "é\u2028x",
        "1e5",
    ]
)
words = TEXTS.map(tidy).filter(kept(typed_names.words))
ids = (
    st.text(st.characters(categories=["L", "Nd", "Pd", "Pc", "So"]), min_size=1, max_size=12)
    | st.sampled_from(["01004", "1e5", "no"])
).map(tidy).filter(kept(typed_names.object_id))  # fmt: skip
properties = st.sampled_from(sorted(BY_NAME))
addresses = st.from_regex(
    r"(eui:[0-9a-f]{16}|imei:[0-9]{15}|src:[a-z]{1,9}:[A-Za-z][A-Za-z0-9-]{0,5}( [a-z]{1,4})?)", fullmatch=True
)
finite = st.floats(-1e12, 1e12, allow_nan=False).map(lambda value: value + 0.0)
instants_ms = st.integers(FIRST_MS // 1000, LAST_MS // 1000).map(lambda value: value * 1000) | st.sampled_from(
    [1_792_888_200_000 + 3_600_000 * hour for hour in range(-2, 3)]  # around the hour that comes twice
)
PARTICULAR: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("device", "addresses"): st.lists(addresses, min_size=1, max_size=3, unique=True),
    ("placement", "channels"): st.lists(st.integers(0, 32_767).map(str), min_size=1, max_size=3, unique=True),
    ("contact", "use_cases"): st.lists(st.sampled_from(sorted(USE_CASES)), min_size=1, unique=True),
    ("model", "properties"): st.lists(properties, min_size=1, max_size=4, unique=True),
    ("quality_setting", "test"): st.sampled_from([one.name.lower() for one in QualityTest]),
    ("document", "sha256"): st.just("ab" * 32),
    ("document", "file"): st.just("photos/none.jpg"),
    ("conversion", "to_property"): properties,
    ("indicator", "properties"): st.lists(properties, min_size=1, max_size=3, unique=True),
    ("indicator", "windows"): st.lists(st.sampled_from(WINDOW_CODES), min_size=1, max_size=3, unique=True),
    ("rule", "properties"): st.lists(properties, min_size=1, max_size=3, unique=True),
    ("rule", "indicators"): st.lists(st.sampled_from(["waste_time_to_full", "noise_lden"]), min_size=1, unique=True),
    ("mailing_list", "use_cases"): st.lists(st.sampled_from(sorted(USE_CASES)), min_size=1, unique=True),
    ("mailing_list", "roles"): st.lists(st.sampled_from(["technician", "crisis_cell"]), min_size=1, unique=True),
    ("mailing_list", "kinds"): st.lists(st.sampled_from(["value", "silence"]), min_size=1, unique=True),
    **{(kind, "property"): properties for kind in ("conversion", "comparison", "qualification", "quality_setting")},
}


@st.composite
def series(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {"property": draw(properties), "channel": draw(st.integers(0, 40))}
    if draw(st.booleans()):
        found["step_s"] = draw(st.integers(1, 604_800))
    if draw(st.booleans()):
        found["upload_s"] = draw(st.integers(1, 2_678_400))
    return found


def value(kind: Kind, field: Field) -> st.SearchStrategy[Any]:
    if (kind.name, field.name) in PARTICULAR:
        return PARTICULAR[kind.name, field.name]
    match field.form:
        case Form.NUMBER:
            return st.floats(field.minimum, field.maximum).map(lambda value: value + 0.0)
        case Form.INTEGER:
            return st.integers(int(field.minimum), int(field.maximum))
        case Form.YES_NO:
            return st.booleans()
        case Form.CHOICE:
            return st.sampled_from(sorted(field.choices))
        case Form.DAY:
            return st.dates(date(1900, 1, 1), date(2200, 12, 31)).map(date.isoformat)
        case Form.INSTANT:
            return instants_ms.map(utc_text)
        case Form.REFERENCE:
            return ids
        case Form.REFERENCES:
            return st.lists(ids, min_size=1, max_size=3, unique=True)
        case Form.SERIES:
            return st.lists(series(), min_size=1, max_size=3, unique_by=lambda one: (one["property"], one["channel"]))
        case Form.PAIRS:
            return st.lists(st.lists(finite, min_size=2, max_size=2), min_size=1, max_size=3)
        case Form.PARAMETERS:
            return st.dictionaries(
                st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), finite, min_size=1, max_size=3
            )
        case _:
            return words


@st.composite
def fleets(draw: st.DrawFn) -> Fleet:
    stated = []
    for name in draw(st.lists(st.sampled_from(sorted(kinds())), min_size=1, max_size=2, unique=True)):
        kind = kinds()[name]
        for id_ in draw(st.lists(ids, min_size=1, max_size=2, unique=True)):
            bounds: list[int | None] = [None, *sorted(draw(st.lists(instants_ms, max_size=2, unique=True))), None]
            for valid_from, valid_to in pairwise(bounds):
                chosen = [
                    field for field in kind.fields if (kind.name, field.name) in PARTICULAR or draw(st.booleans())
                ]
                attributes = {field.name: draw(value(kind, field)) for field in chosen}
                stated.append(
                    Stated(kind=kind.name, id=id_, valid_from=valid_from, valid_to=valid_to, attributes=attributes)
                )
    return grouped(stated)


def grouped(stated: Iterable[Stated]) -> Fleet:
    """The versions of each object, kinds after those that they refer to, ids by the alphabet."""
    by_key: dict[Key, list[Stated]] = defaultdict(list)
    for one in stated:
        by_key[one.key].append(one)
    order = {name: place for place, name in enumerate(kinds())}
    return {
        key: tuple(sorted(by_key[key], key=lambda one: (one.valid_from is not None, one.valid_from or 0)))
        for key in sorted(by_key, key=lambda key: (order[key[0]], key[1]))
    }


def plain(fleet: Fleet) -> dict[Any, Any]:
    return {
        key: [(one.valid_from, one.valid_to, one.attributes) for one in versions] for key, versions in fleet.items()
    }


@pytest.mark.parametrize("form", ["yaml", "csv", "xlsx"])
def test_export_then_read_gives_the_same_fleet(form: str, tmp_path_factory: pytest.TempPathFactory):
    @settings(
        max_examples=10 if form == "xlsx" else 40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(fleets())
    def holds(fleet: Fleet) -> None:
        place = tmp_path_factory.mktemp("flotte") / ("flotte.xlsx" if form == "xlsx" else "flotte")
        if form == "xlsx":
            write_workbook(fleet, place, PARIS)
        else:
            write(fleet, place, PARIS, form=form)
        statement = read(place, PARIS)
        assert [one.sentence_en for one in statement.problems if one.severe] == []
        assert plain(grouped(statement.stated)) == plain(fleet)

    holds()


def test_bounds_finer_than_a_second_stay(tmp_path: Path):
    fleet = grouped(
        [Stated(kind="zone", id="z", valid_from=1_772_371_800_123, attributes={"name": "Z", "role": "other"})]
    )
    write(fleet, tmp_path / "f", PARIS)
    write_workbook(fleet, tmp_path / "f.xlsx", PARIS)
    for place in (tmp_path / "f", tmp_path / "f.xlsx"):
        assert plain(grouped(read(place, PARIS).stated)) == plain(fleet)


def test_private_fields_are_left_out_where_asked(tmp_path: Path):
    contact = Stated(
        kind="contact", id="c", attributes={"party": "p", "role": "owner", "name": "Camille", "mail": "c@x"}
    )
    write(grouped([contact]), tmp_path / "sans", PARIS, private=False)
    write_workbook(grouped([contact]), tmp_path / "sans.xlsx", PARIS, private=False)
    for place in ("sans", "sans.xlsx"):
        assert read(tmp_path / place, PARIS).stated[0].attributes == {"party": "p", "role": "owner"}
    assert "Camille" not in (tmp_path / "sans/contact.yaml").read_text("utf-8")


def test_a_folder_whose_other_files_would_say_something_else_is_left_alone(tmp_path: Path):
    zone = grouped([Stated(kind="zone", id="z", attributes={"name": "Z", "role": "other"})])
    (tmp_path / "zone-est.csv").write_text("id\nx\n")
    with pytest.raises(Foreign, match=r"zone-est\.csv"):
        write(zone, tmp_path, PARIS)
    assert not (tmp_path / "zone.yaml").exists()
    (tmp_path / "zone-est.csv").unlink()
    write(zone, tmp_path, PARIS)
    assert [one.name for one in write(zone, tmp_path, PARIS)] == ["zone.yaml"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["zone.yaml"]
