"""When a device sends, and what becomes of each message on its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_START_AT = 1_750_197_600_000
"""18 June 2025, 00:00 in Paris (2025-06-17T22:00:00Z)."""
MIDNIGHT_AT = DAY_START_AT + 24 * HOUR_MS
DAY_END_AT = MIDNIGHT_AT + 90 * MINUTE_MS
"""The recording goes on after midnight, until the day's windows have closed and what came late has repaired them."""
MEMORY_FLUSH_AT = MIDNIGHT_AT + 70 * MINUTE_MS
"""When the device that was silent sends what it has stored meanwhile: the day's windows have closed by then."""
LOGGER_FLUSH_AT = MIDNIGHT_AT + 75 * MINUTE_MS
"""When the logger sends the three days before, which it could not send when they were."""


class Fault(StrEnum):
    """What happens to a message; only the last ten of them spoil it."""

    NONE = "none"
    LOST = "lost"
    EXACT_COPY = "exact_copy"
    LATER_COPY = "later_copy"
    OVERTAKEN = "overtaken"
    CUT_JSON = "cut_json"
    RANDOM_BODY = "random_body"
    BAD_BASE64 = "bad_base64"
    TRUNCATED = "truncated"
    BAD_LAYOUT = "bad_layout"
    UNKNOWN_PROFILE = "unknown_profile"
    NO_ADDRESS = "no_address"
    WRONG_TYPE = "wrong_type"
    BAD_TIME = "bad_time"
    EMPTY = "empty"


SPOILED = tuple(fault for fault in Fault if list(Fault).index(fault) >= list(Fault).index(Fault.CUT_JSON))


def chance(seed: int, what: str) -> Random:
    """A source of chance of its own for each thing, so that one device's day does not hang on another's."""
    return Random(f"{seed}/{what}")  # noqa: S311 -- it must repeat, not surprise


@dataclass(frozen=True, slots=True)
class Transmission:
    """One message on the air.

    Attributes:
        sent_at: epoch ms, when the gateway hears it.
        delay_ms: until the body stands at the platform.
        fault: what happens to it.
    """

    sent_at: int
    delay_ms: int
    fault: Fault


def regular(rng: Random, period_ms: int, quiet: tuple[int, int] | None = None) -> list[Transmission]:
    """A day of one device: one message per period, a little early or late, now and then one lost on the air.

    It goes on to the end of the recording, so that nobody is silent for the only reason that the recording ended.

    Args:
        rng: of this device.
        period_ms: declared upload period.
        quiet: span (epoch ms, half-open) in which the device says nothing.
    """
    jitter = min(20_000, period_ms // 60)
    end = DAY_END_AT - 2 * MINUTE_MS
    phase = rng.randrange(jitter, max(jitter + 1, period_ms - jitter))
    found: list[Transmission] = []
    lost_before = False
    for base in range(DAY_START_AT + phase, end, period_ms):
        sent_at = base + rng.randint(-jitter, jitter)
        delay_ms = rng.randint(180, 1900)
        lost_before = not lost_before and base < end - 2 * period_ms and rng.random() < 0.004
        if quiet is None or not quiet[0] <= sent_at < quiet[1]:
            found.append(Transmission(sent_at, delay_ms, Fault.LOST if lost_before else Fault.NONE))
    return found


def with_copies(rng: Random, sent: list[Transmission], share: float) -> list[Transmission]:
    """Some messages are delivered twice: as the same bytes at once, or by a second gateway seconds later."""
    return [
        Transmission(one.sent_at, one.delay_ms, rng.choice((Fault.EXACT_COPY, Fault.LATER_COPY)))
        if one.fault is Fault.NONE and rng.random() < share
        else one
        for one in sent
    ]


def with_overtaken(rng: Random, sent: list[Transmission]) -> list[Transmission]:
    """One message waits in its gateway until one to three minutes after the next one has come."""
    calm = [one.fault is Fault.NONE for one in sent]
    place = rng.choice([i for i in range(1, len(sent) - 1) if all(calm[i - 1 : i + 2])])
    late, following = sent[place], sent[place + 1]
    delay_ms = following.sent_at + following.delay_ms - late.sent_at + rng.randint(60_000, 180_000)
    return [*sent[:place], Transmission(late.sent_at, delay_ms, Fault.OVERTAKEN), *sent[place + 1 :]]


def with_spoiled(rng: Random, sent: list[Transmission], fault: Fault) -> list[Transmission]:
    """One more message, spoiled on its way, between two good ones."""
    place = rng.randrange(1, len(sent) - 1)
    before, after = sent[place].sent_at, sent[place + 1].sent_at
    extra = Transmission(rng.randint(before + 2000, max(before + 2001, after - 2000)), rng.randint(180, 1900), fault)
    return [*sent[: place + 1], extra, *sent[place + 1 :]]


def flushes(rng: Random, step_ms: int, period_ms: int) -> list[tuple[Transmission, list[int]]]:
    """A logger that sends its stored readings once per period: each message with the instants that it holds.

    Args:
        rng: of this device.
        step_ms: between two readings.
        period_ms: between two flushes.

    Returns:
        Messages in order, two per flush, each with the instants (epoch ms) of its readings.
    """
    found: list[tuple[Transmission, list[int]]] = []
    lead = 20 * MINUTE_MS
    for flush_at in range(DAY_START_AT + period_ms - lead, DAY_END_AT - period_ms, period_ms):
        first = max(DAY_START_AT, flush_at - period_ms)
        instants = [at - at % step_ms for at in range(first + step_ms, flush_at, step_ms)]
        half = len(instants) // 2
        for place, part in enumerate((instants[:half], instants[half:])):
            sent_at = flush_at + 8_000 * place + rng.randint(0, 2000)
            found.append((Transmission(sent_at, rng.randint(180, 1900), Fault.NONE), part))
    return found


def late_flush(
    rng: Random, at: int, instants: Sequence[int], per_message: int = 12
) -> list[tuple[Transmission, list[int]]]:
    """Stored readings sent at last, some per message, seconds after each other.

    Args:
        rng: of this device.
        at: epoch ms of the first message.
        instants: of the readings, epoch ms.
        per_message: as many as a LoRaWAN frame holds.
    """
    parts = [list(instants[first : first + per_message]) for first in range(0, len(instants), per_message)]
    return [
        (Transmission(at + 8_000 * place + rng.randint(0, 2000), rng.randint(180, 1900), Fault.NONE), part)
        for place, part in enumerate(parts)
    ]
