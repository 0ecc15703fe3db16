"""Which alerts somebody asks for: the same filter on the archive and on the topic."""

from dataclasses import dataclass

from vigie.streams.core.alarm.story import Story

OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A filter; what is empty asks for nothing in particular.

    Attributes:
        use_cases, communes, points, kinds, devices, rules: any of these.
        states: of ISA-18.2, or `open` or `closed`; any of these.
        from_at, to_at: epoch ms UTC; raised from (inclusive) to (exclusive); None for no bound.
        priority: the least urgent that is wanted; 4 for all.
    """

    use_cases: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    from_at: int | None = None
    to_at: int | None = None
    priority: int = 4

    def holds(self, alert: Story) -> bool:
        """Whether an alert is asked for, as it stands now."""
        last, raised_at = alert.last, alert.raised_at
        asked = (
            (self.use_cases, last.use_case), (self.communes, last.commune), (self.points, last.point),
            (self.devices, last.device or alert.subject), (self.kinds, alert.kind), (self.rules, alert.rule),
        )  # fmt: skip
        return (
            all(not any_of or value in any_of for any_of, value in asked)
            and (self.from_at is None or raised_at >= self.from_at)
            and (self.to_at is None or raised_at < self.to_at)
            and last.priority <= self.priority
            and (not self.states or bool({last.state, CLOSED if last.state == "normal" else OPEN} & {*self.states}))
        )
