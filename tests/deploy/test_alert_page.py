"""docs/alerts.md: its tables are those of the code."""

from pathlib import Path

import click

from vigie.deploy.alert_page import BEGIN, END, page
from vigie.deploy.commands.alerts import command
from vigie.topics.alarm_input import ACTIONS

PAGE = (Path(__file__).parents[2] / "docs/alerts.md").read_text("utf-8")


def test_the_tables_are_those_of_the_code():
    assert f"{BEGIN}\n{page()}{END}" in PAGE, "put what `vigie alerts doc` prints between the marks"


def test_each_action_of_people_is_a_command_that_the_page_tells_of():
    names = command.list_commands(click.Context(command))
    for action in {*ACTIONS} - {"attach"}:
        assert action in names
        assert f"`vigie alerts {action} ALERT" in PAGE
