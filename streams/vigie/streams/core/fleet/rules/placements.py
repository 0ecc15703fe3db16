"""A device is at one place at a time, and a series of a point comes from one device at a time."""

from collections import defaultdict
from collections.abc import Iterator

from vigie.streams.core.fleet.facts import Facts, number_of, problem, written_last
from vigie.streams.core.fleet.given import given_by, series_of
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.fleet.spans import Span, collisions, span_of
from vigie.topics.fleet.stated import Problem, Stated

Pieces = list[tuple[Span, Stated]]


@rule
def two_places(facts: Facts) -> Iterator[Problem]:
    """No device measures at two points on the same channel."""
    for device, pieces in _by(facts, "device").items():
        for (span, one), (other, another) in collisions(pieces):
            if one.id == another.id or not _share_channels(one, another):
                continue
            first, second = written_last(one, another)
            when_fr, when_en = facts.period(span.common(other))
            points = f"{first.attributes.get('point')} ({first.id})"
            yield problem(
                second, "device",
                f"le capteur {device} est aussi posé au point {points} {when_fr}. "
                "Donnez une fin à l'une des poses, ou des voies (`channels`) différentes.",
                f"the device {device} is also placed at the point {points} {when_en}. "
                "End one of the placements, or give them different `channels`.",
            )  # fmt: skip


@rule
def two_devices(facts: Facts) -> Iterator[Problem]:
    """No two devices give the same series of a point."""
    for point, pieces in _by(facts, "point").items():
        for (span, one), (other, another) in collisions(pieces):
            if one.attributes.get("device") == another.attributes.get("device"):
                continue  # told above
            first, second = written_last(one, another)
            both = span.common(other)
            shared = _share_series(facts, point, first, second, both)
            if not _share_channels(first, second) or shared == set():
                continue
            when_fr, when_en = facts.period(both)
            what_fr = "" if shared is None else f" pour {', '.join(sorted(shared))}"
            what_en = "" if shared is None else f" for {', '.join(sorted(shared))}"
            yield problem(
                second, "point",
                f"le point {point} a déjà le capteur {first.attributes.get('device')} ({first.id}){what_fr} {when_fr}. "
                "Donnez une fin à l'une des poses, ou des voies (`channels`) différentes.",
                f"the point {point} has the device {first.attributes.get('device')} ({first.id}){what_en} already "
                f"{when_en}. End one of the placements, or give them different `channels`.",
            )  # fmt: skip


@rule
def mountings(facts: Facts) -> Iterator[Problem]:
    """Distances of a placement make sense."""
    for version in facts.of("placement"):
        empty, full = number_of(version, "empty_mm"), number_of(version, "full_mm")
        if (empty is None) != (full is None):
            yield problem(
                version, "full_mm" if full is None else "empty_mm",
                "la distance à vide et la distance à plein vont ensemble : il en manque une.",
                "the distance when empty and the distance when full go together: one is missing.",
            )  # fmt: skip
        elif empty is not None and full is not None and empty <= full:
            yield problem(
                version, "empty_mm",
                f"la distance à vide ({empty:g} mm) doit dépasser la distance à plein ({full:g} mm) : "
                "le capteur regarde d'en haut.",
                f"the distance when empty ({empty:g} mm) has to be above the distance when full ({full:g} mm): "
                "the sensor looks from above.",
            )  # fmt: skip
        for channel in version.attributes.get("channels") or ():
            if not str(channel).isascii() or not str(channel).isdigit() or int(channel) > 32_767:
                yield problem(
                    version, "channels",
                    f"voie « {channel} » : attendu un nombre entier de 0 à 32767.",
                    f"channel {channel!r}: expected a whole number from 0 to 32767.",
                )  # fmt: skip


@rule
def after_life(facts: Facts) -> Iterator[Problem]:
    """A device that is at the end of its life stands nowhere."""
    placed = _by(facts, "device")
    for version in facts.of("device"):
        day = version.attributes.get("end_of_life")
        if not day:
            continue
        for _, placement in placed.get(version.id, ()):
            if placement.valid_to is None and facts.is_past(str(day)):
                yield problem(
                    placement, "device",
                    f"le capteur {version.id} est en fin de vie depuis le {day} et reste posé : terminez la pose.",
                    f"the device {version.id} is at the end of its life since {day} and still placed: end it.",
                    severe=False,
                )  # fmt: skip


def _by(facts: Facts, field: str) -> dict[str, Pieces]:
    found: dict[str, Pieces] = defaultdict(list)
    for version in facts.of("placement"):
        if version.attributes.get(field):
            found[str(version.attributes[field])].append((span_of(version), version))
    return found


def _share_channels(one: Stated, other: Stated) -> bool:
    some, others = one.attributes.get("channels"), other.attributes.get("channels")
    return not some or not others or bool({str(each) for each in some} & {str(each) for each in others})


def _share_series(facts: Facts, point: str, one: Stated, other: Stated, span: Span) -> set[str] | None:
    """Properties of the point that both give; None where it is not known what one of them gives."""
    some, others = given_by(facts, one, span), given_by(facts, other, span)
    if some is None or others is None:
        return None
    return some & others & series_of(facts, point, span)
