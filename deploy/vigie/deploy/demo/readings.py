"""What the database of the demo holds for people: the last readings of a few devices."""

import psycopg

from vigie.deploy.demo.city import City
from vigie.deploy.demo.fleet import Device
from vigie.serving.wording import local, property_label, reading_text
from vigie.streams.settings import Settings
from vigie.topics.property import BY_NAME, PROPERTIES, Kind

_LAST = """
SELECT properties, channels, "values", observed_at FROM uplink
WHERE device = %s AND cardinality("values") > 0 ORDER BY observed_at DESC LIMIT 1
"""
_SHOWN = 2
"""Quantities per device."""
_OF_THE_DEVICE = frozenset(BY_NAME[name].id for name in ("battery_level", "battery_voltage", "device_temperature"))
"""What a device says of itself: not what people ask for first."""


def chosen(day: City) -> list[Device]:
    """One device of each use case and connectivity, and the one that was silent."""
    found: dict[tuple[str, str], Device] = {}
    for device in day.devices:
        found.setdefault((device.group.use_case, device.group.link.net), device)
    return list(dict.fromkeys([*found.values(), day.silent]))


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
            for number, channel, value in [one for one in zip(*row[:3], strict=True) if _tells(one[0])][:_SHOWN]:
                label = property_label(number, settings.language) + (f" ({channel})" if channel else "")
                rows.append((name, label, reading_text(number, value, settings.language), at))
                name = at = ""
    return rows


def _tells(number: int) -> bool:
    return number in PROPERTIES and PROPERTIES[number].kind is not Kind.CATEGORY and number not in _OF_THE_DEVICE
