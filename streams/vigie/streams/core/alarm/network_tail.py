"""How improbable is it that so many devices of a network are silent by themselves? The tail of a binomial law."""

from math import exp, lgamma, log, log1p

LEAST_DEVICES = 5
LEAST_SHARE = 0.5
MOST_TAIL = 1e-6
LEAST_P = 0.01
"""Share of devices that are silent by themselves at any time, at least: no fleet is without a flat battery."""


def tail(silent: int, devices: int, p: float) -> float:
    """P(X >= silent) of a binomial law of `devices` trials.

    Args:
        silent: 0 to `devices`.
        devices: how many there are.
        p: probability of each, strictly between 0 and 1.

    >>> round(tail(2, 3, 0.5), 6), tail(0, 9, 0.1), f"{tail(5, 10, 0.01):.1e}"
    (0.5, 1.0, '2.4e-08')
    """
    if silent <= 0:
        return 1.0
    k, total = silent, 0.0
    term = exp(
        lgamma(devices + 1) - lgamma(k + 1) - lgamma(devices - k + 1) + k * log(p) + (devices - k) * log1p(-p)
    )  # fmt: skip
    while k <= devices:
        total += term
        if term <= total * 1e-12 and k > devices * p:
            break
        term *= (devices - k) / (k + 1) * p / (1 - p)
        k += 1
    return min(total, 1.0)


def is_down(silent: int, devices: int, p: float) -> bool:
    """At least five devices, at least half of them silent, and less than one chance in a million that it is chance.

    >>> is_down(75, 150, 0.01), is_down(4, 5, 0.01), is_down(3, 6, 0.3)
    (True, True, False)
    """
    if devices < LEAST_DEVICES or silent < LEAST_SHARE * devices:
        return False
    return tail(silent, devices, min(max(p, LEAST_P), 0.99)) < MOST_TAIL
