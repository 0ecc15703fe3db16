"""What the database of the demo holds for people: the last readings of a few devices, and the alert's sentence."""

import psycopg

from vigie.deploy.demo.city import City
from vigie.deploy.demo.fleet import Device
from vigie.serving.wording import local, property_label, reading_text
from vigie.streams.settings import Settings
from vigie.topics.property import PROPERTIES, Kind

_LAST = """
SELECT properties, channels, "values", observed_at FROM uplink
WHERE device = %s AND cardinality("values") > 0 ORDER BY observed_at DESC LIMIT 1
"""
_SENTENCE = "SELECT alert_id, sentence_fr, sentence_en FROM v_alerte ORDER BY raised_at LIMIT 1"


def chosen(day: City) -> list[Device]:
    """One device of each use case, and the one that was silent."""
    found: dict[str, Device] = {}
    for device in day.devices:
        found.setdefault(device.group.use_case, device)
    return [*found.values(), day.silent]


def last(settings: Settings, day: City) -> list[tuple[str, str, str, str]]:
    """Device, quantity, value with unit and legal time of the last readings of a few devices."""
    rows, french = [], settings.language == "fr"
    with psycopg.connect(settings.database, autocommit=True) as connection:
        for device in chosen(day):
            row = connection.execute(_LAST, (device.address,)).fetchone()
            if row is None:
                continue
            moment = local(round(row[3].timestamp() * 1000), settings.timezone)
            name, at = device.name, moment.strftime("%d/%m/%Y %H:%M" if french else "%Y-%m-%d %H:%M")
            for number, channel, value in list(zip(*row[:3], strict=True))[:3]:
                if number in PROPERTIES and PROPERTIES[number].kind is Kind.CATEGORY:
                    continue
                label = property_label(number, settings.language) + (f" ({channel})" if channel else "")
                rows.append((name, label, reading_text(number, value, settings.language), at))
                name = at = ""
    return rows


def alert(settings: Settings) -> tuple[str, str]:
    """Id and sentence of the first alert; empty where there is none."""
    with psycopg.connect(settings.database, autocommit=True) as connection:
        row = connection.execute(_SENTENCE).fetchone()
    if row is None:
        return "", ""
    return str(row[0]), str(row[1] if settings.language == "fr" else row[2])
