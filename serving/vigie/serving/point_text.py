"""A measuring point for people and for programs: how it was last heard in one sentence, and its page as JSON."""

from typing import Any

from vigie.serving.point_words import POINT_WORDS
from vigie.serving.wording import NARROW_SPACE, number_text, utc_text
from vigie.streams.core.local_time import duration_text
from vigie.streams.sinks.fleet_queries import Known
from vigie.streams.sinks.point_queries import LastHeard, LastValue, PointFacts
from vigie.topics.property import PROPERTIES
from vigie.topics.quality import Flag, unpack


def heard_text(heard: LastHeard, now: int, language: str) -> str:
    r"""What a technician wants to read before climbing down.

    >>> last = LastHeard("eui:a1", "ville", 1_000, -97, 4.5, 12.0, 7, ("g1", "g2"))
    >>> heard_text(last, 21_000, "fr")
    'Entendu il y a 20\xa0s, −97\u202fdBm, 2 passerelles, marge 12 dB'
    """
    words = POINT_WORDS[language]
    space = NARROW_SPACE if language == "fr" else " "
    parts = [words["heard"].format(ago=duration_text(now - heard.ingested_at, language))]
    if heard.rssi_dbm is not None:
        parts.append(f"{heard.rssi_dbm}{space}dBm".replace("-", "−"))
    if count := len(heard.gateways):
        parts.append(words["gateways"].format(count=count, plural="s" if count > 1 else ""))
    if heard.margin_db is not None:
        parts.append(words["margin"].format(margin=number_text(round(heard.margin_db, 1), language)))
    return ", ".join(parts)


def position_text(point: Known, language: str) -> str:
    """Latitude, longitude and altitude of a point.

    >>> position_text(Known("point", "P", None, None, {"latitude": 43.2965, "longitude": 5.37}), "en")
    '43.2965, 5.37'
    """
    between = " ; " if language == "fr" else ", "
    text = between.join(number_text(point.get(name, float("nan")), language) for name in ("latitude", "longitude"))
    altitude = point.get("altitude_m")
    return text if altitude is None else f"{text}{between}{number_text(altitude, language)} m"


def point_data(facts: PointFacts, now: int) -> dict[str, Any]:
    """A point's page as JSON."""
    heard = facts.heard
    return {
        "point": facts.point.id,
        "valid": _known_data(facts.point),
        "commune": facts.commune.get("name") if facts.commune else None,
        "zones": facts.zones,
        "placement": _known_data(facts.placement) if facts.placement else None,
        "device": _known_data(facts.device) if facts.device else None,
        "heard": heard._asdict()
        | {"ingested_at": utc_text(heard.ingested_at), "ago_s": max(now - heard.ingested_at, 0) // 1000}
        if heard
        else None,
        "values": [_value_data(value) for value in facts.values],
        "interventions": [_known_data(one) for one in facts.interventions],
        "placements": [_known_data(one) for one in facts.placements],
        "documents": [_known_data(one) for one in facts.documents],
    }


def _known_data(one: Known) -> dict[str, Any]:
    return {
        "id": one.id,
        "from": None if one.from_at is None else utc_text(one.from_at),
        "to": None if one.to_at is None else utc_text(one.to_at),
    } | one.attributes


def _value_data(value: LastValue) -> dict[str, Any]:
    entry = PROPERTIES.get(value.property)
    return {
        "property": entry.name if entry else str(value.property),
        "channel": value.channel,
        "value": value.value,
        "unit": entry.unit if entry else "",
        "flag": value.flag,
        "tests": {test.name.lower(): int(flag) for test, flag in unpack(value.tests).items() if flag != Flag.UNKNOWN},
        "observed_at": utc_text(value.observed_at),
    }
