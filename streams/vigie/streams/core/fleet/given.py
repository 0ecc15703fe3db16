"""Which properties a placed device gives, by its model, its mounting and its conversions."""

from vigie.streams.core.fleet.facts import Facts
from vigie.streams.core.fleet.spans import Span
from vigie.topics.fleet.stated import Stated


def given_by(facts: Facts, placement: Stated, span: Span) -> set[str] | None:
    """Names of properties; None where the model does not say, and then it may be any."""
    found: set[str] = set()
    for device in facts.during("device", placement.attributes.get("device"), span):
        for model in facts.during("model", device.attributes.get("model"), span):
            properties = model.attributes.get("properties")
            if not properties:
                return None
            found |= {str(one) for one in properties}
    if not found:
        return None
    return found | _converted(facts, placement, found, span)


def series_of(facts: Facts, point: object, span: Span) -> set[str]:
    """Names of properties that a point measures at some instant of a span."""
    return {
        str(one.get("property"))
        for version in facts.during("point", point, span)
        for one in version.attributes.get("properties") or ()
        if isinstance(one, dict)
    }


def _converted(facts: Facts, placement: Stated, given: set[str], span: Span) -> set[str]:
    """What the platform makes of it: fill of a distance, a level above a datum, conversions."""
    what = placement.attributes
    made = set()
    if "distance" in given and what.get("empty_mm") is not None:
        made.add("fill")
    if what.get("datum_m") is not None and given & {"distance", "water_depth"}:
        made.add("water_level")
    for name in what.get("conversions") or ():
        for conversion in facts.during("conversion", name, span):
            if conversion.attributes.get("property") in given:
                made.add(str(conversion.attributes.get("to_property") or conversion.attributes.get("property")))
    return made
