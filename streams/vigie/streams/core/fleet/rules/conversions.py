"""A conversion has what its method needs, and a placement has one for each series at most."""

from collections.abc import Iterator
from itertools import combinations, pairwise

from vigie.streams.core.fleet.facts import Facts, number_of, problem
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.fleet.spans import span_of
from vigie.topics.fleet.stated import Problem, Stated


@rule
def methods(facts: Facts) -> Iterator[Problem]:
    """Linear: a factor or an offset; table: two lines or more, rising."""
    for version in facts.of("conversion"):
        method = version.attributes.get("method")
        if method == "linear":
            yield from _linear(version)
        elif method == "table":
            yield from _table(version)


@rule
def one_each(facts: Facts) -> Iterator[Problem]:
    """No two conversions of a placement take the same values."""
    for version in facts.of("placement"):
        names = version.attributes.get("conversions") or ()
        if len(names) < 2:
            continue
        taken = [one for name in names for one in facts.during("conversion", name, span_of(version))]
        for one, other in combinations(taken, 2):
            if one.id == other.id or not span_of(one).meets(span_of(other)):
                continue
            channels = one.attributes.get("channel"), other.attributes.get("channel")
            if one.attributes.get("property") == other.attributes.get("property") and (
                None in channels or channels[0] == channels[1]
            ):
                yield problem(
                    version, "conversions",
                    f"les conversions {one.id} et {other.id} prennent les mêmes valeurs "
                    f"({one.attributes.get('property')}). Gardez-en une, ou donnez-leur des voies différentes.",
                    f"the conversions {one.id} and {other.id} take the same values "
                    f"({one.attributes.get('property')}). Keep one, or give them different channels.",
                )  # fmt: skip


def _linear(version: Stated) -> Iterator[Problem]:
    factor, offset = number_of(version, "factor"), number_of(version, "offset")
    if factor is None and offset is None:
        yield problem(
            version, "factor",
            "une conversion linéaire a besoin d'un facteur ou d'un décalage.",
            "a linear conversion needs a factor or an offset.",
        )  # fmt: skip
    if factor == 0:
        yield problem(
            version, "factor",
            "un facteur de 0 rend toutes les valeurs égales.",
            "a factor of 0 makes all values the same.",
        )  # fmt: skip
    if version.attributes.get("table"):
        yield problem(
            version, "table", "une conversion linéaire n'a pas de table.", "a linear conversion has no table."
        )


def _table(version: Stated) -> Iterator[Problem]:
    lines = [one for one in version.attributes.get("table") or () if isinstance(one, list | tuple) and len(one) == 2]
    if len(lines) < 2:
        yield problem(
            version, "table",
            "une table de conversion a au moins deux lignes.", "a conversion table has at least two lines.",
        )  # fmt: skip
    for one, other in pairwise(lines):
        if other[0] <= one[0]:
            yield problem(
                version, "table",
                f"les valeurs reçues de la table doivent croître : {other[0]:g} suit {one[0]:g}.",
                f"what the table is given has to rise: {other[0]:g} follows {one[0]:g}.",
            )  # fmt: skip
            break
    for field in ("factor", "offset"):
        if version.attributes.get(field) is not None:
            yield problem(
                version, field,
                f"une conversion par table n'a pas de `{field}`.", f"a conversion by table has no `{field}`.",
            )  # fmt: skip
