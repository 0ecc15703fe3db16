"""`vigie fleet claim`: a device that sends and that nobody knows becomes one of the fleet."""

import json

import click

from vigie.deploy.fleet_changes import at_point
from vigie.deploy.fleet_changes.carry_out import Wanted, carry_out
from vigie.deploy.fleet_changes.opened import Connection, opened
from vigie.deploy.fleet_changes.stored_uplinks import Unknown, model_heard, unknown_addresses
from vigie.deploy.fleet_changes.typed import typed_address, typed_id
from vigie.deploy.fleet_changes.words import tell
from vigie.deploy.installation import settings_here
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.terminal_text import cell
from vigie.streams.core.local_time import moment_text, utc_text
from vigie.streams.fleet import known
from vigie.streams.settings import Settings
from vigie.topics.fleet.ids import id_of
from vigie.topics.fleet.stated import Fleet


@click.command(
    epilog="\b\nExamples:\n  vigie fleet claim                          # who sends that nobody knows\n"
    "  vigie fleet claim eui:24e124136b000118 --point TEM-13055-01 --at '2026-03-02 10:40'"
)
@click.argument("address", required=False)
@click.option("--point", help="Id or readable code of the point where it is placed.")
@click.option("--at", help="Since when it is placed there, in legal time.")
@click.option("--model", help="Its model; default: the one that its uplinks name.")
@click.option("--id", "device", help="Id that the device gets; default: its address, with - for :.")
@click.option("--set", "given", multiple=True, metavar="FIELD=VALUE", help="A field of the placement.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--replay/--no-replay", default=None, help="Place what it sent before, or only offer to; asked on a terminal."
)
@click.option("--author", help="Who states it, for the record; default: the user of this session.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object (one a line for the list), and ask nothing."
)
def command(
    address: str | None, point: str | None, at: str | None, *, model: str | None, device: str | None,
    given: tuple[str, ...], yes: bool, replay: bool | None, author: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Place the device of ADDRESS at a point; without ADDRESS, list the addresses that send and that nobody knows."""
    settings = settings_here()
    address, device = typed_address(address, settings), typed_id(device, settings)
    with opened(settings) as connection:
        if address is None:
            _list(unknown_addresses(connection), settings, as_json=as_json)
            return
        since = typed_instant(at, settings)
        if point is None or since is None:
            raise OperatorError(tell(settings.language, "claim_needs"), Exit.USAGE)
        fleet = known.read(connection)
        place = at_point.point_named(fleet, point, settings)
        name = device or _device_with(fleet, address, since) or id_of(address)
        stated = at_point.device_stated(
            fleet, name, address, _model(fleet, connection, name, address, model, settings), settings
        )
        fields = at_point.given_fields(given, settings)
        used = at_point.used_ids(connection, "placement")
        stated.append(at_point.placement(place, name, since, None, fields, used))
        wanted = Wanted(f"claim {address}", yes=yes, replay=replay, author=author, as_json=as_json)
        carry_out(connection, settings, stated, wanted)
    if not as_json:
        click.echo(tell(settings.language, "update_files"))


def _model(fleet: Fleet, connection: Connection, name: str, address: str, model: str | None, settings: Settings) -> str:
    if ("device", name) in fleet:
        return ""
    found = model or model_heard(connection, address)
    if not found:
        raise OperatorError(tell(settings.language, "model_needed", address=address), Exit.USAGE)
    return at_point.model_named(fleet, found, settings)


def _device_with(fleet: Fleet, address: str, at: int) -> str | None:
    """The device that has the address already; then only its placement is new."""
    return next(
        (
            one.id for (kind, _), versions in fleet.items() if kind == "device" for one in versions
            if one.holds_at(at) and address in (one.attributes.get("addresses") or ())
        ),
        None,
    )  # fmt: skip


def _list(unknown: list[Unknown], settings: Settings, *, as_json: bool) -> None:
    if as_json:
        for one in unknown:
            found = {"address": one.address, "model": one.model, "uplinks": one.uplinks}
            found |= {"first_at": utc_text(one.first_at), "last_at": utc_text(one.last_at)}
            click.echo(json.dumps(found, ensure_ascii=False))
        return
    if not unknown:
        click.echo(tell(settings.language, "none_unknown"))
        return
    from rich.table import Table

    from vigie.deploy.status_table import console

    table = Table(*tell(settings.language, "unknown_head").split("|"), box=None, pad_edge=False)
    for one in unknown:
        heard = (moment_text(at, settings.timezone, settings.language) for at in (one.first_at, one.last_at))
        table.add_row(cell(one.address), cell(one.model), *heard, str(one.uplinks))
    console().print(table)
    click.echo(tell(settings.language, "claim_hint"))
