"""Which faults were found, and how much was flagged that was sound."""

from typing import NamedTuple

import numpy as np
from numpy.random import SeedSequence, default_rng

from vigie.deploy.faults.clean import USE_CASES, Clean
from vigie.deploy.faults.inject import HOUR_MS, Fault, inject
from vigie.deploy.faults.sent import Sent, sent, sites
from vigie.streams.core.quality.legal_hour import calendar
from vigie.streams.core.quality.run import Records, all_flags, rolled
from vigie.streams.core.quality.series import Flags, Parameter
from vigie.topics.property import PROPERTIES
from vigie.topics.quality import Flag, Test
from vigie.topics.quality_parameters import start_values

DAYS_OF_A_MONTH = 30.44
TIMES = ("gap", "duplicate", "clock_ahead", "clock_unset", "clock_behind")
NO_FAULT = "none"
HELD = ("stuck", "spike", "step", "gap")
"""Faults that must be found."""
MUST_FIND, MUST_NOT_EXCEED = 0.95, 0.5


class Figure(NamedTuple):
    """What became of one kind of fault in one property.

    Attributes:
        use_case, property, fault: names; fault `none` is the series without any.
        faults: how many were put in.
        found: how many have a value flagged while they last, or the value that returns from them.
        delay_h: median time from a fault's beginning to its first flag, of those found; NaN without any.
        by: tests that found them, the most frequent first.
        false_flags: values flagged outside of faults.
        sensor_months: over how much that was.
    """

    use_case: str
    property: str
    fault: str
    faults: int
    found: int
    delay_h: float
    by: tuple[str, ...]
    false_flags: int
    sensor_months: float

    def recall(self) -> float:
        """Share of faults that were found; NaN without any."""
        return self.found / self.faults if self.faults else float("nan")

    def false_per_month(self) -> float:
        """False flags per sensor-month."""
        return self.false_flags / self.sensor_months

    def held(self) -> bool | None:
        """Whether it reaches what must be reached; None where nothing must be."""
        quiet = self.false_per_month() <= MUST_NOT_EXCEED
        if self.fault == NO_FAULT:
            return quiet
        return quiet and self.recall() >= MUST_FIND if self.fault in HELD else None


def plan() -> list[tuple[str, str, str]]:
    """(use case, property, fault) of each figure, in the order of the table."""
    properties = {
        "heat": ("air_temperature", "relative_humidity"), "noise": ("laeq", "la95"), "river": ("water_level",),
        "waste": ("fill",), "mobility": ("passages",), "lighting": ("active_power",),
    }  # fmt: skip
    found = []
    for use_case, names in properties.items():
        for name in names:
            faults = ["none", "stuck", "spike", "step", "drift", *TIMES]
            faults += ["sun"] if name == "air_temperature" else []
            faults += ["false_echo"] if use_case in ("river", "waste") else []
            found += [(use_case, name, fault) for fault in faults]
    return found


def figure(use_case: str, property_name: str, fault: str, seed: int, weeks: int) -> Figure:
    """One figure; the same seed and weeks give the same."""
    place = sorted(USE_CASES).index(use_case)
    clean = USE_CASES[use_case](default_rng(SeedSequence((seed, place))), weeks)
    every = sent(clean, default_rng(SeedSequence((seed, place, 1))))
    target = next(one for one in clean.values if PROPERTIES[one].name == property_name)
    now, faults = inject(fault, every, clean, target, default_rng(SeedSequence((seed, place, 2, len(fault)))))
    flags = flags_of(now, clean)[target]
    objects = rolled(flags) if fault != "gap" else np.maximum(rolled(flags), flags.get(Test.GAP, 0))
    points = int(now.point[-1]) + 1
    found, delays, by = _found(faults, now, flags, fault)
    return Figure(
        use_case, property_name, fault, len(faults), found, float(np.median(delays)) if delays else float("nan"),
        by, _false(faults, now, objects), points * weeks * 7 / DAYS_OF_A_MONTH,
    )  # fmt: skip


def flags_of(now: Sent, clean: Clean) -> dict[int, dict[Test, Flags]]:
    """What each test says of each value: property id to test to (n,) flags."""
    parameters: dict[int, dict[Test, dict[str, Parameter]]] = {}
    for one in clean.values:
        tests: dict[Test, dict[str, Parameter]] = {
            test: dict(values) for test, values in start_values(PROPERTIES[one].name).items()
        }
        for test, settings in clean.settings.get(one, {}).items():
            tests[test] = tests.get(test, {}) | {name: value[now.point] for name, value in settings.items()}
        parameters[one] = tests
    records = Records(now.at_ms, now.ingested_at, now.point, now.uplink, now.values)
    return all_flags(records, parameters, clean.step_s, calendar(now.at_ms, "Europe/Paris"), sites(clean, now.point))


def _found(
    faults: list[Fault], now: Sent, flags: dict[Test, Flags], name: str
) -> tuple[int, list[float], tuple[str, ...]]:
    """How many, after how many hours, by which tests."""
    counted = {test: part for test, part in flags.items() if (test is Test.GAP) == (name == "gap")}
    delays: list[float] = []
    by: dict[Test, int] = {}
    for fault in faults:
        own = (now.point == fault.point) & (now.true_at >= fault.from_at)
        own &= now.true_at <= fault.to_at + fault.around_ms
        firsts = []
        for test, part in counted.items():
            hit = np.flatnonzero(own & ((part == Flag.SUSPECT) | (part == Flag.FAIL)))
            if len(hit):
                by[test] = by.get(test, 0) + 1
                firsts.append(now.true_at[hit[0]])
        if firsts:
            delays.append(float(min(firsts) - fault.from_at) / HOUR_MS)
    order = sorted(by, key=lambda test: -by[test])
    return len(delays), delays, tuple(test.name.lower() for test in order)


def _false(faults: list[Fault], now: Sent, objects: Flags) -> int:
    sound = np.ones(len(objects), np.bool_)
    for fault in faults:
        own = (now.point == fault.point) & (now.true_at >= fault.from_at - fault.around_ms)
        sound[own & (now.true_at <= fault.to_at + fault.around_ms)] = False
    return int(np.sum(sound & ((objects == Flag.SUSPECT) | (objects == Flag.FAIL))))
