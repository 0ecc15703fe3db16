"""One alert event as a mail: the sentence first, then the facts, the page, what closes it.

The same event makes the same mail with the same Message-ID, so a mail that is sent again after a crash is seen to be
the same; mails of one incident refer to its first one and stand in one thread.
"""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import NamedTuple

from vigie.streams.core.alarm.decide import POISON_RECORD, RAISED, SILENCE
from vigie.streams.core.local_time import NO_BREAK, duration_text, local, moment_text, short_moment_text
from vigie.streams.core.outside_text import SENTENCE, outside_text
from vigie.topics.alert_event import PRIORITIES, AlertEvent
from vigie.topics.identity import event_id

WORDS = {
    "fr": {
        "silence": "Silence",
        "platform": "Plateforme",
        "since": "depuis le",
        "priority": "Priorité",
        "device": "Capteur",
        "model": "Modèle",
        "network": "Réseau",
        "last": "Dernière réception",
        "period": "Période d'envoi déclarée",
        "subject": "Où",
        "rule": "Règle",
        "cause": "Cause",
        "page": "La page de l'alerte",
        "check": "À vérifier : l'alimentation ou la pile du capteur, son antenne, la passerelle du secteur.",
        "poison_record": "enregistrement fautif",
        "repair": "À faire : signaler l'erreur (sa trace est avec l'enregistrement) ; une fois corrigée, lancer "
        "« vigie dead-letters replay --reason internal_error ».",
        "closes": "L'alerte se ferme d'elle-même dès que le capteur est de nouveau entendu.",
        "footer": "Message automatique de Vigie. Les heures sont l'heure légale",
        "list": "Alertes Vigie",
        "colon": f"{NO_BREAK}:",
    },
    "en": {
        "silence": "Silence",
        "platform": "Platform",
        "since": "since",
        "priority": "Priority",
        "device": "Device",
        "model": "Model",
        "network": "Network",
        "last": "Last heard",
        "period": "Declared upload period",
        "subject": "Where",
        "rule": "Rule",
        "cause": "Cause",
        "page": "The page of this alert",
        "check": "Worth a look: the device's supply or battery, its antenna, the gateway of the area.",
        "poison_record": "poison record",
        "repair": "To do: report the error (its traceback stands with the record); once it is corrected, run "
        "`vigie dead-letters replay --reason internal_error`.",
        "closes": "The alert closes by itself as soon as the device is heard again.",
        "footer": "Automatic message of Vigie. Times are the legal time",
        "list": "Vigie alerts",
        "colon": ":",
    },
}
"""Both languages have the same keys (a test holds them to it)."""

_PRIORITIES_EN = {1: "critical", 2: "high", 3: "medium", 4: "information"}


class MailForm(NamedTuple):
    """How an installation writes mails.

    Attributes:
        sender: address, or `Name <address>`.
        recipients: addresses.
        language: fr or en.
        zone: IANA name of the legal time.
        public_url: what links begin with; empty for none.
    """

    sender: str
    recipients: tuple[str, ...]
    language: str
    zone: str
    public_url: str


def compose(event: AlertEvent, form: MailForm) -> EmailMessage:
    """The mail that tells of an alert event.

    Args:
        event: a transition.
        form: of the installation.
    """
    domain = parseaddr(form.sender)[1].rpartition("@")[2] or "localhost"
    words = WORDS[form.language]
    mail = EmailMessage(policy=SMTP)
    mail["From"] = form.sender
    mail["To"] = ", ".join(form.recipients)
    mail["Subject"] = " ".join(_subject(event, form).split())
    mail["Date"] = format_datetime(local(event.decided_at, form.zone).replace(microsecond=0))
    mail["Message-ID"] = message_id(event.event_id, domain)
    first = event_id(event.incident_id, RAISED, 0)
    if event.event_id != first:
        mail["In-Reply-To"] = mail["References"] = message_id(first, domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"{words['list']} <alertes.vigie.{domain}>"
    mail["X-Vigie-Event"] = event.event_id
    mail.set_content(_text(event, form), cte="quoted-printable")
    mail["Content-Language"] = form.language  # after the content, which takes every Content- field away
    return mail


def message_id(event: str, domain: str) -> str:
    """The Message-ID of the mail about an event.

    >>> message_id("0a1b", "metropole.example")
    '<0a1b@metropole.example>'
    """
    return f"<{event}@{domain}>"


def _subject(event: AlertEvent, form: MailForm) -> str:
    kind, _, rest = event.alarm_key.partition(":")
    subject, _, rule = rest.rpartition(":")
    words, model = WORDS[form.language], outside_text(event.explanation.fields.get("model", ""))
    subject, rule = outside_text(subject), outside_text(rule)
    title = f"[Vigie] {words.get(kind, kind)}{words['colon'].replace(NO_BREAK, ' ')}"
    if kind != SILENCE:
        return f"{title} {words.get(rule, rule)} ({subject})"
    since = short_moment_text(event.arrival_at, form.zone, form.language)
    return f"{title} {model} {subject} {words['since']} {since}"


def _text(event: AlertEvent, form: MailForm) -> str:
    words, french = WORDS[form.language], form.language == "fr"
    facts = {name: outside_text(value) for name, value in event.explanation.fields.items()}
    silence = event.alarm_key.startswith(f"{SILENCE}:")
    priority = (PRIORITIES if french else _PRIORITIES_EN).get(event.priority, str(event.priority))
    rule = facts.get("rule", "")
    rows = {"priority": priority}
    rows |= {
        name: facts[name] for name in ("device", "model", "network", "subject", "rule", "cause") if facts.get(name)
    }
    if rule:
        rows["rule"] = words.get(rule, rule)
    if silence:
        rows["last"] = moment_text(event.arrival_at, form.zone, form.language)
        rows["period"] = duration_text(int(facts.get("period_s", "0")) * 1000, form.language)
    sentence = event.explanation.sentence_fr if french else event.explanation.sentence_en
    lines = [outside_text(sentence, SENTENCE), ""]
    lines += [f"{words[name]}{words['colon']} {value}" for name, value in rows.items()]
    if silence:
        lines += ["", words["check"], words["closes"]]
    elif rule == POISON_RECORD:
        lines += ["", words["repair"]]
    if form.public_url:
        lines += ["", f"{words['page']}{words['colon']}", f"{form.public_url.rstrip('/')}/alerts/{event.alert_id}"]
    return "\n".join([*lines, "", "-- ", f"{words['footer']} ({form.zone}).", ""])
