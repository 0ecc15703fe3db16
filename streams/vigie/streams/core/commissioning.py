"""What the first two days of a placement came to: one line per thing looked at, each with its verdict and threshold.

Thresholds are start values of this project, told with each line; docs/reliability.md says where they come from.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from vigie.streams.core.radio_figures import counter_loss
from vigie.topics.property import BY_NAME

SPAN_MS = 48 * 3_600_000
"""How much of a placement is audited."""
STEP_TOLERANCE = 0.2
"""How far an interval may be from a multiple of the step, as a part of the step."""
NEIGHBOUR_WINDOW_STEPS = 0.5
"""A neighbour's value counts beside ours when it is no further than so many steps."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Verdict(StrEnum):
    """What a line comes to; NONE where there is nothing to judge."""

    PASS = "pass"  # noqa: S105 -- a verdict, no password
    WATCH = "watch"
    FAIL = "fail"
    NONE = "none"


_WORST_FIRST = (Verdict.FAIL, Verdict.WATCH, Verdict.PASS, Verdict.NONE)


class Threshold(NamedTuple):
    """Up to (or from) which value a line passes, and up to which it is watched.

    Attributes:
        good, watch: in the unit of the line.
        at_least: True where more is better.
        unit: share (0 to 1), s, dB, gateways, or a property's unit.
    """

    good: float
    watch: float
    at_least: bool
    unit: str

    def judge(self, value: float | None) -> Verdict:
        """The verdict on a value; NONE for None.

        >>> Threshold(0.95, 0.8, True, "share").judge(0.9).value, Threshold(60, 600, False, "s").judge(5).value
        ('watch', 'pass')
        """
        if value is None or value != value:  # noqa: PLR0124 -- NaN alone differs from itself
            return Verdict.NONE
        for limit, verdict in ((self.good, Verdict.PASS), (self.watch, Verdict.WATCH)):
            if (value >= limit) if self.at_least else (value <= limit):
                return verdict
        return Verdict.FAIL


THRESHOLDS = {
    "reception": Threshold(0.95, 0.80, True, "share"),
    "step": Threshold(0.95, 0.80, True, "share"),
    "completeness": Threshold(0.95, 0.80, True, "share"),
    "loss": Threshold(0.05, 0.15, False, "share"),
    "latency": Threshold(60.0, 600.0, False, "s"),
    "margin": Threshold(5.0, 2.0, True, "dB"),
    "gateways": Threshold(2.0, 1.0, True, "gateways"),
    "plausible": Threshold(0.02, 0.10, False, "share"),
}
"""Of each line but that of the neighbours, whose tolerance depends on the property."""

NEIGHBOUR_TOLERANCE = {
    "air_temperature": (1.5, 3.0), "relative_humidity": (7.5, 15.0), "air_pressure": (1.0, 3.0),
    "water_temperature": (1.0, 2.0), "water_level": (0.05, 0.15), "laeq": (5.0, 10.0),
}  # fmt: skip
"""Largest median distance to the neighbours' median that passes, that is watched; in the property's unit."""


class Line(NamedTuple):
    """One line of the audit.

    Attributes:
        name: reception, step, completeness, loss, latency, margin, gateways, plausible, neighbours.
        verdict: pass, watch, fail, or none where there is nothing to judge.
        value: in the threshold's unit; None where there is none.
        threshold: what it was held against; None where there is none.
        numerator, denominator: what the value was made of; the denominator is how many things were looked at.
        subject: property (with `#channel`) that it is about; empty for the point.
    """

    name: str
    verdict: Verdict
    value: float | None
    threshold: Threshold | None
    numerator: float
    denominator: float
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One property of the point during the audit; all instants epoch ms UTC.

    Attributes:
        name: of the property, with `#channel` where it is not 0.
        step_s: declared.
        at: (n,) rising, of the point's values.
        values: (n,) in the property's unit.
        flags: (n,) roll-ups 1, 2, 3, 4, 9.
        neighbours: of each neighbour (at, values), rising.
    """

    name: str
    step_s: int
    at: Ints
    values: Floats
    flags: Ints
    neighbours: tuple[tuple[Ints, Floats], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the network brought during the audit: (n,) arrays by order of reception; NaN where a fact is missing.

    Attributes:
        received_at, ingested_at: epoch ms UTC.
        session: number of the session, any integers.
        f_cnt: frame counter; -1 for none.
        margin_db: above the demodulation floor.
        gateways: how many heard it; 0 where the network does not say.
    """

    received_at: Ints
    ingested_at: Ints
    session: Ints
    f_cnt: Ints
    margin_db: Floats
    gateways: Ints


def audit(span_ms: int, upload_s: int, heard: Heard, series: tuple[Series, ...]) -> tuple[Line, ...]:
    """The lines of the audit.

    Args:
        span_ms: how long the placement was looked at; less than SPAN_MS while it is younger.
        upload_s: declared upload period.
        heard: its uplinks.
        series: what it should measure.
    """
    count, expected = len(heard.received_at), span_ms / 1000 / upload_s
    received, emitted = counter_loss(heard.session, heard.f_cnt)
    # As if one more period had begun: two days of a period hold 192 or 193 uplinks, by where they start.
    lines = [_line("reception", min(count / expected, 1.0) if expected >= 1 else None, count, expected)]
    lines += [line for one in series for line in (_step(one), _complete(one, span_ms))]
    lines.append(_line("loss", 1 - received / emitted if emitted else None, emitted - received, emitted))
    latency_s = np.maximum(heard.ingested_at - heard.received_at, 0) / 1000
    late = float(np.percentile(latency_s, 95)) if count else None
    lines.append(_line("latency", late, count, count))
    margins = heard.margin_db[~np.isnan(heard.margin_db)]
    lines.append(_line("margin", float(np.median(margins)) if len(margins) else None, len(margins), count))
    known = heard.gateways[heard.gateways > 0]
    lines.append(_line("gateways", float(np.median(known)) if len(known) else None, len(known), count))
    for one in series:
        doubted = int(np.isin(one.flags, (3, 4)).sum())
        share = doubted / len(one.flags) if len(one.flags) else None
        lines.append(_line("plausible", share, doubted, len(one.flags), one.name))
        lines += _neighbours(one)
    return tuple(lines)


def overall(lines: tuple[Line, ...]) -> Verdict:
    """The worst verdict of the lines.

    >>> overall(()).value
    'none'
    """
    given = {line.verdict for line in lines}
    return next((one for one in _WORST_FIRST if one in given), Verdict.NONE)


def _line(name: str, value: float | None, numerator: float, denominator: float, subject: str = "") -> Line:
    threshold = THRESHOLDS[name]
    return Line(name, threshold.judge(value), value, threshold, numerator, denominator, subject)


def _step(one: Series) -> Line:
    """Share of intervals that are the step, or a whole multiple of it where values are lost."""
    steps = np.diff(np.unique(one.at)).astype(np.float64) / 1000 / one.step_s
    multiple = np.maximum(np.round(steps), 1)
    kept = int((np.abs(steps - multiple) <= STEP_TOLERANCE).sum())
    return _line("step", kept / len(steps) if len(steps) else None, kept, len(steps), one.name)


def _complete(one: Series, span_ms: int) -> Line:
    present, expected = len(np.unique(one.at[one.flags != 9])), span_ms / 1000 / one.step_s
    return _line("completeness", min(present / expected, 1.0) if expected >= 1 else None, present, expected, one.name)


def _neighbours(one: Series) -> list[Line]:
    """Median distance of the values to the median of the neighbours at the same instants."""
    if not one.neighbours:
        return []
    window_ms = one.step_s * 1000 * NEIGHBOUR_WINDOW_STEPS
    beside = np.vstack([_nearest(at, values, one.at, window_ms) for at, values in one.neighbours])
    compared = ~np.isnan(beside).all(axis=0)
    name = one.name.partition("#")[0]
    tolerance = NEIGHBOUR_TOLERANCE.get(name)
    unit = BY_NAME[name].unit if name in BY_NAME else ""
    threshold = Threshold(*tolerance, at_least=False, unit=unit) if tolerance else None
    count = int(compared.sum())
    if not count:
        return [Line("neighbours", Verdict.NONE, None, threshold, 0, len(one.at), one.name)]
    distance = float(np.median(np.abs(one.values[compared] - np.nanmedian(beside[:, compared], axis=0))))
    verdict = threshold.judge(distance) if threshold else Verdict.NONE
    return [Line("neighbours", verdict, distance, threshold, count, len(one.at), one.name)]


def _nearest(at: Ints, values: Floats, wanted: Ints, window_ms: float) -> Floats:
    """The value nearest to each wanted instant, NaN where none is near enough; (m,) for m wanted."""
    if not len(at):
        return np.full(len(wanted), np.nan)
    after = np.clip(np.searchsorted(at, wanted), 0, len(at) - 1)
    before = np.maximum(after - 1, 0)
    place = np.where(np.abs(at[before] - wanted) <= np.abs(at[after] - wanted), before, after)
    return np.where(np.abs(at[place] - wanted) <= window_ms, values[place], np.nan)
