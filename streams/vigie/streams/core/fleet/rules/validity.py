"""When versions hold: from before to, one at a time, after 1999."""

from collections.abc import Iterator

from vigie.streams.core.fleet.facts import Facts, problem
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.fleet.spans import Span, collisions, span_of
from vigie.topics.fleet.stated import Problem

YEAR_2000_MS = 946_684_800_000


@rule
def order(facts: Facts) -> Iterator[Problem]:
    """A version begins before it ends, and not before 2000."""
    for version in facts.all():
        begun, ended = version.valid_from, version.valid_to
        if begun is not None and ended is not None and begun >= ended:
            (from_fr, from_en), (to_fr, to_en) = facts.moment(begun), facts.moment(ended)
            yield problem(
                version, "valid_to",
                f"commence le {from_fr} et finit le {to_fr} : la fin doit venir après le début.",
                f"begins {from_en} and ends {to_en}: the end has to come after the beginning.",
            )  # fmt: skip
        for field, at in (("valid_from", begun), ("valid_to", ended)):
            if at is not None and at < YEAR_2000_MS:
                said_fr, said_en = facts.moment(at)
                yield problem(
                    version, field,
                    f"date d'avant l'an 2000 ({said_fr}). Corrigez-la, ou laissez-la vide : « depuis toujours ».",
                    f"a date before 2000 ({said_en}). Correct it, or leave it empty: it has always held.",
                )  # fmt: skip


@rule
def overlap(facts: Facts) -> Iterator[Problem]:
    """An object is one thing at a time."""
    for versions in facts.fleet.values():
        if len(versions) < 2:
            continue
        for (span, first), (other, second) in collisions([(span_of(one), one) for one in versions]):
            both_fr, both_en = facts.period(Span(*span).common(other))
            where_fr, where_en = ("", "") if first.origin is None else (
                f" (l'autre : {first.origin.file}, ligne {first.origin.line})",
                f" (the other: {first.origin.file}, line {first.origin.line})",
            )  # fmt: skip
            yield problem(
                second, "valid_from",
                f"est dit deux fois pour le même temps ({both_fr}){where_fr}. "
                "Gardez une ligne, ou donnez à la seconde un début (`from`) et à la première cette date de fin.",
                f"is stated twice for the same time ({both_en}){where_en}. "
                "Keep one line, or give the second a beginning (`from`) and the first that date as its end.",
            )  # fmt: skip
