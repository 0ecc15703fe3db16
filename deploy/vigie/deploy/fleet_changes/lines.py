"""What changes in the fleet, as a person reads it and as a program does."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from vigie.deploy.fleet_changes.words import tell
from vigie.deploy.terminal_text import safe
from vigie.streams.core.fleet.diff import ADDED, TAKEN_BACK, Change, FieldChange
from vigie.streams.core.fleet.spans import Span, bound
from vigie.streams.core.fleet.words import ALWAYS, EVER
from vigie.streams.core.local_time import moment_text, utc_text
from vigie.streams.settings import Settings
from vigie.topics.fleet.field import Field, Form
from vigie.topics.fleet.kind import kinds

SHOWN = 20
"""Objects of a kind that are shown by name, unless all are asked for."""
_MARKS = {ADDED: "+", TAKEN_BACK: "-"}


def lines(changes: Sequence[Change], settings: Settings, *, everything: bool = False) -> list[str]:
    """The changes, kind by kind: what is added, taken back, and each field's old and new value.

    Args:
        changes: as `diff` gives them, in the order of kinds.
        settings: language and legal time.
        everything: every object, however many.
    """
    found = []
    for kind, group in groupby(changes, key=lambda change: change.kind):
        of_kind = list(group)
        counts = Counter(change.what for change in of_kind)
        told = ", ".join(tell(settings.language, what, count=count) for what, count in counts.items())
        label = kinds()[kind].label_fr if settings.language == "fr" else kind
        found.append(f"{label}{tell(settings.language, 'colon')}{told}")
        shown = of_kind if everything else of_kind[:SHOWN]
        for change in shown:
            found += _of(change, settings)
        if len(shown) < len(of_kind):
            found.append("  " + tell(settings.language, "more", count=len(of_kind) - len(shown)))
    return found


def as_data(change: Change) -> dict[str, Any]:
    """A change as JSON has it; instants in ISO 8601 UTC, null for no bound."""
    return {
        "kind": change.kind,
        "id": change.id,
        "what": change.what,
        "fields": [
            {
                "field": one.field or None,
                "from": _utc(one.span.start), "to": _utc(one.span.end), "before": one.before, "after": one.after,
            }
            for one in change.fields
        ],
    }  # fmt: skip


def period(span: Span, settings: Settings) -> str:
    """A span in legal time."""
    start, end = (
        "" if bound(at) is None else moment_text(at, settings.timezone, settings.language) for at in span
    )  # fmt: skip
    key = {(True, True): "always", (False, True): "from", (True, False): "until"}.get(
        (span.start == ALWAYS, span.end == EVER), "between"
    )
    return tell(settings.language, key, start=start, end=end)


def _of(change: Change, settings: Settings) -> Iterable[str]:
    if change.what in _MARKS:
        yield f"  {_MARKS[change.what]} {safe(change.id)}"
        return
    yield f"  ~ {safe(change.id)}"
    for one in change.fields:
        when = "" if one.span == Span() else f"  ({period(one.span, settings)})"
        yield f"      {_named(change.kind, one, settings)}{when}"


def _named(kind: str, one: FieldChange, settings: Settings) -> str:
    language = settings.language
    if not one.field:
        return tell(language, "holds" if one.after else "holds_not")
    field = kinds()[kind].field(one.field)
    label = field.label_fr if field is not None and language == "fr" else one.field
    before, after = _value(field, one.before, language), _value(field, one.after, language)
    return f"{label}{tell(language, 'colon')}{before} → {after}"


def _value(field: Field | None, value: Any, language: str) -> str:
    if value is None:
        return tell(language, "none")
    if isinstance(value, bool):
        return tell(language, "yes" if value else "no")
    if field is not None and field.private:
        return "•••"
    if field is not None and field.form is Form.CHOICE and language == "fr":
        return safe((field.choices or {}).get(str(value), str(value)))
    if isinstance(value, dict):
        return safe(" ".join(f"{name}={one}" for name, one in value.items()), 200)
    if isinstance(value, list):
        return safe(" ".join(_part(one) for one in value), 200) or tell(language, "none")
    return safe(str(value), 200)


def _part(value: Any) -> str:
    """A part of a list, as it stands in a cell."""
    if isinstance(value, dict):
        name = f"{value.get('property')}" + (f"#{value['channel']}" if value.get("channel") else "")
        times = [value.get("step_s"), value.get("upload_s")]
        return name + (f"@{times[0] or ''}/{times[1] or ''}" if any(times) else "")
    return ":".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _utc(at: int) -> str | None:
    return None if bound(at) is None else utc_text(at)
