"""What the demo's incidents came to for people: a line for each, the mails as files, the archive, one timeline."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as policy
from pathlib import Path
from typing import NamedTuple

from vigie.serving.alert_export import Export, about, chosen, write_file
from vigie.serving.alert_timeline import timeline
from vigie.serving.store import store_of
from vigie.serving.wording import local, sentence, state_text
from vigie.streams.core.alarm.story import Story, stories
from vigie.streams.core.alarm.wanted import Wanted
from vigie.streams.settings import Settings

ARCHIVE = "alertes.xlsx"


class Moment(NamedTuple):
    """A line of a timeline: legal time, what happened."""

    at: str
    what: str


@dataclass(frozen=True, slots=True)
class Told:
    """What is shown of the incidents.

    Attributes:
        incidents: legal time, what was raised, state now, alerts explained.
        chosen: id of the alert whose timeline is shown; empty where there is none.
        timeline: legal time and what happened, of the gateway's alert.
        mails: file, legal time, to whom, subject.
        archived: transitions in the archive's file.
    """

    incidents: tuple[tuple[str, str, str, str], ...] = ()
    chosen: str = ""
    timeline: tuple[Moment, ...] = ()
    mails: tuple[tuple[str, str, str, str], ...] = ()
    archived: int = 0


def told(settings: Settings, mails: list[Path], made_at: int) -> Told:
    """Read the archive and the mails, and write the archive as a workbook into the data folder.

    Args:
        settings: of the installation.
        mails: files.
        made_at: epoch ms UTC, for the workbook's own page.
    """
    zone, language = settings.timezone, settings.language
    with store_of(settings)() as store:
        events = list(store.events())
    found = list(stories(iter(events)))
    wanted = Wanted()
    export = Export(per="alert", zone=zone, about=about(wanted, "alert", "archive", made_at, zone))
    write_file(chosen(events, wanted, "alert"), settings.data / ARCHIVE, "xlsx", export)
    roots = [one for one in found if not one.suppressed]
    gateway = next((one for one in roots if one.kind == "gateway"), roots[0] if roots else None)
    of_one = [event for event in events if gateway and event.alert_id == gateway.first.alert_id]
    return Told(
        tuple(_line(one, zone, language) for one in roots),
        gateway.first.alert_id if gateway else "",
        tuple(
            Moment(_clock(entry.at, zone), " · ".join((entry.what, *entry.notes)))
            for entry in timeline(of_one, zone, language)
        ),
        tuple(_mail(path, zone) for path in mails),
        len(events),
    )


def _line(alert: Story, zone: str, language: str) -> tuple[str, str, str, str]:
    children = str(len(alert.last.children)) if alert.last.children else ""
    return (
        _clock(alert.raised_at, zone),
        sentence(alert.first.explanation, language),
        state_text(alert.last.state, language),
        children,
    )


def _mail(path: Path, zone: str) -> tuple[str, str, str, str]:
    mail = message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=policy)
    sent = mail["Date"].datetime
    return path.name, _clock(round(sent.timestamp() * 1000), zone), str(mail["To"]), str(mail["Subject"])


def _clock(at: int, zone: str) -> str:
    return local(at, zone).strftime("%H:%M")
