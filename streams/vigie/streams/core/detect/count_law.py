"""How unlikely a count is: tails of the Poisson and the negative binomial law, as φ = −log10(probability).

Counts of passages vary more than chance alone (weather, events): with dispersion c² beyond chance the law is the
negative binomial of mean Λ and variance Λ + c²Λ², which is Poisson's with c² = 0.

Source: W. Feller, An Introduction to Probability Theory I, VI.10 for the bound of a tail by a geometric series;
A. C. Cameron and P. K. Trivedi, Regression Analysis of Count Data, 3.3 (NB2).
"""

from math import lgamma, log, log1p, log10, sqrt

_LOG10 = 2.302585092994046
_LEAST_DISPERSION = 1e-6


def phi_of_count(count: float, usual: float, dispersion: float) -> float:
    """φ of a count at least as far from what is usual, on its side; 0 where it is about what is usual.

    The tail is bounded from above, by its first term over one less the ratio of the next: φ is never overstated, and
    understated by less than 0.3 where it matters.

    Args:
        count: seen.
        usual: expected, Λ.
        dispersion: c²; 0 for Poisson.

    >>> round(phi_of_count(0, 10.0, 0.0), 2)  # exp(-10)
    4.34
    >>> round(phi_of_count(40, 100.0, 0.0), 1), round(phi_of_count(40, 100.0, 0.05), 1), phi_of_count(99, 100.0, 0.0)
    (11.1, 2.9, 0.0)
    >>> round(phi_of_count(200, 100.0, 0.0), 1)
    18.0
    """
    if usual <= 0:
        return 0.0
    spread = sqrt(usual + dispersion * usual * usual)
    if abs(count - usual) < spread:
        return 0.0
    whole = round(count)
    if whole == 0:
        return phi_of_none(usual, dispersion)
    here = _log_probability(whole, usual, dispersion)
    beside = _log_probability(whole - 1 if count < usual else whole + 1, usual, dispersion)
    ratio = min(10 ** ((beside - here) / _LOG10), 0.999)
    return max(-(here / _LOG10 - log10(1 - ratio)), 0.0)


def phi_of_none(usual: float, dispersion: float) -> float:
    """φ of no passage at all where Λ are usual: P = exp(−Λ), or (1 + c²Λ)^(−1/c²) beyond chance.

    >>> round(phi_of_none(46.0, 0.0), 1), round(phi_of_none(46.0, 0.05), 1)
    (20.0, 10.4)
    """
    if dispersion < _LEAST_DISPERSION:
        return usual / _LOG10
    return log1p(dispersion * usual) / dispersion / _LOG10


def band(usual: float, dispersion: float, deviations: float = 2.0) -> tuple[float, float]:
    """Within which a count lies usually: Λ less and more some standard deviations.

    >>> [round(one) for one in band(100.0, 0.0)]
    [80, 120]
    """
    spread = deviations * sqrt(usual + dispersion * usual * usual)
    return max(usual - spread, 0.0), usual + spread


def _log_probability(count: int, usual: float, dispersion: float) -> float:
    if dispersion < _LEAST_DISPERSION:
        return count * log(usual) - usual - lgamma(count + 1)
    shape = 1 / dispersion
    chance = lgamma(count + shape) - lgamma(shape) - lgamma(count + 1)
    return chance - shape * log1p(usual / shape) + count * (log(usual) - log(shape + usual))
