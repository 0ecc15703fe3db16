"""What has happened is not told of a time to come; what is planned is told as such."""

from collections.abc import Iterator

from vigie.streams.core.fleet.facts import DAY_MS, Facts, instant_of, problem
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.fleet.rules.validity import YEAR_2000_MS
from vigie.topics.fleet.field import Form
from vigie.topics.fleet.kind import kinds
from vigie.topics.fleet.stated import Problem, Stated

_HAPPENED = {
    "intervention": ("requested_at", "answered_at", "ended_at"),
    "qualification": ("end_at",),
    "comparison_value": ("end_at",),
    "document": ("date",),
}
"""Fields that tell of what was done or measured."""


@rule
def happened(facts: Facts) -> Iterator[Problem]:
    """Ends, answers and verdicts lie in the past; a day of slack for clocks and time zones."""
    limit = facts.now_ms + DAY_MS
    for version in facts.of("placement"):
        if version.valid_to is not None and version.valid_to > limit:
            yield _ahead(facts, version, "valid_to", version.valid_to)
    for kind, fields in _HAPPENED.items():
        for version in facts.of(kind):
            for field in fields:
                at = instant_of(version, field)
                if at is not None and at > limit:
                    yield _ahead(facts, version, field, at)


@rule
def planned(facts: Facts) -> Iterator[Problem]:
    """What begins in a time to come is planned: nothing hinders it, but it may be a slip of the pen."""
    for version in facts.all():
        starts = [("valid_from", version.valid_from)]
        if version.kind == "intervention":
            starts.append(("started_at", instant_of(version, "started_at")))
        for field, at in starts:
            if at is not None and at > facts.now_ms:
                said_fr, said_en = facts.moment(at)
                yield problem(
                    version, field,
                    f"commence le {said_fr}, dans l'avenir : c'est prévu ?",
                    f"begins {said_en}, in the future: is it planned?",
                    severe=False,
                )  # fmt: skip


@rule
def long_ago(facts: Facts) -> Iterator[Problem]:
    """No instant lies before 2000."""
    for kind in kinds().values():
        names = [one.name for one in kind.fields if one.form is Form.INSTANT]
        for version in facts.of(kind.name) if names else ():
            for field in names:
                at = instant_of(version, field)
                if at is not None and at < YEAR_2000_MS:
                    said_fr, said_en = facts.moment(at)
                    yield problem(
                        version, field,
                        f"`{field}` est d'avant l'an 2000 ({said_fr}). Corrigez la date.",
                        f"`{field}` lies before 2000 ({said_en}). Correct the date.",
                    )  # fmt: skip


def _ahead(facts: Facts, version: Stated, field: str, at: int) -> Problem:
    said_fr, said_en = facts.moment(at)
    return problem(
        version, field,
        f"`{field}` est dans l'avenir ({said_fr}) : attendu une date passée, ou rien tant que ce n'est pas fait.",
        f"`{field}` lies in the future ({said_en}): expected a date in the past, or none until it is done.",
    )  # fmt: skip
