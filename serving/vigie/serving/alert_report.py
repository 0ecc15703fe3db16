"""The report on the alerting itself, in words: each figure beside what ISA-18.2 holds acceptable."""

from typing import NamedTuple

from vigie.serving.alert_words import kind_text
from vigie.serving.wording import local, number_text
from vigie.streams.core.alarm.figures import TARGETS, Figures
from vigie.streams.core.local_time import duration_text
from vigie.streams.core.mail.words import RULES
from vigie.streams.core.outside_text import outside_text

WORDS = {
    "fr": {
        "title": "Rapport sur les alertes du {first} au {last}",
        "figure": "Indicateur", "value": "Valeur", "target": "Acceptable", "verdict": "Verdict",
        "raised": "Alertes déclenchées", "told": "Alertes présentées aux personnes",
        "mailed": "… dont un courriel a été demandé",
        "suppressed": "Expliquées par une cause (non présentées)", "shelved": "Mises de côté",
        "late": "Sur des valeurs en retard (non présentées)",
        "per_hour": "Alertes par heure et par opérateur",
        "per_slot": "Alertes par tranche de 10 minutes et par opérateur",
        "per_day": "Alertes par jour et par opérateur", "most_per_slot": "Tranche de 10 minutes la plus chargée",
        "slots_over_10": "Tranches de 10 minutes à plus de 10 alertes", "floods": "Avalanches d'alertes",
        "flood_time": "Temps passé en avalanche", "top_sources": "Part des 10 alarmes les plus fréquentes",
        "chattering": "Alarmes qui battent", "fleeting": "Alertes fugitives (moins d'une minute)",
        "stale": "Alertes de plus de 24 heures, le pire jour",
        "priority_1": "Part de la priorité critique", "priority_2": "Part de la priorité haute",
        "priority_3": "Part de la priorité moyenne", "priority_4": "Part de la priorité information",
        "acknowledged": "Alertes acquittées", "acknowledge_s": "Délai médian d'acquittement",
        "held": "tenu", "tolerable": "à surveiller", "over": "dépassé", "most": "{acceptable} (au plus {most})",
        "top": "Alarmes les plus fréquentes", "alarm": "Alarme", "times": "Fois", "share": "Part",
        "precision": "Précision des règles, d'après les verdicts", "rule": "Règle", "true": "Fondées",
        "false": "Infondées", "ratio": "Précision", "none": "Aucune alerte dans cette période.",
        "no_verdict": "Aucun verdict n'a été donné (« vigie alerts verdict »).",
    },
    "en": {
        "title": "Report on alerts from {first} to {last}",
        "figure": "Figure", "value": "Value", "target": "Acceptable", "verdict": "Verdict",
        "raised": "Alerts raised", "told": "Alerts told to people", "mailed": "… for which a mail was asked",
        "suppressed": "Explained by a cause (not told)", "shelved": "Shelved",
        "late": "About late values (not told)",
        "per_hour": "Alerts per hour and operator", "per_slot": "Alerts per ten minutes and operator",
        "per_day": "Alerts per day and operator", "most_per_slot": "Busiest ten minutes",
        "slots_over_10": "Slots of ten minutes with more than 10 alerts", "floods": "Floods of alerts",
        "flood_time": "Time in floods", "top_sources": "Share of the 10 most frequent alarms",
        "chattering": "Chattering alarms", "fleeting": "Fleeting alerts (below a minute)",
        "stale": "Alerts older than 24 hours, worst day",
        "priority_1": "Share of priority critical", "priority_2": "Share of priority high",
        "priority_3": "Share of priority medium", "priority_4": "Share of priority information",
        "acknowledged": "Alerts acknowledged", "acknowledge_s": "Median time until acknowledged",
        "held": "held", "tolerable": "to be watched", "over": "exceeded", "most": "{acceptable} ({most} at most)",
        "top": "Most frequent alarms", "alarm": "Alarm", "times": "Times", "share": "Share",
        "precision": "Precision of rules, by verdicts", "rule": "Rule", "true": "True", "false": "False",
        "ratio": "Precision", "none": "No alert in this span.",
        "no_verdict": "No verdict was given (`vigie alerts verdict`).",
    },
}  # fmt: skip
"""Both languages have the same keys (a test holds them to it)."""

_COUNTS = ("raised", "told", "mailed", "suppressed", "shelved", "late")
_SHARES = frozenset({
    "slots_over_10", "flood_time", "top_sources", "priority_1", "priority_2", "priority_3", "priority_4",
})  # fmt: skip


class Line(NamedTuple):
    """A figure for people: its name, value, target and verdict (`held`, `tolerable`, `over`, or empty without one)."""

    name: str
    label: str
    value: str
    target: str
    verdict: str


def lines(found: Figures, language: str) -> list[Line]:
    """The figures of a report.

    Args:
        found: of a span.
        language: fr or en.
    """
    words = WORDS[language]
    told = [Line(name, words[name], number_text(getattr(found, name), language), "", "") for name in _COUNTS]
    if not found.told:
        return told
    for name, value in found.values.items():
        target = TARGETS.get(name)
        bound = "" if target is None else _number(name, target.acceptable, language)
        if target is not None and target.most != target.acceptable:
            bound = words["most"].format(acceptable=bound, most=_number(name, target.most, language))
        told.append(Line(name, words[name], _number(name, value, language), bound, verdict(name, value)))
    told.append(Line("acknowledged", words["acknowledged"], number_text(found.acknowledged, language), "", ""))
    if found.acknowledge_s is not None:
        wait = duration_text(round(found.acknowledge_s * 1000), language)
        told.append(Line("acknowledge_s", words["acknowledge_s"], wait, "", ""))
    return told


def verdict(name: str, value: float) -> str:
    """Whether a figure is as it should be: `held`, `tolerable` (below the most), `over`; empty without a target.

    >>> verdict("per_hour", 3), verdict("per_hour", 8), verdict("per_hour", 20), verdict("floods", 3)
    ('held', 'tolerable', 'over', '')
    """
    target = TARGETS.get(name)
    if target is None:
        return ""
    return "held" if value <= target.acceptable else "tolerable" if value <= target.most else "over"


def _number(name: str, value: float, language: str) -> str:
    if name in _SHARES:
        return f"{number_text(round(value * 100, 1), language)}\u202f%"
    return number_text(round(value, 2), language)


def alarm_text(alarm_key: str, language: str) -> str:
    """An alarm's key for people.

    >>> alarm_text("gateway:gw-1:gateway_down", "fr")
    'passerelle · gw-1 · passerelle muette'
    """
    rest, _, rule = alarm_key.partition(":")[2].rpartition(":")
    return " · ".join((kind_text(alarm_key, language), outside_text(rest), _rule(rule, language)))


def rule_text(rule: str, language: str) -> str:
    """A rule of a precision for people.

    >>> rule_text("value:crue", "fr")
    'valeur anormale · crue'
    """
    return f"{kind_text(rule, language)} · {_rule(rule.partition(':')[2], language)}"


def _rule(rule: str, language: str) -> str:
    return RULES[language].get(rule) or outside_text(rule)


def share_text(share: float, language: str) -> str:
    """A share in percent."""
    return _number("top_sources", share, language)


def span_text(found: Figures, zone: str, language: str) -> str:
    """The title of the report, its last day included."""
    form = "%d/%m/%Y" if language == "fr" else "%Y-%m-%d"
    first, last = (local(at, zone).strftime(form) for at in (found.from_at, found.to_at - 1))
    return WORDS[language]["title"].format(first=first, last=last)
