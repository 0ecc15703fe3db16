"""The hash of all that a named indicator is computed from: definition, parameters, readings, facts."""

from collections.abc import Iterable
from hashlib import blake2b

import msgspec
import numpy as np

from vigie.streams.core.windows.indicator import Indicator, Inputs, PointTracks

_ROW = np.dtype([("at", "<i8"), ("value", "<f8"), ("flag", "u1")])


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
    head = (indicator.name, indicator.version, sorted(inputs.parameters.items()), inputs.facts)
    made = blake2b(_encode(head), digest_size=8)
    for points in (inputs.points, inputs.others):
        _add(made, points)
    return made.hexdigest()


def _add(made: "blake2b", points: Iterable[PointTracks]) -> None:
    for one in sorted(points, key=lambda each: each.point):
        made.update(_encode((one.point, one.role, one.datum, one.latitude, one.longitude)))
        for (name, channel), track in sorted(one.tracks.items()):
            made.update(_encode((name, channel, track.step_s, len(track))))
            if len(track):
                rows = np.empty(len(track), dtype=_ROW)
                rows["at"], rows["value"], rows["flag"] = track.at_ms, track.values + 0.0, track.flags
                made.update(rows.tobytes())
