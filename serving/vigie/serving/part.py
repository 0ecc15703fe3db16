"""A long list, shown part by part: what is cut says so, and where the rest stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[T]):
    """Some entries of a list.

    Attributes:
        items: what is shown.
        offset: how many entries come before them.
        total: how many the list has.
        address: of the list's beginning.

    >>> part = Part(items="cd", offset=2, total=5, address="/alerts")
    >>> part.first, part.last, part.next
    (3, 4, '/alerts?offset=4')
    >>> Part(items="ab", offset=0, total=2, address="/alerts").next
    """

    items: Sequence[T]
    offset: int
    total: int
    address: str

    @property
    def first(self) -> int:
        """Place of the first entry shown, from 1."""
        return self.offset + 1

    @property
    def last(self) -> int:
        """Place of the last entry shown."""
        return self.offset + len(self.items)

    @property
    def next(self) -> str | None:
        """Address of the following part; None at the end."""
        return f"{self.address}?offset={self.last}" if self.items and self.last < self.total else None
