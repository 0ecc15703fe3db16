"""Deterministic names: the same cause has the same id, however often it is read."""

from hashlib import blake2b

_SEPARATOR = b"\x1f"


def _hash(*parts: bytes) -> str:
    return blake2b(_SEPARATOR.join(parts), digest_size=16).hexdigest()


def uplink_id(device: str, session: str, f_cnt: int, payload: bytes) -> str:
    r"""What names an uplink of a network with frame counters?

    The payload comes last and the others hold no separator, so two different uplinks never join to the same bytes.

    Args:
        device: device id, `eui:...`.
        session: DevAddr or join id, as the envelope says.
        f_cnt: 32-bit frame counter.
        payload: the application payload.

    Returns:
        128-bit hash (BLAKE2b), 32 lower-case hex digits.

    >>> uplink_id("eui:24e124136b000001", "00d20001", 7, b"\x01\x75\x5c")
    'b4577860615f264a3ac64f814f521765'
    """
    return blake2b(
        b"%b\x1f%b\x1f%d\x1f%b" % (device.encode(), session.encode(), f_cnt, payload), digest_size=16
    ).hexdigest()


def uncounted_uplink_id(source: str, device: str, body: bytes, received_at: int | None) -> str:
    """What names an uplink of a network without counters: its undecoded bytes.

    Args:
        source: the network or connector.
        device: device id.
        body: the record's undecoded bytes.
        received_at: the network's instant in epoch ms, only where these bytes hold no time.

    >>> uncounted_uplink_id("sigfox", "src:sigfox:a1", b"20.5", 0) == uncounted_uplink_id(
    ...     "sigfox", "src:sigfox:a1", b"20.5", None)
    False
    """
    instant = b"" if received_at is None else b"%d" % received_at
    return _hash(source.encode(), device.encode(), instant, body)


def alert_id(alarm_key: str, cause: str) -> str:
    """What names an alert: its alarm key, and the first causing reading (or the last arrival before a silence)."""
    return _hash(alarm_key.encode(), cause.encode())


def event_id(alert: str, transition: str, revision: int) -> str:
    """What names one transition of an alert."""
    return _hash(alert.encode(), transition.encode(), str(revision).encode())
