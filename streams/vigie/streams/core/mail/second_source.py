"""What a second source says of an alert: another point, or a station of Hub'Eau; in words, and as facts to attach."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from vigie.streams.core.amounts import amount_text
from vigie.streams.core.local_time import NO_BREAK, moment_text, utc_text
from vigie.streams.core.mail.series import trend_text
from vigie.streams.core.outside_text import outside_text

POINT, HUBEAU = "point", "hubeau"
HOURS = 6
"""How far back a second source is asked."""


class Wanted(NamedTuple):
    """Which second source, as the fact `second_source` of an alert names it."""

    kind: str
    name: str


def wanted(fact: str) -> Wanted | None:
    """The second source of a fact; None where it names none.

    >>> wanted("point:HUV-00"), wanted("hubeau:Y4424040"), wanted("échelle")
    (Wanted(kind='point', name='HUV-00'), Wanted(kind='hubeau', name='Y4424040'), None)
    """
    kind, _, name = fact.partition(":")
    return Wanted(kind, name) if kind in (POINT, HUBEAU) and name else None


class Kept(Struct, frozen=True, kw_only=True):
    """What was found at the raise, kept with the incident.

    Attributes:
        source: how people call it; empty where none was asked.
        unit: of its values.
        at: epoch ms UTC, rising.
        values: likewise.
        image_file: name beside this file; empty for none.
        image_type: `image/jpeg`.
        image_sha256: hexadecimal.
        image_at: epoch ms UTC when it was fetched.
        given: whether the life cycle was told.
    """

    source: str = ""
    unit: str = ""
    at: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    image_file: str = ""
    image_type: str = ""
    image_sha256: str = ""
    image_at: int = 0
    given: bool = False


def said(kept: Kept, zone: str, language: str) -> str:
    r"""The sentence about a second source; empty where none was asked.

    Args:
        kept: what was found.
        zone: IANA name of the legal time.
        language: fr or en.

    >>> said(Kept(source="HUV-00", unit="m", at=(0, 3_600_000), values=(1.0, 2.5)), "UTC", "en")
    'HUV-00 measures 2.5 m (1970-01-01 01:00), up by 1.5 m in 1 h.'
    """
    if not kept.source:
        return ""
    name, french = outside_text(kept.source), language == "fr"
    if not kept.at:
        return f"{name}{NO_BREAK}: aucune valeur depuis {HOURS} h." if french else f"{name}: no value for {HOURS} h."
    amount = amount_text(kept.values[-1], kept.unit, language)
    trend = trend_text(list(zip(kept.at, kept.values, strict=True)), kept.unit, language)
    when = moment_text(kept.at[-1], zone, language)
    return f"{name} mesure {amount} (le {when}), {trend}." if french else f"{name} measures {amount} ({when}), {trend}."


def attached(kept: Kept) -> dict[str, str]:
    """The facts that the archive gets: value and instant of the second source, name, hash and instant of the image."""
    facts = {}
    if kept.source and kept.at:
        facts = {"second_source_value": f"{kept.values[-1]:.10g}", "second_source_at": utc_text(kept.at[-1])}
        if kept.unit:
            facts["second_source_unit"] = kept.unit
    if kept.image_file:
        facts |= {
            "image_file": kept.image_file, "image_sha256": kept.image_sha256, "image_at": utc_text(kept.image_at),
        }  # fmt: skip
    return facts


def latest(entries: Sequence[tuple[int, float]], most: int = 50) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Instants and values by rising instant, the last of them."""
    kept = sorted(entries)[-most:]
    return tuple(at for at, _ in kept), tuple(value for _, value in kept)
