"""What people say of values: verdicts of the owner, and the time in which a point was out of service."""

from collections.abc import Iterable, Sequence

from vigie.streams.core.fleet.words import Outage, Verdict
from vigie.topics.quality import Flag, Test

_HUMAN, _SERVICE = 4 * Test.HUMAN, 4 * Test.SERVICE
_OTHERS = ~(15 << _HUMAN | 15 << _SERVICE)


def with_said(
    words: Sequence[int], series: Sequence[int], at: int, verdicts: Iterable[Verdict], outages: Iterable[Outage]
) -> list[int]:
    """The flags of an observation's values, with what people say of them.

    Args:
        words: packed flags of each value; 0 of one that is not there.
        series: property << 16 | channel of each.
        at: epoch ms UTC.
        verdicts: of the point; the last that covers a value counts.
        outages: of the point.

    >>> rejected = Verdict("q1", 0, 10, None, None, True)
    >>> [hex(word) for word in with_said([0x1], [1 << 16], 5, [rejected], [])]
    ['0x40000000000001']
    """
    service = Flag.SUSPECT << _SERVICE if any(one.from_at <= at < one.to_at for one in outages) else 0
    covering = [one for one in verdicts if one.from_at <= at < one.to_at]
    found = []
    for word, pair in zip(words, series, strict=True):
        human = 0
        for one in covering:
            if one.property in (None, pair >> 16) and one.channel in (None, pair & 0xFFFF):
                human = (Flag.FAIL if one.rejected else Flag.GOOD) << _HUMAN
        found.append(word & _OTHERS | human | service if word else 0)
    return found
