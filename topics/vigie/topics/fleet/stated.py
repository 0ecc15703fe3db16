"""A fleet as somebody stated it: versions of objects, where each was read, and what is wrong with it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec import Struct

Key = tuple[str, str]
"""Kind and id."""


class Origin(NamedTuple):
    """Where a version was read, for the person who mends it.

    Attributes:
        file: name of the file, within the folder that was given.
        line: from 1; of a spreadsheet the row.
        sheet: name of the sheet; empty for other files.
        columns: field -> column as written (its heading, its letter in a spreadsheet).
    """

    file: str
    line: int
    sheet: str = ""
    columns: Mapping[str, str] = MappingProxyType({})


class Stated(Struct, frozen=True, kw_only=True):
    """How an object is from–to, as stated.

    Attributes:
        kind, id: which object.
        valid_from: epoch ms UTC, inclusive; None for always.
        valid_to: epoch ms UTC, exclusive; None for ever.
        attributes: of the kind's fields, each in the form that `field.Form` says; fields without a value are left out.
        origin: where it was read; None for one that comes from the database.
    """

    kind: str
    id: str
    valid_from: int | None = None
    valid_to: int | None = None
    attributes: dict[str, Any]
    origin: Origin | None = None

    @property
    def key(self) -> Key:
        """Kind and id."""
        return self.kind, self.id

    def holds_at(self, at_ms: int) -> bool:
        """Whether it holds at an instant."""
        return (self.valid_from is None or self.valid_from <= at_ms) and (
            self.valid_to is None or at_ms < self.valid_to
        )


Fleet = dict[Key, tuple[Stated, ...]]
"""Every object's versions by rising validity, without overlap."""


class Problem(NamedTuple):
    """What is wrong, and where; the sentences are for the person who wrote the file.

    Attributes:
        origin: the version that it is about; None where there is none.
        field: the field that it is about; empty for the whole object.
        sentence_fr, sentence_en: what was found, and what is expected.
        severe: False for a warning, which hinders no apply.
    """

    origin: Origin | None
    field: str
    sentence_fr: str
    sentence_en: str
    severe: bool = True
