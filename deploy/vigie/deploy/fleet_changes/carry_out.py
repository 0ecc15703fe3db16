"""A change of the fleet from statement to topic: shown, asked about, recorded, published, told."""

import getpass
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import click
import psycopg

from vigie.deploy.fleet_changes.lines import as_data, lines
from vigie.deploy.fleet_changes.opened import known_with_revision
from vigie.deploy.fleet_changes.publishing import Published, framer, publish
from vigie.deploy.fleet_changes.stored_uplinks import COUNT_LIMIT_S, touched
from vigie.deploy.fleet_changes.words import tell
from vigie.deploy.fleet_files import places
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.core.fleet.diff import TAKEN_BACK
from vigie.streams.fleet.apply import Applied, Proposed, apply, propose
from vigie.streams.settings import Settings
from vigie.topics.fleet.stated import Problem, Stated

Connection = psycopg.Connection[Any]

PROBLEMS_SHOWN = 50


class Wanted(NamedTuple):
    """How a change is to be made.

    Attributes:
        source: what it was read from, for the record.
        prune: what is not mentioned is taken back.
        yes: without asking.
        replay: whether history is repaired; None asks on a terminal, and else it is.
        author: who states it.
        as_json: print one JSON object, and ask nothing.
        everything: show every object.
    """

    source: str
    prune: bool = False
    yes: bool = False
    replay: bool | None = None
    author: str | None = None
    as_json: bool = False
    everything: bool = False


class Shown(NamedTuple):
    """What would be changed, and how many stored uplinks it concerns (None where that takes too long to count)."""

    proposed: Proposed
    problems: tuple[Problem, ...]
    uplinks: int | None


def show(
    connection: Connection, settings: Settings, stated: list[Stated], wanted: Wanted, said: Sequence[Problem] = (),
) -> Shown:  # fmt: skip
    """Print what a statement would change.

    Args:
        connection: to the store.
        settings: of the installation.
        stated: the statement.
        wanted: how it is to be made.
        said: problems that its files have.

    Raises:
        click.exceptions.Exit: something severe is wrong with it; that was printed.
    """
    revision, before = known_with_revision(connection)
    proposed = propose(
        before, stated, int(time.time() * 1000), prune=wanted.prune, zone=settings.timezone, revision=revision
    )
    problems = _all(said, proposed.problems)
    if any(one.severe for one in problems):
        _refuse(settings, problems, wanted)
    uplinks = touched(connection, proposed.repairs)
    if not wanted.as_json:
        _print_problems(problems, settings)
        for line in lines(proposed.changes, settings, everything=wanted.everything):
            click.echo(line)
        if proposed.changes:
            click.echo(tell(settings.language, "summary", changes=len(proposed.changes)))
            click.echo(_touched(settings, uplinks, len(proposed.repairs)))
    return Shown(proposed, problems, uplinks)


def carry_out(
    connection: Connection, settings: Settings, stated: list[Stated], wanted: Wanted, said: Sequence[Problem] = ()
) -> None:
    """Show a change, ask, make it, publish it, say so; as `vigie fleet apply` does, and whatever ends in an apply.

    Args:
        connection: `opened` to write.
        settings: of the installation.
        stated: the statement.
        wanted: how it is to be made.
        said: problems that its files have.

    Raises:
        click.exceptions.Exit: it is refused; why was printed.
    """
    shown = show(connection, settings, stated, wanted, said)
    if not shown.proposed.changes:
        _tell(connection, settings, wanted, shown, None)
        return
    taken = sum(change.what == TAKEN_BACK for change in shown.proposed.changes)
    asks = _asks(wanted)
    if taken and wanted.prune and not wanted.yes and not asks:
        raise OperatorError(tell(settings.language, "prune_needs_yes", count=taken), Exit.USAGE)
    if asks and not click.confirm(tell(settings.language, "confirm")):
        click.echo(tell(settings.language, "declined"))
        return
    replay = True if wanted.replay is None else wanted.replay
    if asks and wanted.replay is None and shown.uplinks != 0:
        replay = click.confirm(tell(settings.language, "confirm_replay"), default=True)
    applied = apply(
        connection, stated, author=wanted.author or _user(), source=wanted.source, prune=wanted.prune, replay=replay,
        framer=framer(settings), zone=settings.timezone, shown=shown.proposed,
    )  # fmt: skip
    if any(one.severe for one in applied.problems):  # the fleet has changed since it was shown
        _refuse(settings, applied.problems, wanted)
    _tell(connection, settings, wanted, shown, applied, replay=replay)


def _tell(
    connection: Connection, settings: Settings, wanted: Wanted, shown: Shown, applied: Applied | None,
    *, replay: bool = True,
) -> None:  # fmt: skip
    published = publish(connection, settings)  # an earlier apply's records may wait too
    revision = None if applied is None else applied.revision
    if wanted.as_json:
        click.echo(
            json.dumps(
                data(shown)
                | {"revision": revision, "published": published.records, "waiting": published.left, "replay": replay},
                ensure_ascii=False,
            )
        )
        return
    if applied is None or revision is None:
        click.echo(tell(settings.language, "nothing", revision=shown.proposed.revision))
    else:
        click.echo(tell(settings.language, "applied", revision=revision, changes=len(applied.changes)))
        if applied.repairs and shown.uplinks != 0:
            click.echo(tell(settings.language, "asked" if replay else "offered"))
    _tell_published(published, settings)


def _tell_published(published: Published, settings: Settings) -> None:
    language = settings.language
    if published.left:
        click.echo(tell(language, "recorded_only", why=published.why, count=published.left))
    elif published.records:
        click.echo(tell(language, "published", topic=settings.topic("fleet.v1"), count=published.records))


def data(shown: Shown) -> dict[str, Any]:
    """What would be changed, as JSON has it."""
    return {
        "changes": [as_data(change) for change in shown.proposed.changes],
        "problems": [places.as_data(one) for one in shown.problems],
        "repairs": len(shown.proposed.repairs),
        "uplinks": shown.uplinks,
    }


def _touched(settings: Settings, uplinks: int | None, repairs: int) -> str:
    if uplinks is None:
        return tell(settings.language, "touches_unknown", repairs=repairs, limit=COUNT_LIMIT_S)
    return tell(settings.language, "touches" if uplinks else "touches_none", uplinks=uplinks, repairs=repairs)


def _all(said: Sequence[Problem], found: Sequence[Problem]) -> tuple[Problem, ...]:
    """Problems of the files and of the fleet; of one field only what its file says, which knows the column."""
    told = {(one.origin[:3], one.field) for one in said if one.origin is not None}
    return (*said, *(one for one in found if one.origin is None or (one.origin[:3], one.field) not in told))


def _refuse(settings: Settings, problems: Sequence[Problem], wanted: Wanted) -> None:
    if wanted.as_json:
        click.echo(json.dumps({"problems": [places.as_data(one) for one in problems]}, ensure_ascii=False))
    else:
        _print_problems(problems, settings)
        count = sum(one.severe for one in problems)
        click.echo(tell(settings.language, "refused", count=count), err=True)
    raise click.exceptions.Exit(int(Exit.DIFFERENT))


def _print_problems(problems: Sequence[Problem], settings: Settings) -> None:
    ordered = sorted(places.in_order(problems), key=lambda one: not one.severe)
    for one in ordered[:PROBLEMS_SHOWN]:
        click.echo(places.line(one, settings.language), err=True)
    if len(ordered) > PROBLEMS_SHOWN:
        click.echo(tell(settings.language, "more", count=len(ordered) - PROBLEMS_SHOWN), err=True)


def _asks(wanted: Wanted) -> bool:
    return sys.stdin.isatty() and not wanted.yes and not wanted.as_json


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container whose user has no name
        return str(os.getuid())
