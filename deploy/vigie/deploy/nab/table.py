"""What the benchmark found, as tables: on a terminal, in the docs, as JSON."""

from collections.abc import Iterable, Sequence

from rich.table import Table

from vigie.deploy.nab.corpus import Corpus
from vigie.deploy.nab.measured import Detection, Measured
from vigie.streams.core.local_time import utc_text

SHORT = {"standard": "standard", "reward_low_FP_rate": "low FP", "reward_low_FN_rate": "low FN"}
PROMISED = {"standard": 60.0, "reward_low_FP_rate": 50.0, "reward_low_FN_rate": 65.0}


def short(profile: str) -> str:
    """A profile's name as a heading."""
    return SHORT.get(profile, profile)


def totals(found: Sequence[Measured]) -> list[tuple[str, ...]]:
    """Headings, then a line per detector: its score by each profile, and how long it takes."""
    names = [short(one.profile) for one in found[0].bests]
    lines: list[tuple[str, ...]] = [("detector", *names, "windows found", "false positives", "µs per value")]
    for one in found:
        standard = one.bests[0]
        lines.append(
            (
                one.name, *(f"{best.score:.1f}" for best in one.bests), str(int(standard.found.sum())),
                str(int(standard.false.sum())), f"{one.us_per_row:.1f}",
            )
        )  # fmt: skip
    return lines


def files(corpus: Corpus, one: Measured) -> list[tuple[str, ...]]:
    """Headings, then a line per file: rows, windows, and its sum, windows found and false positives by each profile."""
    names = [f"{short(best.profile)}: sum, found, false" for best in one.bests]
    lines = [("file", "rows", "windows", *names)]
    for place, series in enumerate(corpus.series):
        parts = (f"{best.raw[place]:+.2f}, {best.found[place]}, {best.false[place]}" for best in one.bests)
        lines.append((series.name, str(len(series.at)), str(series.weighed.windows), *parts))
    return lines


def told(series: str, found: Iterable[Detection]) -> list[tuple[str, ...]]:
    """Headings, then a line per detection with what it rests on."""
    lines: list[tuple[str, ...]] = [
        ("file", "at", "value", "nearest known", "φ value, hour, late", "score", "in a window")
    ]
    for one in found:
        why = one.novel
        lines.append(
            (
                series, utc_text(one.at), f"{one.value:.6g}", f"{why.nearest:.6g}",
                f"{why.value:.1f}, {why.hour:.1f}, {why.late:.1f}", f"{why.score:.1f}", "yes" if one.inside else "",
            )
        )  # fmt: skip
    return lines


def terminal(lines: Sequence[tuple[str, ...]]) -> Table:
    """For a person at a console."""
    table = Table()
    for place, heading in enumerate(lines[0]):
        table.add_column(heading, overflow="fold", no_wrap=place == 0, justify="left" if place == 0 else "right")
    for line in lines[1:]:
        table.add_row(*line)
    return table


def markdown(lines: Sequence[tuple[str, ...]]) -> str:
    """For docs/nab.md."""
    rows = [lines[0], ("---", *("---:",) * (len(lines[0]) - 1)), *lines[1:]]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def as_json(corpus: Corpus, found: Sequence[Measured]) -> list[dict[str, object]]:
    """One object per detector, then one per file of ours."""
    every: list[dict[str, object]] = [
        {
            "detector": one.name,
            "scores": {best.profile: round(best.score, 4) for best in one.bests},
            "thresholds": {best.profile: best.threshold for best in one.bests},
            "found": {best.profile: int(best.found.sum()) for best in one.bests},
            "false": {best.profile: int(best.false.sum()) for best in one.bests},
            "windows": sum(series.weighed.windows for series in corpus.series),
            "files": len(corpus.series),
            "us_per_row": round(one.us_per_row, 2),
        }
        for one in found
    ]
    for place, series in enumerate(corpus.series):
        every.append(
            {"file": series.name, "rows": len(series.at), "windows": series.weighed.windows}
            | {
                best.profile: {
                    "sum": round(float(best.raw[place]), 6),
                    "found": int(best.found[place]),
                    "false": int(best.false[place]),
                }
                for best in found[0].bests
            }
        )
    return every
