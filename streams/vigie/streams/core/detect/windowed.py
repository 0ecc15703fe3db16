"""Which aggregates some rule watches, told from their first bytes: six come for each uplink, and few are watched."""

from collections.abc import Callable

from vigie.streams.core.avro_pieces import UnusualError, varint
from vigie.topics.aggregate import Aggregate
from vigie.topics.avro import Framer

_framer = Framer("aggregates.v1")
_HEADER = 5
_MOST = 100_000


def decode(value: bytes) -> Aggregate:
    """A framed aggregate."""
    return _framer.decode(value, Aggregate)


class Watched:
    """Whether a series of aggregates is watched by anybody; each is asked once per view of the fleet.

    Args:
        asks: (subject, `indicator code`) -> whether a rule watches it.
    """

    def __init__(self, asks: Callable[[str, str], bool]) -> None:
        self._asks = asks
        self._known: dict[bytes, bool] = {}

    def __call__(self, value: bytes) -> bool:
        """Whether this framed aggregate is of a watched series."""
        try:
            end = _HEADER
            for _ in range(3):
                size = value[end]
                if size > 127:
                    number, end = varint(value, end)
                    end += number >> 1
                else:
                    end += 1 + (size >> 1)
        except IndexError:
            return True  # its decoding tells what is wrong with it
        head = value[_HEADER:end]
        found = self._known.get(head)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            try:
                subject, indicator, code = _texts(head)
            except (UnusualError, UnicodeDecodeError):
                return True
            found = self._known[head] = self._asks(subject, f"{indicator} {code}")
        return found


def _texts(head: bytes) -> list[str]:
    found, at = [], 0
    for _ in range(3):
        number, at = varint(head, at)
        if number & 1:
            raise UnusualError
        found.append(head[at : at + (number >> 1)].decode())
        at += number >> 1
    return found
