"""Where a reading belongs under one view of the fleet, and what holds there; looked up once for many readings."""

from itertools import count
from typing import NamedTuple

from vigie.streams.core.convert import plan_of
from vigie.streams.core.fleet.view import FleetView, Outage, Placement, Point, Verdict
from vigie.streams.core.qualify.memory import NEVER, Memory, Origin
from vigie.streams.core.qualify.parameters import ParameterBook, Parameters
from vigie.topics.observation_encoder import place

_REMEMBERED = 200_000
_serials = count()


Said = tuple[tuple[Verdict, ...], tuple[Outage, ...]]


class Where(NamedTuple):
    """A placement at a point, while both stay as they are.

    Attributes:
        from_at, to_at: epoch ms.
        placement, point: of the fleet.
        encoded: their bytes in an observation.
        origins: network -> what its live uplinks of this address have in common here.
        plain: whether values stay as the device says them.
    """

    from_at: int
    to_at: int
    placement: Placement
    point: Point
    encoded: bytes
    origins: dict[str, Origin]
    plain: bool


class Places:
    """Look-ups under one view.

    Attributes:
        view: the fleet.
        serial: a number that no other one has.
    """

    def __init__(self, view: FleetView) -> None:
        self.view, self.serial = view, next(_serials)
        self._wheres: dict[tuple[str, str], Where] = {}
        self._parameters: dict[tuple[str, tuple[int, ...]], tuple[Parameters, ...]] = {}
        self._said: dict[str, Said | None] = {}
        self._book = ParameterBook()

    def whole(self, address: str, point: str, at: int) -> Where | None:
        """Where all readings of an address at an instant belong, if that is this point; None too where it depends."""
        found = self._wheres.get((address, point))
        if found is None or not found.from_at <= at < found.to_at:
            placement = self.view.covering_all(address, at)
            if placement is None or placement.point != point:
                return None
            found = self._where(address, placement, at)
        return found if found is not None and found.placement.channels is None else None

    def of(self, address: str, point: str, channel: int, at: int) -> Where | None:
        """Where a reading belongs, if that is this point."""
        placement = self.view.covering(address, channel, at)
        if placement is None or placement.point != point:
            return None
        return self._where(address, placement, at)

    def of_placement(self, address: str, point: str, placement: str, at: int) -> Where | None:
        """The same of an observation whose placement is known by its id; None where that covers it no longer."""
        found = self._wheres.get((address, point))
        if found is not None and found.placement.id == placement and found.from_at <= at < found.to_at:
            return found
        for one in self.view.placements_of(address):
            if one.id == placement and one.point == point and one.from_at <= at < one.to_at:
                return self._where(address, one, at)
        return None

    def parameters_at(self, point: str, memory: Memory, at: int) -> Parameters | None:
        """The parameters of a memory's series at an instant; None for a point that is not known there."""
        for one in reversed(self.parameters_of(point, memory)):
            if one.from_at <= at < one.to_at:
                return one
        return None

    def parameters_of(self, point: str, memory: Memory) -> tuple[Parameters, ...]:
        """The parameters of a memory's series, by rising time."""
        if memory.seen_by != self.serial:
            memory.seen_by, memory.parameters = self.serial, self.parameters(point, memory.layout.series)
            memory.varied_until = NEVER
        return memory.parameters

    def parameters(self, point: str, series: tuple[int, ...]) -> tuple[Parameters, ...]:
        """The parameters of a point's series, by rising time; none for a point that is not known."""
        found = self._parameters.get((point, series))
        if found is None:
            settings = self.view.settings_of(point)
            versions = self.view.versions_of_point(point)
            found = tuple(one for version in versions for one in self._book.of(version, settings, series))
            if len(self._parameters) >= _REMEMBERED:
                self._parameters.clear()
            self._parameters[point, series] = found
        return found

    def said_of(self, point: str) -> Said | None:
        """What people say of a point; None where they have said nothing."""
        if point not in self._said:
            verdicts, outages = self.view.verdicts_of(point), self.view.outages_of(point)
            self._said[point] = (verdicts, outages) if verdicts or outages else None
        return self._said[point]

    def _where(self, address: str, placement: Placement, at: int) -> Where | None:
        point = self.view.point_at(placement.point, at)
        if point is None:
            return None
        found = Where(
            max(placement.from_at, point.from_at),
            min(placement.to_at, point.to_at),
            placement,
            point,
            place(point.id, placement.device, placement.id, point.use_case, point.commune, point.zones),
            {},
            plan_of(placement) is None,
        )
        if len(self._wheres) >= _REMEMBERED:
            self._wheres.clear()
        self._wheres[address, point.id] = found
        return found
