"""When a rule watches: « lun-ven 07:00-22:00 », « nuit », « sam,dim,fériés 10:00-19:00 ; lun-ven 18:00-24:00 ».

Days and hours are legal ones. A public holiday is no weekday: it counts as `fériés` and as a Sunday. Hours may go over
midnight: they are then those of the day on which they begin. Pieces are separated by semicolons; one that names no days
is for all, one that names no hours for the whole day.
"""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from vigie.streams.core.mobility.holidays import french_holidays
from vigie.streams.core.quality.sun import sun_elevation
from vigie.streams.core.windows.legal import QUARTER_MS, offset_ms

DAY_MIN = 1440
DAY_MS = 86_400_000
HOLIDAY = 7
NIGHT_FROM_H, NIGHT_TO_H = 22, 6
"""The night of noise regulations (directive 2002/49/CE: Lnight)."""
_SUN_RISES_DEG = -0.833
"""Elevation of the sun's centre when its upper limb touches the horizon, refraction included."""

_DAYS = {
    "lun": 0, "mar": 1, "mer": 2, "jeu": 3, "ven": 4, "sam": 5, "dim": 6, "fériés": HOLIDAY, "feries": HOLIDAY,
    "mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6, "holidays": HOLIDAY,
    "lundi": 0, "mardi": 1, "mercredi": 2, "jeudi": 3, "vendredi": 4, "samedi": 5, "dimanche": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
_NAMED = {
    "nuit": (NIGHT_FROM_H * 60, NIGHT_TO_H * 60), "night": (NIGHT_FROM_H * 60, NIGHT_TO_H * 60),
    "jour": (NIGHT_TO_H * 60, NIGHT_FROM_H * 60), "day": (NIGHT_TO_H * 60, NIGHT_FROM_H * 60),
    "soirée": (18 * 60, NIGHT_FROM_H * 60), "evening": (18 * 60, NIGHT_FROM_H * 60),
}  # fmt: skip
_HOURS = re.compile(r"(\d{1,2})(?::|h)?(\d{2})?\s*-\s*(\d{1,2})(?::|h)?(\d{2})?h?")


class Piece(NamedTuple):
    """Days (0 Monday … 6 Sunday, 7 public holiday) and minutes of the day [from, to)."""

    days: frozenset[int]
    from_min: int
    to_min: int


class CalendarError(ValueError):
    """A calendar that cannot be read; `sentence_fr` and `sentence_en` say what is wrong."""

    def __init__(self, french: str, english: str) -> None:
        super().__init__(english)
        self.sentence_fr, self.sentence_en = french, english


@lru_cache(1000)
def parse(text: str) -> tuple[Piece, ...]:
    """The pieces of a calendar; none for always.

    Raises:
        CalendarError: with sentences for its author.

    >>> [(sorted(one.days), one.from_min, one.to_min) for one in parse("lun-mer,sam 7:00-12:30")]
    [([0, 1, 2, 5], 420, 750)]
    >>> parse("lundi-mercredi,samedi 7h-12h30") == parse("lun-mer,sam 7:00-12:30")
    True
    >>> [(len(one.days), one.from_min, one.to_min) for one in parse("nuit")]
    [(8, 1320, 360)]
    """
    return tuple(_piece(part.strip()) for part in text.lower().split(";") if part.strip())


def _piece(text: str) -> Piece:
    days: set[int] = set()
    hours: tuple[int, int] | None = None
    for word in re.sub(r"\s*([,-])\s*", r"\1", text).split():
        if word in _NAMED:
            found: tuple[int, int] | None = _NAMED[word]
        else:
            found = _hours(word)
        if found is None:
            days |= _days(word, text)
        elif hours is not None:
            raise CalendarError(
                f"deux plages horaires dans « {text} » : séparez-les par un point-virgule.",
                f"two spans of hours in {text!r}: separate them by a semicolon.",
            )
        else:
            hours = found
    begin, end = hours or (0, DAY_MIN)
    return Piece(frozenset(days or range(HOLIDAY + 1)), begin, end)


def _hours(word: str) -> tuple[int, int] | None:
    match = _HOURS.fullmatch(word)
    if match is None:
        return None
    from_h, from_min, to_h, to_min = (int(one or 0) for one in match.groups())
    begin, end = from_h * 60 + from_min, to_h * 60 + to_min
    if max(begin, end) > DAY_MIN or from_min > 59 or to_min > 59 or begin == end:
        raise CalendarError(
            f"« {word} » n'est pas une plage horaire : 07:00-22:00.", f"{word!r} is no span of hours: 07:00-22:00."
        )
    return begin, end


def _days(word: str, text: str) -> set[int]:
    found: set[int] = set()
    for one in word.split(","):
        first, _, last = one.partition("-")
        if first not in _DAYS or (last and last not in _DAYS):
            raise CalendarError(
                f"« {one} » n'est ni un jour (lun … dim, fériés), ni une plage horaire (07:00-22:00), ni « jour » ou "
                f"« nuit », dans « {text} ».",
                f"{one!r} is no day (mon … sun, holidays), no span of hours (07:00-22:00) and neither day nor night,"
                f" in {text!r}.",
            )
        begin, end = _DAYS[first], _DAYS[last or first]
        found |= set(range(begin, end + 1)) if begin <= end else {*range(begin, 7), *range(end + 1)}
    return found


def holds(pieces: tuple[Piece, ...], at: int, zone: str) -> bool:
    """Whether an instant (epoch ms UTC) is in one of the pieces; always, where there are none.

    >>> holds(parse("lun-ven 07:00-22:00"), 1_747_216_800_000, "Europe/Paris")  # Wednesday 14 May 2025, 12:00
    True
    >>> holds(parse("lun-ven"), 1_748_512_800_000, "Europe/Paris")  # Ascension 2025, a Thursday
    False
    """
    if not pieces:
        return True
    local = at + offset_ms(at // QUARTER_MS, zone)
    day, minute = local // DAY_MS, local % DAY_MS // 60_000
    today, before = kinds_of_day(day), kinds_of_day(day - 1)
    for days, begin, end in pieces:
        if begin < end:
            if begin <= minute < end and not days.isdisjoint(today):
                return True
        elif (minute >= begin and not days.isdisjoint(today)) or (minute < end and not days.isdisjoint(before)):
            return True
    return False


@lru_cache(4000)
def kinds_of_day(day: int) -> frozenset[int]:
    """What a day (counted from 1970) is: its weekday, or Sunday and public holiday."""
    found = date(1970, 1, 1) + timedelta(days=day)
    return frozenset({6, HOLIDAY}) if found in french_holidays(found.year) else frozenset({found.weekday()})


def is_night(at: int, zone: str, from_h: int = NIGHT_FROM_H, to_h: int = NIGHT_TO_H) -> bool:
    """Whether the legal hour of an instant is from `from_h` to `to_h`, over midnight."""
    hour = (at + offset_ms(at // QUARTER_MS, zone)) % DAY_MS // 3_600_000
    return hour >= from_h or hour < to_h


def near_dusk_or_dawn(at: int, mask_min: int, latitude: float, longitude: float) -> bool:
    """Whether the sun rises or sets within some minutes of an instant.

    >>> near_dusk_or_dawn(1_750_506_600_000, 20, 43.3, 5.4)  # noon in June
    False
    """
    return _near(at // 60_000, mask_min, round(latitude, 1), round(longitude, 1))


@lru_cache(20_000)
def _near(minute: int, mask_min: int, latitude: float, longitude: float) -> bool:
    around = np.array([minute - mask_min, minute, minute + mask_min], np.int64) * 60_000
    up = sun_elevation(around, latitude, longitude) > _SUN_RISES_DEG
    return bool(up.any() and not up.all())
