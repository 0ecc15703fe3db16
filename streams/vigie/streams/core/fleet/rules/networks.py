"""What was agreed with a network's owner can be kept."""

from collections.abc import Iterator

from vigie.streams.core.fleet.facts import Facts, number_of, problem
from vigie.streams.core.fleet.rule import rule
from vigie.topics.fleet.stated import Problem

DAY_S = 86_400


@rule
def quotas(facts: Facts) -> Iterator[Problem]:
    """Quotas are above zero, agree with each other, and say on which agreement they rest."""
    for version in facts.of("network"):
        uplinks, size = number_of(version, "quota_uplinks_per_day"), number_of(version, "quota_bytes_per_day")
        for field, value in (("quota_uplinks_per_day", uplinks), ("quota_bytes_per_day", size)):
            if value == 0:
                yield problem(
                    version, field,
                    f"un quota de 0 interdit tout message. Laissez `{field}` vide s'il n'y en a pas.",
                    f"a quota of 0 forbids every message. Leave `{field}` empty where there is none.",
                )  # fmt: skip
        if uplinks and size and size < uplinks:
            yield problem(
                version, "quota_bytes_per_day",
                f"{size:g} octets par jour pour {uplinks:g} messages : moins d'un octet par message.",
                f"{size:g} bytes a day for {uplinks:g} messages: less than a byte each.",
            )  # fmt: skip
        period = number_of(version, "shortest_period_s")
        if uplinks and period and uplinks < DAY_S / period:
            yield problem(
                version, "shortest_period_s",
                f"un seul capteur qui envoie toutes les {period:g} s dépasse les {uplinks:g} messages par jour.",
                f"a single device that sends every {period:g} s goes over the quota of {uplinks:g} messages a day.",
                severe=False,
            )  # fmt: skip
        if (uplinks or size) and not version.attributes.get("agreement"):
            yield problem(
                version, "agreement",
                "un quota sans convention : dites sur quoi il repose.",
                "a quota without an agreement: say what it rests on.",
                severe=False,
            )  # fmt: skip
