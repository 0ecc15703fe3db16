"""A mailing list tells somebody something: its words are known, its hours can be read, its contacts have addresses."""

import re
from collections.abc import Iterator, Sequence

from vigie.streams.core.fleet.facts import Facts, problem
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.fleet.spans import span_of
from vigie.streams.core.mail.words import KINDS
from vigie.topics.fleet.kinds.contact import ROLES
from vigie.topics.fleet.kinds.point import USE_CASES
from vigie.topics.fleet.stated import Problem, Stated

_KNOWN = {"roles": tuple(ROLES), "use_cases": tuple(USE_CASES), "kinds": tuple(KINDS["fr"])}
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@rule
def words_of_lists(facts: Facts) -> Iterator[Problem]:
    """Roles, use cases and kinds of a list are known ones."""
    for version in facts.of("mailing_list"):
        for field, known in _KNOWN.items():
            for word in _texts(version, field):
                if word not in known:
                    yield problem(
                        version, field,
                        f"`{word}` n'est pas connu. Possibles : {', '.join(known)}.",
                        f"`{word}` is not known. Possible: {', '.join(known)}.",
                    )  # fmt: skip


@rule
def hours_of_lists(facts: Facts) -> Iterator[Problem]:
    """Quiet hours have a beginning and an end, both times of day."""
    for version in facts.of("mailing_list"):
        hours = {name: str(version.attributes.get(name) or "") for name in ("quiet_from", "quiet_to")}
        for field, text in hours.items():
            if text and not _TIME.fullmatch(text):
                yield problem(
                    version, field,
                    f"« {text} » n'est pas une heure. Écrivez-la « 22:00 ».",
                    f"“{text}” is no time of day. Write it as “22:00”.",
                )  # fmt: skip
            elif not text and any(hours.values()):
                yield problem(
                    version, field,
                    "les heures de silence ont besoin d'un début et d'une fin : `quiet_from` et `quiet_to`.",
                    "quiet hours need a beginning and an end: `quiet_from` and `quiet_to`.",
                )  # fmt: skip


@rule
def readers_of_lists(facts: Facts) -> Iterator[Problem]:
    """Somebody is in a list, and can be reached."""
    for version in facts.of("mailing_list"):
        named, roles = _texts(version, "contacts"), _texts(version, "roles")
        if not named and not roles:
            yield problem(
                version, "contacts",
                "n'a aucun destinataire. Nommez des `contacts`, ou des `roles`.",
                "has no recipient. Name `contacts`, or `roles`.",
            )  # fmt: skip
            continue
        held = [one for one in facts.of("contact") if span_of(one).meets(span_of(version))]
        for role in () if named else roles:
            if role in ROLES and not any(one.attributes.get("role") == role for one in held):
                yield problem(
                    version, "roles",
                    f"aucun contact n'a le rôle `{role}` ({ROLES[role]}) : personne n'est prévenu à ce titre.",
                    f"no contact has the role `{role}`: nobody is told as such.",
                    severe=False,
                )  # fmt: skip
        for name in _unreachable(held, named, roles):
            yield problem(
                version, "contacts" if named else "roles",
                f"le contact {name} n'a pas d'adresse (`mail`) : il n'est pas prévenu.",
                f"the contact {name} has no address (`mail`): it is not told.",
                severe=False,
            )  # fmt: skip


def _unreachable(held: Sequence[Stated], named: Sequence[str], roles: Sequence[str]) -> list[str]:
    """Contacts of a list that never have an address while it holds, by their ids."""
    meant = [one for one in held if (one.id in named if named else one.attributes.get("role") in roles)]
    reached = {one.id for one in meant if "@" in str(one.attributes.get("mail") or "")}
    return sorted({one.id for one in meant} - reached)


def _texts(version: Stated, field: str) -> tuple[str, ...]:
    value = version.attributes.get(field)
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()
