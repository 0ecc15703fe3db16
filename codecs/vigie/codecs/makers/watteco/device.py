"""A Watteco device: its standard frames, and its batches by its own table, dated by the arrival of the frame.

Source: https://github.com/Watteco/Codec-API-LoRaWAN, codec/batch.js (facts only).

A batch says how long before its sending each sample was taken; the frame arrives within seconds of that, so a sample's
instant is received_at less its age. What the catalogue has no property for is an extra: its newest value, and all of
them with their ages as `<name>_ages`, newest first.
"""

import math

from vigie.codecs.decoder import Decode, Decoded
from vigie.codecs.makers.watteco.batch import Sample, uncompress
from vigie.codecs.makers.watteco.model import Model, Series, numbered, text
from vigie.codecs.makers.watteco.standard import standard
from vigie.topics.property import BY_NAME, PROPERTIES
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading

LONGEST_AGE_S = 366 * 86_400
"""A batch is of hours or days: what is older is no instant, but bits that were damaged."""

_P = {name: entry.id for name, entry in BY_NAME.items()}
_LAST_AT = 2**32 * 1000


def decoder(model: Model) -> Decode:
    """The decoder of a model.

    >>> decoder(Model())(bytes.fromhex("110a04020000290b89"), 125, 0).readings[0].value
    29.53
    """
    kinds = {tag: one.kind for tag, one in model.series.items()}

    def decode(payload: bytes, _f_port: int, received_at: int) -> Decoded:
        if not payload:
            raise Undecodable(Reason.TRUNCATED, "A frame of Watteco has at least 4 bytes, this one is empty")
        if payload[0] & 1:
            return _within(standard(payload, model), model.gives)
        if not model.tag_bits:
            raise Undecodable(Reason.BAD_PAYLOAD, "Byte 0 says batch report, this model has no table of its series")
        batch = uncompress(payload, model.tag_bits, kinds)
        found = Decoded([], {"batch_counter": str(batch.counter)}, [], dated=False)
        for tag, samples in batch.series.items():
            _dated(model.series[tag], samples, received_at, found)
        found.dated = bool(found.readings)
        return found

    return decode


def _within(found: Decoded, gives: tuple[str, ...] | None) -> Decoded:
    """What the device cannot have measured is no reading, but is kept."""
    if gives is None:
        return found
    strange = [one for one in found.readings if PROPERTIES[one.property].name not in gives]
    if strange:
        found.readings = [one for one in found.readings if PROPERTIES[one.property].name in gives]
        found.warnings = ["UNKNOWN_FIELD"]
        for one in strange:
            found.extras[f"other_{PROPERTIES[one.property].name}_{one.channel}"] = text(one.value)
    return found


def _dated(one: Series, samples: list[Sample], received_at: int, found: Decoded) -> None:
    """Samples as readings with their instants, or as an extra, newest first, each with its age in seconds."""
    number_of = _P.get(one.name)
    by_age = {sample.age_s: sample.value for sample in samples}
    if max(by_age) > LONGEST_AGE_S:
        raise Undecodable(
            Reason.BAD_PAYLOAD, f"A sample of {one.name} is {max(by_age)} s old, expected less than a year"
        )
    if number_of is None:
        name = numbered(one.name, one.channel)
        found.extras[name] = text(by_age[min(by_age)] / one.divisor)
        if len(by_age) > 1 or min(by_age):
            found.extras[f"{name}_ages"] = " ".join(
                f"{text(by_age[age] / one.divisor)}@{age}s" for age in sorted(by_age)
            )
        return
    for age_s, value in by_age.items():
        at = received_at - age_s * 1000
        if not 0 <= at < _LAST_AT:
            raise Undecodable(Reason.BAD_PAYLOAD, f"A sample of {one.name}, {age_s} s old, is of no time: {at} ms")
        if math.isfinite(value):
            found.readings.append(Reading(number_of, one.channel, value / one.divisor, at))
        else:
            found.extras[f"{one.name}_invalid"] = str(value)
