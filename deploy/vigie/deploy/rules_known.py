"""The rules that the fleet states, as commands read them; and one rule by the name that a person typed."""

import os
import time
from difflib import get_close_matches
from pathlib import Path

import click

from vigie.deploy.fleet_files.places import in_order, line
from vigie.deploy.installation import settings_here
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.rule_words import say
from vigie.streams.core.detect.rule import rules
from vigie.streams.core.fleet.check import check, merge
from vigie.streams.core.fleet.parse import PARSERS
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.fleet.words import ALWAYS, EVER, StatedRule
from vigie.streams.settings import Settings
from vigie.topics.fleet.stated import Fleet


class Known:
    """A fleet, and its rules.

    Args:
        fleet: every object.
    """

    def __init__(self, fleet: Fleet) -> None:
        from datetime import UTC, datetime

        from vigie.streams.fleet.records import Recorded, fleet_object

        recorded = Recorded(1, "", datetime.now(UTC))
        read = [key for key in fleet if key[0] in PARSERS]
        self.view = FleetView().with_objects(fleet_object(key, fleet[key], recorded, 1, 1) for key in read)

    def latest(self) -> dict[str, StatedRule]:
        """Id -> its last version."""
        return {one.id: one for one in self.view.rules()}


def known_here() -> tuple[Settings, Known | None]:
    """The settings of what runs here, and the fleet's rules; None where no database is known."""
    from vigie.deploy.fleet_changes.opened import known_fleet
    from vigie.deploy.opened_database import opened_database

    try:
        settings = settings_here()
    except OperatorError:
        settings = Settings.from_env(os.environ)
    if not settings.database:
        return settings, None
    with opened_database(settings) as connection:
        return settings, Known(known_fleet(connection))


def rule_named(name: str, stated: dict[str, StatedRule], language: str) -> StatedRule:
    """The rule of this name: the fleet's, or the platform's as it is.

    Raises:
        OperatorError: nothing has it.
    """
    if name in stated:
        return stated[name]
    own = rules().get(name)
    if own is None:
        found = get_close_matches(name, [*stated, *rules()], n=1)
        near = say(language, "near", near=found[0]) if found else say(language, "not_near")
        raise OperatorError(say(language, "no_rule", name=name, near=near), Exit.USAGE)
    label = own.label_fr if language == "fr" else own.label_en
    return StatedRule(name, ALWAYS, EVER, label, "", "", "", "on" if own.on_by_default else "off")


def with_file(fleet: Fleet, path: Path, settings: Settings) -> Fleet:
    """A fleet with the rules of a file put over it.

    Raises:
        OperatorError: the file cannot be applied; its problems are printed.
    """
    from vigie.deploy.fleet_files.statement import read

    statement = read(path, settings.timezone)
    after, hindrances = merge(fleet, statement.stated)
    said = {one.key for one in statement.stated}
    problems = [*statement.problems, *hindrances]
    problems += [one for one in check(after, int(time.time() * 1000), zone=settings.timezone) if one.origin is not None]
    for one in in_order(problems):
        click.echo(line(one, settings.language), err=True)
    if any(one.severe for one in problems):
        raise OperatorError(say(settings.language, "refused_file", file=path), Exit.DIFFERENT)
    if not any(kind == "rule" for kind, _ in said):
        raise OperatorError(say(settings.language, "no_rule_in_file", file=path), Exit.USAGE)
    return after
