"""Properties are those of the catalogue, and what a point measures is what its devices give."""

from collections.abc import Iterator
from difflib import get_close_matches

from vigie.streams.core.fleet.facts import Facts, problem
from vigie.streams.core.fleet.given import given_by
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.fleet.spans import span_of
from vigie.topics.fleet.stated import Problem, Stated
from vigie.topics.property import BY_NAME

_NAMED = {
    "model": ("properties",), "conversion": ("property", "to_property"), "quality_setting": ("property",),
    "qualification": ("property",), "comparison": ("property",),
}  # fmt: skip


@rule
def known(facts: Facts) -> Iterator[Problem]:
    """No property but those of the catalogue."""
    for kind, fields in _NAMED.items():
        for version in facts.of(kind):
            for field in fields:
                value = version.attributes.get(field)
                for name in value if isinstance(value, list) else [value] if value else []:
                    if name not in BY_NAME:
                        yield _unknown(version, field, str(name))
    for version in facts.of("point"):
        for one in version.attributes.get("properties") or ():
            if isinstance(one, dict) and one.get("property") not in BY_NAME:
                yield _unknown(version, "properties", str(one.get("property")))


@rule
def series(facts: Facts) -> Iterator[Problem]:
    """A point measures a series once, and not more rarely than it sends."""
    for version in facts.of("point"):
        listed = [one for one in version.attributes.get("properties") or () if isinstance(one, dict)]
        seen = set()
        for one in listed:
            name, channel = one.get("property"), one.get("channel") or 0
            if (name, channel) in seen:
                yield problem(
                    version, "properties",
                    f"la grandeur {name} (voie {channel}) est donnée deux fois.",
                    f"the property {name} (channel {channel}) is given twice.",
                )  # fmt: skip
            seen.add((name, channel))
        for one in (version.attributes, *listed):
            step = one.get("step_s") or version.attributes.get("step_s")
            upload = one.get("upload_s") or version.attributes.get("upload_s")
            if isinstance(step, int | float) and isinstance(upload, int | float) and step > upload:
                yield problem(
                    version, "upload_s",
                    f"le pas ({step:g} s) dépasse la période d'envoi ({upload:g} s) : un envoi sans mesure ?",
                    f"the step ({step:g} s) is longer than the upload period ({upload:g} s): uploads without a value?",
                    severe=False,
                )  # fmt: skip
                break


@rule
def nobody_gives(facts: Facts) -> Iterator[Problem]:
    """A series of a point that no device placed there gives will stay empty."""
    placed: dict[str, list[Stated]] = {}
    for placement in facts.of("placement"):
        placed.setdefault(str(placement.attributes.get("point")), []).append(placement)
    for version in facts.of("point"):
        span = span_of(version)
        there = [one for one in placed.get(version.id, ()) if span_of(one).meets(span)]
        given = [given_by(facts, one, span.common(span_of(one))) for one in there]
        if not given or None in given:
            continue
        all_given: set[str] = set().union(*(one for one in given if one is not None))
        names = {
            str(one.get("property")) for one in version.attributes.get("properties") or () if isinstance(one, dict)
        }
        if missing := sorted(names - all_given):
            yield problem(
                version, "properties",
                f"aucun capteur posé là ne donne {', '.join(missing)} (d'après les grandeurs de son modèle).",
                f"no device placed there gives {', '.join(missing)} (by the properties of its model).",
                severe=False,
            )  # fmt: skip


def _unknown(version: Stated, field: str, name: str) -> Problem:
    near = get_close_matches(name, list(BY_NAME), n=1)
    return problem(
        version, field,
        f"la grandeur « {name} » n'est pas au catalogue"
        + (f" : vouliez-vous dire {near[0]} ?" if near else "."),
        f"the property {name!r} is not in the catalogue" + (f": did you mean {near[0]}?" if near else "."),
    )  # fmt: skip
