"""From one object as it stands in a file to what is stated of it, and to what is wrong with it."""

from collections.abc import Iterable
from typing import Any

from vigie.deploy.fleet_files.forms import Taker, taker
from vigie.deploy.fleet_files.headings import FROM, ID, TO
from vigie.deploy.fleet_files.refused import Refused, tidy
from vigie.deploy.fleet_files.typed_instants import instant_ms
from vigie.deploy.fleet_files.typed_lists import Raw
from vigie.deploy.fleet_files.typed_names import object_id
from vigie.topics.fleet.kind import kinds
from vigie.topics.fleet.stated import Origin, Problem, Stated

IGNORED = "#"
"""What the id of a row begins with that is no object: an example, a remark."""
_REMEMBERED = 20_000


class RowReader:
    """Reads objects of one kind.

    Args:
        kind: which.
        zone: whose legal time instants are in.
        problems: receives what is wrong.

    Texts that come again (a commune, a choice) are read once; their values are shared, so nobody may change them.
    """

    def __init__(self, kind: str, zone: str, problems: list[Problem]) -> None:
        self.kind = kind
        self._problems = problems
        self._takers: dict[str, Taker] = {one.name: taker(kind, one, zone) for one in kinds()[kind].fields}
        self._takers |= {ID: _id, FROM: lambda raw: _bound(raw, zone), TO: lambda raw: _bound(raw, zone)}
        self._read: dict[str, dict[str, Any]] = {name: {} for name in self._takers}

    def stated(self, given: Iterable[tuple[str, Raw]], origin: Origin) -> Stated | None:
        """One object.

        Args:
            given: (field, what stands there) for what is not empty.
            origin: where it stands.

        Returns:
            None if it has no id that can be read, or one that is ignored; what is wrong was added to the problems.
        """
        found: dict[str, Any] = {}
        for name, raw in given:
            seen = self._read[name]
            value = seen.get(raw) if isinstance(raw, str) else None
            if value is None:
                value = self._take(name, raw)
                if isinstance(raw, str) and len(seen) < _REMEMBERED:
                    seen[raw] = value
            if value is _EMPTY:
                continue
            if isinstance(value, Refused):
                if name == ID and isinstance(raw, str) and raw.lstrip().startswith(IGNORED):
                    return None
                self._problems.append(Problem(origin, name, value.french, value.english))
                if name == ID:
                    return None
                continue
            found[name] = value
        id_ = found.pop(ID, None)
        if id_ is None:
            self._problems.append(
                Problem(
                    origin, ID,
                    "Il n'y a pas d'identifiant (id) ; attendu : un identifiant dans chaque ligne ou objet.",
                    "There is no id; expected: an id in each row or object.",
                )
            )  # fmt: skip
            return None
        valid_from, valid_to = found.pop(FROM, None), found.pop(TO, None)
        return Stated(kind=self.kind, id=id_, valid_from=valid_from, valid_to=valid_to, attributes=found, origin=origin)

    def _take(self, name: str, raw: Raw) -> Any:
        try:
            tidied = _tidied(raw)
            value = self._takers[name](tidied) if tidied else _EMPTY
        except Refused as refused:
            return refused
        return _EMPTY if value in ([], {}) else value


_EMPTY = object()
"""Stands for a value of blanks only: as if the field were left out."""


def _tidied(raw: Raw) -> Raw:
    if isinstance(raw, str):
        return tidy(raw)
    if isinstance(raw, list):
        return [_tidied(one) for one in raw]
    return {name: _tidied(value) for name, value in raw.items()}


def _id(raw: Raw) -> str:
    if not isinstance(raw, str):
        raise Refused("Un identifiant est un seul texte.", "An id is one text.")
    return object_id(raw)


def _bound(raw: Raw, zone: str) -> int:
    if not isinstance(raw, str):
        raise Refused("Une date est un seul texte.", "A date is one text.")
    return instant_ms(raw, zone)
