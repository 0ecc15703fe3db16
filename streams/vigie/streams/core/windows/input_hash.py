"""The hash of all that a named indicator is computed from: definition, parameters, readings, facts."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import msgspec
import numpy as np

from vigie.streams.core.windows.indicator import Indicator, Inputs, PointTracks
from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.track import Track

_ROW = np.dtype([("at", "<i8"), ("value", "<f8"), ("flag", "u1")])
_SIZE = _ROW.itemsize


def _plain(one: object) -> object:
    if isinstance(one, np.ndarray) and not one.dtype.hasobject:
        return one.dtype.str, one.shape, one.tobytes()
    return repr(one)


_encode = msgspec.msgpack.Encoder(enc_hook=_plain, order="deterministic").encode


def hash_of(indicator: Indicator, inputs: Inputs) -> str:
    """16 hex digits; the same for the same inputs under the same definition, in whatever order points were given.

    Args:
        indicator: its version and name take part.
        inputs: of one window.
    """
    made = _begun(indicator, inputs)
    for one in _in_order(inputs):
        made.update(_of_point(one))
        for (name, channel), track in sorted(one.tracks.items()):
            made.update(_of_track(name, channel, track.step_s, len(track)) + _rows(track))
    return made.hexdigest()


def hashes_of(indicator: Indicator, inputs: Inputs, windows: Sequence[Window]) -> list[str]:
    """What `hash_of` says of each window's own inputs, from inputs that reach over all of them.

    Args:
        indicator: without facts.
        inputs: whose points take part in every window.
        windows: by rising start.
    """
    begun, series = _begun(indicator, inputs), list[_Series]()
    starts = np.array([one.start_at for one in windows]) - indicator.before_s * 1000
    ends = np.array([one.end_at for one in windows]) + indicator.after_s * 1000
    head = b""
    for one in _in_order(inputs):
        head += _of_point(one)
        for (name, channel), track in sorted(one.tracks.items()):
            low, high = (np.searchsorted(track.at_ms, at).tolist() for at in (starts, ends))
            series.append(_Series(head, name, channel, track.step_s, memoryview(_rows(track)), low, high))
            head = b""
    found = []
    for place in range(len(windows)):
        made = begun.copy()
        for before, name, channel, step_s, rows, lows, highs in series:
            low, high = lows[place], highs[place]
            made.update(before + _of_track(name, channel, step_s, high - low) + rows[low * _SIZE : high * _SIZE])
        made.update(head)
        found.append(made.hexdigest())
    return found


class _Series(NamedTuple):
    """A series, what is hashed before it, and where the rows of each window begin and end."""

    before: bytes
    name: str
    channel: int
    step_s: int
    rows: memoryview
    low: list[int]
    high: list[int]


def _begun(indicator: Indicator, inputs: Inputs) -> "blake2b":
    head = (indicator.name, indicator.version, sorted(inputs.parameters.items()), inputs.facts)
    return blake2b(_encode(head), digest_size=8)


def _in_order(inputs: Inputs) -> Iterable[PointTracks]:
    for points in (inputs.points, inputs.others):
        yield from sorted(points, key=lambda each: each.point)


def _of_point(one: PointTracks) -> bytes:
    return _encode((one.point, one.role, one.datum, one.latitude, one.longitude))


@lru_cache(10_000)
def _of_track(name: str, channel: int, step_s: int, count: int) -> bytes:
    return _encode((name, channel, step_s, count))


def _rows(track: Track) -> bytes:
    rows = np.empty(len(track), dtype=_ROW)
    rows["at"], rows["value"], rows["flag"] = track.at_ms, track.values + 0.0, track.flags
    return rows.tobytes()
