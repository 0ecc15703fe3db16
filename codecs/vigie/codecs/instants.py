"""RFC 3339 to epoch milliseconds without datetime objects: an envelope has one to three of them."""

import re
from calendar import monthrange, timegm

YEAR_1_AT, YEAR_10000_AT = -62_135_596_800_000, 253_402_300_800_000
"""Epoch ms of the first instant of these years: what calendars of readers begin with, and what they no longer have."""

_LIMIT = 20_000
_SECOND = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)", re.ASCII)
_REST = re.compile(r"(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII)


class _Seconds(dict[str, int]):
    """'YYYY-MM-DDTHH:MM:SS' -> epoch ms, as in UTC; the same for all uplinks of a second."""

    def __missing__(self, text: str) -> int:
        found = _SECOND.fullmatch(text)
        if found is None:
            raise ValueError(text)
        year, month, day, hour, minute, second = map(int, found.groups())
        # RFC 3339 writes a leap second as 60; epoch time has none, so it is the next second
        if not (year and 1 <= month <= 12 and hour <= 23 and minute <= 59 and second <= 60):
            raise ValueError(text)
        if not 1 <= day <= monthrange(year, month)[1]:
            raise ValueError(text)
        if len(self) >= _LIMIT:
            self.clear()
        at = timegm((year, month, day, hour, minute, second)) * 1000
        if at >= YEAR_10000_AT:  # the leap second after year 9999
            raise ValueError(text)
        self[text] = at
        return at


_seconds = _Seconds()


def epoch_ms(text: str) -> int:
    """An RFC 3339 instant as epoch milliseconds, cut (not rounded) to the millisecond.

    Args:
        text: with `Z` or an offset, and any number of fractional digits.

    Raises:
        ValueError: it is not of that form, no such day exists, or it is not within the years 1 to 9999 of UTC.

    >>> epoch_ms("2026-11-23T10:00:01.123456789+01:00"), epoch_ms("1970-01-01T00:00:00Z")
    (1795424401123, 0)
    """
    at = _seconds[text[:19]]
    if text[19:20] == "." and (text[-6:] == "+00:00" or text[-1] == "Z"):  # what network servers write
        digits = text[20:-6] if text[-1] == "0" else text[20:-1]
        if len(digits) >= 3 and digits.isascii() and digits.isdigit():
            return at + int(digits[:3])
    rest = _REST.fullmatch(text, 19)
    if rest is None:
        raise ValueError(text)
    fraction, sign, hours, minutes = rest.groups()
    if fraction:
        at += int((fraction + "00")[:3])
    if not sign:
        return at
    if hours > "23" or minutes > "59":
        raise ValueError(text)
    offset_ms = (int(hours) * 60 + int(minutes)) * 60_000
    at = at - offset_ms if sign == "+" else at + offset_ms
    if not YEAR_1_AT <= at < YEAR_10000_AT:
        raise ValueError(text)
    return at
