"""Numbers, units and instants as people of the installation write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from vigie.streams.core.alarm.words import REASONS, STATES, TRANSITIONS, word
from vigie.streams.core.amounts import NARROW_SPACE as NARROW_SPACE  # noqa: PLC0414 -- pages have all words from here
from vigie.streams.core.amounts import amount_text as amount_text  # noqa: PLC0414 -- likewise
from vigie.streams.core.amounts import number_text as number_text  # noqa: PLC0414 -- likewise
from vigie.streams.core.outside_text import SENTENCE, outside_text
from vigie.topics.alert_event import PRIORITIES, Explanation
from vigie.topics.fleet.kind import kinds
from vigie.topics.property import PROPERTIES, Kind


def reading_text(property_id: int, value: float, language: str) -> str:
    """A value with its unit, rounded for people: what was calculated has digits that nobody measured.

    >>> reading_text(1, 21.5, "fr"), reading_text(1, 21.5, "en"), reading_text(45, 7.2, "fr")
    ('21,5\u202f°C', '21.5 °C', '7,2')
    >>> reading_text(1, 2.39898443, "en"), reading_text(40, 8.434000000000001, "en"), reading_text(74, 0.012346, "en")
    ('2.4 °C', '8.434 m', '0.0123 A')
    >>> reading_text(1, -6.77e-06, "en")
    '0 °C'
    """
    entry = PROPERTIES.get(property_id)
    unit = "" if entry is None or entry.kind is Kind.CATEGORY or entry.unit in ("", "–", "-") else entry.unit
    return amount_text(value, unit, language)


def property_label(property_id: int, language: str) -> str:
    """What a property is called.

    >>> property_label(1, "fr"), property_label(1, "en"), property_label(9999, "fr")
    ("température de l'air", 'air temperature', 'propriété 9999')
    """
    entry = PROPERTIES.get(property_id)
    if entry is None:
        return f"propriété {property_id}" if language == "fr" else f"property {property_id}"
    return entry.label_fr if language == "fr" else entry.name.replace("_", " ")


_EDGES_MS = (-62_135_510_400_000, 253_402_214_399_999)
"""From year 1 to year 9999, less a day for the time zones; a device's clock may say anything."""


def local(instant: int, zone: str) -> datetime:
    """An instant in the legal time of a zone.

    Args:
        instant: epoch ms UTC; one that no calendar of four-digit years holds stands at its edge.
        zone: IANA name.
    """
    return _moment(instant).astimezone(ZoneInfo(zone))


def _moment(instant: int) -> datetime:
    within = min(max(instant, _EDGES_MS[0]), _EDGES_MS[1])
    return datetime.fromtimestamp(within // 1000, tz=UTC).replace(microsecond=within % 1000 * 1000)


def offset_text(moment: datetime) -> str:
    """How far a local time is from UTC: without it, one of two 02:30 of an October night cannot be told.

    >>> offset_text(local(1774785930000, "Europe/Paris"))
    '+02:00'
    """
    text = moment.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


def local_text(instant: int, zone: str, language: str) -> str:
    """An instant for people, in legal time, to the second.

    >>> local_text(1774785930000, "Europe/Paris", "fr"), local_text(1774785930000, "Europe/Paris", "en")
    ('29/03/2026 à 14:05:30 (UTC+02:00)', '2026-03-29 14:05:30 (UTC+02:00)')
    """
    moment = local(instant, zone)
    text = moment.strftime("%d/%m/%Y à %H:%M:%S" if language == "fr" else "%Y-%m-%d %H:%M:%S")
    return f"{text} (UTC{offset_text(moment)})"


def utc_text(instant: int) -> str:
    """An instant for machines: ISO 8601 UTC, milliseconds only where there are some.

    >>> utc_text(1774785930000), utc_text(1774785930250)
    ('2026-03-29T12:05:30Z', '2026-03-29T12:05:30.250Z')
    """
    precision = "milliseconds" if instant % 1000 else "seconds"
    return _moment(instant).isoformat(timespec=precision).replace("+00:00", "Z")


_PRIORITIES_EN = {1: "critical", 2: "high", 3: "medium", 4: "information"}


def transition_text(transition: str, language: str) -> str:
    """What a transition of an alert is called.

    >>> transition_text("raised", "fr"), transition_text("raised", "en")
    ('déclenchée', 'raised')
    """
    return word(TRANSITIONS, transition, language)


def state_text(state: str, language: str) -> str:
    """What a state of an alert is called.

    >>> state_text("out_of_service", "fr"), state_text("out_of_service", "en")
    ('hors service', 'out of service')
    """
    return word(STATES, state, language)


def priority_text(priority: int, language: str) -> str:
    """What a priority is called.

    >>> priority_text(2, "fr"), priority_text(2, "en")
    ('haute', 'high')
    """
    return (PRIORITIES if language == "fr" else _PRIORITIES_EN).get(priority, str(priority))


def reason_text(reason: str, language: str) -> str:
    """What the reason of a transition is called; a person's own words stand as they are.

    >>> reason_text("heard", "fr"), reason_text("no_arrival", "en"), reason_text("vu sur place", "fr")
    ('de nouveau entendu', 'no arrival', 'vu sur place')
    """
    return word(REASONS, reason, language)


def author_text(author: str, language: str) -> str:
    """Who made a transition.

    >>> author_text("system", "fr"), author_text("p-17", "fr")
    ('système', 'p-17')
    """
    return "système" if (author, language) == ("system", "fr") else author


def sentence(explanation: Explanation, language: str) -> str:
    """The sentence of an alert in a language."""
    return outside_text(explanation.sentence_fr if language == "fr" else explanation.sentence_en, SENTENCE)


def choice_text(code: str, kind: str, field: str, language: str) -> str:
    """What a code of a fleet field is called.

    >>> choice_text("under_way", "intervention", "state", "fr"), choice_text("under_way", "intervention", "state", "en")
    ('en cours', 'under way')
    """
    found = kinds()[kind].field(field)
    label = (found.choices or {}).get(code) if found else None
    return label if label and language == "fr" else outside_text(str(code)).replace("_", " ")


def iso_text(text: str, zone: str, language: str) -> str:
    """An instant that the fleet holds as ISO 8601, for people; another text as it is.

    >>> iso_text("2026-03-29T12:05:30Z", "Europe/Paris", "fr"), iso_text("hier", "Europe/Paris", "fr")
    ('29/03/2026 à 14:05:30 (UTC+02:00)', 'hier')
    """
    try:
        return local_text(round(datetime.fromisoformat(str(text)).timestamp() * 1000), zone, language)
    except (ValueError, OverflowError):
        return outside_text(str(text))
