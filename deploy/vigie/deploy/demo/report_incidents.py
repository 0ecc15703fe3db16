"""The part of the demo's report that is about its incidents: what happened, one timeline, the mails, the archive."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from vigie.deploy.demo.report_table import table_of
from vigie.deploy.demo.told import ARCHIVE, Told

WORDS = {
    "fr": {
        "incidents": "Les incidents de la journée",
        "since": "depuis",
        "what_happened": "ce qui s'est passé",
        "state": "état",
        "explained": "expliquées",
        "timeline": "Le fil d'un incident",
        "mails_sent": "Les courriels ({folder})",
        "file": "fichier",
        "time": "heure",
        "to": "à",
        "subject": "objet",
        "archive": "Archive des alertes : {count} transitions, une ligne par alerte dans {file}",
    },
    "en": {
        "incidents": "The incidents of the day",
        "since": "since",
        "what_happened": "what happened",
        "state": "state",
        "explained": "explained",
        "timeline": "The timeline of an incident",
        "mails_sent": "The mails ({folder})",
        "file": "file",
        "time": "time",
        "to": "to",
        "subject": "subject",
        "archive": "Archive of alerts: {count} transitions, a line for each alert in {file}",
    },
}


def show_incidents(told: Told, data: str, console: Console, language: str) -> None:
    """Print the incidents, the timeline of one of them, the mails and where the archive is.

    Args:
        told: what there is to show; nothing is printed where there is no incident.
        data: the folder in which mails and archive stand, as it is typed.
        console: where.
        language: fr or en.
    """
    words = WORDS[language]
    if not told.incidents:
        return
    heads = (words["since"], words["what_happened"], words["state"], words["explained"])
    incidents = table_of(console, words["incidents"], ())
    for place, head in enumerate(heads):  # the sentence is broken where the line is short, the rest never
        incidents.add_column(head, no_wrap=place != 1)
    for row in told.incidents:
        incidents.add_row(*map(escape, row))
    console.print(incidents)
    console.print(f"[bold]{words['timeline']}[/] ({told.chosen[:8]})", highlight=False)
    lines = Table.grid(padding=(0, 2))
    for entry in told.timeline:
        lines.add_row("", entry.at, escape(entry.what))
    console.print(lines)
    console.print()
    mails = table_of(console, words["mails_sent"].format(folder=f"{data}/mails"), ())
    for place, name in enumerate(("file", "time", "to", "subject")):
        mails.add_column(words[name], no_wrap=place < 2)
    for row in told.mails:
        mails.add_row(*map(escape, row))
    console.print(mails)
    archive = words["archive"].format(count=told.archived, file=f"{data}/{ARCHIVE}")
    console.print(archive, highlight=False, markup=False, soft_wrap=True)
    console.print()
