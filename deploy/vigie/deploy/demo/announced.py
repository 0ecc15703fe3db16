"""What the demo's fleet says of its devices, as the second opinion needs it."""

from vigie.deploy.demo.expected import Announced
from vigie.deploy.demo.fleet import Device
from vigie.deploy.demo.stated_fleet import stated

DISTANCE, FILL, WATER_LEVEL, WATER_DEPTH = 30, 31, 40, 41


def announced(devices: tuple[Device, ...]) -> dict[str, Announced]:
    """What the stated fleet says of the point of each device, by the device's address."""
    objects = stated(devices)
    addresses = {one.id: one.attributes["addresses"][0] for one in objects if one.kind == "device"}
    points = {one.id: one.attributes for one in objects if one.kind == "point"}
    found = {}
    for one in objects:
        if one.kind == "placement":
            point = points[one.attributes["point"]]
            derived = [(DISTANCE, FILL)] if "empty_mm" in one.attributes else []
            if "datum_m" in one.attributes:
                derived += [(DISTANCE, WATER_LEVEL), (WATER_DEPTH, WATER_LEVEL)]
            device = addresses[one.attributes["device"]]
            found[device] = Announced(point["step_s"] * 1000, point["upload_s"] * 1000, tuple(derived))
    return found
