"""The figures of the fault bench as a table: on a terminal, in the docs, as JSON."""

from collections.abc import Iterable
from math import isnan

from rich.table import Table

from vigie.deploy.faults.judge import NO_FAULT, Figure

HEADINGS = ("property", "fault", "put in", "recall", "delay", "false / month", "held", "found by")


def cells(figure: Figure) -> tuple[str, ...]:
    """What stands in the columns.

    >>> cells(Figure("heat", "air_temperature", "spike", 4, 3, 0.0, ("spike",), 1, 2.0))
    ('air_temperature', 'spike', '4', '0.75', '0 h', '0.50', '✗', 'spike')
    """
    put = figure.fault != NO_FAULT
    held = figure.held()
    return (
        figure.property,
        figure.fault if put else "–",
        str(figure.faults) if put else "–",
        f"{figure.recall():.2f}" if figure.faults else "–",
        "–" if isnan(figure.delay_h) else f"{figure.delay_h:.0f} h",
        f"{figure.false_per_month():.2f}",
        {True: "✓", False: "✗", None: ""}[held],
        ", ".join(figure.by[:3]) or "–",
    )


def terminal(figures: Iterable[Figure]) -> Table:
    """For a person at a console."""
    table = Table()
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold", no_wrap=heading in ("property", "fault"))
    for one in figures:
        table.add_row(*cells(one))
    return table


def markdown(figures: Iterable[Figure]) -> str:
    """For docs/quality.md."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *(cells(one) for one in figures)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def as_json(figure: Figure) -> dict[str, object]:
    """One object per figure."""
    known = figure._asdict() | {"recall": figure.recall(), "false_per_month": figure.false_per_month()}
    return {name: None if isinstance(value, float) and isnan(value) else value for name, value in known.items()} | {
        "held": figure.held()
    }
