"""LwM2M paths of objects, instances and resources (`3303/0/5700`), as SenML and TLV packs name them.

Source: OMA LwM2M 1.1 core (objects 3 Device, 4 Connectivity Monitoring, 6 Location) and the OMA registry of IPSO
objects (3200 to 3350). A resource that is not listed stays an extra under its path.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

PATH = re.compile(r"(?:(.*[^0-9/][^/]*)/)?/?(\d{1,5})/(\d{1,5})/(\d{1,5})(?:/(\d{1,5}))?", re.ASCII)
UNITS_RESOURCE = "5701"

_IPSO: Mapping[str, tuple[str, str]] = {
    "3300": ("sensor", ""), "3301": ("illuminance", "lx"), "3303": ("temperature", "Cel"), "3304": ("humidity", "%RH"),
    "3305": ("power", "W"), "3315": ("air pressure", "Pa"), "3316": ("voltage", "V"), "3317": ("current", "A"),
    "3318": ("frequency", "Hz"), "3322": ("load", "kg"), "3323": ("pressure", "Pa"), "3324": ("loudness", "dB"),
    "3326": ("ph", "pH"), "3327": ("conductivity", "S/m"), "3328": ("active power", "W"),
    "3329": ("power_factor", "PF"), "3330": ("distance", "m"), "3331": ("energy", "Wh"),
}  # fmt: skip
"""Object -> name and the unit where the pack tells none; the value is resource 5700."""

_OTHERS: Mapping[str, tuple[str, str]] = {
    "3305/5800": ("active power", "W"), "3305/5805": ("energy", "Wh"), "3305/5810": ("apparent power", "VA"),
    "3305/5820": ("power_factor", "PF"), "3331/5805": ("energy", "Wh"),
    "3200/5500": ("contact", "state"), "3200/5501": ("digital_input_count", ""), "3302/5500": ("presence", ""),
    "3/9": ("battery", "%EL"), "3/7": ("battery", "mV"),
}  # fmt: skip
"""Object/resource -> name and unit."""

_FACTS = {
    "3/0": "maker", "3/1": "model_number", "3/2": "serial", "3/13": "device_clock", "3/17": "device_type",
    "3/18": "hardware", "3/11": "error_code", "4/0": "network_bearer", "4/3": "link_quality",
    "4/4": "ip_address", "4/7": "apn", "4/12": "lac",
    "6/0": "latitude_deg", "6/1": "longitude_deg", "6/2": "altitude_m", "6/5": "located_at",
    "3336/5514": "latitude_deg", "3336/5515": "longitude_deg",
}  # fmt: skip
"""Object/resource -> name of the extra."""

_CELL = {"4/2": "rssi_dbm", "4/8": "cell_id", "4/9": "mnc", "4/10": "mcc", "4/11": "snr_db"}


class Resource(NamedTuple):
    """What a path means: the name of a quantity with its unit, an extra, or a fact of the cell."""

    name: str = ""
    unit: str = ""
    extra: str = ""
    cell: str = ""
    firmware: bool = False


def resource(object_id: str, resource_id: str) -> Resource:
    """What a resource of an object is.

    >>> resource("3303", "5700"), resource("3303", "5601").name, resource("4", "2").cell
    (Resource(name='temperature', unit='Cel', extra='', cell='', firmware=False), '', 'rssi_dbm')
    """
    key = f"{int(object_id)}/{int(resource_id)}"
    if key == "3/3":
        return Resource(firmware=True)
    if key in _CELL:
        return Resource(cell=_CELL[key])
    if key in _FACTS:
        return Resource(extra=_FACTS[key])
    if key in _OTHERS:
        return Resource(*_OTHERS[key])
    if int(resource_id) == 5700 and object_id in _IPSO:
        return Resource(*_IPSO[object_id])
    return Resource()
