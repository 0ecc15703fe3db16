"""The tables at the end of the demo: expected and seen side by side, and where to look further."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from vigie.deploy.demo.expected import Counts
from vigie.deploy.demo.report_incidents import show_incidents
from vigie.deploy.demo.report_table import table_of
from vigie.deploy.demo.told import Told

WORDS = {
    "fr": {
        "title": "Une journée de la métropole",
        "count": "compte",
        "expected": "attendu",
        "seen": "obtenu",
        "received": "messages reçus",
        "decoded": "trames décodées",
        "duplicates": "doublons écartés",
        "by": "messages reçus par",
        "dead": "lettres mortes",
        "stored": "lignes stockées",
        "observations": "mesures placées et qualifiées",
        "windows": "fenêtres de 15 min",
        "alerts_raised": "alertes déclenchées",
        "alerts_cleared": "alertes levées",
        "mails": "courriels envoyés",
        "figures": "Mesures",
        "readings": "Dernières mesures",
        "device": "capteur",
        "what": "grandeur",
        "value": "valeur",
        "at": "heure légale",
        "indicators": "Indicateurs de la journée",
        "indicator": "indicateur",
        "where": "où",
        "window": "fenêtre",
        "repaired": "Ce que l'envoi tardif d'un capteur a réparé ({windows} fenêtres en tout)",
        "before": "avant",
        "after": "après",
        "revision": "rév.",
        "further": "Pour aller plus loin",
        "bad": "Des comptes diffèrent de ceux que donne la graine :",
        "good": "Tous les comptes sont ceux que donne la graine.",
    },
    "en": {
        "title": "A day of the metropolis",
        "count": "count",
        "expected": "expected",
        "seen": "seen",
        "received": "messages received",
        "decoded": "uplinks decoded",
        "duplicates": "duplicates dropped",
        "by": "messages received over",
        "dead": "dead letters",
        "stored": "rows stored",
        "observations": "observations placed and qualified",
        "windows": "15-min windows",
        "alerts_raised": "alerts raised",
        "alerts_cleared": "alerts cleared",
        "mails": "mails sent",
        "figures": "Figures",
        "readings": "Last readings",
        "device": "device",
        "what": "quantity",
        "value": "value",
        "at": "legal time",
        "indicators": "Indicators of the day",
        "indicator": "indicator",
        "where": "where",
        "window": "window",
        "repaired": "What a device's late flush repaired ({windows} windows in all)",
        "before": "before",
        "after": "after",
        "revision": "rev.",
        "further": "To look further",
        "bad": "Counts differ from those that the seed gives:",
        "good": "Every count is the one that the seed gives.",
    },
}


class Line(NamedTuple):
    """One count, expected and seen."""

    name: str
    expected: int
    seen: int

    @property
    def agrees(self) -> bool:
        """Whether both are the same."""
        return self.expected == self.seen


@dataclass(slots=True, kw_only=True)
class Report:
    """All that the demo shows at its end.

    Attributes:
        seed: of the day.
        expected, seen: the counts.
        figures: label -> text with its unit.
        readings: device, quantity, value with unit, legal time.
        indicators: use case, indicator, where, window, value.
        repaired: where, indicator, window, before, after, revision.
        repaired_windows: how many windows the late readings made or changed.
        told: the incidents, their mails and the archive.
        data: the folder in which mails and archive stand.
        further: what a command shows -> the command.
        numbers: the figures as numbers (memory by role), for --json.
    """

    seed: int
    expected: Counts
    seen: Counts
    figures: dict[str, str] = field(default_factory=dict)
    readings: Sequence[tuple[str, str, str, str]] = ()
    indicators: Sequence[tuple[str, ...]] = ()
    repaired: Sequence[tuple[str, ...]] = ()
    repaired_windows: int = 0
    told: Told = Told()  # noqa: RUF009 -- it never changes
    data: str = ""
    further: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, float | dict[str, int] | None] = field(default_factory=dict)

    def lines(self) -> list[Line]:
        """The counts, one line each; dead letters one per reason that is expected or seen.

        >>> report = Report(seed=1, expected=Counts(received=2, dead_letters={"not_json": 1}), seen=Counts(received=2))
        >>> [line for line in report.lines() if not line.agrees]
        [Line(name='dead.not_json', expected=1, seen=0)]
        """
        plain = (
            "received", "decoded", "duplicates", "stored", "observations", "windows", "alerts_raised",
            "alerts_cleared", "mails",
        )  # fmt: skip
        lines = [Line(name, getattr(self.expected, name), getattr(self.seen, name)) for name in plain]
        letters = [
            Line(f"dead.{reason}", self.expected.dead_letters.get(reason, 0), self.seen.dead_letters.get(reason, 0))
            for reason in sorted({*self.expected.dead_letters, *self.seen.dead_letters})
        ]
        by_net = [
            Line(f"by.{net}", self.expected.received_by.get(net, 0), self.seen.received_by.get(net, 0))
            for net in sorted({*self.expected.received_by, *self.seen.received_by})
        ]
        return [lines[0], *by_net, *lines[1:3], *letters, *lines[3:]]

    @property
    def agrees(self) -> bool:
        """Whether every count is the one that the seed gives."""
        return all(line.agrees for line in self.lines())

    def as_json(self) -> dict[str, Any]:
        """The same as one object."""
        seen = self.seen
        return {
            "seed": self.seed,
            "ok": self.agrees,
            "received": seen.received,
            "received_by": seen.received_by,
            "decoded": seen.decoded,
            "duplicates": seen.duplicates,
            "dead_letters": seen.dead_letters,
            "stored": seen.stored,
            "observations": seen.observations,
            "windows": seen.windows,
            "alerts": {"raised": seen.alerts_raised, "cleared": seen.alerts_cleared},
            "mails": seen.mails,
            "indicators": len(self.indicators),
            "repaired_windows": self.repaired_windows,
            **self.numbers,
            "expected": {line.name: line.expected for line in self.lines()},
            "differences": [line._asdict() for line in self.lines() if not line.agrees],
        }


def show(report: Report, console: Console, language: str) -> None:
    """Print the report.

    Args:
        report: what to print.
        console: where.
        language: fr or en.
    """
    words = WORDS[language]
    table = table_of(console, words["title"], (words["count"], words["expected"], words["seen"], ""), numbers=(1, 2))
    for line in report.lines():
        kind, _, reason = line.name.partition(".")
        label = words[kind] + (f" · {reason}" if reason else "")
        mark = "[green]✓[/]" if line.agrees else "[bold red]✗[/]"
        table.add_row(label, number(line.expected, language), number(line.seen, language), mark)
    console.print(table)
    _rows(console, words["figures"], report.figures.items())
    if report.readings:
        readings = table_of(console, words["readings"], (words["device"], words["what"], words["value"], words["at"]))
        for row in report.readings:
            readings.add_row(*row)
        console.print(readings)
    _of_indicators(report, console, language)
    show_incidents(report.told, report.data, console, language)
    if report.further:
        console.print(f"[bold]{words['further']}[/]")
        for what, command in report.further.items():
            console.print(f"  {what}", style="dim", highlight=False)
            console.print(f"    {command}", soft_wrap=True, highlight=False, markup=False)
        console.print()
    console.print(f"[green]✓[/] {words['good']}" if report.agrees else f"[bold red]✗ {words['bad']}[/]")
    for line in report.lines():
        if not line.agrees:
            console.print(f"  {line.name}: {words['expected']} {line.expected}, {words['seen']} {line.seen}")


def _of_indicators(report: Report, console: Console, language: str) -> None:
    """The page of indicators per use case, and the late flush repaired."""
    words = WORDS[language]
    tables = (
        (words["indicators"], ("indicator", "where", "window", "value"), report.indicators),
        (words["repaired"].format(windows=number(report.repaired_windows, language)),
         ("indicator", "window", "before", "after", "revision"), report.repaired),
    )  # fmt: skip
    for title, heads, rows in tables:
        if not rows:
            continue
        table, last = table_of(console, title, ()), ""
        for place, head in enumerate(heads):  # names are broken where the line is short, numbers never
            table.add_column(words[head], no_wrap=place > 0)
        for row in rows:
            if row[0] != last:
                table.add_row(f"[bold]{row[0]}[/]")
                last = row[0]
            table.add_row(*row[1:])
        console.print(table)


def number(value: float, language: str, decimals: int = 0) -> str:
    """A number as it is written in a language, with a narrow no-break space between thousands in French.

    >>> number(19204, "en"), number(0.4567, "fr", 2)
    ('19,204', '0,46')
    """
    text = f"{value:,.{decimals}f}"
    return text if language == "en" else text.translate({ord(","): "\u202f", ord("."): ","})


def _rows(console: Console, title: str, rows: Iterable[tuple[str, str]]) -> None:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, show_header=False, pad_edge=False)
    for row in rows:
        table.add_row("  " + row[0], row[1])
    if table.row_count:
        console.print(table)
        console.print()
