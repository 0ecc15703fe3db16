"""The tests of quality find what they must in every use case, with the values that a point starts with."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.random import default_rng

from vigie.deploy.commands import faults as faults_command
from vigie.deploy.faults import judge
from vigie.deploy.faults.clean import USE_CASES
from vigie.deploy.faults.inject import inject
from vigie.deploy.faults.sent import sent
from vigie.topics.property import BY_NAME

MUST = [one for one in judge.plan() if one[2] in (judge.NO_FAULT, *judge.HELD)]


@pytest.mark.parametrize(("use_case", "name", "fault"), MUST, ids=str)
def test_it_is_found_and_little_else_is_flagged(use_case, name, fault):
    found = judge.figure(use_case, name, fault, seed=1, weeks=3)
    assert found.held(), found
    assert fault == judge.NO_FAULT or found.faults >= 6


def test_the_same_seed_gives_the_same_figure_and_another_another():
    first = judge.figure("mobility", "passages", "drift", seed=1, weeks=3)
    assert judge.figure("mobility", "passages", "drift", seed=1, weeks=3) == first
    assert judge.figure("mobility", "passages", "drift", seed=2, weeks=3) != first


def test_a_fault_changes_its_own_values_and_no_others():
    clean = USE_CASES["river"](default_rng(1), 3)
    level = BY_NAME["water_level"].id
    every = sent(clean, default_rng(2))
    now, put = inject("spike", every, clean, level, default_rng(3))
    changed = np.flatnonzero(now.values[level] != every.values[level])
    assert len(changed) == len(put) > 20
    assert {(int(now.point[row]), int(now.true_at[row])) for row in changed} == {(f.point, f.from_at) for f in put}


def test_tests_that_are_switched_off_find_nothing(monkeypatch):
    monkeypatch.setattr(judge, "start_values", lambda name: {})
    found = judge.figure("noise", "laeq", "stuck", seed=1, weeks=3)
    assert (found.found, found.held()) == (0, False)


def test_the_command_prints_a_figure_per_line_and_says_what_is_not_held(monkeypatch):
    monkeypatch.setattr(judge, "plan", lambda: [("river", "water_level", "gap"), ("river", "water_level", "drift")])
    done = CliRunner().invoke(faults_command.command, ["bench", "--weeks", "3", "--json"])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [(one["fault"], one["held"]) for one in lines] == [("gap", True), ("drift", None)]
    monkeypatch.setattr(judge, "start_values", lambda name: {})
    assert CliRunner().invoke(faults_command.command, ["bench", "--weeks", "3", "--json"]).exit_code == 17
