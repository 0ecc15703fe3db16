"""A device put at a point, or put in the place of another: the objects that state it."""

import difflib
from collections.abc import Collection, Mapping
from typing import Any

import psycopg
from msgspec import structs

from vigie.codecs.model_map import ModelMap
from vigie.deploy.fleet_changes.words import tell
from vigie.deploy.fleet_files.forms import taker
from vigie.deploy.fleet_files.refused import Refused
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.core.fleet.spans import instant_text, span_of
from vigie.streams.core.local_time import local, moment_text
from vigie.streams.settings import Settings
from vigie.topics.fleet.kind import kinds
from vigie.topics.fleet.stated import Fleet, Stated

Connection = psycopg.Connection[Any]

SETTABLE = (
    "channels", "mounting", "height_m", "orientation_deg", "empty_mm", "full_mm", "datum_m", "conversions",
)  # fmt: skip
"""Fields of a placement that go on when a device is replaced, unless told otherwise."""


def used_ids(connection: Connection, kind: str) -> set[str]:
    """Ids that objects of a kind have or had: none is used again."""
    rows = connection.execute("SELECT id FROM fleet_object WHERE kind = %s", (kind,))
    return {row[0] for row in rows}


def point_named(fleet: Fleet, name: str, settings: Settings) -> str:
    """The id of a point, by its id or by a code that it has.

    Raises:
        OperatorError: there is none.
    """
    if ("point", name) in fleet:
        return name
    by_code = {
        str(one.attributes.get("code")): one.id
        for (kind, _), versions in fleet.items() if kind == "point" for one in versions
    }  # fmt: skip
    if name in by_code:
        return by_code[name]
    names = {one.casefold(): one for one in (*by_code.values(), *by_code)}
    near = [names[one] for one in difflib.get_close_matches(name.casefold(), names, n=1)]
    said = tell(settings.language, "near", name=near[0]) if near else "."
    raise OperatorError(tell(settings.language, "no_point", name=name, near=said), Exit.USAGE)


def placed_at(fleet: Fleet, point: str, at: int, old: str | None, settings: Settings) -> Stated:
    """The placement that holds at a point at an instant.

    Args:
        fleet: as it is known.
        point: id.
        at: epoch ms.
        old: the device, where there are several.
        settings: of the installation.

    Raises:
        OperatorError: there is none, there are several, or it begins at that very instant.
    """
    found = [
        one for (kind, _), versions in fleet.items() if kind == "placement" for one in versions
        if one.attributes.get("point") == point and one.holds_at(at)
    ]  # fmt: skip
    chosen = [one for one in found if old is None or one.attributes.get("device") == old]
    when = moment_text(at, settings.timezone, settings.language)
    if not chosen:
        raise OperatorError(tell(settings.language, "nothing_placed", point=point, at=when), Exit.USAGE)
    if len(chosen) > 1:
        devices = ", ".join(sorted(str(one.attributes.get("device")) for one in chosen))
        raise OperatorError(
            tell(settings.language, "several_placed", point=point, at=when, devices=devices), Exit.USAGE
        )
    if chosen[0].valid_from == at:
        raise OperatorError(tell(settings.language, "begins_then", placement=chosen[0].id), Exit.USAGE)
    return chosen[0]


def ended(fleet: Fleet, placement: Stated, at: int, reason: str) -> list[Stated]:
    """A placement's history, ending at an instant for a reason."""
    kept = [one for one in fleet[placement.key] if span_of(one).start < at]
    last = kept[-1]
    attributes = last.attributes | ({"end_reason": reason} if reason else {})
    return [*kept[:-1], structs.replace(last, valid_to=at, attributes=attributes)]


def placement(
    point: str, device: str, valid_from: int, valid_to: int | None, attributes: Mapping[str, Any], used: Collection[str]
) -> Stated:
    """A new placement of a point, with the next number that none of its placements had.

    >>> placement("P1", "D2", 0, None, {"height_m": 3.0}, {"P1/1"}).id
    'P1/2'
    """
    number = sum(one.startswith(f"{point}/") for one in used) + 1
    while f"{point}/{number}" in used:
        number += 1
    carried = {name: attributes[name] for name in SETTABLE if name in attributes}
    return Stated(
        kind="placement", id=f"{point}/{number}", valid_from=valid_from, valid_to=valid_to,
        attributes={"device": device, "point": point} | carried,
    )  # fmt: skip


def replacement(
    point: str, device: str, at: int, work: str, *, preventive: bool, used: Collection[str], settings: Settings
) -> Stated:
    """The intervention that a replacement is: done, and a break in the series."""
    name = f"{point}-{local(at, settings.timezone):%Y%m%d}"
    number = 1
    while f"{name}-{number}" in used:
        number += 1
    return Stated(
        kind="intervention", id=f"{name}-{number}",
        attributes={
            "point": point, "device": device, "state": "done", "type": "preventive" if preventive else "curative",
            "breaks_series": True, "started_at": instant_text(at), "ended_at": instant_text(at), "work": work,
        },
    )  # fmt: skip


def device_stated(fleet: Fleet, name: str, address: str | None, model: str, settings: Settings) -> list[Stated]:
    """A device, with its model where the fleet does not know that yet; nothing where the device is known.

    Args:
        fleet: as it is known.
        name: id of the device.
        address: of a new device.
        model: of a new device.
        settings: of the installation.

    Raises:
        OperatorError: the device is known under other addresses, or it is new and something is missing.
    """
    known = fleet.get(("device", name))
    if known:
        addresses = [str(each) for one in known for each in one.attributes.get("addresses") or ()]
        if address is not None and address not in addresses:
            told = ", ".join(dict.fromkeys(addresses))
            raise OperatorError(tell(settings.language, "other_address", device=name, addresses=told), Exit.USAGE)
        return []
    if address is None:
        raise OperatorError(tell(settings.language, "unknown_device", device=name), Exit.USAGE)
    device = Stated(kind="device", id=name, attributes={"addresses": [address], "model": model})
    return [*_model(fleet, model, settings), device]


def given_fields(told: Collection[str], settings: Settings) -> dict[str, Any]:
    """Fields of a placement given as `name=value`.

    Raises:
        OperatorError: no such field can be given, or not so.
    """
    found: dict[str, Any] = {}
    for one in told:
        name, _, value = one.partition("=")
        field = kinds()["placement"].field(name)
        if field is None or name not in SETTABLE:
            known = ", ".join(SETTABLE)
            raise OperatorError(tell(settings.language, "not_a_field", name=name, known=known), Exit.USAGE)
        try:
            found[name] = taker("placement", field, settings.timezone)(value)
        except Refused as refused:
            why = refused.french if settings.language == "fr" else refused.english
            raise OperatorError(tell(settings.language, "bad_value", name=name, why=why), Exit.USAGE) from None
    return found


def model_named(fleet: Fleet, name: str, settings: Settings) -> str:
    """The fleet's id of a model that an uplink names: it may carry the name of its profile there.

    >>> model_named({("model", "Milesight-EM300-TH"): ()}, "EM300-TH", Settings())
    'Milesight-EM300-TH'
    """
    known = ModelMap.load(settings.models).named(name)
    profile = known.profile if known is not None else ""
    return next((one for one in (name, profile, profile.replace(" ", "-")) if ("model", one) in fleet), name)


def _model(fleet: Fleet, model: str, settings: Settings) -> list[Stated]:
    if ("model", model) in fleet:
        return []
    known = ModelMap.load(settings.models).named(model)
    if known is None or not known.profile:
        raise OperatorError(tell(settings.language, "unknown_model", model=model), Exit.USAGE)
    return [Stated(kind="model", id=model, attributes={"maker": known.profile.split()[0], "note": known.profile})]
