"""The page docs/indicators.md: what each indicator of the platform says, rendered from the registry."""

import math
from collections.abc import Iterator
from itertools import groupby

from vigie.streams.core.windows.indicator import Indicator, Parameter, Subject, indicators

_HEAD = """# Indicators of the platform

Rendered by `vigie indicators doc` from `streams/vigie/streams/indicators/`, one file each: change it there. Texts are
in French, as their readers see them (`vigie indicators explain`, the table `indicator`). What a row holds, when it is
empty and how late data change it: [aggregates.md](aggregates.md). Indicators that users state without code:
[indicators-by-users.md](indicators-by-users.md).

**Owner.** The platform names nobody: an object `indicator` of the fleet's files under the same name gives an indicator
its owner, and other parameters where the place asks for them ([fleet.md](fleet.md)). `vigie indicators list` shows
both.

**Who has one.** A point has those indicators of its use case for which it measures what they need. What the geometry
of its placement makes (`fill` of a distance, `water_level` of a distance or a depth) counts as measured; what a
conversion makes of another property does where the point's `properties` name it.

**Common to all.** Windows are half-open, in legal time; readings with flag 1 or 2 count; below its bound of
completeness an indicator is null with its rate. A later reading, a corrected placement or another verdict makes it
again, with a higher revision; another definition has another version, and what it said before stays in
`aggregate_superseded`.
"""

_USE_CASES = {
    "noise": "Noise", "heat": "Heat", "waste": "Waste", "river": "Rivers", "mobility": "Counts", "lighting": "Lighting",
    "": "Network and platform",
}  # fmt: skip
_SUBJECTS = {
    Subject.POINT: "point", Subject.ZONE: "zone", Subject.NETWORK: "network", Subject.USE_CASE: "use case",
}  # fmt: skip


def page() -> str:
    """The whole page."""
    order = list(_USE_CASES)
    found = sorted(indicators().values(), key=lambda one: (order.index(one.use_case), one.name))
    lines = [_HEAD]
    for use_case, group in groupby(found, key=lambda one: one.use_case):
        lines.append(f"## {_USE_CASES[use_case]}\n")
        for one in group:
            lines.extend(section(one))
    return "\n".join(lines).rstrip() + "\n"


def section(one: Indicator) -> Iterator[str]:
    """The section of one indicator, line by line.

    >>> list(section(indicators()["noise_harmonica"]))[0]
    '### noise_harmonica · indice Harmonica (Harmonica index)'
    """
    yield f"### {one.name} · {one.label_fr} ({one.label_en})"
    yield ""
    yield one.definition_fr
    yield ""
    yield f"- **Formula**: {one.formula}"
    yield f"- **Period**: {one.period_fr} (windows {', '.join(f'`{code}`' for code in one.codes)})"
    yield f"- **Of**: {_SUBJECTS[one.subject]}{_needs(one)}; unit {one.unit or 'none'}; version {one.version}"
    if one.bound:
        yield f"- **Null below**: {round(100 * one.bound)} % of the readings (or parts) expected"
    if one.before_s or one.after_s:
        yield f"- **Looks beyond its window**: {_span(one.before_s)} before, {_span(one.after_s)} after"
    if one.roles:
        yield f"- **Compares with**: points of zones with the role {' or '.join(f'`{role}`' for role in one.roles)}"
    for name, parameter in one.parameters.items():
        yield f"- **Parameter `{name}`** {_default(parameter)}: {parameter.meaning_fr}"
    yield f"- **Source**: {one.source}"
    yield f"- **Limits**: {one.limits_fr}"
    yield ""


def _needs(one: Indicator) -> str:
    if not one.properties:
        return ""
    names = (" and " if one.needs_all else " or ").join(f"`{name}`" for name in one.properties)
    return f" that measures {names}" if one.subject is Subject.POINT else f", from {names}"


def _default(parameter: Parameter) -> str:
    """Its value at first and its unit, or that it has none.

    >>> _default(Parameter(48.0, "h", "")), _default(Parameter(math.nan, "m", ""))
    ('= 48 h', '(m), not set at first')
    """
    if math.isnan(parameter.default):
        return f"({parameter.unit}), not set at first"
    return f"= {parameter.default:g} {parameter.unit}".rstrip()


def _span(seconds: int) -> str:
    """A duration in whole units.

    >>> _span(0), _span(600), _span(14_400), _span(172_800), _span(1_357_200)
    ('nothing', '10 min', '4 h', '2 d', '15 d 17 h')
    """
    days, rest = divmod(seconds, 86_400)
    if days and rest:
        return f"{days} d {_span(rest)}"
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s" if seconds else "nothing"
