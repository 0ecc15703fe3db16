"""SenML packs, resolved: base values applied, versions checked, names split into device and quantity.

Source: RFC 8428 (labels, base values, resolution, relative time), RFC 9100 (version as a set of features), RFC 8798
(secondary units), RFC 9039 (urn:dev names).

    bn base name     bt base time    bu base unit    bv base value   bs base sum   bver base version
    n name   u unit   v number   vs text   vb boolean   vd bytes   s sum   t time   ut update time

A time below 2^28 s is relative to the reception. The device is the name up to its last part; an LwM2M path
(`/3303/0/5700`) is no part of it, and a `urn:dev:` name ends where its own components begin.
"""

import base64
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from vigie.codecs.instants import YEAR_10000_AT
from vigie.codecs.values.lwm2m import PATH
from vigie.topics.reason import Reason, Undecodable, excerpt

_RELATIVE_S = 2**28
_VERSIONS = frozenset((*range(1, 11), 26))
"""RFC 8428 reads what is not later than itself (10; an example of its own has 5); 26 adds RFC 9100's units."""
_NAME = re.compile(r"[A-Za-z0-9/][A-Za-z0-9\-:./_]*", re.ASCII)  # LwM2M begins names with a slash, against RFC 8428
_DEVICE = re.compile(r"urn:(?:dev:[a-z]+:[^:/_]+|imei:[0-9]{15}|gsma:imei:[0-9-]+)", re.ASCII)
_KNOWN = frozenset(("bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t", "ut"))
_MOST_RECORDS = 20_000


class Resolved(NamedTuple):
    """One record without base values.

    Attributes:
        device: what the name says of the device; empty where it says nothing.
        part: the rest of the name.
        unit: of the value.
        kind: `v`, `vs`, `vb` or `vd`; `s` for a record with a sum only.
        value: number, text, boolean or bytes.
        total: sum.
        at: epoch ms, or ms relative to the reception.
        is_relative: which of the two.
        update_s: latest time after which the next value is to be expected.
    """

    device: str
    part: str
    unit: str
    kind: str
    value: Any
    total: float | None
    at: int
    is_relative: bool
    update_s: float | None


def resolve(records: Any) -> list[Resolved]:
    """The records of a pack without base values.

    >>> resolve([{"bn": "urn:dev:ow:10e2073a01080063:", "bt": 1276020076, "n": "voltage", "u": "V", "v": 120.1}])[0][:5]
    ('urn:dev:ow:10e2073a01080063', 'voltage', 'V', 'v', 120.1)
    """
    if not isinstance(records, Sequence) or isinstance(records, str | bytes) or len(records) > _MOST_RECORDS:
        raise wrong("The body is no list of records")
    found: list[Resolved] = []
    base: dict[str, Any] = {}
    version: float | None = None
    for place, record in enumerate(records, 1):
        if not isinstance(record, Mapping):
            raise wrong(f"Record {place} is no map")
        for label in record:
            if label not in _KNOWN and (not isinstance(label, str) or label.endswith("_")):
                raise wrong(f"Record {place} has the label {excerpt(str(label))}, which must be understood")
        given = record.get("bver", version)
        if version is not None and given != version:
            raise wrong(f"Record {place} has another version than those before")
        if given is not None and not (isinstance(given, int | float) and given in _VERSIONS and given is not True):
            raise wrong(f"Record {place} has the version {excerpt(str(given))}, known are those up to 10, and 26")
        version = given
        for label in ("bn", "bu", "bt", "bv", "bs"):
            if label in record:
                base[label] = _checked(record, label, place)
        if one := _resolved(record, base, place):
            found.append(one)
    if not found:
        raise wrong("The pack holds no record with a value")
    return found


def _resolved(record: Mapping[str, Any], base: Mapping[str, Any], place: int) -> Resolved | None:
    """A record; None for one that only gives base values, or asks."""
    kinds = [kind for kind in ("v", "vs", "vb", "vd") if kind in record]
    if len(kinds) > 1:
        raise wrong(f"Record {place} has more than one value: {', '.join(kinds)}")
    named = "n" in record
    if not kinds and "s" not in record and not (named and ("bv" in base or "bs" in base)):
        return None
    name = base.get("bn", "") + (_checked(record, "n", place) if named else "")
    if not _NAME.fullmatch(name) or len(name) > 200:
        raise wrong(f"Record {place}: {excerpt(name)} is no name of RFC 8428")
    kind = kinds[0] if kinds else ("v" if "bv" in base else "s")
    value: Any = _checked(record, kind, place) if kinds else None
    if kind == "v":
        value = _sum(value or 0.0, base.get("bv", 0.0))
    total = _sum(_checked(record, "s", place) or 0.0, base.get("bs", 0.0)) if "s" in record or "bs" in base else None
    seconds = _sum(_checked(record, "t", place) if "t" in record else 0.0, base.get("bt", 0.0))
    at = round(Decimal(repr(seconds)) * 1000) if seconds % 1 else int(seconds) * 1000
    if not -YEAR_10000_AT < at < YEAR_10000_AT:
        raise Undecodable(Reason.BAD_TIME, f"Record {place}: the time {excerpt(str(seconds))} cannot be")
    device, part = split_name(name)
    unit = _checked(record, "u", place) if "u" in record else base.get("bu", "")
    update = _checked(record, "ut", place) if "ut" in record else None
    return Resolved(device, part, unit, kind, value, total, at, seconds < _RELATIVE_S, update)


def _checked(record: Mapping[str, Any], label: str, place: int) -> Any:
    """A field of the type that its label has."""
    value = record.get(label)
    if label in ("v", "s", "t", "ut", "bt", "bv", "bs"):
        if value is None and label == "s":
            return None
        if type(value) is float and math.isfinite(value):
            return value
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            try:
                number = float(value)
            except (OverflowError, ValueError, ArithmeticError):
                number = math.inf
            if math.isfinite(number):
                return number
        raise wrong(f"Record {place}: {label} is {excerpt(_shown(value))}, expected a number")
    if label == "vb":
        if isinstance(value, bool):
            return value
        raise wrong(f"Record {place}: vb is {excerpt(_shown(value))}, expected true or false")
    if label == "vd" and isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise wrong(f"Record {place}: {label} is {excerpt(_shown(value))}, expected text")
    if label == "vd":
        try:
            return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        except ValueError:
            raise wrong(f"Record {place}: vd is no base64url") from None
    return value


def _shown(value: Any) -> str:
    return str(value)[:80] if isinstance(value, str | int | float | None | Decimal) else type(value).__name__


def _sum(value: float, base: float) -> float:
    """Both together: 20.1 and 0.2 are 20.3."""
    if not base or not value:
        return value or base
    if value % 1 == 0 == base % 1:
        return value + base
    return float(Decimal(repr(value)) + Decimal(repr(base)))


@lru_cache(maxsize=8192)
def split_name(name: str) -> tuple[str, str]:
    """Device and part of a resolved name."""
    if found := _DEVICE.match(name):
        return found[0], name[found.end() :].lstrip(":/_.-") or "value"
    if (found := PATH.fullmatch(name)) is not None:
        return found[1] or "", "/".join(one for one in found.groups()[1:] if one is not None)
    cut = max(name.rfind(one) for one in ":/")
    return (name[:cut], name[cut + 1 :] or "value") if cut > 0 else ("", name.lstrip("/"))


def wrong(sentence: str) -> Undecodable:
    """The refusal of a pack."""
    return Undecodable(Reason.BAD_ENVELOPE, f"Not a SenML pack: {sentence[0].lower()}{sentence[1:]}"[:190])
