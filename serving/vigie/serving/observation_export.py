"""Observations as a file, a line for each value, raw and qualified: for a French spreadsheet, or JSON for programs."""

import json
from collections.abc import Iterable
from typing import Any, TextIO

from vigie.serving.csv_table import MOMENT, Column, guarded, name_cell, number_cell, tableur, write_table
from vigie.serving.wording import choice_text, utc_text
from vigie.streams.core.quality_words import REASONS
from vigie.streams.sinks.observation_queries import Line

VALUES = ("raw", "qualified", "both")
"""Which of a line's values stand in a file."""


def _observed_at(line: Line) -> int:
    return round(line.observed_at.timestamp() * 1000)


def _reason(line: Line) -> str:
    said = REASONS.get(line.reason)
    return said.fr if said else guarded(line.reason)


_WHO: dict[str, Column[Line]] = {
    "code": lambda line, _: name_cell(line.code or line.point),
    "nom": lambda line, _: guarded(line.name or ""),
    "commune": lambda line, _: guarded(line.commune_name or ""),
    # A word before the code: else the zero at its start is lost.
    "code_insee": lambda line, _: f"insee-{line.commune}",
    "cas_usage": lambda line, _: choice_text(line.use_case, "point", "use_case", "fr"),
    "grandeur": lambda line, _: guarded(line.label_fr),
    "voie": lambda line, _: str(line.channel),
}
_RAW: dict[str, Column[Line]] = {"valeur_brute": lambda line, _: number_cell(line.value)}
_QUALIFIED: dict[str, Column[Line]] = {"valeur_qualifiee": lambda line, _: number_cell(line.qualified_value)}
_REST: dict[str, Column[Line]] = {
    "unite": lambda line, _: guarded(line.unit),
    "qualite": lambda line, _: line.flag_fr,
    "objections": lambda line, _: line.objections or "",
    "valeur_du_capteur": lambda line, _: number_cell(line.raw_value),
    "capteur": lambda line, _: name_cell(line.device),
    "pose": lambda line, _: name_cell(line.placement),
    "point": lambda line, _: name_cell(line.point),
    "code_ce_jour_la": lambda line, _: name_cell(line.code_then or ""),
    "motif": lambda line, _: _reason(line),
    "horodatage_utc": lambda line, _: utc_text(_observed_at(line)),
}


def columns(values: str) -> dict[str, Column[Line]]:
    """Column -> cell of the spreadsheet.

    Args:
        values: one of VALUES.
    """
    raw = {} if values == "qualified" else _RAW
    qualified = {} if values == "raw" else _QUALIFIED
    return {**MOMENT, **_WHO, **raw, **qualified, **_REST}


def write_csv(lines: Iterable[Line], out: TextIO, *, values: str, zone: str) -> int:
    """Write lines for a French spreadsheet; returns how many follow the header.

    Args:
        lines: in their order.
        out: opened with `newline=""` and UTF-8.
        values: one of VALUES.
        zone: IANA name of the legal time.
    """
    return write_table(lines, out, tableur(columns(values)), _observed_at, zone)


_LEFT_OUT = {"raw": {"qualified_value"}, "qualified": {"value", "raw_value"}, "both": set[str]()}


def write_json(lines: Iterable[Line], out: TextIO, *, values: str) -> int:
    """Write one JSON object a line, under the names of the view v_mesure; returns how many.

    Args:
        lines: in their order.
        out: opened with UTF-8.
        values: one of VALUES.
    """
    left_out, encode = _LEFT_OUT[values], json.JSONEncoder(ensure_ascii=False).encode
    count = 0
    for line in lines:
        found: dict[str, Any] = {
            name: value for name, value in line._asdict().items() if name not in left_out and name != "observed_at"
        }
        for name in ("value", "raw_value", "qualified_value"):
            number = found.get(name)
            if number is not None and number - number != 0:  # JSON knows no NaN
                found[name] = None
        found["observed_at"] = utc_text(_observed_at(line))
        out.write(encode(found) + "\n")
        count += 1
    return count
