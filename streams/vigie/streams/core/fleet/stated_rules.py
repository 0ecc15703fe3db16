"""The alert rules that the fleet states, and for which points each is. A part of the view (view.py); never changes."""

from collections.abc import Mapping, Sequence

from vigie.streams.core.fleet.book import Book
from vigie.streams.core.fleet.memberships import is_for
from vigie.streams.core.fleet.words import Point, StatedRule


class StatedRules:
    """Rules by their ids.

    Attributes:
        all: every one in all its versions, by rising id and from_at.

    >>> StatedRules().all
    ()
    """

    def __init__(self) -> None:
        self._book: Book[StatedRule] = Book(lambda _: ())
        self.all: tuple[StatedRule, ...] = ()

    def with_objects(self, changed: Mapping[str, tuple[StatedRule, ...]]) -> "StatedRules":
        """The next one; `changed`: id -> its versions from now on."""
        if not changed:
            return self
        after = StatedRules()
        after._book, _ = self._book.with_objects(changed)
        versions = after._book.versions
        after.all = tuple(one for name in sorted(versions) for one in versions[name])
        return after

    def of(self, point: Sequence[Point]) -> tuple[StatedRule, ...]:
        """Those that are for a point that has these versions."""
        return tuple(one for one in self.all if is_for(one, point))
