"""A small fleet in which nothing is wrong, and ways to state it otherwise."""

from typing import Any

from vigie.streams.core.fleet.merge import merge
from vigie.streams.core.fleet.spans import instant_ms
from vigie.topics.fleet.stated import Fleet, Stated

NOW_MS = instant_ms("2026-06-01T12:00:00Z")


def at(text: str) -> int:
    return instant_ms(text)


def one(kind: str, id_: str, /, since: str | None = None, until: str | None = None, **attributes: Any) -> Stated:
    return Stated(
        kind=kind, id=id_, valid_from=None if since is None else at(since),
            valid_to=None if until is None else at(until),
        attributes=attributes,
    )  # fmt: skip


def point(id_: str, **other: Any) -> Stated:
    values = {
        "code": id_, "use_case": "heat", "commune": "13055", "zones": ["Z1"], "latitude": 43.3, "longitude": 5.37,
        "properties": [{"property": "air_temperature"}, {"property": "relative_humidity"}], "step_s": 900,
        "upload_s": 900,
    }  # fmt: skip
    return one("point", id_, **(values | other))


def device(id_: str, *addresses: str, **other: Any) -> Stated:
    return one("device", id_, **({"addresses": list(addresses), "model": "EM300-TH"} | other))


def placement(id_: str, device_: str, point_: str, since: str | None = None, until: str | None = None, **other: Any):
    return one("placement", id_, since, until, device=device_, point=point_, **other)


A1, A2, A3 = (f"eui:{number:016x}" for number in (1, 2, 3))


def city() -> list[Stated]:
    return [
        one("commune", "13055", name="Marseille", latitude=43.2965, longitude=5.3698, radius_km=20.0),
        one("commune", "13001", name="Aix-en-Provence", latitude=43.5297, longitude=5.4474, radius_km=12.0),
        one("party", "metropole", name="Métropole", type="metropole"),
        one(
            "contact", "technicien", party="metropole", role="technician", name="A. Durand", mail="a@metropole.example"
        ),
        one("model", "EM300-TH", maker="Milesight", properties=["air_temperature", "relative_humidity"]),
        one("zone", "Z0", name="Tout", role="other"),
        one("zone", "Z1", name="Projet", role="project", parent="Z0"),
        point("P1"),
        point("P2", latitude=43.31),
        device("D1", A1),
        device("D2", A2),
        placement("P1/1", "D1", "P1", "2026-01-01T00:00:00Z"),
        placement("P2/1", "D2", "P2", "2026-01-01T00:00:00Z", "2026-05-01T00:00:00Z"),
    ]


def fleet(*stated: Stated) -> Fleet:
    """The city, with some objects stated otherwise or beside."""
    whole, problems = merge({}, city())
    assert not problems
    after, problems = merge(whole, list(stated))
    assert not problems
    return after
