"""`vigie fleet replace`: another device in the place of one, the series of the point going on."""

from typing import Any

import click

from vigie.deploy.fleet_changes import at_point
from vigie.deploy.fleet_changes.carry_out import Wanted, carry_out
from vigie.deploy.fleet_changes.opened import opened
from vigie.deploy.fleet_changes.typed import typed_address, typed_id
from vigie.deploy.fleet_changes.words import tell
from vigie.deploy.installation import settings_here
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.fleet import known
from vigie.streams.settings import Settings
from vigie.topics.fleet.stated import Fleet, Stated


@click.command(
    epilog="\b\nExamples:\n  vigie fleet replace TEM-13055-01 --device capteur-117 --at '2026-03-02 10:40'\n"
    "  vigie fleet replace TEM-13055-01 --device capteur-118 --address eui:24e124136b000118 --at 2026-03-02\n"
    "  vigie fleet replace PAV-13055-01 --device capteur-9 --at '2026-03-02 10:40' --set empty_mm=1900"
)
@click.argument("point")
@click.option("--device", required=True, help="Id of the device that is put there.")
@click.option("--at", required=True, help="When, in legal time.")
@click.option("--old", help="The device that goes, where several are placed there.")
@click.option("--address", help="Address of the device, where the fleet does not know it yet.")
@click.option("--model", help="Its model; default: that of the device that goes.")
@click.option("--reason", default="", help="Why the device goes.")
@click.option(
    "--set", "given", multiple=True, metavar="FIELD=VALUE", help="A field of the placement that is otherwise."
)
@click.option("--preventive", is_flag=True, help="The intervention was preventive; default: curative.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--replay/--no-replay", default=None, help="Repair history by it, or only offer to; asked on a terminal.")
@click.option("--author", help="Who states it, for the record; default: the user of this session.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, and ask nothing.")
def command(
    point: str, at: str, *, as_json: bool, yes: bool, replay: bool | None, author: str | None, **told: Any
) -> None:
    """Put a device in the place of the one at POINT (its id or its readable code).

    The placement ends, a new one begins with the same mounting, distances, datum and conversions, and an intervention
    that breaks the series is noted.
    """
    settings = settings_here()
    at_ms = typed_instant(at, settings)
    told |= {"address": typed_address(told["address"], settings), "device": typed_id(told["device"], settings)}
    assert at_ms is not None
    wanted = Wanted(f"replace {point}", yes=yes, replay=replay, author=author, as_json=as_json)
    with opened(settings) as connection:
        fleet = known.read(connection)
        used = at_point.used_ids(connection, "placement") | at_point.used_ids(connection, "intervention")
        stated = _stated(fleet, at_point.point_named(fleet, point, settings), at_ms, told, used, settings)
        carry_out(connection, settings, stated, wanted)
    if not as_json:
        click.echo(tell(settings.language, "update_files"))


def _stated(
    fleet: Fleet, point: str, at: int, told: dict[str, Any], used: set[str], settings: Settings
) -> list[Stated]:
    old, device, reason = at_point.placed_at(fleet, point, at, told["old"], settings), told["device"], told["reason"]
    gone = str(old.attributes.get("device"))
    if gone == device:
        raise OperatorError(tell(settings.language, "same_device", device=device, point=point), Exit.USAGE)
    model = told["model"] or _model_of(fleet, gone, at)
    attributes = old.attributes | at_point.given_fields(told["given"], settings)
    work = reason or tell(settings.language, "work", old=gone, new=device)
    return [
        *at_point.device_stated(fleet, device, told["address"], model, settings),
        *at_point.ended(fleet, old, at, reason or work),
        at_point.placement(point, device, at, old.valid_to, attributes, used),
        at_point.replacement(point, gone, at, work, preventive=told["preventive"], used=used, settings=settings),
    ]


def _model_of(fleet: Fleet, device: str, at: int) -> str:
    return next((str(one.attributes.get("model")) for one in fleet[("device", device)] if one.holds_at(at)), "")
