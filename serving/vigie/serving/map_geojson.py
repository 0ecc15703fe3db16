"""A map at an instant as GeoJSON, for whoever draws it."""

from typing import Any

from vigie.streams.sinks.map_queries import OnMap


def as_geojson(points: list[OnMap], at_text: str, property_name: str) -> dict[str, Any]:
    """The map as GeoJSON (RFC 7946): each point once per channel, longitude first; those without place are left out.

    Args:
        points: of the map.
        at_text: the instant, ISO 8601.
        property_name: what is shown.
    """
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": _place(one)},
            "properties": {
                "point": one.point, "code": one.code, "name": one.name, "use_case": one.use_case,
                "commune": one.commune, "zones": list(one.zones), "property": property_name, "channel": one.channel,
                "value": one.value, "unit": one.unit, "flag": one.flag, "gap_s": one.gap_s,
            },
        }
        for one in points
        if one.longitude is not None and one.latitude is not None
    ]  # fmt: skip
    return {"type": "FeatureCollection", "instant": at_text, "features": features}


def _place(one: OnMap) -> list[float | None]:
    place = [one.longitude, one.latitude]
    return place if one.altitude_m is None else [*place, one.altitude_m]
