"""The Numenta Anomaly Benchmark: scored as it is defined, as it publishes, and as promised."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from real_parts import SHARED, require_part

from vigie.deploy.cli import main
from vigie.deploy.nab import corpus
from vigie.deploy.nab.measured import bests, novelty
from vigie.deploy.nab.scoring import PROBATION, Profile, at_threshold, best_threshold, normalised, weigh
from vigie.deploy.nab.table import PROMISED
from vigie.deploy.nab.yardsticks import windowed_gaussian
from vigie.deploy.operator_error import Exit, OperatorError

HERE = Path(__file__).parent
STANDARD, LOW_FN = Profile("standard", 1, 1, 0.11), Profile("reward_low_FN_rate", 1, 2, 0.11)


# -- by hand


def test_only_the_earliest_detection_of_a_window_counts():
    one = weigh(100, [(40, 59)])
    score = np.zeros(100)
    score[[45, 50, 59]] = 1
    late = np.zeros(100)
    late[45] = 1
    assert at_threshold(score, one, STANDARD, 1) == at_threshold(late, one, STANDARD, 1)
    # row 45 of rows 40 to 59 stands at -(59 - 45 + 1) / 20 = -0.75: (2 / (1 + e^-3.75) - 1) / (2 / (1 + e^-5) - 1)
    assert at_threshold(late, one, STANDARD, 1)[0] == pytest.approx(0.966989, abs=1e-6)


def test_false_positives_cost_less_just_behind_a_window_and_nothing_in_the_probationary_period():
    one = weigh(100, [(40, 49)])
    for row, sum_ in ((14, -1.0), (15, -1.11), (30, -1.11), (50, -1 - 0.11 * 0.270847), (76, -1.11), (99, -1.11)):
        found = at_threshold(np.eye(100)[row], one, STANDARD, 1)[0]
        assert found == pytest.approx(sum_, abs=1e-5), row


def test_a_missed_window_costs_what_the_profile_says():
    one = weigh(100, [(40, 49), (70, 79)])
    nothing = at_threshold(np.zeros(100), one, LOW_FN, 1)[0]
    perfect = at_threshold(np.eye(100)[40] + np.eye(100)[70], one, LOW_FN, 1)[0]
    assert (nothing, perfect) == (-4, 2)
    assert normalised(nothing, 2, LOW_FN) == 0
    assert normalised(perfect, 2, LOW_FN) == 100


def test_a_window_of_the_probationary_period_is_nobodys():
    one = weigh(100, [(2, 8), (50, 59)])
    assert one.windows == 1
    assert (one.window[:15] == PROBATION).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([STANDARD, LOW_FN, Profile("p", 1, 1, 0.22)]))
def test_no_threshold_is_better_than_the_best(seed, profile):
    rng = np.random.default_rng(seed)
    weighed = [weigh(80, [(20, 29), (50, 61)]), weigh(60, []), weigh(40, [(10, 12)])]
    scores = [rng.integers(0, 9, size) / 8 for size in (80, 60, 40)]  # many are equal
    best = best_threshold(scores, weighed, profile)
    every = [
        sum(at_threshold(score, one, profile, threshold)[0] for score, one in zip(scores, weighed, strict=True))
        for threshold in (np.inf, *np.arange(9) / 8)
    ]
    assert best.raw.sum() == pytest.approx(max(every))
    assert best.score == pytest.approx(normalised(max(every), 3, profile))


# -- a folder


def write(folder: Path, *, as_cloned: bool) -> Path:
    data, labels = (folder / "data", folder / "labels") if as_cloned else (folder, folder)
    (data / "city").mkdir(parents=True)
    labels.mkdir(exist_ok=True)
    rng = np.random.default_rng(1)
    values = rng.normal(20, 1, 600)
    values[450] = 60.0
    times = [f"2026-03-{1 + row // 96:02d} {row // 4 % 24:02d}:{row % 4 * 15:02d}:00" for row in range(600)]
    for name, rows in (("spike.csv", values), ("flat.csv", np.full(600, 3))):
        lines = (f"{at},{value}" for at, value in zip(times, rows.tolist(), strict=True))
        (data / "city" / name).write_text("\n".join(["timestamp,value", *lines, ""]))
    window = [f"{times[440]}.000000", f"{times[470]}.000000"]
    said = {"city/spike.csv": [window], "city/flat.csv": [], "city/away.csv": []}
    (labels / "combined_windows.json").write_text(json.dumps(said))
    return folder


def run(*given_: str):
    return CliRunner().invoke(main, ["nab", *given_])


@pytest.mark.parametrize("as_cloned", [True, False])
def test_a_clone_of_the_benchmark_and_a_flat_folder_are_both_read(tmp_path, as_cloned):
    result = run("--data", str(write(tmp_path, as_cloned=as_cloned)), "--json")
    assert result.exit_code == 0, result.output
    ours, gaussian, chance, spike, flat = (json.loads(line) for line in result.stdout.splitlines())
    assert "city/away.csv" in result.stderr
    assert (ours["detector"], ours["files"], ours["windows"]) == ("novelty", 2, 1)
    assert ours["scores"]["standard"] > 90
    assert chance["detector"] == "random"
    assert gaussian["scores"]["standard"] > 0
    assert spike["standard"] == {"sum": spike["standard"]["sum"], "found": 1, "false": 0}
    assert flat["standard"]["false"] == 0


def test_each_detection_says_what_it_rests_on(tmp_path):
    folder = write(tmp_path, as_cloned=False)
    result = run("--data", str(folder), "--told", "--file", "spike*")
    assert result.exit_code == 0, result.output
    assert "2026-03-05T16:30:00Z" in result.stdout
    assert "city/flat.csv" not in result.stdout
    assert run("--data", str(folder), "--markdown").stdout.startswith("| detector | standard |")


def test_what_cannot_be_read_is_said_with_its_line(tmp_path):
    with pytest.raises(OperatorError, match=r"combined_windows\.json is missing"):
        corpus.read(tmp_path)
    folder = write(tmp_path / "nab", as_cloned=False)
    with pytest.raises(OperatorError, match="None of the files"):
        corpus.read(folder, "nothing*")
    path = folder / "city/spike.csv"
    path.write_text(path.read_text().replace("2026-03-01 00:30:00,", "2026-03-01 00:30:00,twenty"))
    result = run("--data", str(folder))
    assert result.exit_code == Exit.USAGE
    assert "spike.csv, line 4" in result.stderr


def test_a_cell_without_a_number_is_no_value(tmp_path):
    folder = write(tmp_path, as_cloned=False)
    path = folder / "city/flat.csv"
    path.write_text(path.read_text().replace("2026-03-02 00:30:00,3", "2026-03-02 00:30:00,"))
    flat = corpus.read(folder).series[1]
    assert np.isnan(flat.value[98])
    assert np.isfinite(novelty(flat)).all()
    assert np.isfinite(windowed_gaussian(flat.value)).all()


# -- the benchmark itself


@pytest.fixture(scope="module")
def benchmark() -> corpus.Corpus:
    folder = SHARED / "data/nab"
    require_part("the Numenta Anomaly Benchmark", folder.is_dir(), f"no folder {folder}")
    return corpus.read(folder)


def test_the_windowed_gaussian_has_the_sum_that_is_published_for_each_file(benchmark):
    lines = [line for line in (HERE / "nab/windowed_gaussian_published.csv").open() if not line.startswith("#")]
    published = {row["file"]: float(row["sum"]) for row in csv.DictReader(lines)}
    assert len(published) == 48
    for one in benchmark.series:
        found = at_threshold(windowed_gaussian(one.value), one.weighed, STANDARD, 1.0)[0]
        # three widths behind a window the published sums hold sigmoid(3) = -0.9999994, the definition says -1
        assert found == pytest.approx(published[one.name], abs=2e-7), one.name


def test_novelty_reaches_what_is_promised_on_the_files_given(benchmark):
    for best in bests(benchmark, [novelty(one) for one in benchmark.series]):
        assert best.score >= PROMISED[best.profile], best.profile
