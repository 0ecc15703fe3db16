"""The numbers by which a test of quality judged a value, as texts for the sentences of core/quality_words.py.

They are computed again from what the store holds now; where a value around was corrected since, they may differ from
those that were seen at the time. Each function gives the names that the sentences of its test have.
"""

from collections.abc import Callable, Mapping
from math import inf, sqrt
from statistics import median, pstdev

from vigie.serving.quality_ground import HOUR_MS, UNKNOWN, Ground
from vigie.serving.wording import iso_text, local, local_text, property_label, reading_text
from vigie.streams.core.fleet.rules.whereabouts import distance_km
from vigie.streams.core.local_time import duration_text
from vigie.streams.core.outside_text import outside_text
from vigie.streams.core.quality.climatology import DAY_FROM_H, DAY_TO_H, NIGHT_FROM_H, NIGHT_TO_H
from vigie.streams.core.quality.flat_line import ALMOST
from vigie.streams.core.quality_words import MAY_STAND_STILL, NO_RISE, Said, sentence
from vigie.streams.sinks.fleet_queries import Known
from vigie.topics.quality import Flag, Test, unpack


def numbers(test: Test, ground: Ground) -> Mapping[str, str]:
    """The texts for the sentence of a test; every name that it has is there."""
    found = {"value": ground.amount(ground.value)}
    make = _OF.get(test)
    return found | make(ground) if make else found


def words_of(test: Test, ground: Ground) -> Said:
    """The sentence of a test; a value that its parameters excuse has one of its own."""
    if ground.flag is Flag.GOOD and test is Test.FLAT_LINE and _is_still(ground, "suspect_h") and _excused(ground):
        return MAY_STAND_STILL
    if ground.flag is Flag.GOOD and test is Test.RATE_OF_CHANGE and ground.parameters.get("rise_only", 0.0) > 0:
        before = ground.before
        return NO_RISE if before is not None and ground.value < before.value else sentence(test, ground.flag)
    return sentence(test, ground.flag)


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
    excess, suspect = None, ground.parameters.get("suspect")
    if before is not None and after is not None:
        rise, fall = ground.value - before.value, after.value - ground.value
        by_difference = ground.parameters.get("by_difference", 0.0) > 0
        excess = min(abs(rise), abs(fall)) if by_difference else abs(ground.value - (before.value + after.value) / 2)
        if suspect is not None:  # as core/quality/spike.py: the limit grows with the neighbours
            greater, get = max(abs(before.value), abs(after.value)), ground.parameters.get
            suspect = max(suspect, get("suspect_share", 0.0) * greater, get("suspect_root", 0.0) * sqrt(greater))
    return {
        "excess": ground.amount(excess), "before": ground.dated(before), "after": ground.dated(after),
        "suspect": ground.amount(suspect), "fail": ground.parameter("fail"),
    }  # fmt: skip


def _rate_of_change(ground: Ground) -> dict[str, str]:
    before = ground.before
    found = {
        "before": ground.dated(before), "suspect": ground.parameter("suspect_per_h"),
        "fail": ground.parameter("fail_per_h"), "change": UNKNOWN, "elapsed": UNKNOWN, "rate": UNKNOWN, "drop": UNKNOWN,
    }  # fmt: skip
    if before is not None:
        elapsed_ms = ground.facts.observation.observed_at - before.observed_at
        counted_ms = max(elapsed_ms, ground.parameters.get("min_span_s", 0.0) * 1000)
        change = ground.value - before.value
        found |= {
            "change": ground.amount(change), "drop": ground.amount(-change),
            "elapsed": duration_text(elapsed_ms, ground.language),
        }  # fmt: skip
        if elapsed_ms < _ALIKE * counted_ms:
            words = {"fr": " (compté comme {})", "en": " (counted as {})"}[ground.language]
            found["elapsed"] += words.format(duration_text(round(counted_ms), ground.language))
        if counted_ms > 0:
            found["rate"] = ground.amount(abs(change) / counted_ms * HOUR_MS)
    return found


def _window(ground: Ground, span_h: float, *, inside: bool = False) -> list[float]:
    """Values of the window that ends with the value and begins at the last one at or before its span.

    Args:
        ground: what the test judged by.
        span_h: of the window.
        inside: the window begins after its span instead (as attenuated looks).
    """
    first_at = ground.facts.observation.observed_at - span_h * HOUR_MS
    earlier = [one.observed_at for one in ground.facts.before if one.observed_at <= first_at]
    start = first_at + 1 if inside else max(earlier, default=first_at)
    values = [one.value for one in ground.facts.before if one.observed_at >= start] + [ground.value]
    return [value for value in values if value == value]  # noqa: PLR0124 -- NaN


def _range(values: list[float]) -> float | None:
    return max(values) - min(values) if values else None


def _is_still(ground: Ground, span: str) -> bool:
    found = _range(_window(ground, ground.parameters.get(span, 0.0)))
    return found is not None and found < ground.parameters.get("tolerance", 0.0) * ALMOST


def _excused(ground: Ground) -> str:
    """Which values may stand still, if the value is one of them."""
    above, below = ground.parameters.get("unless_above"), ground.parameters.get("unless_below")
    if above is not None and ground.value >= above:
        return _span(ground, above, None)
    return _span(ground, None, below) if below is not None and ground.value <= below else ""


def _flat_line(ground: Ground) -> dict[str, str]:
    name = "fail_h" if ground.flag is Flag.FAIL or "suspect_h" not in ground.parameters else "suspect_h"
    if ground.flag is Flag.SUSPECT and _excused(ground):
        name = "excused_h"
    return {
        "range": ground.amount(_range(_window(ground, ground.parameters.get(name, 0.0)))), "span": ground.hours(name),
        "tolerance": ground.parameter("tolerance"),
        "excused": _excused(ground) or UNKNOWN,
    }  # fmt: skip


def _attenuated(ground: Ground) -> dict[str, str]:
    window = _window(ground, ground.parameters.get("span_h", 0.0), inside=True)
    by_range = ground.parameters.get("by_range", 0.0) > 0
    variation = _range(window) if by_range or not window else pstdev(window)
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


_ALIKE = 0.9
"""A time of so much of what counts at least is not told apart from it: no step is even to the second."""

NEAR = ("radius_m", "max_elev_diff_m", "gradient_per_m")
"""Parameters that say who is a neighbour, and how it is brought to the altitude of the point."""


def neighbour_values(ground: Ground, *, found_too: bool = True) -> list[float]:
    """What the neighbours that are near enough measured, brought to the altitude of the point.

    Args:
        ground: what the test judged by.
        found_too: also of those that disagree with their own neighbours.
    """
    get, own = ground.parameters.get, ground.facts.point
    found = []
    for point, value in ground.facts.neighbours.values():
        if not found_too and unpack(value.tests)[Test.NEIGHBOURS] in (Flag.SUSPECT, Flag.FAIL):
            continue
        places = [(one.get("latitude"), one.get("longitude")) for one in (own, point) if one is not None]
        known = len(places) == 2 and None not in (*places[0], *places[1])
        if known and distance_km(*places) * 1000 > get("radius_m", inf):
            continue
        heights = [one.get("altitude_m") for one in (own, point) if one is not None]
        below = heights[0] - heights[1] if len(heights) == 2 and None not in heights else 0.0
        if abs(below) <= get("max_elev_diff_m", inf):
            found.append(value.value + get("gradient_per_m", 0.0) * below)
    return found


def _neighbours(ground: Ground) -> dict[str, str]:
    return _beside(ground, neighbour_values(ground, found_too=False))


def _radiation(ground: Ground) -> dict[str, str]:
    return _beside(ground, neighbour_values(ground))


def _beside(ground: Ground, values: list[float]) -> dict[str, str]:
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
        "why": outside_text(str(verdict.get("reason", UNKNOWN))) if verdict else UNKNOWN,
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
    Test.RADIATION: _radiation,
    Test.CLOCK: _clock,
    Test.DUPLICATE: _duplicate,
    Test.COUNTER: _counter,
    Test.GAP: _gap,
    Test.HUMAN: _human,
    Test.SERVICE: _service,
}
