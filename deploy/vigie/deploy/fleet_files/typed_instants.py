"""Days and instants as people write them, in legal time; an hour that does not exist, or twice, is refused."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

from vigie.deploy.fleet_files.refused import Refused, shown

_WRITTEN = re.compile(
    r"(?:([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}))"
    r"(?:(?:T|\s+à\s+|\s+)([0-9]{1,2})(?::([0-9]{2})|\s?h\s?([0-9]{2})?)(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r"(?:\s*(Z|[+-][0-9]{2}:?[0-9]{2}))?)?"
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_EXPECTED_FR = "attendu : 2026-03-01, 01/03/2026, ou avec l'heure 2026-03-01 14:30"
_EXPECTED_EN = "expected: 2026-03-01, 01/03/2026, or with its hour 2026-03-01 14:30"


def day(text: str) -> str:
    """A day, as `YYYY-MM-DD`.

    Raises:
        Refused: it is none, or has an hour.

    >>> day("01/03/2026"), day("2026-03-01")
    ('2026-03-01', '2026-03-01')
    """
    found, offset = _parts(text)
    if offset is not None or (found.hour, found.minute, found.second, found.microsecond) != (0, 0, 0, 0):
        raise Refused(
            f"« {shown(text)} » a une heure ; attendu : un jour, tel que 2026-03-01 ou 01/03/2026.",
            f'"{shown(text)}" has an hour; expected: a day, such as 2026-03-01 or 01/03/2026.',
        )
    return found.date().isoformat()


def instant(text: str, zone: str) -> str:
    """An instant in UTC to the second, as it stands in attributes.

    Args:
        text: as written, in the legal time of the zone unless it says its offset.
        zone: IANA name.

    Raises:
        Refused: it is none, or falls into an hour that does not exist, or twice.

    >>> instant("2026-03-01 14:30", "Europe/Paris"), instant("01/07/2026", "Europe/Paris")
    ('2026-03-01T13:30:00Z', '2026-06-30T22:00:00Z')
    """
    at_ms = instant_ms(text, zone)
    if at_ms % 1000:
        raise Refused(
            f"« {shown(text)} » est plus fin que la seconde ; attendu : une heure à la seconde au plus.",
            f'"{shown(text)}" is finer than a second; expected: an hour to the second at most.',
        )
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_ms(text: str, zone: str) -> int:
    """The same as epoch ms UTC.

    >>> instant_ms("2026-03-01T14:30+01:00", "Europe/Paris")
    1772371800000
    """
    found, offset = _parts(text)
    return _ms(found.replace(tzinfo=offset)) if offset is not None else _legal(found, zone, text)


def _parts(text: str) -> tuple[datetime, timezone | None]:
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise Refused(
            f"« {shown(text)} » n'est pas une date ; {_EXPECTED_FR}.", f'"{shown(text)}" is not a date; {_EXPECTED_EN}.'
        )
    year, month, day_, other_day, other_month, other_year, hour, minute, minute_h, second, fraction, offset = (
        match.groups()
    )
    try:
        date(int(year or other_year), int(month or other_month), int(day_ or other_day))
        found = datetime(
            int(year or other_year), int(month or other_month), int(day_ or other_day), int(hour or 0),
            int(minute or minute_h or 0), int(second or 0), int((fraction or "0").ljust(6, "0")[:6]),
        )  # fmt: skip
        said = None if offset is None else _offset(offset)
    except ValueError:
        raise Refused(
            f"« {shown(text)} » n'existe pas au calendrier ou à l'horloge ; {_EXPECTED_FR}.",
            f'"{shown(text)}" is no day of the calendar or no hour of the clock; {_EXPECTED_EN}.',
        ) from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise Refused(
            f"« {shown(text)} » : l'année {found.year} n'est pas plausible ; attendu : de 1900 à 2200.",
            f'"{shown(text)}": the year {found.year} is not plausible; expected: from 1900 to 2200.',
        )
    return found, said


@cache
def _offset(text: str) -> timezone:
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    if int(text[-2:]) > 59:
        raise ValueError(text)
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _legal(found: datetime, zone: str, text: str) -> int:
    here = ZoneInfo(zone)
    first, second = (found.replace(tzinfo=here, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return _ms(first)
    if first.astimezone(UTC).astimezone(here).replace(tzinfo=None) != found:
        raise Refused(
            f"« {shown(text)} » n'existe pas : cette nuit-là, l'heure d'été saute cette heure ({zone}).",
            f'"{shown(text)}" does not exist: the clock skips this hour on that night ({zone}).',
        )
    summer, winter = (f"{found:%Y-%m-%d %H:%M}{one:%z}" for one in (first, second))
    raise Refused(
        f"« {shown(text)} » existe deux fois (retour à l'heure d'hiver) ; écrivez {summer} ou {winter}.",
        f'"{shown(text)}" exists twice (the clock is put back); write {summer} or {winter}.',
    )


def _ms(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
