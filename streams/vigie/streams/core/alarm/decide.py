"""Signals to alert events: what is raised, what is cleared, each once, with a sentence that says why.

An alarm is known by its key (kind:subject:rule), an alert by the key and its cause, a transition by the alert and its
place in it. So a signal that comes again, after a crash or from a worker that should have stopped, makes the same ids
or nothing at all.
"""

from typing import NamedTuple

from msgspec import Struct, msgpack

from vigie.streams.core.local_time import NO_BREAK, duration_text, moment_text, utc_text
from vigie.streams.core.silence.clock import PERIODS
from vigie.topics.alarm_input import PlatformSignal, SilenceSignal
from vigie.topics.alert_event import AlertEvent, Explanation
from vigie.topics.identity import alert_id, event_id

SILENCE, PLATFORM = "silence", "platform"
NO_ARRIVAL, POISON_RECORD = "no_arrival", "poison_record"
RAISED, CLEARED = "raised", "cleared"
PASSED = "passed"
"""Why trouble of the platform is cleared: it happened once, and what it stopped goes on."""
MEDIUM = 3


class _Sentence(NamedTuple):
    fr: str
    en: str


_PLATFORM_SENTENCES = {
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
_ANY_PLATFORM_SENTENCES = (
    _Sentence(
        "La plateforme signale un incident sur {subject} ({rule}, {cause}).",
        "The platform reports trouble at {subject} ({rule}, {cause}).",
    ),
    _Sentence(
        "L'incident sur {subject} ({rule}, {cause}) est passé.", "The trouble at {subject} ({rule}, {cause}) is over."
    ),
)

_REMEMBERED = 32


class SilenceAlarm(Struct, array_like=True, frozen=True, tag=0):
    """The silences of one device.

    Attributes:
        last_arrival_at: epoch ms UTC of the arrival before the latest silence; names its alert.
        active: whether that silence goes on.
    """

    last_arrival_at: int
    active: bool


class PlatformAlarm(Struct, array_like=True, frozen=True, tag=1):
    """One kind of trouble at one place of the platform: its latest alerts, so that a repeated signal is known."""

    alerts: tuple[str, ...]


class Writer(Struct, array_like=True, frozen=True, tag=2):
    """How often the writing of alerts has changed hands."""

    generation: int


Alarm = SilenceAlarm | PlatformAlarm | Writer
Signal = SilenceSignal | PlatformSignal

dump = msgpack.Encoder().encode
"""A state value as bytes, for the changelog."""
load = msgpack.Decoder(Alarm).decode
"""The value that `dump` wrote."""


def alarm_key(signal: Signal) -> str:
    """Which alarm a signal is about.

    >>> alarm_key(PlatformSignal(subject="decode raw.lora/3", rule="poison_record", cause_id="1", at=0, message=""))
    'platform:decode raw.lora/3:poison_record'
    """
    if isinstance(signal, SilenceSignal):
        return f"{SILENCE}:{signal.address}:{NO_ARRIVAL}"
    return f"{PLATFORM}:{signal.subject}:{signal.rule}"


def decide(
    alarm: Alarm | None, signal: Signal, *, zone: str, generation: int, told_at: int
) -> tuple[Alarm | None, list[AlertEvent]]:
    """What does this signal change?

    Args:
        alarm: state of its alarm; None if there was none.
        signal: of a silence or of the platform.
        zone: IANA name of the legal time, for the sentences.
        generation: of the writer, put on the events.
        told_at: epoch ms UTC when the signal was given; trouble of the platform is dated by it.

    Returns:
        The new state, and the transitions; the old state and none where the signal says nothing new.
    """
    if isinstance(signal, PlatformSignal):
        return _platform(alarm if isinstance(alarm, PlatformAlarm) else None, signal, told_at, generation)
    known = alarm if isinstance(alarm, SilenceAlarm) else None
    latest_at = -1 if known is None else known.last_arrival_at
    if not signal.silent:
        if known is None or not known.active or signal.last_arrival_at != latest_at:
            return alarm, []
        return SilenceAlarm(latest_at, False), [_cleared(signal, latest_at, zone, generation)]
    if signal.last_arrival_at <= latest_at:
        return alarm, []
    events = [_raised(signal, zone, generation)]
    if known is not None and known.active:  # its end was never told: the arrival before this silence was it
        events.insert(0, _cleared(signal, latest_at, zone, generation))
    return SilenceAlarm(signal.last_arrival_at, True), events


def _raised(signal: SilenceSignal, zone: str, generation: int) -> AlertEvent:
    period_ms, model = signal.period_s * 1000, f" ({signal.model})" if signal.model else ""
    fr = (
        f"Le capteur {signal.address}{model} n'a rien envoyé depuis le "
        f"{moment_text(signal.last_arrival_at, zone, 'fr')}, soit au moins {PERIODS} périodes de "
        f"{duration_text(period_ms, 'fr')}."
    )
    en = (
        f"Device {signal.address}{model} has sent nothing since {moment_text(signal.last_arrival_at, zone, 'en')}, "
        f"at least {PERIODS} periods of {duration_text(period_ms, 'en')}."
    )
    return _event(
        alarm_key(signal), str(signal.last_arrival_at), RAISED, reason=NO_ARRIVAL, event_at=signal.due_at,
        arrival_at=signal.last_arrival_at, decided_at=signal.decided_at, generation=generation,
        explanation=Explanation(sentence_fr=fr, sentence_en=en, fields=_facts(signal, signal.last_arrival_at)),
    )  # fmt: skip


def _cleared(signal: SilenceSignal, last_arrival_at: int, zone: str, generation: int) -> AlertEvent:
    heard_at = signal.last_arrival_at if signal.arrival_at is None else signal.arrival_at
    decided_at = signal.decided_at
    model, silent_ms = f" ({signal.model})" if signal.model else "", heard_at - last_arrival_at
    fr = (
        f"Le capteur {signal.address}{model} émet de nouveau depuis le {moment_text(heard_at, zone, 'fr')}, "
        f"après {duration_text(silent_ms, 'fr')} de silence."
    )
    en = (
        f"Device {signal.address}{model} sends again since {moment_text(heard_at, zone, 'en')}, "
        f"after {duration_text(silent_ms, 'en')} of silence."
    )
    fields = _facts(signal, last_arrival_at) | {"heard_again_at": utc_text(heard_at)}
    return _event(
        alarm_key(signal), str(last_arrival_at), CLEARED, reason="heard", event_at=heard_at, arrival_at=heard_at,
        decided_at=decided_at, generation=generation,
        explanation=Explanation(sentence_fr=fr, sentence_en=en, fields=fields),
    )  # fmt: skip


def _facts(signal: SilenceSignal, last_arrival_at: int) -> dict[str, str]:
    return {
        "device": signal.address,
        "model": signal.model,
        "network": signal.network,
        "last_arrival_at": utc_text(last_arrival_at),
        "period_s": str(signal.period_s),
        "silent_after_periods": str(PERIODS),
    }


def _platform(
    known: PlatformAlarm | None, signal: PlatformSignal, told_at: int, generation: int
) -> tuple[Alarm, list[AlertEvent]]:
    """Trouble of the platform is over when it is told: nothing will ever say its end, so it is raised and cleared."""
    key = alarm_key(signal)
    before = () if known is None else known.alerts
    alert = alert_id(key, signal.cause_id)
    if alert in before:
        return PlatformAlarm(before), []
    raised, cleared = _PLATFORM_SENTENCES.get(signal.rule, _ANY_PLATFORM_SENTENCES)
    fields = {"subject": signal.subject, "rule": signal.rule, "cause": signal.cause_id, "message": signal.message}
    events = [
        _event(
            key, signal.cause_id, transition, reason=reason, event_at=event_at, arrival_at=event_at,
            decided_at=told_at, generation=generation,
            explanation=Explanation(
                sentence_fr=sentences.fr.format(**fields), sentence_en=sentences.en.format(**fields), fields=fields
            ),
        )
        for transition, reason, event_at, sentences in (
            (RAISED, signal.rule, signal.at, raised), (CLEARED, PASSED, told_at, cleared)
        )
    ]  # fmt: skip
    return PlatformAlarm((*before, alert)[-_REMEMBERED:]), events


def _event(
    key: str, cause: str, transition: str, *, reason: str, event_at: int, arrival_at: int, decided_at: int,
    generation: int, explanation: Explanation,
) -> AlertEvent:  # fmt: skip
    alert, revision = alert_id(key, cause), 0 if transition == RAISED else 1
    return AlertEvent(
        event_id=event_id(alert, transition, revision),
        alert_id=alert,
        incident_id=alert,
        alarm_key=key,
        revision=revision,
        transition=transition,
        state="unacknowledged" if transition == RAISED else "normal",
        priority=MEDIUM,
        event_at=event_at,
        arrival_at=arrival_at,
        decided_at=decided_at,
        author="system",
        reason=reason,
        explanation=explanation,
        generation=generation,
    )
