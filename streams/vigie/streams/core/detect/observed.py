"""What is asked of an observation only where something is to be said of it: read whole, when it is first asked for."""

from collections.abc import Iterator, Mapping
from typing import Any

from vigie.topics.avro import Framer

FIRST = "live"
"""Why an observation is published for the first time."""

_decode = Framer("observations.v1").decode_dict
_ORIGIN = ("device", "placement", "network")


class Details(Mapping[str, str]):
    """Device, placement and network of an observation; and the flags of its tests.

    Args:
        value: framed bytes.
    """

    __slots__ = ("_found", "_value")

    def __init__(self, value: bytes) -> None:
        self._value = value
        self._found: dict[str, Any] | None = None

    def _all(self) -> dict[str, Any]:
        if self._found is None:
            self._found = _decode(self._value)
        return self._found

    def tests(self, column: int) -> int:
        """Flags of all tests of one reading, four bits each."""
        return int(self._all()["readings"][column]["tests"])

    def __getitem__(self, name: str) -> str:
        if name not in _ORIGIN:
            raise KeyError(name)
        return str(self._all()[name])

    def __iter__(self) -> Iterator[str]:
        return iter(_ORIGIN)

    def __len__(self) -> int:
        return len(_ORIGIN)
