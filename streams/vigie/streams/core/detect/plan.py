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
        """Of a series (property << 16 | channel) or of an aggregate (`indicator code`)."""
        found = self._watches.get(key)
        if found is None:
            found = self._watches[key] = watches(key, self.point, self._stated, self._zone, self.subject)
        return found

    def knows(self, rule: str, at: int) -> bool:
        """Whether a rule still watches this subject at an instant (the series aside)."""
        for one in self._stated:
            if one.id == rule:
                return one.state != "off" and one.from_at <= at < one.to_at
        return rule in _platform()

    def out_of_service(self, at: int) -> bool:
        """Whether work is under way at the point at an instant."""
        return any(one.from_at <= at < one.to_at for one in self.outages)


def _platform() -> frozenset[str]:
    from vigie.streams.core.detect.rule import rules

    return frozenset(name for name, rule in rules().items() if rule.on_by_default)


class Plans:
    """Of all subjects, under one view.

    Args:
        view: the fleet in force.
        zone: of legal time.
    """

    def __init__(self, view: FleetView, zone: str) -> None:
        self.view = view
        self._zone = zone
        self._plans: dict[str, Plan | None] = {}
        self._rules = view.rules()

    def of(self, subject: str, at: int) -> Plan | None:
        """The plan of a subject at an instant, epoch ms UTC; None for a point that is none then.

        Args:
            subject: `point:P1` or another of an aggregate.
            at: event time.
        """
        found = self._plans.get(subject)
        if found is not None and found.from_at <= at < found.to_at:
            return found
        if found is None and subject in self._plans and not subject.startswith("point:"):
            return None
        made = self._plans[subject] = self._made(subject, at)
        return made

    def _made(self, subject: str, at: int) -> Plan | None:
        kind, _, name = subject.partition(":")
        if kind != "point":
            return Plan(subject, None, tuple(self._for(kind, name)), _NO_OUTAGES, self._zone)
        point = self.view.point_at(name, at)
        if point is None:
            return None
        return Plan(subject, point, self.view.rules_of(name), self.view.outages_of(name), self._zone)

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
