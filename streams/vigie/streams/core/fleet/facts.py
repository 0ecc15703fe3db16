"""What rules look at: the whole fleet, the moment that parts past from future, and how a problem is told."""

from collections import defaultdict
from functools import cached_property

from vigie.streams.core.fleet.spans import Span, instant_ms, span_of
from vigie.streams.core.fleet.words import ALWAYS, EVER
from vigie.streams.core.local_time import moment_text
from vigie.topics.fleet.stated import Fleet, Problem, Stated

DAY_MS = 86_400_000
_EARLIEST_MS, _LATEST_MS = -62_135_510_400_000, 253_402_214_400_000
"""The years 1 and 9999: what a date can tell."""


class Facts:
    """A fleet that is checked.

    Args:
        fleet: every object.
        now_ms: epoch ms.
        zone: of the legal time in which sentences tell instants.
    """

    def __init__(self, fleet: Fleet, now_ms: int, zone: str = "Europe/Paris") -> None:
        self.fleet, self.now_ms, self._zone = fleet, now_ms, zone

    @cached_property
    def _by_kind(self) -> dict[str, list[Stated]]:
        found: dict[str, list[Stated]] = defaultdict(list)
        for (kind, _), versions in self.fleet.items():
            found[kind] += versions
        return found

    def of(self, kind: str) -> list[Stated]:
        """Every version of every object of a kind."""
        return self._by_kind.get(kind, [])

    def all(self) -> list[Stated]:
        """Every version of every object."""
        return [version for versions in self.fleet.values() for version in versions]

    def versions(self, kind: str, name: object) -> tuple[Stated, ...]:
        """An object's history; empty where there is none."""
        return self.fleet.get((kind, str(name)), ())

    def during(self, kind: str, name: object, span: Span) -> list[Stated]:
        """Versions of an object that hold at some instant of a span."""
        return [one for one in self.versions(kind, name) if span_of(one).meets(span)]

    def is_past(self, day: str) -> bool:
        """Whether a day (`YYYY-MM-DD`) is over, in UTC; False for what is no day."""
        try:
            return instant_ms(day) + DAY_MS <= self.now_ms
        except ValueError:
            return False

    def moment(self, at: int) -> tuple[str, str]:
        """An instant in French and English."""
        at = min(max(at, _EARLIEST_MS), _LATEST_MS)
        return moment_text(at, self._zone, "fr"), moment_text(at, self._zone, "en")

    def period(self, span: Span) -> tuple[str, str]:
        """A span in French and English."""
        (from_fr, from_en), (to_fr, to_en) = self.moment(span.start), self.moment(span.end)
        if span.start == ALWAYS and span.end == EVER:
            return "toujours", "always"
        if span.end == EVER:
            return f"depuis le {from_fr}", f"from {from_en} on"
        if span.start == ALWAYS:
            return f"jusqu'au {to_fr}", f"until {to_en}"
        return f"du {from_fr} au {to_fr}", f"from {from_en} to {to_en}"


def problem(version: Stated, field: str, french: str, english: str, *, severe: bool = True) -> Problem:
    """A problem of a version; its sentences begin with the object's name.

    >>> problem(Stated(kind="zone", id="Z1", attributes={}), "", "rien.", "nothing.").sentence_fr
    'zone Z1 : rien.'
    """
    name = f"{version.kind} {version.id}"
    return Problem(version.origin, field, f"{name} : {french}", f"{name}: {english}", severe)


def written_last(first: Stated, second: Stated) -> tuple[Stated, Stated]:
    """Two versions that cannot both be, so that what is told of the second can be found: it stands in a file.

    What comes from the database has no line that somebody could mend.
    """
    return (second, first) if second.origin is None and first.origin is not None else (first, second)


def number_of(version: Stated, field: str) -> float | None:
    """A number of a version; None where there is none, or something else (rules/forms.py tells that)."""
    value = version.attributes.get(field)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def instant_of(version: Stated, field: str) -> int | None:
    """An instant of a version, epoch ms; None where there is none, or something else."""
    try:
        return instant_ms(version.attributes[field])
    except (KeyError, ValueError, TypeError):
        return None


def stated_span(version: Stated, start: str, end: str) -> Span | None:
    """From–to as two fields say it; open where the second is missing, None where the first is."""
    begun, ended = instant_of(version, start), instant_of(version, end)
    return None if begun is None else Span(begun, EVER if ended is None else ended)
