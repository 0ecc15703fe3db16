"""Instants and durations as a sentence says them, in the legal time of the installation."""

from datetime import datetime
from zoneinfo import ZoneInfo

NO_BREAK = "\u00a0"

_UNITS = {"fr": ("j", "h", "min", "s"), "en": ("d", "h", "min", "s")}


def local(instant: int, zone: str) -> datetime:
    """An instant (epoch ms UTC) in the legal time of a zone (IANA name)."""
    return datetime.fromtimestamp(instant / 1000, tz=ZoneInfo(zone))


def moment_text(instant: int, zone: str, language: str) -> str:
    """An instant to the minute; in the hour that comes twice, in October, with its distance from UTC.

    >>> moment_text(1_750_230_720_000, "Europe/Paris", "fr"), moment_text(1_750_230_720_000, "Europe/Paris", "en")
    ('18/06/2025 à 09:12', '2025-06-18 09:12')
    """
    return _with_offset(local(instant, zone), "%d/%m/%Y à %H:%M" if language == "fr" else "%Y-%m-%d %H:%M")


def short_moment_text(instant: int, zone: str, language: str) -> str:
    """The same for a subject line: no year, and no letter that mail programs encode.

    >>> short_moment_text(1_792_888_200_000, "Europe/Paris", "fr")
    '25/10 02:30 (UTC+02:00)'
    """
    return _with_offset(local(instant, zone), "%d/%m %H:%M" if language == "fr" else "%m-%d %H:%M")


def _with_offset(moment: datetime, form: str) -> str:
    text = moment.strftime(form)
    if moment.utcoffset() == moment.replace(fold=1 - moment.fold).utcoffset():
        return text
    offset = moment.strftime("%z")
    return f"{text} (UTC{offset[:3]}:{offset[3:]})"


def duration_text(milliseconds: int, language: str) -> str:
    r"""A duration in its two largest units.

    >>> duration_text(900_000, "fr"), duration_text(17_600_000, "fr"), duration_text(93_600_000, "en")
    ('15\xa0min', '4\xa0h 53\xa0min', '1\xa0d 2\xa0h')
    """
    seconds = max(milliseconds, 0) // 1000
    amounts = (seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60)
    first = next((place for place, amount in enumerate(amounts) if amount), 3)
    shown = [place for place in (first, first + 1) if place < 4 and (amounts[place] or place == first)]
    return " ".join(f"{amounts[place]}{NO_BREAK}{_UNITS[language][place]}" for place in shown)


def utc_text(instant: int) -> str:
    """An instant for machines.

    >>> utc_text(1_750_230_720_000)
    '2025-06-18T07:12:00Z'
    """
    return local(instant, "UTC").strftime("%Y-%m-%dT%H:%M:%SZ")
