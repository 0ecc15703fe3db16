"""The step `neighbours`: values of neighbours to verdicts of each other (core/qualify/neighbourhood.py)."""

import time
from collections.abc import Callable, Iterator, Mapping
from math import isnan
from typing import Any

from prometheus_client import Counter

from vigie.streams import metrics
from vigie.streams.core.fleet.view import FleetView
from vigie.streams.core.qualify import neighbourhood
from vigie.streams.core.qualify.neighbourhood import (
    HOURS,
    QUARTERS,
    Cohorts,
    Hour,
    Kept,
    Key,
    Parameters,
    judge,
    quarter_of,
    verdicts,
)
from vigie.streams.core.quality.series import MEMORY_MS
from vigie.streams.steps.qualify import Fleet
from vigie.streams.steps.unsure import Unsure
from vigie.streams.transport.state import KeyedState, SavedState
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import buddies, requalify
from vigie.topics.buddies import BuddyValue
from vigie.topics.requalify import Verdict

told = Counter("vigie_neighbour_verdicts", "Objections of neighbours, and objections taken back.", ["flag"],
               registry=metrics.REGISTRY)  # fmt: skip
unused = Counter("vigie_neighbour_values_unused", "Values too old to be compared.", registry=metrics.REGISTRY)

Quarter = tuple[str, int]
"""Group and number of the quarter of an hour."""


class NeighboursStep:
    """Compares values with those of their neighbours.

    Args:
        fleet: gives the fleet in force: parameters and places of points.
        now_ms: the clock, epoch ms.
    """

    name = "neighbours"
    inputs: tuple[str, ...] = ("buddies",)
    gathers = True
    """A group's values come within seconds of each other: judged together, they are judged once."""

    def __init__(self, fleet: Fleet, now_ms: Callable[[], float] = lambda: time.time() * 1000) -> None:
        self._fleet = fleet
        self._parameters = Parameters(FleetView())
        self.hours: KeyedState[Hour] = KeyedState(
            "state.observe.neighbours", load=neighbourhood.load, dump=neighbourhood.dump
        )
        self.states: tuple[SavedState[Any], ...] = (self.hours,)
        self._newest: dict[tuple[int, str], int] = {}
        self._unsure = Unsure(self.hours, now_ms)
        self._touched: dict[int, dict[Quarter, set[Key]]] = {}  # partition -> what is to be judged
        self._all_told: set[int] = set()  # partitions of which all is told anew

    def process(self, batch: Batch, out: Outputs) -> None:
        """Take one batch; tell what changed of what neighbours say."""
        if self._parameters.view is not self._fleet.view:
            self._parameters = Parameters(self._fleet.view)
        if batch.partition in self.hours.restored:
            self._newest = {}
        if self._unsure.of(batch):
            self._all_told.add(batch.partition)
        touched = self._touched.setdefault(batch.partition, {})
        for record in batch:
            self._take(batch, record.offset, buddies.decode(record.value), touched)
        if not batch.more:
            taken, unsure, self._touched, self._all_told = self._touched, self._all_told, {}, set()
            for partition, quarters in taken.items():
                self._look_at(partition, quarters, partition in unsure, out)

    def _look_at(self, partition: int, touched: dict[Quarter, set[Key]], unsure: bool, out: Outputs) -> None:
        if not touched:
            return
        history = _History(self, partition, touched)
        self._judge(partition, touched, history, unsure, out)
        later = self._warmer_after(partition, touched)
        if later:
            self._judge(partition, later, history, unsure, out)

    # -- memory

    def _take(self, batch: Batch, offset: int, one: BuddyValue, touched: dict[Quarter, set[Key]]) -> None:
        partition, quarter = batch.partition, quarter_of(one.observed_at)
        newest = self._newest_at(partition, one.group)
        if one.observed_at < newest - MEMORY_MS:
            unused.inc()
            return
        number = quarter // QUARTERS
        name = f"{one.group}/{number % HOURS}"
        hour = self.hours.get(partition, name)
        if hour is None or hour.number < number:
            hour = Hour(number, {})
        elif hour.number > number:
            unused.inc()
            return
        key = one.point, one.property, one.channel, one.observed_at
        known = hour.values.get(key)
        if isnan(one.value):  # missing, or taken back
            if known is None:
                return
            del hour.values[key]
        elif known is None:
            hour.values[key] = Kept(one.value, one.usable)
        else:
            known.value, known.usable = one.value, one.usable
        self.hours.put(partition, name, hour, batch.topic, offset)
        self._newest[partition, one.group] = max(newest, one.observed_at)
        touched.setdefault((one.group, quarter), set()).add(key)

    def _newest_at(self, partition: int, group: str) -> int:
        """The newest instant of a group."""
        found = self._newest.get((partition, group))
        if found is None:
            hours = (self.hours.get(partition, f"{group}/{number}") for number in range(HOURS))
            found = max((key[3] for hour in hours if hour is not None for key in hour.values), default=-(2**62))
            self._newest[partition, group] = found
        return found

    def hour(self, partition: int, group: str, number: int) -> Hour | None:
        """An hour of a group, if it is remembered."""
        found = self.hours.get(partition, f"{group}/{number % HOURS}")
        return found if found is not None and found.number == number else None

    # -- verdicts

    def _judge(
        self, partition: int, touched: Mapping[Quarter, set[Key]], history: "_History", unsure: bool, out: Outputs
    ) -> None:
        cohorts = Cohorts(self._values(partition, touched), self._parameters)
        if not cohorts.keys:
            return
        anew = {key for keys in touched.values() for key in keys}
        hours: set[Quarter] = set()
        for group, quarter in touched:
            hours.add((group, quarter // QUARTERS))
        for key, kept, judged in zip(cohorts.keys, cohorts.kept, judge(cohorts, history), strict=True):
            if unsure:  # another worker may have told otherwise
                kept.near, kept.sun = (-1 if one == 0 else 0 for one in judged)
            for verdict in verdicts(key, kept, judged, again=key in anew):
                _tell(verdict, out)
        for group, number in hours:
            hour = self.hour(partition, group, number)
            if hour is not None:
                self.hours.put(partition, f"{group}/{number % HOURS}", hour)

    def _values(self, partition: int, touched: Mapping[Quarter, set[Key]]) -> Iterator[tuple[object, Key, Kept]]:
        """All values of these quarters, each with its group, quarter, property and channel as the cohort's name."""
        for group, quarter in touched:
            hour = self.hour(partition, group, quarter // QUARTERS)
            if hour is not None:
                for key, kept in hour.values.items():
                    if quarter_of(key[3]) == quarter:
                        yield (group, quarter, *key[1:3]), key, kept

    def _warmer_after(self, partition: int, touched: Mapping[Quarter, set[Key]]) -> dict[Quarter, set[Key]]:
        """Quarters after these whose values were warmer than their neighbours: the night before may look otherwise."""
        found: dict[Quarter, set[Key]] = {}
        firsts: dict[str, int] = {}
        for group, quarter in touched:
            firsts[group] = min(quarter, firsts.get(group, quarter))
        for group, first in firsts.items():
            last = quarter_of(self._newest_at(partition, group))
            for number in range(first // QUARTERS, min(last, first + MEMORY_MS // 900_000 + 1) // QUARTERS + 1):
                hour = self.hour(partition, group, number)
                for key, kept in hour.values.items() if hour is not None else ():
                    quarter = quarter_of(key[3])
                    if quarter > first and kept.excess > 0 and (group, quarter) not in touched:
                        found.setdefault((group, quarter), set())
        return found


class _History(dict[tuple[str, int, int], list[tuple[int, Kept]]]):
    """What is remembered of a series of a point, looked up when it is asked for."""

    def __init__(self, step: NeighboursStep, partition: int, touched: Mapping[Quarter, set[Key]]) -> None:
        super().__init__()
        self._step, self._partition = step, partition
        self._groups = {group for group, _ in touched}
        self._by_group: dict[str, dict[tuple[str, int, int], list[tuple[int, Kept]]]] = {}

    def __missing__(self, series: tuple[str, int, int]) -> list[tuple[int, Kept]]:
        found: list[tuple[int, Kept]] = []
        for group in self._groups:
            if group not in self._by_group:
                self._by_group[group] = self._of(group)
            found += self._by_group[group].get(series, [])
        return found

    def _of(self, group: str) -> dict[tuple[str, int, int], list[tuple[int, Kept]]]:
        found: dict[tuple[str, int, int], list[tuple[int, Kept]]] = {}
        for number in range(HOURS):
            hour = self._step.hours.get(self._partition, f"{group}/{number}")
            for key, kept in hour.values.items() if hour is not None else ():
                found.setdefault(key[:3], []).append((key[3], kept))
        return found


def _tell(verdict: Verdict, out: Outputs) -> None:
    told.labels(flag=str(verdict.flag)).inc()
    out.send("requalify", verdict.point.encode(), requalify.encode(verdict))
