"""Student's t: the two-sided 95 % quantile, for intervals of confidence from few values."""

_TABLE = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448,
    2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484,
    2.0452, 2.0423,
)  # fmt: skip
_NORMAL = 1.959963985


def t95(freedom: int) -> float:
    """The t that a Student variable stays within with probability 0.95.

    Args:
        freedom: degrees of freedom, at least 1.

    Source: tabulated up to 30, then the expansion of Abramowitz and Stegun 26.7.5; right to 2e-4.

    >>> t95(1), t95(10), round(t95(60), 3)
    (12.7062, 2.2281, 2.0)
    """
    if freedom <= len(_TABLE):
        return _TABLE[freedom - 1]
    z = _NORMAL
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    return z + first / freedom + second / freedom**2
