"""Points and sites lie in their commune: coordinates swapped, at zero, elsewhere or in the sea are told as such."""

from collections.abc import Iterator
from math import asin, cos, radians, sin, sqrt

from vigie.streams.core.fleet.facts import Facts, number_of, problem
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.fleet.spans import span_of
from vigie.topics.fleet.stated import Problem, Stated

EARTH_KM = 6371.0088
"""Mean radius (IUGG)."""
_MOST_SUGGESTIONS = 100


@rule
def coordinates(facts: Facts) -> Iterator[Problem]:
    """Where a point or a site is, by the centre, the extent and the outline of its commune."""
    told = 0
    for version in (*facts.of("point"), *facts.of("site")):
        at = _place(version)
        if at is None:
            continue
        if at == (0.0, 0.0):
            yield problem(
                version, "latitude",
                "latitude et longitude sont à 0 (golfe de Guinée). Donnez les coordonnées du lieu, en degrés décimaux.",
                "latitude and longitude are 0 (Gulf of Guinea). Give the coordinates of the place in decimal degrees.",
            )  # fmt: skip
            continue
        for commune in facts.during("commune", version.attributes.get("commune"), span_of(version)):
            found = _against(facts, version, at, commune, suggest=told < _MOST_SUGGESTIONS)
            if found is not None:
                told += 1
                yield found
                break


@rule
def outlines(facts: Facts) -> Iterator[Problem]:
    """An outline is a polygon around the commune's centre, longitude first."""
    for version in (*facts.of("commune"),):
        centre, radius, outline = _place(version), number_of(version, "radius_km"), _outline(version)
        if centre == (0.0, 0.0):
            yield problem(version, "latitude", "le centre est à 0, 0.", "the centre is at 0, 0.")
        elif outline and len(outline) < 3:
            yield problem(
                version, "outline", "un contour a au moins trois sommets.", "an outline has at least three corners."
            )
        elif outline and centre and radius and any(distance_km(centre, one) > 2 * radius for one in outline):
            swapped = all(distance_km(centre, (one[1], one[0])) <= 2 * radius for one in outline)
            yield problem(
                version, "outline",
                "le contour " + ("est écrit latitude:longitude : écrivez longitude:latitude." if swapped
                                 else "s'éloigne du centre de plus de deux fois l'étendue (`radius_km`)."),
                "the outline " + ("is written latitude:longitude: write longitude:latitude." if swapped
                                  else "goes further from the centre than twice the extent (`radius_km`)."),
            )  # fmt: skip


def _against(
    facts: Facts, version: Stated, at: tuple[float, float], commune: Stated, *, suggest: bool
) -> Problem | None:
    centre, radius = _place(commune), number_of(commune, "radius_km")
    if centre is None or radius is None:
        return None
    away, name = distance_km(centre, at), _named(commune)
    where = f"{at[0]:g}, {at[1]:g}"
    if away > radius:
        if distance_km(centre, (at[1], at[0])) <= radius:
            return problem(
                version, "latitude",
                f"latitude {at[0]:g} et longitude {at[1]:g} sont interverties : le lieu est dans la commune {name} si "
                "on les échange.",
                f"latitude {at[0]:g} and longitude {at[1]:g} are swapped: the place is in the commune {name} if they "
                "change places.",
            )  # fmt: skip
        other = _commune_at(facts, at) if suggest else None
        near_fr, near_en = (f" ; il est près de {other}", f"; it is near {other}") if other else ("", "")
        return problem(
            version, "latitude",
            f"le lieu {where} est à {away:.0f} km du centre de {name}, qui s'étend sur {radius:g} km{near_fr}. "
            "Corrigez les coordonnées ou la commune.",
            f"the place {where} is {away:.0f} km from the centre of {name}, which extends over "
            f"{radius:g} km{near_en}. Correct the coordinates or the commune.",
        )  # fmt: skip
    outline = _outline(commune)
    if len(outline) >= 3 and not inside(at, outline):
        return problem(
            version, "latitude",
            f"le lieu {where} est hors du contour de la commune {name} : en mer, ou dans une autre commune. "
            "Corrigez les coordonnées ou la commune.",
            f"the place {where} is outside of the outline of the commune {name}: in the sea, or in another commune. "
            "Correct the coordinates or the commune.",
        )  # fmt: skip
    return None


def _commune_at(facts: Facts, at: tuple[float, float]) -> str | None:
    near = [
        (away, commune) for commune in facts.of("commune")
        if (centre := _place(commune)) and (radius := number_of(commune, "radius_km"))
        and (away := distance_km(centre, at)) <= radius
    ]  # fmt: skip
    if not near:
        return None
    _, commune = min(near, key=lambda one: one[0])
    return _named(commune)


def _named(commune: Stated) -> str:
    name = commune.attributes.get("name")
    return f"{name} ({commune.id})" if name else commune.id


def _place(version: Stated) -> tuple[float, float] | None:
    """Latitude and longitude."""
    latitude, longitude = number_of(version, "latitude"), number_of(version, "longitude")
    return None if latitude is None or longitude is None else (latitude, longitude)


def _outline(commune: Stated) -> list[tuple[float, float]]:
    """Corners, latitude first."""
    corners = commune.attributes.get("outline") or []
    return [(float(one[1]), float(one[0])) for one in corners if isinstance(one, list | tuple) and len(one) == 2]


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance of two places (latitude, longitude), by the haversine formula.

    >>> round(distance_km((43.2965, 5.3698), (43.5297, 5.4474)), 1)
    26.7
    """
    north, north_too = radians(one[0]), radians(other[0])
    half = sin((north_too - north) / 2) ** 2
    half += cos(north) * cos(north_too) * sin(radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def inside(at: tuple[float, float], outline: list[tuple[float, float]]) -> bool:
    """Whether a place is within a polygon, by the even-odd rule, whether or not its last corner repeats the first.

    >>> square = [(0.0, 0.0), (0.0, 2.0), (2.0, 2.0), (2.0, 0.0)]
    >>> inside((1.0, 1.0), square), inside((1.0, 3.0), square)
    (True, False)
    """
    odd = False
    for (north, east), (north_too, east_too) in zip(outline, outline[1:] + outline[:1], strict=True):
        if (north > at[0]) != (north_too > at[0]):
            crossing = east + (at[0] - north) * (east_too - east) / (north_too - north)
            odd ^= at[1] < crossing
    return odd
