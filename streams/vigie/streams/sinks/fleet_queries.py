"""What the store knows of the fleet now, asked object by object: for pages and reports that look at a few of them."""

from datetime import datetime
from typing import Any, NamedTuple

import psycopg

Connection = psycopg.Connection[Any]


class Known(NamedTuple):
    """How an object is from–to, as known now.

    Attributes:
        kind, id: which object.
        from_at: epoch ms UTC, inclusive; None for always.
        to_at: epoch ms UTC, exclusive; None for ever.
        attributes: of the kind's fields.
    """

    kind: str
    id: str
    from_at: int | None
    to_at: int | None
    attributes: dict[str, Any]

    def holds_at(self, at_ms: int) -> bool:
        """Whether it holds at an instant."""
        return (self.from_at is None or self.from_at <= at_ms) and (self.to_at is None or at_ms < self.to_at)

    def get(self, field: str, default: Any = None) -> Any:
        """A field's value."""
        found = self.attributes.get(field)
        return default if found is None else found


_VERSION = (
    "SELECT o.kind, o.id, lower(v.valid), upper(v.valid), v.attributes"
    " FROM fleet_object o JOIN fleet_version v ON v.object = o.number AND v.superseded_at IS NULL"
)
_ORDER = " ORDER BY lower(v.valid) NULLS FIRST, o.id"


def versions(connection: Connection, kind: str, name: str) -> list[Known]:
    """The versions of one object by rising validity; empty if there is none."""
    return _rows(connection, f"{_VERSION} WHERE o.kind = %s AND o.id = %s{_ORDER}", kind, name)


def of_kind(connection: Connection, kind: str, limit: int | None = None, after: str = "") -> list[Known]:
    """The versions of objects of a kind whose id comes after one, by their ids; at most `limit` versions."""
    text = f"{_VERSION} WHERE o.kind = %s AND o.id > %s ORDER BY o.id, lower(v.valid) NULLS FIRST LIMIT %s"
    return _rows(connection, text, kind, after, limit)


def referring(connection: Connection, kind: str, to_kind: str, to_id: str) -> list[Known]:
    """The versions of objects of a kind that refer to an object, by rising validity.

    A version of such an object that refers to another one is left out.
    """
    found = _rows(
        connection,
        f"{_VERSION} JOIN fleet_reference r ON r.object = o.number JOIN fleet_object t ON t.number = r.target"
        f" WHERE o.kind = %s AND t.kind = %s AND t.id = %s{_ORDER}",
        kind, to_kind, to_id,
    )  # fmt: skip
    unique = {(one.id, one.from_at): one for one in found if _names(one.attributes, to_id)}
    return list(unique.values())


def at(found: list[Known], instant: int) -> Known | None:
    """The version that holds at an instant, else the last one that held before, else the first."""
    holding = [one for one in found if one.holds_at(instant)]
    before = [one for one in found if one.from_at is None or one.from_at <= instant]
    chosen = holding or before[-1:] or found[:1]
    return chosen[0] if chosen else None


def epoch_ms(instant: datetime | None) -> int | None:
    """An instant of the database as epoch milliseconds; None stays."""
    return None if instant is None else round(instant.timestamp() * 1000)


def _names(attributes: dict[str, Any], target: str) -> bool:
    return any(value == target or (isinstance(value, list) and target in value) for value in attributes.values())


def _rows(connection: Connection, text: str, *values: object) -> list[Known]:
    rows = connection.execute(text.encode(), values)
    return [Known(kind, name, epoch_ms(low), epoch_ms(high), attributes) for kind, name, low, high, attributes in rows]
