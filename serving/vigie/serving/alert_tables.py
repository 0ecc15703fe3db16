"""Alerts as tables: a line for each transition, or a line for each alert."""

from collections.abc import Mapping
from typing import Any

from vigie.serving.alert_words import kind_text, verdict_text
from vigie.serving.typed_table import Column, Form, Table
from vigie.serving.wording import (
    author_text,
    choice_text,
    priority_text,
    reason_text,
    state_text,
    transition_text,
)
from vigie.streams.core.alarm.story import Story
from vigie.streams.core.mail.facts import fact_text, label
from vigie.topics.alert_event import AlertEvent
from vigie.topics.alert_facts import FACTS

_RANKS = {name: rank for rank, name in enumerate(FACTS)}


def _facts(event: AlertEvent, zone: str) -> str:
    return _told_facts(event.explanation.fields, zone)


def _told_facts(fields: Mapping[str, str], zone: str) -> str:
    shown = [name for name, text in in_order(fields).items() if text and not name.endswith("_en")]
    return " | ".join(f"{label(name, 'fr')} : {fact_text(name, fields, zone, 'fr')}" for name in shown)


def in_order(fields: Mapping[str, str]) -> dict[str, str]:
    """Facts in the order of their list, the same from the archive and from the topic."""
    last = len(_RANKS)
    return {name: fields[name] for name in sorted(fields, key=lambda name: (_RANKS.get(name, last), name))}


def _use_case(use_case: str) -> str:
    return choice_text(use_case, "point", "use_case", "fr") if use_case else ""


def _column(name: str, heading: str, form: Form, value: Any, words: Any = None) -> Column[Any]:
    return Column(name=name, heading=heading, form=form, value=value, words=words)


def _field(name: str, heading: str, form: Form, words: Any = None) -> Column[Any]:
    return _column(name, heading, form, lambda event: getattr(event, name), words)


def _of_key(heading: str, part: Any, words: Any = None) -> Column[Any]:
    return _column("", heading, Form.TEXT, lambda event: part(event.alarm_key), words)


TRANSITIONS: Table[AlertEvent] = Table(
    title_fr="Transitions",
    instant=lambda event: event.event_at,
    columns=(
        _field("event_id", "", Form.ALERT),
        _field("transition", "transition", Form.TEXT, lambda event, _: transition_text(event.transition, "fr")),
        _field("state", "etat", Form.TEXT, lambda event, _: state_text(event.state, "fr")),
        _field("priority", "priorite", Form.INTEGER, lambda event, _: priority_text(event.priority, "fr")),
        _field("level", "niveau", Form.INTEGER),
        _column(
            "sentence_fr", "phrase", Form.TEXT, lambda event: event.explanation.sentence_fr
        ),
        _column("sentence_en", "", Form.TEXT, lambda event: event.explanation.sentence_en),
        _of_key("categorie", lambda key: key.partition(":")[0], lambda event, _: kind_text(event.alarm_key, "fr")),
        _of_key("objet", lambda key: key.partition(":")[2].rpartition(":")[0]),
        _of_key("regle", lambda key: key.rpartition(":")[2]),
        _field("use_case", "cas_usage", Form.TEXT, lambda event, _: _use_case(event.use_case)),
        _field("commune", "code_insee", Form.TEXT,
               lambda event, _: f"insee-{event.commune}" if event.commune else ""),
        _field("point", "point", Form.NAME),
        _field("device", "capteur", Form.NAME),
        _field("network", "reseau", Form.NAME),
        _column("", "delai_decision_s", Form.SECONDS, lambda event: (event.decided_at - event.event_at) / 1000),
        _field("reason", "motif", Form.TEXT, lambda event, _: reason_text(event.reason, "fr")),
        _field("author", "auteur", Form.TEXT, lambda event, _: author_text(event.author, "fr")),
        _field("mail", "courriel", Form.TEXT,
               lambda event, _: {"incident": "oui", "digest": "bulletin"}.get(event.mail, "non")),
        _field("late", "en_retard", Form.FLAG),
        _column("fields", "faits", Form.MAP, lambda event: in_order(event.explanation.fields), _facts),
        _field("alert_id", "alerte", Form.ALERT),
        _field("incident_id", "incident", Form.ALERT),
        _field("suppressed_by", "expliquee_par", Form.ALERT),
        _field("revision", "revision", Form.INTEGER),
        _field("alarm_key", "", Form.TEXT),
        *(_field(name, "", Form.INSTANT) for name in ("event_at", "arrival_at", "decided_at", "raised_at")),
        *(_field(name, "", Form.FLAG) for name in ("active", "acknowledged", "out_of_service", "latched")),
        _field("shelved_until", "", Form.INSTANT),
        _field("command", "", Form.TEXT),
        _field("assignee", "", Form.TEXT),
        _field("children", "", Form.TEXTS),
        _field("generation", "", Form.INTEGER),
    ),
)  # fmt: skip
"""A line for each transition; its names for programs are those of the record in `alerts.v1`."""


def _last(name: str, heading: str, form: Form, words: Any = None) -> Column[Story]:
    return _column(name, heading, form, lambda alert: getattr(alert.last, name), words)


def _told(name: str, heading: str, form: Form, words: Any = None) -> Column[Story]:
    return _column(name, heading, form, lambda alert: getattr(alert, name), words)


_CONFIRMATIONS = {"confirmed": "confirmée", "refuted": "infirmée"}

ALERTS: Table[Story] = Table(
    title_fr="Alertes",
    instant=lambda alert: alert.raised_at,
    columns=(
        _column("state", "etat", Form.TEXT, lambda alert: alert.last.state,
                lambda alert, _: state_text(alert.last.state, "fr")),
        _last("priority", "priorite", Form.INTEGER, lambda alert, _: priority_text(alert.last.priority, "fr")),
        _told("level", "niveau_atteint", Form.INTEGER),
        _column("sentence_fr", "phrase", Form.TEXT, lambda alert: alert.first.explanation.sentence_fr),
        _column("sentence_en", "", Form.TEXT, lambda alert: alert.first.explanation.sentence_en),
        _told("kind", "categorie", Form.TEXT, lambda alert, _: kind_text(alert.first.alarm_key, "fr")),
        _told("subject", "objet", Form.TEXT),
        _told("rule", "regle", Form.TEXT),
        _last("use_case", "cas_usage", Form.TEXT, lambda alert, _: _use_case(alert.last.use_case)),
        _last("commune", "code_insee", Form.TEXT,
              lambda alert, _: f"insee-{alert.last.commune}" if alert.last.commune else ""),
        _last("point", "point", Form.NAME),
        _last("device", "capteur", Form.NAME),
        _last("network", "reseau", Form.NAME),
        _told("raised_at", "declenchee_le", Form.INSTANT),
        _told("cleared_at", "fermee_le", Form.INSTANT),
        _told("lasted_s", "duree_s", Form.SECONDS),
        _column("", "delai_decision_s", Form.SECONDS,
                lambda alert: (alert.first.decided_at - alert.first.event_at) / 1000),
        _told("acknowledged_at", "acquittee_le", Form.INSTANT),
        _told("acknowledged_by", "acquittee_par", Form.TEXT),
        _last("assignee", "confiee_a", Form.TEXT),
        _told("mailed", "courriel", Form.FLAG),
        _told("suppressed", "expliquee", Form.FLAG),
        _column("suppressed_by", "expliquee_par", Form.ALERT, lambda alert: alert.last.suppressed_by),
        _told("shelved", "mise_de_cote", Form.FLAG),
        _last("out_of_service", "hors_service", Form.FLAG),
        _last("late", "en_retard", Form.FLAG),
        _told("verdict", "verdict", Form.TEXT, lambda alert, _: verdict_text(alert.verdict, "fr")),
        _told("verdict_by", "verdict_de", Form.TEXT),
        _told("confirmed", "confirmation", Form.TEXT, lambda alert, _: _CONFIRMATIONS.get(alert.confirmed, "")),
        _told("confirmed_by", "confirmee_par", Form.TEXT),
        _told("confirmed_from", "confirmee_d_apres", Form.TEXT),
        _told("comment", "commentaire", Form.TEXT),
        _told("transitions", "transitions", Form.INTEGER),
        _column("children", "alertes_expliquees", Form.TEXTS, lambda alert: alert.last.children,
                lambda alert, _: str(len(alert.last.children)) if alert.last.children else ""),
        _column("fields", "faits", Form.MAP, lambda alert: in_order(alert.facts),
                lambda alert, zone: _told_facts(alert.facts, zone)),
        _column("alert_id", "alerte", Form.ALERT, lambda alert: alert.first.alert_id),
        _column("incident_id", "incident", Form.ALERT, lambda alert: alert.last.incident_id),
        _column("alarm_key", "", Form.TEXT, lambda alert: alert.first.alarm_key),
        _column("arrival_at", "", Form.INSTANT, lambda alert: alert.first.arrival_at),
        _column("decided_at", "", Form.INSTANT, lambda alert: alert.first.decided_at),
    ),
)  # fmt: skip
"""A line for each alert, as it stands now."""
