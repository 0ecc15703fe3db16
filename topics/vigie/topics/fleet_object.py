"""What `fleet.v1` carries: the complete validity history of one object of the fleet, as it is known now."""

from typing import Any

from msgspec import Struct, json


class Version(Struct, frozen=True, kw_only=True):
    """How an object was from–to.

    Attributes:
        valid_from: epoch ms UTC, inclusive; None for always.
        valid_to: epoch ms UTC, exclusive; None for ever.
        attributes: JSON object of the kind's public fields (topics/fleet/kinds).
    """

    valid_from: int | None
    valid_to: int | None
    attributes: str

    def fields(self) -> dict[str, Any]:
        """The attributes as a dictionary."""
        found: dict[str, Any] = json.decode(self.attributes)
        return found


class FleetObject(Struct, frozen=True, kw_only=True):
    """Value of `fleet.v1`, key `kind:id` (schemas/fleet_object.avsc says each field's meaning).

    An apply is in force once the record with part = parts was read.
    """

    kind: str
    id: str
    revision: int
    recorded_at: int
    apply_id: str
    part: int
    parts: int
    versions: tuple[Version, ...]

    def key(self) -> bytes:
        """Key of its record."""
        return f"{self.kind}:{self.id}".encode()
