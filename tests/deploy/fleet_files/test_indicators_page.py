"""docs/indicators-by-users.md: its examples are read, checked and computed as they stand there."""

import re
from pathlib import Path

import numpy as np
from fleet_objects import fleet_object
from stated_city import NOW_MS, fleet

from vigie.deploy.fleet_files.statement import read
from vigie.streams.core.fleet.check import check
from vigie.streams.core.fleet.parse import indicators
from vigie.streams.core.windows.expression import parse
from vigie.streams.core.windows.expression_check import _OTHERS
from vigie.streams.core.windows.expression_readings import FUNCTIONS
from vigie.streams.core.windows.indicator import Inputs, PointTracks
from vigie.streams.core.windows.indicator import indicators as platform
from vigie.streams.core.windows.legal import window_of
from vigie.streams.core.windows.stated import from_statement
from vigie.streams.core.windows.track import track
from vigie.topics.property import BY_NAME

PAGE = (Path(__file__).resolve().parents[3] / "docs/indicators-by-users.md").read_text("utf-8")
DAY = window_of("1d", 1_770_000_000_000, "Europe/Paris")


def stated(folder: Path):
    for block in re.findall(r"(?:^    .*\n)+", PAGE, re.MULTILINE):
        text = block.replace("\n    ", "\n")[4:]
        (folder / text.splitlines()[0].removeprefix("# ")).write_text(text)
    statement = read(folder, "Europe/Paris")
    assert [one.sentence_en for one in statement.problems] == []
    return {one.id: one for one in statement.stated}


def values(name: str, numbers: np.ndarray) -> PointTracks:
    at = DAY.start_at + np.arange(len(numbers)) * 900_000
    return PointTracks("P1", {(name, 0): track(at, numbers, property_id=BY_NAME[name].id)}, 43.3, 5.4)


def test_the_examples_are_right_and_come_to_something(tmp_path: Path):
    found = stated(tmp_path)
    assert list(found) == ["chaleur_glissante", "effet_travaux_centre", "amplitude_thermique", "heures_bruyantes"]
    assert [one for one in check(fleet(*found.values()), NOW_MS) if one.severe] == []
    made = {}
    for name, one in found.items():
        (said,) = indicators(fleet_object("indicator", name, **one.attributes))
        made[name] = from_statement(said, platform())
        if name == "chaleur_glissante":
            assert said.asks_for_windows()
            assert said.windows == ("30m", "r24h")
    (works,) = made["effet_travaux_centre"]
    dates = [np.datetime64("1970-01-01") + int(works.parameters[f"works_{end}"].default) for end in ("begin", "end")]
    assert list(map(str, dates)) == ["2026-03-01", "2026-05-15"]
    heat, noise = np.linspace(3, 31, 96), np.linspace(50, 80, 96)
    (gap,), (loud,) = made["amplitude_thermique"], made["heures_bruyantes"]
    given = (gap, values("air_temperature", heat)), (loud, values("laeq", noise))
    results = [one.compute(Inputs(DAY, "Europe/Paris", [point]))[0].value for one, point in given]
    assert results == [28.0, (noise > 65).sum() / 4]


def test_the_page_has_every_function_and_its_other_examples_can_be():
    listed = set(re.findall(r"`(\w+)\(", PAGE))
    assert {*FUNCTIONS, *_OTHERS} <= listed
    for text, unit in (
        ("max(laeq) - 3", "dB"), ("sum(passages) / window_hours()", "1/h"), ("sum(channel(passages, 1))", ""),
        ("difference(active_energy_index)", "kWh"), ("percent(count_above(laeq, 65) / count(laeq))", "%"),
        ("(max(air_temperature) + min(air_temperature)) / 2", "°C"),
    ):  # fmt: skip
        assert f"`{text}`" in PAGE
        parse(text, unit)
