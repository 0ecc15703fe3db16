"""The demo's fleet as it is stated to the platform: who owns what, what stands where, what is compared with what.

Whole and plain, so that a newcomer finds each kind of object once. Places are invented near the centre of a commune.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from math import cos, radians, sin
from typing import Any

from vigie.deploy.demo import wires
from vigie.deploy.demo.communes import COMMUNES, Commune
from vigie.deploy.demo.fleet import LOGGER, Device, Group
from vigie.deploy.demo.incidents import DATUM_M, Flood
from vigie.deploy.demo.nature import Values
from vigie.deploy.demo.schedule import DAY_START_AT, HOUR_MS, MINUTE_MS, chance
from vigie.topics.fleet.stated import Stated
from vigie.topics.property import BY_NAME, PROPERTIES

USE_CASES = {
    "dechets": "waste", "bruit": "noise", "cours-eau": "river", "mobilites": "mobility", "eclairage": "lighting",
    "chaleur": "heat",
}  # fmt: skip
BEGAN_AT = DAY_START_AT - 120 * 24 * HOUR_MS
"""Since when the devices stand where they stand."""
EMPTY_MM, FULL_MM = 1860, 60
"""A bottle bank of 1.8 m under a lid of 6 cm (nature.bin_fill)."""
FILL, WATER_LEVEL = BY_NAME["fill"].id, BY_NAME["water_level"].id
_LEVELS = ("Decentlab DL-LID", "Decentlab DL-CTD10")
"""Models from whose readings a level in the point's datum is made."""
_DEVICE_PROPERTIES = {"battery_level", "battery_voltage", "device_temperature"}


def stated(devices: tuple[Device, ...], flood: Flood | None = None) -> list[Stated]:
    """Every object of the demo's fleet.

    Args:
        devices: of the day.
        flood: the river whose thresholds are watched; None: no rule is stated, and nobody is told.
    """
    found = [*_people(), *_places()]
    models: dict[str, Group] = {device.group.profile: device.group for device in devices}
    for profile, group in sorted(models.items()):
        names = sorted({PROPERTIES[number].name for number, _ in _measures(group)})
        found.append(_object("model", _name(profile), maker=profile.split()[0], properties=names))
    for device in devices:
        found += _of(device)
    return [*found, *_life(devices), *_indicators(devices), *(_alerts(flood) if flood else ())]


def _object(kind: str, id_: str, valid_from: int | None = None, /, **attributes: Any) -> Stated:
    given = {field: value for field, value in attributes.items() if value is not None}
    return Stated(kind=kind, id=id_, valid_from=valid_from, attributes=given)


def _name(profile: str) -> str:
    return profile.replace(" ", "-").replace("/", "-")


def _people() -> Iterator[Stated]:
    yield _object("party", "metropole", name="Métropole Aix-Marseille-Provence", type="metropole")
    yield _object("party", "reseau", name="Opérateur du réseau LoRaWAN", type="network")
    yield _object("party", "exploitant", name="Exploitant des capteurs", type="supplier")
    for use_case in USE_CASES.values():
        yield _object("contact", f"metier-{use_case}", party="metropole", role="owner", use_cases=[use_case],
                      mail=f"{use_case}@metropole.example")  # fmt: skip
    yield _object("contact", "technicien", party="exploitant", role="technician", mail="technicien@exploitant.example")
    yield _object("contact", "cellule-crise", party="metropole", role="crisis_cell", mail="crise@metropole.example")
    yield _object("network", "metropole", party="reseau", bearer="lora", quota_uplinks_per_day=40_000,
                  shortest_period_s=300, agreement="Convention de partage du réseau")  # fmt: skip


def _places() -> Iterator[Stated]:
    for commune in COMMUNES:
        yield _object("commune", commune.insee, name=commune.name, latitude=commune.latitude,
                      longitude=commune.longitude, radius_km=float(commune.radius_km))  # fmt: skip
    yield _object("zone", "chaleur", name="Îlots de chaleur", role="other", purpose="Comparer avant et après travaux")
    yield _object("zone", "chaleur-projet", name="Secteur de projet", role="project", parent="chaleur")
    yield _object("zone", "chaleur-reference", name="Secteur de référence", role="reference", parent="chaleur")
    yield _object("zone", "chaleur-temoin", name="Secteur témoin", role="control", parent="chaleur")


def _of(device: Device) -> Iterator[Stated]:
    group, commune = device.group, device.commune
    use_case, logger = USE_CASES[group.use_case], group.profile == LOGGER
    latitude, longitude = _place(device.name, commune)
    heat = use_case == "heat"
    device_name = "capteur-" + device.name
    yield _object(
        "device", device_name, addresses=[device.address], model=_name(group.profile), owner="metropole",
        contract="owned",
    )  # fmt: skip
    yield _object(
        "point", device.name, code=device.name, name=f"{device.name}, {commune.name}", use_case=use_case,
        commune=commune.insee, zones=[_zone(commune)] if heat else None, latitude=latitude, longitude=longitude,
        properties=[{"property": PROPERTIES[number].name, "channel": channel} for number, channel in _series(group)],
        step_s=900 if logger else device.period_s, upload_s=device.period_s,
        buddy_group=f"chaleur-{commune.insee}" if heat else None,
        datum="NGF" if use_case == "river" else None,
    )  # fmt: skip
    waste, level = use_case == "waste", group.profile in _LEVELS
    yield _object(
        "placement", f"{device.name}.1", BEGAN_AT, device=device_name, point=device.name,
        mounting="sous le couvercle" if waste else None, height_m=3.5 if heat else None,
        empty_mm=EMPTY_MM if waste else None, full_mm=FULL_MM if waste else None,
        datum_m=DATUM_M if level else None,
    )  # fmt: skip


def _zone(commune: Commune) -> str:
    return "chaleur-projet" if commune.name == "Marseille" else (
        "chaleur-reference" if commune.warmth < 0.2 else "chaleur-temoin"
    )  # fmt: skip


def _place(name: str, commune: Commune) -> tuple[float, float]:
    """Within two kilometres of the centre, on its inland side."""
    rng = chance(0, name)
    away, bearing = rng.uniform(0.2, 2.0) / 111.0, radians(rng.uniform(0, 90))
    latitude = commune.latitude + away * cos(bearing)
    return round(latitude, 5), round(commune.longitude + away * sin(bearing) / cos(radians(latitude)), 5)


def _measures(group: Group) -> list[tuple[int, int]]:
    """(property, channel) of each value that the group's model sends."""
    wire = wires.em300_th if group.profile == LOGGER else group.wire
    values: Values = group.behaviour(chance(0, group.code), COMMUNES[0])(12.0)
    return [(reading.property, reading.channel) for reading in wire(values).readings]


def _series(group: Group) -> list[tuple[int, int]]:
    """What is measured at the point: what the device says of itself left out, what is made of a distance put in."""
    made = (
        [(FILL, 0)] if USE_CASES[group.use_case] == "waste" else [(WATER_LEVEL, 0)] if group.profile in _LEVELS else []
    )
    return [one for one in _measures(group) if PROPERTIES[one[0]].name not in _DEVICE_PROPERTIES] + made


def _life(devices: tuple[Device, ...]) -> Iterator[Stated]:
    """What happened to a few: an intervention, a setting of one test."""
    heat = next(device for device in devices if device.name.startswith("TEM-13055"))
    started_at, ended_at = DAY_START_AT + 9 * HOUR_MS, DAY_START_AT + 9 * HOUR_MS + 40 * MINUTE_MS
    yield _object(
        "intervention", "2025-0618", point=heat.name, state="done", type="preventive", by="technicien",
        requested_at=_iso(started_at - 48 * HOUR_MS), started_at=_iso(started_at), ended_at=_iso(ended_at),
        breaks_series=False, work="Nettoyage de l'abri",
    )  # fmt: skip
    yield _object(
        "quality_setting", "seuils-chaleur-1", point=heat.name, property="air_temperature", test="gross_range",
        parameters={"suspect_max": 44.0}, reason="Rue très minérale",
    )  # fmt: skip


def _indicators(devices: tuple[Device, ...]) -> Iterator[Stated]:
    """Who answers for one of the platform's indicators; and what the departments stated by themselves."""
    river = next(device for device in devices if device.group.code == "EAU")
    stations = [device.name for device in devices if device.group.code == "STA"][:2]
    yield _object(
        "indicator", "noise_harmonica", name="Indice Harmonica", owner="metier-noise", use_case="noise",
        definition="Indice de gêne sonore de 0 à 10, chaque heure",
    )  # fmt: skip
    yield _object(
        "indicator", "amplitude-du-jour", name="Amplitude thermique du jour", owner="metier-heat", use_case="heat",
        definition="Écart entre la plus haute et la plus basse température du jour", unit="°C", windows=["1d"],
        expression="max(air_temperature) - min(air_temperature)",
    )  # fmt: skip
    yield _object(
        "indicator", "bruit-heure-glissante", name="LAeq de la dernière heure", owner="metier-noise",
        definition="LAeq sur une heure, chaque quart d'heure", properties=["laeq"], windows=["r1h"], points=stations,
    )  # fmt: skip
    yield _object(
        "indicator", f"seuils-{river.name}", name=f"Seuils de {river.name}", owner="metier-river", points=[river.name],
        definition="Seuils locaux de la station", base="river_threshold",
        parameters={"yellow": 7.8, "orange": 8.2, "red": 9.0},
    )  # fmt: skip


def _alerts(flood: Flood) -> Iterator[Stated]:
    """A river's thresholds with their second source, and who is told of what."""
    name, (first, second) = flood.device.name, flood.levels_m
    yield _object(
        "rule", f"crue-{name}", name=f"Crue à {name}", owner="metier-river", base="threshold", points=[name],
        definition="Seuils de vigilance et d'alerte de la station", properties=["water_level"],
        parameters={"level_1": first, "level_2": second}, priority=2, second_source=flood.second.name,
    )  # fmt: skip
    yield _object(
        "mailing_list", "crue", name="Cellule de crise", roles=["crisis_cell"], use_cases=["river"], kinds=["value"],
        least_priority=2,
    )  # fmt: skip
    yield _object(
        "mailing_list", "technique", name="Exploitation des capteurs", contacts=["technicien"],
        kinds=["silence", "communication", "gateway", "network", "data"],
    )  # fmt: skip


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
