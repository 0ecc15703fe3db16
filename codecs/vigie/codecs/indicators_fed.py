"""Which indicators can a model feed? It follows from what it is for and from the properties that its codec gives.

Source: definitions of the indicators (Harmonica needs LAeq and LA95eq of the same quarter of an hour; Lden needs LAeq).
"""

from collections.abc import Iterable

_Needs = tuple[frozenset[str], ...]
"""Any one of these sets of properties is enough."""


def _any(*sets: str) -> _Needs:
    return tuple(frozenset(one.split("+")) for one in sets)


_LEVEL = _any("distance", "water_depth", "water_level", "water_pressure")
"""Of a distance or a pressure the point's conversion makes a level."""

USES: dict[str, dict[str, _Needs]] = {
    "waste": {
        "fill": _any("distance", "fill"),
        "collections": _any("distance", "fill"),
        "time to full": _any("distance", "fill"),
        "fire": _any("fire"),
        "tilt": _any("tilted"),
    },
    "noise": {
        "LAeq": _any("laeq"),
        "Lden, Lnight": _any("laeq"),
        "Harmonica": _any("laeq+la95eq"),
        "L10, L50, L90": _any("la10+la50+la90"),
        "LAFmax": _any("lafmax"),
    },
    "river": {
        "level": _LEVEL,
        "rise": _LEVEL,
        "water temperature": _any("water_temperature"),
        "conductivity": _any("conductivity"),
        "turbidity": _any("turbidity"),
        "pH": _any("ph"),
        "redox": _any("redox"),
        "oxygen": _any("dissolved_oxygen", "oxygen_saturation"),
        "rainfall": _any("rainfall"),
        "flow": _any("flow"),
    },
    "mobility": {
        "counts": _any("passages", "passages_total"),
        "TMJA, TMJO": _any("passages", "passages_total"),
        "mean speed": _any("mean_speed"),
        "occupancy": _any("occupancy"),
    },
    "lighting": {
        "energy per night": _any("active_energy_index", "active_power"),
        "on and off times": _any("active_power", "apparent_power", "current", "illuminance", "contact"),
        "lamps lost": _any("active_power", "apparent_power", "current"),
        "door": _any("door_open"),
    },
    "heat": {
        "heat of day and night": _any("air_temperature"),
        "gap to the reference zone": _any("air_temperature"),
        "humidity": _any("relative_humidity"),
    },
}
"""Use case -> indicator -> what it needs."""


def indicators_fed(use: str, properties: Iterable[str]) -> list[str]:
    """The indicators of a use case that these properties are enough for.

    >>> indicators_fed("noise", ["laeq", "lafmax"])
    ['LAeq', 'Lden, Lnight', 'LAFmax']
    """
    given = set(properties)
    return [name for name, needs in USES.get(use, {}).items() if any(need <= given for need in needs)]
