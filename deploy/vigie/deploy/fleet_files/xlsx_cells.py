"""What a cell of a spreadsheet says, as the text that a person would have typed."""

from datetime import date, datetime, timedelta
from typing import Any

ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")
"""What a formula that fails shows; no id and no text of a fleet begins so."""


def text_of(value: Any) -> str:
    """A cell's value as text; empty for none.

    >>> text_of(13055.0), text_of(43.2965), text_of(datetime(2026, 3, 1, 14, 29, 59, 999_900)), text_of(True)
    ('13055', '43.2965', '2026-03-01 14:30:00', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        rounded = (value + timedelta(microseconds=500_000)).replace(microsecond=0)  # days as doubles lose microseconds
        return f"{rounded:%Y-%m-%d}" if (rounded.hour, rounded.minute, rounded.second) == (0, 0, 0) else str(rounded)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def formula_without_value(written: Any, value: Any) -> bool:
    """Whether a cell is a formula for which no value was kept.

    Args:
        written: the cell of the workbook read with its formulas; None for none.
        value: of the workbook read with its values.
    """
    return value is None and getattr(written, "data_type", None) == "f"
