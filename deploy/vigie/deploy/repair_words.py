"""Repairs of history for a person, French or English, and for a program."""

from datetime import datetime
from typing import Any

from vigie.serving.wording import local_text, utc_text
from vigie.streams.core.repair import Repair
from vigie.streams.sinks.alert_rows import epoch_ms

WORDS = {
    "fr": {
        "head": ("n°", "flotte", "point", "émetteur", "de", "à", "motif", "état", "messages"),
        "offered": "proposée",
        "asked": "à faire",
        "under_way": "en cours, faite jusqu'au {at}",
        "done": "faite",
        "none": "Aucune reprise d'historique en cours.",
        "cut": "{shown} reprises sur {total} ; --limit en montre davantage.",
        "counts": "Reprises : {offered} proposées, {asked} à faire, {done} faites.",
        "asked_now": "Reprises demandées : {count}.",
        "nothing_offered": "Aucune reprise n'est proposée.",
        "no_such": "La reprise n° {number} n'existe pas : `vigie fleet repairs --done` les montre toutes.",
        "which": "Donnez les numéros des reprises (`vigie fleet repairs` les montre), ou --all.",
        "placement": "pose",
        "conversion": "conversion",
        "human": "qualification",
        "service": "intervention",
    },
    "en": {
        "head": ("no.", "fleet", "point", "address", "from", "to", "reason", "state", "uplinks"),
        "offered": "offered",
        "asked": "to do",
        "under_way": "under way, done to {at}",
        "done": "done",
        "none": "No repair of history is under way.",
        "cut": "{shown} repairs of {total}; --limit shows more.",
        "counts": "Repairs: {offered} offered, {asked} to do, {done} done.",
        "asked_now": "Repairs asked for: {count}.",
        "nothing_offered": "No repair is offered.",
        "no_such": "There is no repair {number}: `vigie fleet repairs --done` shows them all.",
        "which": "Give the numbers of repairs (`vigie fleet repairs` shows them), or --all.",
    },
}


def line(repair: Repair, language: str, zone: str) -> tuple[str, ...]:
    """One line of the table."""
    words: dict[str, Any] = WORDS[language]
    state = words[repair.state]
    if repair.state == "asked" and repair.done_to is not None:
        state = words["under_way"].format(at=_for_people(repair.done_to, language, zone))
    return (
        str(repair.number), str(repair.revision), repair.point, repair.device,
        _for_people(repair.since, language, zone), _for_people(repair.until, language, zone),
        str(words.get(repair.reason, repair.reason)), state, str(repair.uplinks),
    )  # fmt: skip


def as_data(repair: Repair) -> dict[str, object]:
    """A repair as JSON: instants in ISO 8601 UTC, null for no bound."""
    return {
        "number": repair.number, "fleet_revision": repair.revision, "point": repair.point, "address": repair.device,
        "since": _for_machines(repair.since), "until": _for_machines(repair.until), "reason": repair.reason,
        "state": repair.state, "done_to": _for_machines(repair.done_to), "uplinks": repair.uplinks,
    }  # fmt: skip


def _instant(text: str | None) -> int | str | None:
    """Epoch ms; None for no bound; the text itself of a year that no calendar here holds.

    >>> _instant("2025-06-18 00:10:00+02"), _instant("-infinity"), _instant("294276-12-31 23:59:59+00")
    (1750198200000, None, '294276-12-31 23:59:59+00')
    """
    if text is None or text.endswith("infinity"):
        return None
    try:
        return epoch_ms(datetime.fromisoformat(text))
    except ValueError:
        return text


def _for_people(text: str, language: str, zone: str) -> str:
    at = _instant(text)
    return local_text(at, zone, language).partition(" (")[0] if isinstance(at, int) else at or "…"


def _for_machines(text: str | None) -> str | None:
    at = _instant(text)
    return utc_text(at) if isinstance(at, int) else at
