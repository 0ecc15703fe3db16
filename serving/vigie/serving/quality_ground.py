"""What a test of quality judged a value by, as its sentences need it."""

from typing import NamedTuple

from vigie.serving.wording import local, number_text, reading_text
from vigie.streams.core.local_time import duration_text
from vigie.streams.sinks.explain_queries import Facts
from vigie.streams.sinks.observation_queries import Value
from vigie.topics.quality import Flag

HOUR_MS = 3_600_000
UNKNOWN = "–"
Numbers = dict[str, float]


class Ground(NamedTuple):
    """What a test judged by.

    Attributes:
        facts: about the value.
        parameters: of the test.
        flag: its verdict.
        zone: IANA name of the legal time.
        language: `fr` or `en`.
    """

    facts: Facts
    parameters: Numbers
    flag: Flag
    zone: str
    language: str

    def amount(self, value: float | None) -> str:
        """A number with the unit of the property; an unknown one is a dash."""
        return UNKNOWN if value is None else reading_text(self.facts.series[0], value, self.language)

    def parameter(self, name: str) -> str:
        """A parameter in the unit of the property."""
        return self.amount(self.parameters.get(name))

    def plain(self, name: str) -> str:
        """A parameter without unit."""
        value = self.parameters.get(name)
        return UNKNOWN if value is None else number_text(value, self.language)

    def hours(self, name: str) -> str:
        """A parameter in hours, as a duration."""
        value = self.parameters.get(name)
        return UNKNOWN if value is None else duration_text(round(value * HOUR_MS), self.language)

    def dated(self, value: Value | None) -> str:
        """A value with the time of day at which it was measured."""
        if value is None:
            return UNKNOWN
        at = local(value.observed_at, self.zone).strftime(
            "%d/%m %H:%M:%S" if self.language == "fr" else "%m-%d %H:%M:%S"
        )
        return f"{self.amount(value.value)}, {at}"

    @property
    def value(self) -> float:
        """The value that is explained."""
        return self.facts.value.value

    @property
    def before(self) -> Value | None:
        """The last value before it that is not missing."""
        present = [one for one in self.facts.before if one.value == one.value]
        return present[-1] if present else None
