"""From the name that a body gives its device to a device id.

Source: RFC 9039 (urn:dev:mac, urn:dev:ops, ...), RFC 7254 (urn:gsma:imei), OMA LwM2M 1.1 core, 7.4.1 (urn:imei).
"""

import re
from functools import lru_cache

_MOST = 120
_EUI = re.compile(r"(?:eui:|urn:dev:mac:)([0-9a-fA-F]{16})")
_IMEI = re.compile(r"(?:urn:gsma:imei:|urn:imei:|urn:dev:imei:|imei:)(\d{2}-?\d{6}-?\d{6}-?\d)(?:\d|-\d{1,2})?")
_DIGITS = re.compile(r"[0-9]{15}")


@lru_cache(maxsize=8192)
def device_address(name: str, source: str) -> str | None:
    """The device id of a name; None for a name that cannot be one: empty, over 120 characters, with control characters.

    >>> device_address("urn:dev:mac:0024BEFFFE804FF1", "ville"), device_address("st-7", "ville")
    ('eui:0024befffe804ff1', 'src:ville:st-7')
    >>> device_address("868508064807350", "ville"), device_address("   ", "ville")
    ('imei:868508064807350', None)
    """
    name = name.strip()
    if not name or len(name) > _MOST or not name.isprintable():
        return None
    if found := _EUI.fullmatch(name):
        return "eui:" + found[1].lower()
    if found := _IMEI.fullmatch(name):
        return "imei:" + found[1].replace("-", "")
    if _DIGITS.fullmatch(name) and _luhn(name):
        return "imei:" + name
    return f"src:{source}:{name}"


def _luhn(digits: str) -> bool:
    """Whether the last digit of an IMEI checks the others, so that it is no serial number of 15 digits."""
    doubled = [int(one) * 2 if place % 2 else int(one) for place, one in enumerate(digits)]
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0
