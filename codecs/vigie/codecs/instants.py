"""RFC 3339 to epoch milliseconds without datetime objects: an envelope has one to three of them."""

from calendar import timegm

_LIMIT = 100_000


class _Minutes(dict[str, int]):
    """'YYYY-MM-DDTHH:MM' -> epoch ms; the same for all uplinks of a minute."""

    def __missing__(self, text: str) -> int:
        year, month, day, hour, minute = (
            int(text[0:4]), int(text[5:7]), int(text[8:10]), int(text[11:13]), int(text[14:16]),
        )  # fmt: skip
        if text[4] + text[7] + text[13] != "--:" or text[10] not in "Tt ":
            raise ValueError(text)
        if not (1 <= month <= 12 and 1 <= day <= 31 and hour <= 23 and minute <= 59):
            raise ValueError(text)
        if len(self) >= _LIMIT:
            self.clear()
        made = self[text] = timegm((year, month, day, hour, minute, 0)) * 1000
        return made


class _Seconds(dict[str, int]):
    """'YYYY-MM-DDTHH:MM:SS' -> epoch ms; the same for all uplinks of a second."""

    def __missing__(self, text: str) -> int:
        if len(self) >= _LIMIT:
            self.clear()
        made = self[text] = _any_form(text + "Z")
        return made


_minutes, _seconds = _Minutes(), _Seconds()


def epoch_ms(text: str) -> int:
    """An RFC 3339 instant as epoch milliseconds, cut (not rounded) to the millisecond.

    Args:
        text: with `Z` or an offset, and any number of fractional digits.

    Raises:
        ValueError: it is not of that form.

    >>> epoch_ms("2026-11-23T10:00:01.123456789+01:00"), epoch_ms("1970-01-01T00:00:00Z")
    (1795424401123, 0)
    """
    if text[19:20] == "." and (text[-6:] == "+00:00" or text[-1] == "Z"):  # what network servers write
        digits = text[20:-6] if text[-1] == "0" else text[20:-1]
        if len(digits) >= 3 and digits.isascii() and digits.isdigit():
            return _seconds[text[:19]] + int(digits[:3])
    return _any_form(text)


def _any_form(text: str) -> int:
    minute = _minutes[text[:16]]
    second = text[17:19]
    if text[16:17] != ":" or not (second.isdigit() and len(second) == 2):
        raise ValueError(text)
    at, rest = minute + int(second) * 1000, text[19:]
    if rest in ("Z", "z", "+00:00"):
        return at
    if rest[:1] == ".":
        end = 1
        while rest[end : end + 1].isdigit():
            end += 1
        digits, rest = rest[1:end], rest[end:]
        if not digits or not digits.isascii():
            raise ValueError(text)
        at += int((digits + "00")[:3])
        if rest in ("Z", "z", "+00:00"):
            return at
    if len(rest) != 6 or rest[0] not in "+-" or rest[3] != ":":
        raise ValueError(text)
    offset_ms = (int(rest[1:3]) * 60 + int(rest[4:6])) * 60_000
    return at - offset_ms if rest[0] == "+" else at + offset_ms
