"""A codec in shadow: it decodes what the active one decoded, and where they disagree that is counted and kept.

Nothing that it says reaches an uplink. It sees live frames only, after the active codec, and it sees each as often as
that: so the difference of two codecs is known before one takes the other's place.
"""

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct

from vigie.codecs.decoder import Codec, Decoded
from vigie.topics.codec_difference import CodecDifference
from vigie.topics.property import PROPERTIES
from vigie.topics.reason import Undecodable

_CLOSE = 1e-9


class Decoding(Struct, frozen=True):
    """What the active codec made of a payload.

    Attributes:
        codec: the active codec.
        device: device id.
        uplink: id of the uplink.
        ingested_at: epoch ms UTC.
        payload, f_port, received_at: as the codec was asked.
        outcome: what it said, or why it said nothing.
    """

    codec: Codec
    device: str
    uplink: str
    ingested_at: int
    payload: bytes
    f_port: int
    received_at: int
    outcome: Decoded | Undecodable


def says(outcome: Decoded | Undecodable) -> dict[str, str]:
    """A codec's words as text, by name; a reading's name carries its channel and its own instant.

    >>> from vigie.topics.uplink import Reading
    >>> says(Decoded([Reading(1, 2, 20.5), Reading(1, 0, 3.0, 7)], {"leak": "0"}, []))
    {'air_temperature/2': '20.5', 'air_temperature@7': '3.0', 'leak': '0'}
    """
    if isinstance(outcome, Undecodable):
        return {"refused": f"{outcome.reason.value}: {outcome.message}"}
    found = {}
    for one in outcome.readings:
        name = PROPERTIES[one.property].name
        name += f"/{one.channel}" if one.channel else ""
        found[name if one.observed_at is None else f"{name}@{one.observed_at}"] = repr(one.value)
    return found | outcome.extras


def differences(decodings: Sequence[Decoding], shadows: Mapping[str, Codec]) -> list[CodecDifference]:
    """Ask the shadows about what the active codecs decoded.

    Args:
        decodings: of one batch; those whose codec has no shadow are passed by.
        shadows: codec id -> the version in shadow.

    Returns:
        The differences. Readings decide; extras only where both name them, since two makers of words name them as they
        like.
    """
    found: list[CodecDifference] = []
    for codec_id, shadow in shadows.items():
        own = [one for one in decodings if one.codec.id == codec_id]
        if not own:
            continue
        outcomes = outcomes_of(shadow, [(one.payload, one.f_port, one.received_at) for one in own])
        for one, outcome in zip(own, outcomes, strict=True):
            if _same(one.outcome, outcome):
                continue
            found.append(
                CodecDifference(
                    codec=codec_id, active=one.codec.version, shadow=shadow.version, device=one.device,
                    uplink=one.uplink, ingested_at=one.ingested_at, f_port=one.f_port, payload=one.payload.hex(),
                    active_says=says(one.outcome), shadow_says=says(outcome),
                )
            )  # fmt: skip
    return found


def outcomes_of(codec: Codec, jobs: Sequence[tuple[bytes, int, int]]) -> list[Decoded | Undecodable]:
    """What a codec says of some payloads (payload, f_port, received_at), in their order."""
    if codec.batch is not None:
        return codec.batch(jobs)
    outcomes: list[Decoded | Undecodable] = []
    for job in jobs:
        try:
            outcomes.append(codec.decode(*job))
        except Undecodable as error:
            outcomes.append(error)
    return outcomes


def _same(one: Decoded | Undecodable, other: Decoded | Undecodable) -> bool:
    if isinstance(one, Undecodable) or isinstance(other, Undecodable):
        return isinstance(one, Undecodable) and isinstance(other, Undecodable)
    first, second = says(Decoded(one.readings, {}, [])), says(Decoded(other.readings, {}, []))
    if first.keys() != second.keys():
        return False
    numbers = [(float(first[name]), float(second[name])) for name in first]
    if not all(math.isclose(a, b, rel_tol=_CLOSE, abs_tol=_CLOSE) for a, b in numbers):
        return False
    return all(one.extras[name] == other.extras[name] for name in one.extras.keys() & other.extras.keys())
