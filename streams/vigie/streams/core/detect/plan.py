"""What watches which subject under the fleet in force; made when a subject is first met, anew with each view."""

from vigie.streams.core.detect.watch import Watch, watches
from vigie.streams.core.fleet.view import FleetView, Outage, Point
from vigie.streams.core.fleet.words import ALWAYS, EVER, StatedRule

_NO_OUTAGES: tuple[Outage, ...] = ()


class Plan:
    """Of one subject, while its point does not change.

    Attributes:
        point: None where the subject is none.
        subject: `point:P1`, `zone:Z1`.
        from_at, to_at: of this version of the point.
        outages: interventions.
    """

    __slots__ = ("_stated", "_watches", "_zone", "from_at", "outages", "point", "subject", "to_at")

    def __init__(
        self, subject: str, point: Point | None, stated: tuple[StatedRule, ...], outages: tuple[Outage, ...], zone: str
    ) -> None:
        self.subject, self.point, self.outages = subject, point, outages
        self.from_at, self.to_at = (ALWAYS, EVER) if point is None else (point.from_at, point.to_at)
        self._stated, self._zone = stated, zone
        self._watches: dict[int | str, tuple[Watch, ...]] = {}

    def watches(self, key: int | str) -> tuple[Watch, ...]:
        """Of a series (property << 16 | channel), of a series beside its neighbours (the same, negative), or of an
        aggregate (`indicator code`).
        """
        found = self._watches.get(key)
        if found is None:
            found = self._watches[key] = watches(key, self.point, self._stated, self._zone, self.subject)
        return found

    def out_of_service(self, at: int) -> bool:
        """Whether work is under way at the point at an instant."""
        return any(one.from_at <= at < one.to_at for one in self.outages)


class Plans:
    """Of all subjects, under one view.

    Args:
        view: the fleet in force.
        zone: of legal time.
    """

    def __init__(self, view: FleetView, zone: str) -> None:
        self.view = view
        self._zone = zone
        self._plans: dict[str, Plan] = {}
        self._points: dict[str, Plan] = {}
        self._rules = view.rules()

    def of(self, subject: str, at: int) -> Plan | None:
        """The plan of a subject at an instant, epoch ms UTC; None for a point that is none then.

        Args:
            subject: `point:P1` or another of an aggregate.
            at: event time.
        """
        kind, _, name = subject.partition(":")
        if kind == "point":
            return self.of_point(name, at)
        found = self._plans.get(subject)
        if found is None:
            found = self._plans[subject] = Plan(
                subject, None, tuple(self._for(kind, name)), _NO_OUTAGES, self._zone
            )  # fmt: skip
        return found

    def of_point(self, name: str, at: int) -> Plan | None:
        """The plan of a point at an instant; None where it is none then."""
        found = self._points.get(name)
        if found is not None and found.from_at <= at < found.to_at:
            return found
        point = self.view.point_at(name, at)
        if point is None:
            return None
        rules, outages = self.view.rules_of(name), self.view.outages_of(name)
        made = self._points[name] = Plan(f"point:{name}", point, rules, outages, self._zone)
        return made

    def watch(self, subject: str, key: str) -> bool:
        """Whether a rule watches an aggregate of a subject, at whatever time."""
        kind, _, name = subject.partition(":")
        if kind != "point":
            found = self.of(subject, 0)
            return found is not None and bool(found.watches(key))
        plans = (self.of_point(name, one.from_at) for one in self.view.versions_of_point(name))
        return any(plan is not None and plan.watches(key) for plan in plans)

    def _for(self, kind: str, name: str) -> list[StatedRule]:
        """Rules with indicators that are for a zone, a network or a use case as such."""
        if kind == "zone":
            return [one for one in self._rules if one.indicators and name in one.zones]
        use_case = name if kind == "use_case" else ""
        return [
            one
            for one in self._rules
            if one.indicators and not (one.points or one.zones) and (not one.use_case or one.use_case == use_case)
        ]
