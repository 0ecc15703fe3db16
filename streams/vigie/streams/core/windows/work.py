"""Pieces of work of `recompute`: windows of properties at points, named indicators, windows of zones."""

from typing import NamedTuple

from vigie.streams.core.windows.legal import Window
from vigie.streams.core.windows.plan import Span


class SeriesWork(NamedTuple):
    """Windows of properties at points.

    Attributes:
        span: points and instants.
        codes: of the windows.
        properties: ids; None for all.
        cause: why it is done, for the metrics: `dirty`, `feed`, `closed` or `asked`.
        released: whether these windows were their owner's before: windows of zones follow from them.
        dense: whether they are of points that their owner only watches: owners of zones are told what they come to.
    """

    span: Span
    codes: tuple[str, ...]
    properties: tuple[int, ...] | None = None
    cause: str = "asked"
    released: bool = False
    dense: bool = False


class NamedWork(NamedTuple):
    """Windows of one code of a named indicator.

    Attributes:
        indicator: its name.
        windows: by rising start.
        subjects: whose windows.
        reason: of topics.aggregate.REASONS.
        cause: as of SeriesWork.
    """

    indicator: str
    windows: tuple[Window, ...]
    subjects: tuple[str, ...]
    reason: str
    cause: str = "asked"


class ZoneWork(NamedTuple):
    """Windows of a subject of many points, from those of its points.

    Attributes:
        subject: `zone:`, `commune:`, `use_case:` or `network:` and an id.
        windows: of any codes.
        reason: of topics.aggregate.REASONS.
        cause: as of SeriesWork.
    """

    subject: str
    windows: tuple[Window, ...]
    reason: str
    cause: str = "asked"


Work = SeriesWork | NamedWork | ZoneWork
