"""Which points an uplink goes to: those at which its device stood when its readings were taken.

A reading belongs to the placement that covers its channel at its own instant, so one uplink may go to several points
(a counter with two directions; a logger that was moved between two uploads). Its bytes are passed on unchanged, once
per placement; `qualify` takes from them the readings that this placement covers.

One that a replay decoded again goes to every other point of its device too: an earlier decoding may have put readings
there, at other instants or on other channels, which `qualify` takes back.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from vigie.streams.core.fleet.view import FleetView, Placement

PLACEMENT_HEADER, REVISION_HEADER = "vigie-placement", "vigie-fleet-revision"

Record = tuple[bytes, bytes, list[tuple[str, bytes]], None]
"""Key, value, headers, and no partition but the key's (transport/step.py)."""


def fleet_revision(headers: Iterable[tuple[str, bytes | None]]) -> int:
    """The revision of the fleet by which a record was placed; 0 where it does not say.

    >>> fleet_revision([("vigie-placement", b"P1/1"), ("vigie-fleet-revision", b"7")]), fleet_revision([])
    (7, 0)
    """
    for name, value in headers:
        if name == REVISION_HEADER:
            return int(value) if value and value.isdigit() else 0
    return 0


class Placed(NamedTuple):
    """What became of a batch.

    Attributes:
        records: for `placed`.
        unplaced: (network, unknown_device or no_placement) -> uplinks that stay in the store only.
    """

    records: list[Record]
    unplaced: Counter[tuple[str, str]]


class Placer:
    """Places uplinks; key and headers of each placement are made once per view.

    >>> Placer().place(FleetView(), [b"..."], [
    ...     {"device": "eui:a1", "network": "metropole", "observed_at": 0, "revision": 0, "readings": []}]).unplaced
    Counter({('metropole', 'unknown_device'): 1})
    """

    def __init__(self) -> None:
        self._view = FleetView()
        self._envelopes: dict[str, tuple[bytes, list[tuple[str, bytes]]]] = {}

    def place(self, view: FleetView, values: Iterable[bytes], uplinks: Iterable[Mapping[str, Any]]) -> Placed:
        """Place a batch.

        Args:
            view: the fleet in force.
            values: of the records of `uplinks.*`.
            uplinks: the same, decoded (schemas/uplink.avsc), in the same order.
        """
        if view is not self._view:
            self._view, self._envelopes = view, {}
        envelopes, covering_all = self._envelopes, view.covering_all
        records: list[Record] = []
        unplaced: Counter[tuple[str, str]] = Counter()
        for value, uplink in zip(values, uplinks, strict=True):
            readings = uplink["readings"]
            whole = covering_all(uplink["device"], uplink["observed_at"])
            if whole is not None and readings and not uplink["revision"]:
                for reading in readings:
                    if reading["observed_at"] is not None:
                        break
                else:  # the usual uplink: all its readings at one instant, from a device at one point
                    key, headers = envelopes.get(whole[0]) or self._envelope(whole)
                    records.append((key, value, headers, None))
                    continue
            covered = _covered(view, uplink)
            replayed = _not_among(covered, view.placements_of(uplink["device"])) if uplink["revision"] else []
            for one in (*covered, *replayed):
                key, headers = envelopes.get(one[0]) or self._envelope(one)
                records.append((key, value, headers, None))
            if not covered and (why := _why_not(view, uplink)):
                unplaced[uplink["network"], why] += 1
        return Placed(records, unplaced)

    def _envelope(self, placement: Placement) -> tuple[bytes, list[tuple[str, bytes]]]:
        made = self._envelopes[placement.id] = (
            placement.point.encode(),
            [(PLACEMENT_HEADER, placement.id.encode()), (REVISION_HEADER, b"%d" % self._view.revision)],
        )
        return made


def _covered(view: FleetView, uplink: Mapping[str, Any]) -> list[Placement]:
    """One per placement and point: a placement may stand in the view in several pieces."""
    address, at = uplink["device"], uplink["observed_at"]
    found: dict[tuple[str, str], Placement] = {}
    for reading in uplink["readings"]:
        own_at = reading["observed_at"]
        placement = view.covering(address, reading["channel"], at if own_at is None else own_at)
        if placement is not None:
            found[placement.id, placement.point] = placement
    return list(found.values())


def _not_among(covered: Iterable[Placement], placements: Iterable[Placement]) -> list[Placement]:
    """A placement at each of the other points."""
    points = {one.point for one in covered}
    return list({one.point: one for one in placements if one.point not in points}.values())


def _why_not(view: FleetView, uplink: Mapping[str, Any]) -> str:
    """Why no placement covers a reading; empty for an uplink without readings from a device that is at a point."""
    address, at = uplink["device"], uplink["observed_at"]
    if not view.knows(address):
        return "unknown_device"
    if not uplink["readings"] and any(one.from_at <= at < one.to_at for one in view.placements_of(address)):
        return ""
    return "no_placement"
