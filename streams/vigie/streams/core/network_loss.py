"""Frames lost on the air: by frame counters where there are any, else by the gaps between messages."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

HOUR_MS = 3_600_000
WRAP = 65_536
"""A counter of 16 bits begins anew after as many frames."""
_NEAREST_WRAP = 4096
"""Frames that may be lost around a wrap; a counter that falls otherwise is that of a device that began anew."""
_FALL = 1024
"""A counter that falls by so much began anew (as in core/duplicate_filter.py); by less, a frame came late."""
_LEAST_INTERVALS = 8
"""Intervals from which a device without counters shows its period."""


class Frames(NamedTuple):
    """Messages of a network, (n,) each.

    Attributes:
        device: a number for each device.
        session: a number for each session (a join begins another).
        f_cnt: frame counter; -1 where the network gives none.
        received_at: epoch ms UTC.
    """

    device: Ints
    session: Ints
    f_cnt: Ints
    received_at: Ints

    def where(self, chosen: npt.NDArray[np.bool_] | Ints) -> "Frames":
        """Some of them, or in another order."""
        return Frames(*(column[chosen] for column in self))


class Loss(NamedTuple):
    """Frames of each device, (d,).

    Attributes:
        device: its number.
        received: how many arrived, each counter once.
        emitted: how many were sent, as far as counters (or periods) tell.
    """

    device: Ints
    received: Ints
    emitted: Ints


def loss_by_counter(frames: Frames, from_at: int) -> Loss:
    """Frames received and sent from an instant on, by counters.

    A gap counts where the frame that ends it was received. The first frame of a session, and one whose counter began
    anew, count as one sent and received: nothing tells what came before them.

    Args:
        frames: also from before the instant, so that the first gap is known; those without counter are passed over.
        from_at: epoch ms UTC.

    Source: Σ(FCntᵢ − FCntᵢ₋₁ − 1) / Σ(FCntᵢ − FCntᵢ₋₁); LoRaWAN 1.0.3, 4.3.1.5: a join resets the counters.

    >>> at = np.arange(5) * 900_000
    >>> frames = Frames(np.zeros(5, int), np.zeros(5, int), np.array([65533, 65534, 1, 2, 2]), at)
    >>> found = loss_by_counter(frames, 0)  # 65535 and 0 are lost; 2 came twice
    >>> found.received, found.emitted
    (array([4]), array([6]))
    """
    frames = frames.where(frames.f_cnt >= 0)
    frames = frames.where(np.lexsort((frames.f_cnt, frames.received_at, frames.session, frames.device)))
    frames = frames._replace(f_cnt=_unwrapped(frames))
    order = np.lexsort((frames.received_at, frames.f_cnt, frames.session, frames.device))
    again = np.zeros(len(order), bool)
    again[order[1:]] = _same(frames.where(order), "device", "session", "f_cnt")
    waited = np.zeros(len(order), np.int64)
    waited[order[1:]] = np.diff(frames.received_at[order])
    once = ~again | (waited >= HOUR_MS)  # the same counter soon after is the same frame
    frames, again = frames.where(once), again[once]
    anew = np.ones(len(again), bool)
    fell = np.diff(frames.f_cnt) <= -_FALL
    anew[1:] = ~_same(frames, "device", "session") | fell | again[1:]
    run = np.cumsum(anew)
    in_run = np.lexsort((frames.f_cnt, run))
    frames, run = frames.where(in_run), run[in_run]
    sent = np.ones(len(run), np.int64)
    sent[1:] = np.where(run[1:] == run[:-1], np.maximum(np.diff(frames.f_cnt), 1), 1)
    return _by_device(frames, sent, from_at)


def _unwrapped(frames: Frames) -> Ints:
    """Counters of 16 bits as if they had more; frames by device, session and time."""
    fall = frames.f_cnt[:-1] - frames.f_cnt[1:]
    wrapped = np.zeros(len(frames.f_cnt), np.int64)
    wrapped[1:] = (
        _same(frames, "device", "session")
        & (fall > WRAP - _NEAREST_WRAP)
        & (frames.f_cnt[:-1] < WRAP)
    )  # fmt: skip
    turns = np.cumsum(wrapped)
    begins = np.ones(len(turns), bool)
    begins[1:] = ~_same(frames, "device", "session")
    return frames.f_cnt + WRAP * (turns - np.maximum.accumulate(np.where(begins, turns, 0)))


def loss_by_period(frames: Frames, from_at: int) -> Loss:
    """Frames received and due from an instant on, of devices without counters: by multiples of their usual interval.

    Args:
        frames: as of `loss_by_counter`; those with a counter are passed over.
        from_at: epoch ms UTC.

    >>> at = np.array([0, 1, 2, 3, 4, 5, 6, 9, 10, 11]) * 900_000
    >>> none = np.zeros(10, int)
    >>> found = loss_by_period(Frames(none, none, none - 1, at), 0)
    >>> found.received, found.emitted
    (array([10]), array([12]))
    """
    frames = frames.where(frames.f_cnt < 0)
    frames = frames.where(np.lexsort((frames.received_at, frames.device)))
    sent = np.ones(len(frames.device), np.int64)
    for low, high in _bounds(frames.device):
        intervals = np.diff(frames.received_at[low:high])
        if len(intervals) >= _LEAST_INTERVALS and (period := float(np.median(intervals))) > 0:
            sent[low + 1 : high] = np.maximum(np.rint(intervals / period), 1)
    return _by_device(frames, sent, from_at)


def _bounds(numbers: Ints) -> list[tuple[int, int]]:
    starts = np.flatnonzero(np.append(True, numbers[1:] != numbers[:-1])) if len(numbers) else np.array([], np.int64)
    ends = np.append(starts[1:], len(numbers))
    return list(zip(starts.tolist(), ends.tolist(), strict=False))


def _same(frames: Frames, *columns: str) -> npt.NDArray[np.bool_]:
    """(n-1,) whether a frame is the same as the one before in some columns."""
    found = np.ones(max(len(frames.device) - 1, 0), bool)
    for name in columns:
        column = getattr(frames, name)
        found &= column[1:] == column[:-1]
    return found


def _by_device(frames: Frames, sent: Ints, from_at: int) -> Loss:
    inside = frames.received_at >= from_at
    devices, place = np.unique(frames.device[inside], return_inverse=True)
    received = np.bincount(place, minlength=len(devices))
    emitted = np.bincount(place, sent[inside], len(devices)).astype(np.int64)
    return Loss(devices, received, emitted)
