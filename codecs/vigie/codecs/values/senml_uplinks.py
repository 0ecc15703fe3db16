"""Resolved SenML records to uplinks: one per device and instant, with readings in the catalogue's units.

Source: RFC 8428 section 4.5.3 (time relative to the reception), RFC 9039 (urn:dev names), and the meanings of units and
LwM2M resources (vigie.codecs.values.unit_meanings, vigie.codecs.values.lwm2m).

A `urn:dev:mac:` name is an EUI, a `urn:imei:` name an IMEI, another name is one of the source. An uplink is named by
its resolved records, written in one way, so that a pack in JSON and the same pack in CBOR are one uplink.
"""

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

import msgspec

from vigie.codecs.decoder import Decoded
from vigie.codecs.frame import Frame, Hints
from vigie.codecs.instants import YEAR_10000_AT
from vigie.codecs.values.cells import add_extra, converted, warn
from vigie.codecs.values.device_names import device_address
from vigie.codecs.values.lwm2m import PATH, UNITS_RESOURCE, resource
from vigie.codecs.values.senml import Resolved, resolve, split_name, wrong
from vigie.codecs.values.unit_meanings import meaning
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable, excerpt, printable
from vigie.topics.uplink import Cell, Reading

_PERCENT_NOT_RATIO = "PERCENT_NOT_RATIO"
_VALUES = frozenset(("v", "vs", "vb", "vd", "s"))
_MOST_NAME = 200


def frames(records: Any, hints: Hints) -> list[Frame]:
    """The uplinks of a pack, with the labels of JSON.

    Raises:
        Undecodable: BAD_ENVELOPE for what is no pack; BAD_TIME for an instant that cannot be.
    """
    keyed: dict[tuple[str, bool, int], list[Resolved]] = {}
    for one in resolve(records):
        address = _address(one.device, hints)
        keyed.setdefault((address, one.is_relative, one.at), []).append(one)
    return [
        _frame(address, is_relative, at, sorted(group, key=_order), hints)
        for (address, is_relative, at), group in keyed.items()
    ]


def addresses(records: Any, hints: Hints) -> set[str]:
    """The devices that a pack names, without a look at its values."""
    if not isinstance(records, list):
        raise wrong("The body is no list of records")
    names, base = set(), ""
    for record in records:
        if not isinstance(record, dict):
            raise wrong("A record is no map")
        base, name = record.get("bn", base), record.get("n", "")
        if not (isinstance(base, str) and isinstance(name, str)):
            raise wrong("A name is no text")
        if "n" in record or not _VALUES.isdisjoint(record):
            names.add((base, name))
    return {_address(split_name((base + name)[:_MOST_NAME])[0], hints) for base, name in names}


def _address(device: str, hints: Hints) -> str:
    if hints.address and not device.startswith("urn:"):
        return hints.address  # names inside one device that the source knows
    found = device_address(device or hints.source, hints.source)
    if found is None:
        raise wrong(f"{excerpt(device)} names no device, and the source names none either")
    return found


def _order(one: Resolved) -> tuple[str, str, str, str]:
    return one.device, one.part, one.kind, repr(one.value)


def _frame(address: str, is_relative: bool, at: int, group: list[Resolved], hints: Hints) -> Frame:
    decoded = Decoded([], {}, [])
    cell: dict[str, str] = {}
    units = {
        part.rpartition("/")[0]: str(one.value)
        for one in group
        if one.kind == "vs" and (part := one.part).endswith("/" + UNITS_RESOURCE)
    }
    told: set[tuple[int, int]] = set()
    for _, same in groupby(group):  # a record that stands twice in a pack is told once
        _tell(next(same), units, decoded, cell, told)
    observed_at = None if is_relative and at == 0 else at
    if is_relative and at:
        if not hints.arrived_at:
            raise Undecodable(
                Reason.BAD_TIME, f"{address}: a time relative to the reception needs its instant", address
            )
        observed_at = hints.arrived_at + at
    if observed_at is not None and not 0 <= observed_at < YEAR_10000_AT:
        raise Undecodable(Reason.BAD_TIME, f"{address}: the time {observed_at} ms cannot be", address)
    canonical = msgspec.json.encode(
        [
            [one.device, one.part, one.unit, one.kind, _plain(one.value), one.total, one.at, one.update_s]
            for one in group
        ]
    )
    layout = hints.layout
    return Frame(
        address=address, profile=hints.model, codec_tag=None, session=None, f_cnt=None, f_port=None, payload=canonical,
        received_at=None, bearer="unknown" if layout is None else layout.bearer, network=hints.source, radio=None,
        cell=_cell(cell, decoded), observed_at=observed_at, decoded=decoded, identity=canonical, timed=not is_relative,
    )  # fmt: skip


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def _digits(value: Any) -> str:
    """A fact of the cell as text; a code such as 1.0 without its point."""
    whole = isinstance(value, float) and value.is_integer() and abs(value) < 2**53
    return str(int(value)) if whole else str(_plain(value))


def _tell(
    one: Resolved, units: Mapping[str, str], found: Decoded, cell: dict[str, str], told: set[tuple[int, int]]
) -> None:
    """A record as a reading, a fact of the cell or an extra; `told`: property and channel of the readings so far."""
    name, unit, channel, extra = one.part, one.unit, None, one.part
    if path := PATH.fullmatch(one.part):
        known = resource(path[2], path[4])
        channel = int(path[3]) if int(path[3]) < 2**15 else None
        if known.firmware:
            found.firmware = printable(str(_plain(one.value)))
            return
        if known.cell:
            cell[known.cell] = printable(_digits(one.value))
            return
        extra = known.extra or one.part
        name = known.name
        unit = one.unit or units.get(f"{path[2]}/{path[3]}", "") or known.unit
    if one.total is not None:
        add_extra(found, f"{extra}_sum", one.total)
    if one.update_s is not None:
        add_extra(found, f"{extra}_update_time_s", one.update_s)
    if (
        one.kind in ("v", "vb")
        and name
        and unit not in ("lat", "lon")
        and _reading(one, name, unit, channel, found, told)
    ):
        return
    if unit in ("lat", "lon"):
        extra = "latitude_deg" if unit == "lat" else "longitude_deg"
    elif one.unit and extra == one.part:
        extra = f"{extra}_{one.unit}"
    if one.kind != "s":
        add_extra(found, extra, _plain(one.value))


def _reading(
    one: Resolved, name: str, unit: str, channel: int | None, found: Decoded, told: set[tuple[int, int]]
) -> bool:
    """Whether the record became a reading."""
    what = meaning(name, "" if unit in ("state", "PF") else unit)
    if not what.property:
        return False
    if one.kind == "vb" and unit not in ("", "state", "/"):
        return False
    value, factor = float(one.value), what.factor
    if unit in ("%", "/") and value > 1 and factor == 100:
        factor = 1.0
        warn(found, _PERCENT_NOT_RATIO)
    result = converted(value, factor, what.offset)
    number, channel = BY_NAME[what.property].id, what.channel if channel is None else channel
    if result is None or (number, channel) in told:
        return False
    told.add((number, channel))
    found.readings.append(Reading(number, channel, result))
    return True


def _cell(facts: Mapping[str, str], found: Decoded) -> Cell | None:
    if not facts:
        return None
    operator = facts["mcc"] + facts["mnc"].zfill(2) if "mcc" in facts and "mnc" in facts else None
    figures: dict[str, float | None] = dict.fromkeys(("rssi_dbm", "snr_db"))
    for name in figures.keys() & facts.keys():
        if re.fullmatch(r"-?\d{1,3}(\.\d+)?", facts[name]):
            figures[name] = float(facts[name])
        else:
            add_extra(found, name.partition("_")[0], facts[name])
    return Cell(operator=operator, cell_id=facts.get("cell_id"), **figures)
