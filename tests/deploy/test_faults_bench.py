"""Tests of quality and rules find what they must, with the values that a point starts with (rules: a small part)."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.random import default_rng

from vigie.deploy.commands import faults as faults_command
from vigie.deploy.faults import judge, part_rules
from vigie.deploy.faults.clean import USE_CASES
from vigie.deploy.faults.inject import inject
from vigie.deploy.faults.sent import sent
from vigie.deploy.operator_error import Exit
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
    done = CliRunner().invoke(faults_command.command, ["bench", "--part", "quality", "--weeks", "3", "--json"])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [(one["fault"], one["held"]) for one in lines] == [("gap", True), ("drift", None)]
    monkeypatch.setattr(judge, "start_values", lambda name: {})
    assert (
        CliRunner().invoke(faults_command.command, ["bench", "--part", "quality", "--weeks", "3", "--json"]).exit_code
        == 17
    )


@pytest.mark.parametrize(("use_case", "name", "fault"), [
    ("river", "water_level", "stuck"), ("lighting", "active_power", "drift"), ("noise", "laeq", "step"),
    ("waste", "fill", "gap"), ("mobility", "passages", "none"),
], ids=str)  # fmt: skip
def test_rules_that_watch_unasked_find_it_and_raise_little_else(use_case, name, fault):
    everything, *single = part_rules.figures((use_case, name, fault), 1, 3)
    assert everything.rule == part_rules.ALL
    assert everything.held(), everything
    assert fault == "none" or everything.faults >= 6
    assert {one.rule for one in single} >= {"quality_fault", "drift"}


def test_an_unknown_part_is_refused_with_those_there_are():
    done = CliRunner().invoke(faults_command.command, ["bench", "--part", "noise"])
    assert done.exit_code == Exit.USAGE
    assert "quality, rules" in done.output
