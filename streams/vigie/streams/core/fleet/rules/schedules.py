"""A point's sending times can be read, and agree with its upload period."""

from collections.abc import Iterator

from vigie.streams.core.fleet.facts import Facts, number_of, problem
from vigie.streams.core.fleet.rule import rule
from vigie.streams.core.silence.schedule import IRREGULAR, parse
from vigie.topics.fleet.stated import Problem

DAY_S = 86_400


@rule
def schedules(facts: Facts) -> Iterator[Problem]:
    """Sending times are times of the legal day, and as many as the upload period says."""
    for version in facts.of("point"):
        text = version.attributes.get("schedule")
        if not isinstance(text, str) or not text or text == IRREGULAR:
            continue
        try:
            times = parse(text)
        except ValueError as error:
            yield problem(
                version, "schedule",
                f"les heures d'envoi {text!r} ne sont pas comprises : attendu « 06:00 », « 06:00 18:00 », "
                f"« mon,thu 06:00 » ou « {IRREGULAR} ».",
                f"{error}.",
            )  # fmt: skip
            continue
        upload_s = number_of(version, "upload_s")
        mean_s = DAY_S / times.per_day
        if upload_s and not mean_s / 2 <= upload_s <= 2 * mean_s:
            yield problem(
                version, "upload_s",
                f"{upload_s:g} s entre deux envois, mais les heures {text!r} en font un toutes les {mean_s:g} s.",
                f"{upload_s:g} s between two messages, but the sending times {text!r} make one each {mean_s:g} s.",
                severe=False,
            )  # fmt: skip
