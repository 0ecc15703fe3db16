"""The numbers by which a test of quality judged a value, as texts for the sentences of core/quality_words.py.

They are computed again from what the store holds now; where a value around was corrected since, they may differ from
those that were seen at the time. Each function gives the names that the sentences of its test have.
"""

from collections.abc import Callable, Mapping
from statistics import median, pstdev
from typing import NamedTuple

from vigie.serving.wording import iso_text, local, local_text, number_text, property_label, reading_text
from vigie.streams.core.local_time import duration_text
from vigie.streams.core.quality.climatology import DAY_FROM_H, DAY_TO_H, NIGHT_FROM_H, NIGHT_TO_H
from vigie.streams.sinks.explain_queries import Facts
from vigie.streams.sinks.fleet_queries import Known
from vigie.streams.sinks.observation_queries import Value
from vigie.topics.quality import Test

HOUR_MS = 3_600_000
UNKNOWN = "–"
Numbers = dict[str, float]


class Ground(NamedTuple):
    """What a test judged by.

    Attributes:
        facts: about the value.
        parameters: of the test.
        zone: IANA name of the legal time.
        language: `fr` or `en`.
    """

    facts: Facts
    parameters: Numbers
    zone: str
    language: str

    def amount(self, value: float | None) -> str:
        """A number with the unit of the property; an unknown one is a dash."""
        return UNKNOWN if value is None else reading_text(self.facts.series[0], value, self.language)

    def parameter(self, name: str) -> str:
        """A parameter in the unit of the property."""
        return self.amount(self.parameters.get(name))

    def plain(self, name: str) -> str:
        """A parameter without unit."""
        value = self.parameters.get(name)
        return UNKNOWN if value is None else number_text(value, self.language)

    def hours(self, name: str) -> str:
        """A parameter in hours, as a duration."""
        value = self.parameters.get(name)
        return UNKNOWN if value is None else duration_text(round(value * HOUR_MS), self.language)

    def dated(self, value: Value | None) -> str:
        """A value with the time of day at which it was measured."""
        if value is None:
            return UNKNOWN
        at = local(value.observed_at, self.zone).strftime(
            "%d/%m %H:%M:%S" if self.language == "fr" else "%m-%d %H:%M:%S"
        )
        return f"{self.amount(value.value)}, {at}"

    @property
    def value(self) -> float:
        """The value that is explained."""
        return self.facts.value.value

    @property
    def before(self) -> Value | None:
        """The last value before it that is not missing."""
        present = [one for one in self.facts.before if one.value == one.value]
        return present[-1] if present else None


def numbers(test: Test, ground: Ground) -> Mapping[str, str]:
    """The texts for the sentence of a test; every name that it has is there."""
    found = {"value": ground.amount(ground.value)}
    make = _OF.get(test)
    return found | make(ground) if make else found


def _span(ground: Ground, low: float | None, high: float | None) -> str:
    words = {
        "fr": ("de {low} à {high}", "au moins {low}", "au plus {high}", "sans borne"),
        "en": ("{low} to {high}", "at least {low}", "at most {high}", "no bound"),
    }[ground.language]
    place = 3 if low is None and high is None else 2 if low is None else 1 if high is None else 0
    return words[place].format(low=ground.amount(low), high=ground.amount(high))


def _gross_range(ground: Ground) -> dict[str, str]:
    get = ground.parameters.get
    expected = _span(ground, get("suspect_min", get("fail_min")), get("suspect_max", get("fail_max")))
    return {"expected": expected, "span": _span(ground, get("fail_min"), get("fail_max"))}


def _climatology(ground: Ground) -> dict[str, str]:
    at, get = local(ground.facts.observation.observed_at, ground.zone), ground.parameters.get
    low, high = get(f"min_{at.month:02}"), get(f"max_{at.month:02}")
    if low is not None and DAY_FROM_H <= at.hour < DAY_TO_H:
        low += get("day_min_rise", 0.0)
    if high is not None and (at.hour >= NIGHT_FROM_H or at.hour < NIGHT_TO_H):
        high -= get("night_max_drop", 0.0)
    return {"expected": _span(ground, low, high)}


def _spike(ground: Ground) -> dict[str, str]:
    before, after = ground.before, ground.facts.after
    excess = None
    if before is not None and after is not None:
        rise, fall = ground.value - before.value, after.value - ground.value
        by_difference = ground.parameters.get("by_difference", 0.0) > 0
        excess = min(abs(rise), abs(fall)) if by_difference else abs(ground.value - (before.value + after.value) / 2)
    return {
        "excess": ground.amount(excess), "before": ground.dated(before), "after": ground.dated(after),
        "suspect": ground.parameter("suspect"), "fail": ground.parameter("fail"),
    }  # fmt: skip


def _rate_of_change(ground: Ground) -> dict[str, str]:
    before = ground.before
    found = {
        "before": ground.dated(before), "suspect": ground.parameter("suspect_per_h"),
        "fail": ground.parameter("fail_per_h"), "change": UNKNOWN, "elapsed": UNKNOWN, "rate": UNKNOWN,
    }  # fmt: skip
    if before is not None:
        elapsed_ms = ground.facts.observation.observed_at - before.observed_at
        counted_ms = max(elapsed_ms, ground.parameters.get("min_span_s", 0.0) * 1000)
        change = ground.value - before.value
        found |= {"change": ground.amount(change), "elapsed": duration_text(elapsed_ms, ground.language)}
        if counted_ms > 0:
            found["rate"] = ground.amount(abs(change) / counted_ms * HOUR_MS)
    return found


def _window(ground: Ground, span_h: float) -> list[float]:
    """Values of the window that ends with the value and begins at the last one at or before its span."""
    first_at = ground.facts.observation.observed_at - span_h * HOUR_MS
    earlier = [one.observed_at for one in ground.facts.before if one.observed_at <= first_at]
    start = max(earlier, default=first_at)
    values = [one.value for one in ground.facts.before if one.observed_at >= start] + [ground.value]
    return [value for value in values if value == value]  # noqa: PLR0124 -- NaN


def _flat_line(ground: Ground) -> dict[str, str]:
    name = "fail_h" if "suspect_h" not in ground.parameters else "suspect_h"
    window = _window(ground, ground.parameters.get(name, 0.0))
    return {
        "range": ground.amount(max(window) - min(window) if window else None),
        "suspect_span": ground.hours(name), "fail_span": ground.hours("fail_h"),
        "tolerance": ground.parameter("tolerance"),
    }  # fmt: skip


def _attenuated(ground: Ground) -> dict[str, str]:
    window = _window(ground, ground.parameters.get("span_h", 0.0))
    by_range = ground.parameters.get("by_range", 0.0) > 0
    variation = None if not window else max(window) - min(window) if by_range else pstdev(window)
    return {
        "variation": ground.amount(variation), "span": ground.hours("span_h"),
        "suspect": ground.parameter("suspect_below"), "fail": ground.parameter("fail_below"),
    }  # fmt: skip


def _consistency(ground: Ground) -> dict[str, str]:
    others = [
        f"{property_label(number, ground.language)} {reading_text(number, one.value, ground.language)}"
        for (number, channel), one in ground.facts.observation.values.items()
        if (number, channel) != ground.facts.series and channel == ground.facts.series[1]
    ]
    before = {"fr": "avant : ", "en": "before: "}[ground.language] + ground.dated(ground.before)
    return {"beside": " ; ".join([*others, before])}


def neighbour_values(ground: Ground) -> list[float]:
    """What the neighbours measured, brought to the altitude of the point."""
    own, gradient = _altitude(ground.facts.point), ground.parameters.get("gradient_per_m", 0.0)
    found = []
    for point, value in ground.facts.neighbours.values():
        other = _altitude(point)
        shift = gradient * (own - other) if own is not None and other is not None else 0.0
        found.append(value.value + shift)
    return found


def _altitude(point: Known | None) -> float | None:
    return point.get("altitude_m") if point else None


def _neighbours(ground: Ground) -> dict[str, str]:
    values = neighbour_values(ground)
    middle = median(values) if values else None
    return {
        "count": str(len(values)), "median": ground.amount(middle),
        "excess": ground.amount(None if middle is None else ground.value - middle),
        "k": ground.plain("k"), "fail_k": ground.plain("fail_k"), "limit": ground.parameter("excess"),
    }  # fmt: skip


def _clock(ground: Ground) -> dict[str, str]:
    one = ground.facts.observation
    texts = [local_text(at, ground.zone, ground.language) for at in (one.observed_at, one.ingested_at)]
    return {"observed": texts[0], "arrived": texts[1]}


def _duplicate(ground: Ground) -> dict[str, str]:
    span_s = ground.parameters.get("span_s")
    return {"span": UNKNOWN if span_s is None else duration_text(round(span_s * 1000), ground.language)}


def _counter(ground: Ground) -> dict[str, str]:
    return {"before": ground.dated(ground.before), "capacity": ground.parameter("capacity_per_h")}


def _gap(ground: Ground) -> dict[str, str]:
    before = ground.before
    elapsed = None if before is None else ground.facts.observation.observed_at - before.observed_at
    longest = {"fr": "plus de 26 h", "en": "over 26 h"}[ground.language]
    return {
        "before": ground.dated(before),
        "elapsed": longest if elapsed is None else duration_text(elapsed, ground.language),
    }


def _human(ground: Ground) -> dict[str, str]:
    verdict = ground.facts.verdicts[-1] if ground.facts.verdicts else None
    return {
        "by": str(verdict.get("by", UNKNOWN)) if verdict else UNKNOWN,
        "why": str(verdict.get("reason", UNKNOWN)) if verdict else UNKNOWN,
    }


def _service(ground: Ground) -> dict[str, str]:
    outage = ground.facts.outages[-1] if ground.facts.outages else None
    return {
        "intervention": outage.id if outage else UNKNOWN,
        "period": period_text(outage, ground.zone, ground.language) if outage else UNKNOWN,
    }


def period_text(outage: Known, zone: str, language: str) -> str:
    """From when to when an intervention was under way."""
    start, end = outage.get("started_at"), outage.get("ended_at")
    words = {"fr": ("du {start} au {end}", "depuis le {start}"), "en": ("{start} to {end}", "since {start}")}[language]
    texts = {"start": iso_text(start or UNKNOWN, zone, language), "end": iso_text(end or UNKNOWN, zone, language)}
    return words[0 if end else 1].format(**texts)


_OF: dict[Test, Callable[[Ground], dict[str, str]]] = {
    Test.GROSS_RANGE: _gross_range,
    Test.CLIMATOLOGY: _climatology,
    Test.SPIKE: _spike,
    Test.RATE_OF_CHANGE: _rate_of_change,
    Test.FLAT_LINE: _flat_line,
    Test.ATTENUATED: _attenuated,
    Test.CONSISTENCY: _consistency,
    Test.NEIGHBOURS: _neighbours,
    Test.RADIATION: _neighbours,
    Test.CLOCK: _clock,
    Test.DUPLICATE: _duplicate,
    Test.COUNTER: _counter,
    Test.GAP: _gap,
    Test.HUMAN: _human,
    Test.SERVICE: _service,
}
