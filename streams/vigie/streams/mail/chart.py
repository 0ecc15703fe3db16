"""The chart of a mail: 48 h of a series with its thresholds, or of a device's arrivals, as a small PNG.

Matplotlib is imported when the first chart is drawn, and its state-keeping `pyplot` is not used: a chart is drawn in a
thread beside the mails.
"""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from vigie.streams.core.mail.series import Arrivals, Series

WIDTH_IN, HEIGHT_IN, DPI = 5.6, 3.0, 100
MOST_POINTS = 3000
"""Points that are drawn: of more every so manieth."""
_INK, _LINE, _DOUBT, _LIMIT, _GRID = "#1b1f24", "#0b57a4", "#b35900", "#b00020", "#d5d9de"
_WORDS = {
    "fr": {"threshold": "seuil", "doubtful": "valeurs douteuses", "messages": "Messages reçus par heure",
           "legal": "heure légale", "days": "%d/%m"},
    "en": {"threshold": "threshold", "doubtful": "doubtful values", "messages": "Messages received an hour",
           "legal": "legal time", "days": "%m-%d"},
}  # fmt: skip


def series_png(series: Series, zone: str, language: str) -> bytes:
    """A line of the good values, the doubtful ones as crosses, the thresholds as dashed lines.

    Args:
        series: what is shown.
        zone: IANA name of the legal time.
        language: fr or en.
    """
    figure, axes = _axes(series.start_at, series.end_at, zone, language)
    step = max(len(series.at) // MOST_POINTS, 1)
    good: list[tuple[datetime, float]] = []
    bad: list[tuple[datetime, float]] = []
    for at, value, passed in zip(series.at[::step], series.values[::step], series.good[::step], strict=True):
        (good if passed else bad).append((_moment(at), value))
    if good:
        axes.plot(*zip(*good, strict=True), color=_LINE, linewidth=1.5, marker="." if len(good) < 100 else "")
    if bad:
        axes.plot(*zip(*bad, strict=True), linestyle="", marker="x", color=_DOUBT, markersize=5)
    for name, value in series.thresholds.items():
        axes.axhline(value, color=_LIMIT, linestyle="--", linewidth=1.2)
        axes.annotate(
            name, (0.01, value), xycoords=("axes fraction", "data"), color=_LIMIT, fontsize=10, va="bottom"
        )  # fmt: skip
    if series.raised_at:
        axes.axvline(_moment(series.raised_at), color=_INK, linestyle=":", linewidth=1)
    axes.margins(y=0.12)
    axes.set_ylabel(series.unit, fontsize=11)
    axes.set_title(series.label, fontsize=12, loc="left", color=_INK)
    if language == "fr":
        axes.yaxis.set_major_formatter(lambda value, _position: f"{value:g}".replace(".", ","))
    return _png(figure)


def arrivals_png(arrivals: Arrivals, zone: str, language: str) -> bytes:
    """Bars of the messages received in each hour.

    Args:
        arrivals: what is shown.
        zone: IANA name of the legal time.
        language: fr or en.
    """
    figure, axes = _axes(arrivals.start_at, arrivals.end_at, zone, language)
    hour = 3_600_000
    starts = range(arrivals.start_at, arrivals.end_at, hour)
    counts = [0] * len(starts)
    for at in arrivals.at:
        if arrivals.start_at <= at < arrivals.end_at:
            counts[(at - arrivals.start_at) // hour] += 1
    axes.bar([_moment(at) for at in starts], counts, width=1 / 24, align="edge", color=_LINE, edgecolor="white",
             linewidth=0.4)  # fmt: skip
    axes.set_ylim(0, max([*counts, 1]) * 1.15)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set_title(f"{_WORDS[language]['messages']}, {arrivals.label}", fontsize=12, loc="left", color=_INK)
    return _png(figure)


def load() -> None:
    """Load the drawing library, which takes a second or two."""
    _axes(0, 3_600_000, "UTC", "en")


def _axes(start_at: int, end_at: int, zone: str, language: str) -> tuple[Any, Any]:
    from matplotlib import dates
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    make: Any = dates  # its stubs say nothing of these calls
    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    axes: Any = figure.add_subplot()
    axes.set_xlim(_moment(start_at), _moment(end_at))
    legal, words = ZoneInfo(zone), _WORDS[language]
    locator = make.HourLocator(byhour=(0, 6, 12, 18), tz=legal)
    formatter = make.ConciseDateFormatter(
        locator, tz=legal, formats=["%Y", "%m", words["days"], "%H h", "%H:%M", "%S"],
        zero_formats=["", "%Y", "%m", words["days"], "%H:%M", "%H:%M"], offset_formats=[words["legal"]] * 6,
    )  # fmt: skip
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(formatter)
    axes.xaxis.get_offset_text().set_fontsize(9)
    axes.tick_params(labelsize=10, colors=_INK)
    axes.grid(color=_GRID, linewidth=0.6)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, tz=UTC)


def _png(figure: Any) -> bytes:
    drawn = BytesIO()
    figure.savefig(drawn, format="png", pil_kwargs={"optimize": True}, metadata={"Software": None})
    return drawn.getvalue()
