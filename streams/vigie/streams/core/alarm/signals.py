"""Signals that need no root cause to be judged, as intents: what rules find, and a record that crashes the program."""

from typing import NamedTuple

from vigie.streams.core.alarm.intent import Clear, Intent, Raise
from vigie.streams.core.local_time import NO_BREAK
from vigie.topics.alarm_input import ConditionSignal, PlatformSignal
from vigie.topics.alert_event import Explanation

PLATFORM = "platform"
POISON_RECORD = "poison_record"
PASSED = "passed"
"""Why trouble of the platform is cleared: it happened once, and what it stopped goes on."""
MEDIUM, INFORMATION = 3, 4


class _Sentence(NamedTuple):
    fr: str
    en: str


_SENTENCES = {
    POISON_RECORD: (
        _Sentence(
            f"Un enregistrement fait échouer le programme à chaque essai ({{subject}}, {{cause}}){NO_BREAK}: il est "
            "gardé dans dead-letters.v1, et la suite est traitée.",
            "The program fails on one record each time ({subject}, {cause}): it is kept in dead-letters.v1, "
            "and what follows is processed.",
        ),
        _Sentence(
            "L'enregistrement fautif ({subject}, {cause}) est mis de côté, la suite est traitée.",
            "The record at fault ({subject}, {cause}) is set aside, what follows is processed.",
        ),
    )
}
"""Rule -> what is said when it is raised, and when it is cleared, from the fields of the signal."""
_ANY = (
    _Sentence(
        "La plateforme signale un incident sur {subject} ({rule}, {cause}).",
        "The platform reports trouble at {subject} ({rule}, {cause}).",
    ),
    _Sentence(
        "L'incident sur {subject} ({rule}, {cause}) est passé.", "The trouble at {subject} ({rule}, {cause}) is over."
    ),
)
_REPAIR = {
    "check_fr": "L'erreur (sa trace est avec l'enregistrement) ; une fois corrigée, lancer « vigie dead-letters replay "
    "--reason internal_error ».",
    "check_en": "The error (its traceback stands with the record); once it is corrected, run `vigie dead-letters "
    "replay --reason internal_error`.",
    "clears_fr": "Aussitôt : l'enregistrement est mis de côté.",
    "clears_en": "At once: the record is set aside.",
}


def of_condition(signal: ConditionSignal) -> list[Intent]:
    """What a rule found."""
    key = f"{signal.kind}:{signal.subject}:{signal.rule}"
    facts = {"rule": signal.rule, "definition": signal.definition, "placement": signal.placement} | signal.facts
    if not signal.active:
        return [
            Clear(
                key, signal.event_at, signal.arrival_at, signal.decided_at, "condition_over", signal.sentence_fr,
                signal.sentence_en, facts, signal.cause_id,
            )
        ]  # fmt: skip
    mail = "digest" if signal.priority == INFORMATION else "incident"
    return [
        Raise(
            key, signal.cause_id, signal.priority, signal.event_at, signal.arrival_at, signal.decided_at, signal.rule,
            signal.sentence_fr, signal.sentence_en, facts | ({"level": str(signal.level)} if signal.level > 1 else {}),
            level=signal.level, mail="" if signal.trial else mail, late=signal.late, latched=signal.latched,
            use_case=signal.use_case, commune=signal.commune, network=signal.network, point=signal.point,
            device=signal.device,
        )
    ]  # fmt: skip


def of_platform(signal: PlatformSignal, told_at: int) -> list[Intent]:
    """Trouble of the platform is over when it is told: nothing will ever say its end, so it is raised and cleared.

    Args:
        signal: of the platform.
        told_at: epoch ms UTC when it was given: a record may crash us long after it arrived.
    """
    key = f"{PLATFORM}:{signal.subject}:{signal.rule}"
    raised, cleared = _SENTENCES.get(signal.rule, _ANY)
    facts = {"subject": signal.subject, "rule": signal.rule, "cause": signal.cause_id, "message": signal.message}
    if signal.rule == POISON_RECORD:
        facts |= _REPAIR
    said = [
        Explanation(sentence_fr=one.fr.format(**facts), sentence_en=one.en.format(**facts), fields=facts)
        for one in (raised, cleared)
    ]
    return [
        Raise(
            key, signal.cause_id, MEDIUM, signal.at, signal.at, told_at, signal.rule, said[0].sentence_fr,
            said[0].sentence_en, facts,
        ),
        Clear(
            key, told_at, told_at, told_at, PASSED, said[1].sentence_fr, said[1].sentence_en, facts, signal.cause_id
        ),
    ]  # fmt: skip
