"""The archive of alerts as a file: which alerts, a line for what, in which format."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from vigie.serving.alert_tables import ALERTS, TRANSITIONS
from vigie.serving.csv_table import write_table
from vigie.serving.program_tables import write_json_lines, write_parquet
from vigie.serving.typed_table import Table, csv_profiles
from vigie.serving.wording import local_text
from vigie.streams.core.alarm.story import Story, story
from vigie.streams.core.alarm.wanted import Wanted
from vigie.topics.alert_event import AlertEvent

PROFILES = ("tableur", "normalise")
FORMATS = ("csv", "xlsx", "jsonl", "parquet")
TEXT_FORMATS = ("csv", "jsonl")
LINES: dict[str, Table[Any]] = {"transition": TRANSITIONS, "alert": ALERTS}
"""What a line stands for -> its table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """How an export is written.

    Attributes:
        per: a key of LINES.
        profile: of CSV, one of PROFILES.
        zone: IANA name of the legal time.
        about: lines of the sheet « Lisez-moi » of a workbook.
    """

    per: str = "transition"
    profile: str = "tableur"
    zone: str = "Europe/Paris"
    about: tuple[tuple[str, str], ...] = ()

    @property
    def table(self) -> Table[Any]:
        """Its columns."""
        return LINES[self.per]


def chosen(events: Iterable[AlertEvent], wanted: Wanted, per: str) -> Iterable[Any]:
    """What stands in the lines: transitions or stories of the alerts that are wanted.

    Args:
        events: transitions, alert by alert.
        wanted: the filter, on each alert as it stands now.
        per: a key of LINES.
    """
    found: list[AlertEvent] = []
    for event in events:
        if found and event.alert_id != found[0].alert_id:
            yield from _lines(found, wanted, per)
            found = []
        found.append(event)
    if found:
        yield from _lines(found, wanted, per)


def _lines(events: list[AlertEvent], wanted: Wanted, per: str) -> Iterable[AlertEvent | Story]:
    alert = story(events)
    if wanted.holds(alert):
        yield from [alert] if per == "alert" else events


def write_text(items: Iterable[Any], out: TextIO, form: str, export: Export) -> int:
    """Write items as CSV or JSON Lines, one at a time, so that any number of them takes no memory.

    Args:
        items: of `chosen`.
        out: opened with `newline=""` and UTF-8.
        form: one of TEXT_FORMATS.
        export: how.

    Returns:
        How many lines there are, a header left out.
    """
    table = export.table
    if form == "jsonl":
        return write_json_lines(table, items, out)
    return write_table(items, out, csv_profiles(table, export.zone)[export.profile], table.instant, export.zone)


def write_file(items: Iterable[Any], file: Path, form: str, export: Export) -> int:
    """Write items as XLSX or Parquet; returns how many lines there are.

    Args:
        items: of `chosen`.
        file: where to.
        form: `xlsx` or `parquet`.
        export: how.
    """
    if form == "parquet":
        return write_parquet(export.table, items, file)
    from vigie.serving.xlsx_table import write_xlsx

    return write_xlsx(export.table, items, file, zone=export.zone, about=export.about)


def about(wanted: Wanted, per: str, source: str, made_at: int, zone: str) -> tuple[tuple[str, str], ...]:
    """What a workbook says of itself (French): what it holds, since when, in which time.

    Args:
        wanted: the filter.
        per: a key of LINES.
        source: `archive` or `topic`.
        made_at: epoch ms UTC.
        zone: IANA name of the legal time.
    """
    asked = {
        "Cas d'usage": wanted.use_cases, "Communes": wanted.communes, "Points": wanted.points,
        "Capteurs": wanted.devices, "Natures": wanted.kinds, "Règles": wanted.rules, "États": wanted.states,
    }  # fmt: skip
    span = [local_text(at, zone, "fr") if at is not None else "…" for at in (wanted.from_at, wanted.to_at)]
    return (
        ("Contenu", "Archive des alertes de Vigie, " + (
            "une ligne par alerte" if per == "alert" else "une ligne par transition")),
        ("Source", "base de données" if source == "archive" else "topic alerts.v1"),
        ("Période", f"déclenchées de {span[0]} à {span[1]} exclu"),
        *((label, ", ".join(values)) for label, values in asked.items() if values),
        ("Heures", f"heure légale ({zone}) ; decalage_utc distingue les deux heures d'octobre"),
        ("Durées", "en secondes"),
        ("États", "selon ISA-18.2 (IEC 62682)"),
        ("Produit le", local_text(made_at, zone, "fr")),
    )  # fmt: skip
