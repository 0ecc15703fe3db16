"""What only one object has at a time: a point its readable code, a device its addresses."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from vigie.streams.core.fleet.facts import Facts, problem, written_last
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.fleet.spans import Span, collisions, span_of
from vigie.topics.fleet.stated import Problem, Stated

_ADDRESS = re.compile(r"eui:[0-9a-f]{16}|imei:[0-9]{15}|src:[^:\s,]+:\S.{0,119}")


@rule
def codes(facts: Facts) -> Iterator[Problem]:
    """A readable code names one point at a time."""
    for code, first, second, both in _twice((one.attributes.get("code"), one) for one in facts.of("point")):
        when_fr, when_en = facts.period(both)
        yield problem(
            second, "code",
            f"le code {code} est aussi celui du point {first.id} ({when_fr}). Un code ne nomme qu'un point à la fois.",
            f"the code {code} is also that of the point {first.id} ({when_en}). A code names one point at a time.",
        )  # fmt: skip


@rule
def addresses(facts: Facts) -> Iterator[Problem]:
    """An address belongs to one device at a time."""
    held = (
        (address, one)
        for one in facts.of("device")
        for address in dict.fromkeys(map(str, one.attributes.get("addresses") or ()))
    )
    for address, first, second, both in _twice(held):
        when_fr, when_en = facts.period(both)
        yield problem(
            second, "addresses",
            f"l'adresse {address} est aussi celle du capteur {first.id} ({when_fr}). Datez le passage.",
            f"the address {address} is also that of the device {first.id} ({when_en}). Date the change.",
        )  # fmt: skip


@rule
def address_forms(facts: Facts) -> Iterator[Problem]:
    """An address is written as messages carry it."""
    for version in facts.of("device"):
        for address in version.attributes.get("addresses") or ():
            if not _ADDRESS.fullmatch(str(address)):
                yield problem(
                    version, "addresses",
                    f"adresse « {address} » : attendu eui: et 16 chiffres hexadécimaux en minuscules, imei: et 15 "
                    "chiffres, ou src:source:nom.",
                    f"address {address!r}: expected eui: and 16 hexadecimal digits in lower case, imei: and 15 digits, "
                    "or src:source:name.",
                )  # fmt: skip


def _twice(held: Iterable[tuple[object, Stated]]) -> Iterator[tuple[object, Stated, Stated, Span]]:
    """What two objects have at once, the first and the second of them, and when."""
    by_value: dict[object, list[tuple[Span, Stated]]] = defaultdict(list)
    for value, version in held:
        if value not in (None, ""):
            by_value[value].append((span_of(version), version))
    for value, holders in by_value.items():
        if len(holders) < 2:
            continue
        for (span, first), (other, second) in collisions(holders):
            if first.id != second.id:
                yield value, *written_last(first, second), span.common(other)
