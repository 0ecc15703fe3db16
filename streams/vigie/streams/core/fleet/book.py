"""Objects of one kind by their ids, and which of them refer to something: an index that follows each change."""

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

V = TypeVar("V")

NOTHING: frozenset[str] = frozenset()


class Book(Generic[V]):
    """Never changes; `with_objects` makes the next one.

    Args:
        refers_to: what a version is looked up by.
        versions: id -> its versions.
        referring: what is referred to -> ids of the objects that do.

    >>> book, _ = Book(lambda word: [word[0]]).with_objects({"x": ("apple",), "y": ("ant", "bee")})
    >>> sorted(book.referring["a"]), book.referring["b"]
    (['x', 'y'], frozenset({'y'}))
    """

    __slots__ = ("_refers_to", "referring", "versions")

    def __init__(
        self,
        refers_to: Callable[[V], Iterable[str]],
        versions: dict[str, tuple[V, ...]] | None = None,
        referring: dict[str, frozenset[str]] | None = None,
    ) -> None:
        self._refers_to = refers_to
        self.versions: dict[str, tuple[V, ...]] = {} if versions is None else versions
        self.referring: dict[str, frozenset[str]] = {} if referring is None else referring

    def with_objects(self, changed: Mapping[str, tuple[V, ...]]) -> tuple["Book[V]", set[str]]:
        """The next book.

        Args:
            changed: id -> its versions from now on; none for an object that was taken back.

        Returns:
            The book, and all that the changed objects referred to or refer to now.
        """
        versions, members, touched = self.versions.copy(), dict[str, set[str]](), set[str]()
        for name, after in changed.items():
            was = self._all(versions.get(name, ()))
            now = self._all(after)
            touched |= was | now
            for key in was ^ now:
                found = members.get(key)
                if found is None:
                    found = members[key] = set(self.referring.get(key, NOTHING))
                (found.add if key in now else found.discard)(name)
            if after:
                versions[name] = after
            else:
                versions.pop(name, None)
        referring = self.referring.copy() if members else self.referring
        for key, found in members.items():
            if found:
                referring[key] = frozenset(found)
            else:
                referring.pop(key, None)
        return Book(self._refers_to, versions, referring), touched

    def _all(self, versions: Iterable[V]) -> set[str]:
        return {key for version in versions for key in self._refers_to(version)}
