"""What is said of a condition: a sentence in French and English, and the facts of its explanation."""

from math import isnan
from typing import NamedTuple

from vigie.streams.core.amounts import amount_text
from vigie.streams.core.detect.calendar import holds
from vigie.streams.core.detect.plan import Plan
from vigie.streams.core.detect.rule import Judgement, Sample
from vigie.streams.core.detect.watch import Watch, name_of
from vigie.streams.core.local_time import NO_BREAK, duration_text, utc_text
from vigie.streams.core.windows.indicator import indicators
from vigie.topics.property import BY_NAME
from vigie.topics.quality import Flag, unpack


class Said(NamedTuple):
    """Both sentences."""

    fr: str
    en: str


def place_of(plan: Plan) -> str:
    """A subject as people call it: its name with its code.

    >>> place_of(Plan("zone:Z1", None, (), (), "UTC"))
    'zone Z1'
    """
    point = plan.point
    if point is None:
        return plan.subject.replace(":", " ", 1)
    return f"{point.name} ({point.code})" if point.name and point.name != point.code else point.code


def began(plan: Plan, watch: Watch, sample: Sample, judged: Judgement) -> Said:
    """It is so, or at another level."""
    place, rule = place_of(plan), watch.rule
    return Said(
        f"{place} {rule.says(sample, watch.ground, judged, 'fr')}.",
        f"{place} {rule.says(sample, watch.ground, judged, 'en')}.",
    )


def over(plan: Plan, watch: Watch, sample: Sample, since_at: int) -> Said:
    """It is over: all is as usual again, or the hours are over in which the rule watches."""
    place, rule, unit = place_of(plan), watch.rule, unit_of(watch)
    lasted_ms = max(0, sample.at - since_at)
    value = ["", ""] if isnan(sample.value) or rule.takes_repairs else [
        f"{amount_text(sample.value, unit, language)} " for language in ("fr", "en")
    ]  # fmt: skip
    back = Said("retour à la normale", "back to normal")
    if watch.calendar and not holds(watch.calendar, sample.at, watch.ground.zone):
        back = Said("fin des heures de veille", "the hours are over in which it is watched")
    return Said(
        f"{place}{NO_BREAK}: {back.fr} ({rule.label_fr.lower()}), {value[0]}après {duration_text(lasted_ms, 'fr')}.",
        f"{place}: {back.en} ({rule.label_en.lower()}), {value[1]}after {duration_text(lasted_ms, 'en')}.",
    )


def no_longer_watched(place: str, rule: str, *, on_trial: bool | None = None) -> Said:
    """A rule was switched off, or the point was taken back.

    Args:
        place: as people call it.
        rule: its id.
        on_trial: of a rule that still watches: whether it is on trial now.
    """
    if on_trial is not None:
        trial = "à l'essai"
        return Said(
            f"{place}{NO_BREAK}: la règle {rule} est désormais {trial if on_trial else 'en service'} ; cette alerte "
            "est close, et ce qui dure est signalé de nouveau.",
            f"{place}: the rule {rule} is now {'on trial' if on_trial else 'in service'}; this alert is closed, and "
            "what lasts is raised anew.",
        )
    return Said(
        f"{place}{NO_BREAK}: la règle {rule} ne veille plus ici, l'alerte est close.",
        f"{place}: the rule {rule} no longer watches here, the alert is closed.",
    )


def unit_of(watch: Watch) -> str:
    """Unit of what it watches."""
    name = name_of(watch.key)
    if name in BY_NAME:
        return BY_NAME[name].unit
    own = indicators().get(name)
    return own.unit if own is not None else ""


def facts_of(plan: Plan, watch: Watch, sample: Sample, judged: Judgement) -> dict[str, str]:
    """The facts, by the names of topics/alert_facts.py; those that say nothing are left out."""
    point, stated, rule = plan.point, watch.stated, watch.rule
    sign = -1 if not isnan(judged.threshold) and sample.value < judged.threshold else 1
    found = {
        "point": point.id if point else "",
        "point_code": point.code if point else "",
        "commune": point.commune if point else "",
        "use_case": point.use_case if point else rule.use_case,
        "subject": "" if point else plan.subject,
        "property": watch.name,
        "channel": str(watch.ground.channel) if watch.ground.channel else "",
        "value": "" if rule.takes_repairs else number(sample.value),
        "unit": unit_of(watch),
        "observed_at": utc_text(sample.at),
        "arrival_at": utc_text(sample.arrival_at),
        "flags": flags_text(sample),
        "neighbours": "",
        "rule": watch.id,
        "definition": f"{rule.name} {rule.version}",
        "level": str(judged.level),
        "threshold": number(judged.threshold),
        "margin": "" if isnan(judged.threshold) else number(sign * (sample.value - judged.threshold)),
        "expected_low": number(judged.expected_low),
        "expected_high": number(judged.expected_high),
        "sigma": number(judged.sigma),
        "phi": number(judged.phi),
        "support": str(judged.support or ""),
        "check_fr": rule.check_fr,
        "check_en": rule.check_en,
        "clears_fr": rule.clears_fr,
        "clears_en": rule.clears_en,
    }
    if stated is not None:
        found |= {
            "trial": "yes" if watch.trial else "",
            "second_source": f"point:{stated.second_source}" if stated.second_source else
            f"hubeau:{stated.hubeau_station}" if stated.hubeau_station else "",
            "image": stated.image_url,
        }  # fmt: skip
    found |= judged.facts
    return {name: text for name, text in found.items() if text}


def number(value: float) -> str:
    """A number for machines; empty for none.

    >>> number(2.31), number(float("nan")), number(100000.0)
    ('2.31', '', '100000')
    """
    return "" if isnan(value) else f"{value:.10g}"


def flags_text(sample: Sample) -> str:
    """Tests that objected to the value, and how; empty where none did."""
    found = {test: flag for test, flag in unpack(sample.tests).items() if flag in (Flag.SUSPECT, Flag.FAIL)}
    return ", ".join(f"{test.name.lower()} {int(flag)}" for test, flag in found.items())
