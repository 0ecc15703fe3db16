"""Which uplinks are exact re-deliveries? A filter of bounded size per device.

A network delivers the same frame again: gateways heard late, QoS 1 and HTTP retries, repeats of a confirmed uplink.
The filter drops a frame only when it is sure: the same session, the same 32-bit counter *and* the same payload among
the last 64 identities. All else is published; a repeat that is older than that carries the same uplink id, so the
store keeps one row all the same.
"""

import struct
from array import array

WIDTH = 1024
"""How many counters the map remembers. The highest is one of them, so it reaches 1,023 below, and 1,024 below is a
reset already, one counter earlier than records.md section 6 says: a frame more that carries the warning."""
RECENT = 64
"""How many identities are remembered by hash."""
SESSIONS = 2
"""How many sessions of a device are remembered: the present one, and the one before the last join."""
MOST_NAME_BYTES = 255

RESET = "RESET"
COUNTER_REUSED = "COUNTER_REUSED"

_FULL = (1 << WIDTH) - 1
_HEAD = struct.Struct("<qBB")
_COUNT = struct.Struct("<B")


class Session:
    """What one session of one device has sent.

    Attributes:
        highest: highest counter seen; -1 before the first.
        seen: bit i is set when counter highest - i has been seen.
        recent: 32-bit hashes of the last 64 identities (counter and payload), a ring.
        place: where the ring is written next.
    """

    __slots__ = ("highest", "place", "recent", "seen")

    def __init__(self, highest: int = -1, seen: int = 0, recent: "array[int] | None" = None, place: int = 0) -> None:
        self.highest = highest
        self.seen = seen
        self.recent = array("I") if recent is None else recent
        self.place = place

    def is_repeat(self, f_cnt: int, identity: int) -> bool:
        """Whether this counter was seen with this payload (identity: 32-bit hash of both)."""
        below = self.highest - f_cnt
        return 0 <= below < WIDTH and self.seen >> below & 1 == 1 and identity in self.recent

    def add(self, f_cnt: int, identity: int) -> str | None:
        """Remember an uplink that was made.

        Returns:
            None, or a warning: RESET where the counter fell 1,024 or more below the highest, so that the device must
            have started again; COUNTER_REUSED where it was seen with another payload (or so long ago that only the
            map remembers it).
        """
        ahead = f_cnt - self.highest
        warning = None
        if ahead > 0:
            self.seen = (self.seen << ahead & _FULL | 1) if ahead < WIDTH else 1
            self.highest = f_cnt
        elif ahead > -WIDTH:
            bit = 1 << -ahead
            if self.seen & bit:
                warning = COUNTER_REUSED
            self.seen |= bit
        else:
            warning = RESET
            self.highest, self.seen = f_cnt, 1
        if len(self.recent) < RECENT:
            self.recent.append(identity)
        else:
            self.recent[self.place] = identity
            self.place = (self.place + 1) % RECENT
        return warning


class DeviceFilter:
    """The sessions of one device, the latest first."""

    __slots__ = ("sessions",)

    def __init__(self, sessions: "list[tuple[str, Session]] | None" = None) -> None:
        self.sessions = [] if sessions is None else sessions

    def known(self, name: str) -> Session | None:
        """The named session if it is remembered; asking changes nothing."""
        for known, session in self.sessions:
            if known == name:
                return session
        return None

    def session(self, name: str) -> Session:
        """The named session, which becomes the latest; the oldest of more than two is forgotten.

        >>> known = DeviceFilter()
        >>> session = known.session("00d20001")
        >>> session.is_repeat(7, 0xfeed), session.add(7, 0xfeed), session.is_repeat(7, 0xfeed), session.is_repeat(7, 1)
        (False, None, True, False)
        """
        sessions = self.sessions
        if sessions and sessions[0][0] == name:
            return sessions[0][1]
        for place, (known, session) in enumerate(sessions):
            if known == name:
                sessions.insert(0, sessions.pop(place))
                return session
        session = Session()
        sessions.insert(0, (name, session))
        del sessions[SESSIONS:]
        return session


def dump(device: DeviceFilter) -> bytes:
    """The filter as at most 2 x 400 bytes, for the changelog.

    A session whose name has more than 255 bytes is left out: what is forgotten lets a repeat pass, and drops no frame.
    """
    kept = [(text, session) for name, session in device.sessions if len(text := name.encode()) <= MOST_NAME_BYTES]
    parts = [_COUNT.pack(len(kept))]
    for text, session in kept:
        parts += (
            _COUNT.pack(len(text)), text, _HEAD.pack(session.highest, session.place, len(session.recent)),
            session.seen.to_bytes(WIDTH // 8, "little"), session.recent.tobytes(),
        )  # fmt: skip
    return b"".join(parts)


def load(value: bytes) -> DeviceFilter:
    """The filter that `dump` wrote.

    >>> known = DeviceFilter()
    >>> known.session("a").add(7, 0xfeed)
    >>> load(dump(known)).session("a").is_repeat(7, 0xfeed)
    True
    """
    sessions: list[tuple[str, Session]] = []
    at = 1
    for _ in range(value[0]):
        name = value[at + 1 : at + 1 + value[at]].decode()
        at += 1 + value[at]
        highest, place, length = _HEAD.unpack_from(value, at)
        at += _HEAD.size
        seen = int.from_bytes(value[at : at + WIDTH // 8], "little")
        at += WIDTH // 8
        recent = array("I")
        recent.frombytes(value[at : at + 4 * length])
        at += 4 * length
        sessions.append((name, Session(highest, seen, recent, place)))
    return DeviceFilter(sessions)
