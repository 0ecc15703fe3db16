"""The table of what runs, for a person: French, or English by setting."""

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from vigie.deploy.installation import ChildStatus
from vigie.deploy.kept import Event

WORDS = {
    "fr": {
        "head": ("service", "état", "pid", "mémoire", "redémarrages", "port", "adresse"),
        "waiting": "en attente",
        "starting": "démarre",
        "up": "en marche",
        "silent": "ne répond pas",
        "restarting": "va redémarrer",
        "stopping": "s'arrête",
        "stopped": "arrêté",
        "event.up": "{name} répond ({detail})",
        "event.silent": "{name} tourne mais ne répond plus ; journal : {detail}",
        "event.fell": "{name} s'est arrêté, redémarrage dans {detail}",
        "event.stopped": "{name} est arrêté",
        "event.unrecorded": "{name} ne peut être écrit, `vigie status` montre donc un état passé ({detail})",
        "title": "Vigie — Ctrl-C pour arrêter",
    },
    "en": {
        "head": ("service", "state", "pid", "memory", "restarts", "port", "address"),
        "waiting": "waiting",
        "starting": "starting",
        "up": "up",
        "silent": "no answer",
        "restarting": "restarts soon",
        "stopping": "stopping",
        "stopped": "stopped",
        "event.up": "{name} answers ({detail})",
        "event.silent": "{name} runs but answers no longer; log: {detail}",
        "event.fell": "{name} has ended, starts again in {detail}",
        "event.stopped": "{name} has stopped",
        "event.unrecorded": "{name} cannot be written, so `vigie status` shows a past state ({detail})",
        "title": "Vigie — Ctrl-C to stop",
    },
}
COLOURS = {"up": "green", "silent": "red", "restarting": "red", "stopped": "dim", "waiting": "dim"}


def console() -> Console:
    """Where tables are printed: as wide as the terminal, or wide enough for a file."""
    found = Console()
    return found if found.is_terminal else Console(width=160)


def status_table(children: list[ChildStatus], language: str, *, title: bool = False) -> Table:
    """One row per service and role."""
    words = WORDS[language]
    *head, address = words["head"]
    table = Table(
        *head,
        Column(address, no_wrap=True, overflow="fold"),  # where it is narrow, the others give way
        title=str(words["title"]) if title else None,
        title_justify="left",
        box=None,
        pad_edge=False,
        collapse_padding=True,
    )
    for child in children:
        table.add_row(
            child.name,
            Text(str(words[child.state]), COLOURS.get(child.state, "yellow")),
            str(child.pid or "–"),
            f"{child.memory_mb} Mo" if language == "fr" else f"{child.memory_mb} MB",
            Text(str(child.restarts), "red" if child.restarts else ""),
            str(child.port or "–"),
            child.url,
        )
    return table


def event_line(event: Event, language: str) -> str:
    """One sentence about what happened.

    >>> event_line(Event("up", "decode", ":9464"), "en")
    'decode answers (:9464)'
    """
    return str(WORDS[language][f"event.{event.kind}"]).format(name=event.name, detail=event.detail)
