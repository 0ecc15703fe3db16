"""What a statement changes: objects added, taken back, or changed field by field, each over the time it is about."""

from itertools import pairwise
from typing import Any, NamedTuple

from vigie.streams.core.fleet.spans import Span, span_of
from vigie.topics.fleet.kind import kinds
from vigie.topics.fleet.stated import Fleet, Key, Stated

ADDED, CHANGED, TAKEN_BACK = "added", "changed", "taken_back"


class FieldChange(NamedTuple):
    """What changes in one field over a span.

    Attributes:
        span: the time that the change is about, not the time when it is stated.
        field: its name; empty where the object as a whole begins or ceases to hold.
        before, after: its values in attributes; None where it has none. For the whole object: whether it holds.
    """

    span: Span
    field: str
    before: Any
    after: Any


class Change(NamedTuple):
    """What changes in one object.

    Attributes:
        kind, id: which object.
        what: ADDED, CHANGED or TAKEN_BACK.
        fields: of a changed object, by rising time, then in the order of the kind's fields.
    """

    kind: str
    id: str
    what: str
    fields: tuple[FieldChange, ...] = ()

    @property
    def key(self) -> Key:
        """Kind and id."""
        return self.kind, self.id


def diff(before: Fleet, after: Fleet) -> list[Change]:
    """Every object that differs, kinds in their order (what is referred to first), then by id."""
    changes = []
    for key, versions in after.items():
        known = before.get(key)
        if not known:
            changes.append(Change(*key, ADDED))
        elif not same(known, versions):
            changes.append(Change(*key, CHANGED, field_changes(key[0], known, versions)))
    changes += [Change(*key, TAKEN_BACK) for key in before if key not in after]
    order = {name: place for place, name in enumerate(kinds())}
    return sorted(changes, key=lambda change: (order[change.kind], change.id))


def same(some: tuple[Stated, ...], others: tuple[Stated, ...]) -> bool:
    """Whether two histories say the same, wherever they were read."""
    return some is others or [identity(one) for one in some] == [identity(one) for one in others]


def identity(version: Stated) -> tuple[int | None, int | None, dict[str, Any]]:
    """What a version says of its object."""
    return version.valid_from, version.valid_to, version.attributes


def field_changes(kind: str, before: tuple[Stated, ...], after: tuple[Stated, ...]) -> tuple[FieldChange, ...]:
    """Field by field, each difference over the longest span that it has.

    >>> def always(name): return (Stated(kind="zone", id="Z", attributes={"name": name}),)
    >>> field_changes("zone", always("Parc"), always("Parc Borély"))[0][1:]
    ('name', 'Parc', 'Parc Borély')
    """
    found: dict[tuple[str, str], list[FieldChange]] = {}
    for span, old, new in segments(before, after):
        for name, was, now in _differences(kind, old, new):
            change = FieldChange(span, name, was, now)
            runs = found.setdefault((name, repr((was, now))), [])
            if runs and runs[-1].span.end == span.start:
                runs[-1] = change._replace(span=Span(runs[-1].span.start, span.end))
            else:
                runs.append(change)
    places = {one.name: place for place, one in enumerate(kinds()[kind].fields)}
    return tuple(
        sorted(
            (change for runs in found.values() for change in runs),
            key=lambda change: (change.span, places.get(change.field, -1)),
        )
    )


def segments(
    before: tuple[Stated, ...], after: tuple[Stated, ...]
) -> list[tuple[Span, dict[str, Any] | None, dict[str, Any] | None]]:
    """The line of time, cut wherever a version of either begins or ends, with the attributes of each there."""
    bounds = sorted({at for version in (*before, *after) for at in span_of(version)})
    return [
        (Span(start, end), _attributes_at(before, start), _attributes_at(after, start))
        for start, end in pairwise(bounds)
    ]


def _attributes_at(versions: tuple[Stated, ...], at: int) -> dict[str, Any] | None:
    return next((one.attributes for one in versions if span_of(one).start <= at < span_of(one).end), None)


def _differences(kind: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> list[tuple[str, Any, Any]]:
    if old is None or new is None:
        return [] if old is new else [("", old is not None, new is not None)]
    names = [one.name for one in kinds()[kind].fields]
    names += [name for name in (*old, *new) if name not in names]
    return [(name, old.get(name), new.get(name)) for name in dict.fromkeys(names) if old.get(name) != new.get(name)]
