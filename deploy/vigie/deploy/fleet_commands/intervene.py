"""`vigie fleet intervene`: an intervention at a point goes on to its next state."""

import time
from typing import Any

import click

from vigie.deploy.fleet_changes import at_point
from vigie.deploy.fleet_changes.carry_out import Wanted, carry_out
from vigie.deploy.fleet_changes.opened import opened
from vigie.deploy.installation import settings_here
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.serving.intervention_words import INTERVENTION_WORDS
from vigie.serving.wording import iso_text
from vigie.streams.core.intervention_steps import FOLLOWS, OPEN, RefusedStepError, data_due_at, step
from vigie.streams.core.local_time import local, moment_text
from vigie.streams.fleet import known
from vigie.streams.settings import Settings
from vigie.topics.fleet.kinds.intervention import STATES
from vigie.topics.fleet.stated import Fleet, Stated


@click.command(
    epilog="\b\nExamples:\n  vigie fleet intervene TEM-13055-01 --state requested --asked-of aubagne\n"
    "  vigie fleet intervene TEM-13055-01 --state accepted\n"
    "  vigie fleet intervene TEM-13055-01 --state under_way --by technicien --work 'Pile changée'\n"
    "  vigie fleet intervene TEM-13055-01 --state done --at '2026-03-02 10:40' --breaks-series"
)
@click.argument("point")
@click.option("--state", required=True, type=click.Choice(list(STATES)), help="What it comes to.")
@click.option("--at", help="When, in legal time; default: now.")
@click.option("--id", "name", help="Which intervention, where several are open at the point.")
@click.option("--type", "nature", type=click.Choice(["preventive", "curative"]), help="Of a new one: curative.")
@click.option("--breaks-series/--no-breaks-series", default=None, help="The series after it is another one.")
@click.option("--by", help="Who does it: id of a contact.")
@click.option("--asked-of", help="Whose agreement is asked for: id of a party.")
@click.option("--device", help="Id of the device that it is about.")
@click.option("--work", help="What is done, in a few words.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--replay/--no-replay", default=None, help="Flag stored values of its time anew, or only offer to.")
@click.option("--author", help="Who states it, for the record; default: the user of this session.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, and ask nothing.")
def command(
    point: str, state: str, at: str | None, *, yes: bool, replay: bool | None, author: str | None, as_json: bool,
    **told: Any,
) -> None:  # fmt: skip
    """Note that an intervention at POINT (its id or its readable code) was asked for, answered, begun or done.

    One object goes through its states. While it is under way the point is out of service: its values are flagged, its
    alerts held. After it is done, data are expected within two upload periods.

    Exit code 2: that state cannot follow. 17: the fleet refuses it; why is printed.
    """
    settings = settings_here()
    instant = typed_instant(at, settings)
    if instant is None:
        instant = int(time.time() * 1000)
    wanted = Wanted(f"intervene {point}", yes=yes, replay=replay, author=author, as_json=as_json)
    with opened(settings) as connection:
        fleet = known.read(connection)
        place = at_point.point_named(fleet, point, settings)
        used = at_point.used_ids(connection, "intervention")
        stated = _next(fleet, place, state, instant, told, used, settings)
        carry_out(connection, settings, [stated], wanted)
    if state == "done" and not as_json:
        _tell_expected(fleet, place, instant, settings)


def _next(
    fleet: Fleet, point: str, state: str, at: int, told: dict[str, Any], used: set[str], settings: Settings
) -> Stated:
    before = _chosen(fleet, point, state, told["name"], settings)
    fields = ("breaks_series", "by", "asked_of", "device", "work")
    given = {name: told[name] for name in fields if told[name] is not None}
    given |= {"type": told["nature"]} if told["nature"] else {}
    name = before.id if before else _new_id(point, at, used, settings)
    noted = before.attributes if before else {"point": point, "type": "curative"}
    try:
        attributes = step(noted | given, state, at)
    except RefusedStepError as refused:
        raise OperatorError(_sentence(refused, name, settings), Exit.USAGE) from None
    return Stated(kind="intervention", id=name, attributes=attributes)


def _chosen(fleet: Fleet, point: str, state: str, name: str | None, settings: Settings) -> Stated | None:
    """The intervention that goes on; None where a new one begins."""
    words = INTERVENTION_WORDS[settings.language]
    here = {
        one.id: one for (kind, _), versions in fleet.items() if kind == "intervention"
        for one in versions if one.attributes.get("point") == point
    }  # fmt: skip
    if name is not None:
        if name not in here:
            raise OperatorError(words["unknown_id"].format(point=point, id=name), Exit.USAGE)
        return here[name]
    going_on = [one for one in here.values() if one.attributes.get("state") in OPEN]
    if state == "requested" or (not going_on and state in FOLLOWS[""]):
        return None
    if not going_on:
        raise OperatorError(words["none_open"].format(point=point, wanted=words[state]), Exit.USAGE)
    if len(going_on) > 1:
        ids = ", ".join(sorted(one.id for one in going_on))
        raise OperatorError(words["several"].format(point=point, ids=ids), Exit.USAGE)
    return going_on[0]


def _new_id(point: str, at: int, used: set[str], settings: Settings) -> str:
    begins, number = f"{point}-{local(at, settings.timezone):%Y%m%d}", 1
    while f"{begins}-{number}" in used:
        number += 1
    return f"{begins}-{number}"


def _sentence(refused: RefusedStepError, name: str, settings: Settings) -> str:
    words, values = INTERVENTION_WORDS[settings.language], refused.values
    shown = {key: words.get(value, value) for key, value in values.items()}
    if "now" in values:
        shown["follows"] = ", ".join(FOLLOWS[values["now"]])
    if "noted" in values:
        shown["noted"] = iso_text(values["noted"], settings.timezone, settings.language)
    return words[refused.why].format(id=name, **shown)


def _tell_expected(fleet: Fleet, point: str, at: int, settings: Settings) -> None:
    versions = fleet[("point", point)]
    found = next((one for one in versions if one.holds_at(at)), versions[-1])
    due_at = data_due_at(at, int(found.attributes["upload_s"]))
    due = moment_text(due_at, settings.timezone, settings.language)
    words = INTERVENTION_WORDS[settings.language]
    click.echo(words["expected"].format(code=found.attributes.get("code", point), due=due))
