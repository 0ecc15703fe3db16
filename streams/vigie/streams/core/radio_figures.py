"""What frame counters say: how many frames were sent, and how many of them arrived."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def counter_loss(session: Ints, f_cnt: Ints) -> tuple[int, int]:
    """Frames that arrived, and frames that were sent, as far as counters tell.

    Args:
        session: (n,) number of the session, by order of reception; a counter begins anew in each.
        f_cnt: (n,) 32-bit frame counter; negative where the network gives none.

    Returns:
        (received, emitted): the first frame of a session and one whose counter goes back (a restart of the device)
        count as one sent and received, since nothing tells what came before them; both 0 without counters.
        Loss is 1 − received / emitted.

    >>> counter_loss(np.array([1, 1, 1, 2, 2]), np.array([7, 8, 11, 0, 1]))
    (5, 7)
    """
    known = f_cnt >= 0
    session, f_cnt = session[known], f_cnt[known]
    if not len(f_cnt):
        return 0, 0
    order = np.argsort(session, kind="stable")
    session, f_cnt = session[order], f_cnt[order]
    gaps = np.diff(f_cnt)
    same = np.diff(session) == 0
    repeated = int((same & (gaps == 0)).sum())
    emitted = 1 + int(np.where(same, np.where(gaps > 0, gaps, (gaps < 0).astype(np.int64)), 1).sum())
    return len(f_cnt) - repeated, emitted
