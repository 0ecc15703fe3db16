"""What is at hand when a minute is judged, and how trouble begins, lasts and ends in it."""

from collections.abc import Mapping
from typing import NamedTuple

from vigie.streams.core.alarm.graph import Graph, Known, Trouble
from vigie.streams.core.alarm.intent import Clear, Intent, Raise
from vigie.streams.core.fleet.view import FleetView
from vigie.topics.alarm_input import Freeze, Thaw

SUSPECTED, TOLD, LASTING = 0, 1, 2
"""Levels of trouble: not told yet, told, told as more serious because it lasts."""


class Found(NamedTuple):
    """What a message gives.

    Attributes:
        intents: for the life cycle, causes before what they explain.
        platform: to be written on `platform`, in this order.
    """

    intents: list[Intent]
    platform: list[Freeze | Thaw]


class Minute(NamedTuple):
    """A minute that is judged.

    Attributes:
        graph: what is known.
        at: epoch ms UTC of the tick.
        zone: IANA name of the legal time, for the sentences.
        view: the fleet in force.
        found: where it all goes.
    """

    graph: Graph
    at: int
    zone: str
    view: FleetView
    found: Found


class Said(NamedTuple):
    """What a person is told: a sentence in French and in English, then the facts."""

    fr: str
    en: str
    facts: Mapping[str, str]


def suspect(trouble: Trouble, key: str, cause_id: str, since_at: int) -> None:
    """It looks as if something were wrong; nothing is told yet. What is known to be wrong stays as it is."""
    if not trouble.key:
        trouble.key, trouble.cause_id, trouble.since_at, trouble.level = key, cause_id, since_at, SUSPECTED


def tell(
    minute: Minute, trouble: Trouble, level: int, priority: int, reason: str, said: Said, network: str = ""
) -> bool:
    """Raise what is suspected, or raise it to a higher level; True where that is news."""
    if level <= trouble.level:
        return False
    trouble.level = level
    minute.found.intents.append(
        Raise(
            key=trouble.key, cause_id=trouble.cause_id, priority=priority, event_at=trouble.since_at,
            arrival_at=trouble.since_at, decided_at=minute.at, reason=reason, sentence_fr=said.fr,
            sentence_en=said.en, facts={name: text for name, text in said.facts.items() if text}, level=level,
            network=network,
        )
    )  # fmt: skip
    return True


def end(minute: Minute, name: str, value: Known, trouble: Trouble, ended_at: int, reason: str, said: Said) -> None:
    """It is over; what was only suspected ends without a word.

    Args:
        minute: now.
        name: key of the entry of the graph that holds the trouble.
        value: that entry.
        trouble: is emptied.
        ended_at: epoch ms UTC.
        reason: a word.
        said: of the end.
    """
    if trouble.key and trouble.level > SUSPECTED:
        minute.found.intents.append(
            Clear(
                key=trouble.key, event_at=ended_at, arrival_at=ended_at, decided_at=minute.at, reason=reason,
                sentence_fr=said.fr, sentence_en=said.en, facts=said.facts,
            )
        )  # fmt: skip
    trouble.key, trouble.cause_id, trouble.since_at, trouble.level = "", "", 0, SUSPECTED
    minute.graph.touch(name, value)
