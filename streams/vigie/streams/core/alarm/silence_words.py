"""What is told of a device that is silent: since when, how sure that is in words, what explains it, what to check."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from vigie.streams.core.alarm.minute import Said
from vigie.streams.core.amounts import number_text
from vigie.streams.core.local_time import NO_BREAK, duration_text, utc_text
from vigie.streams.core.local_time import moment_text as moment
from vigie.topics.alarm_input import SilenceSignal

NO_ARRIVAL, NEVER_SEEN, NO_RETURN, POOR_COVERAGE = "no_arrival", "never_seen", "no_return", "poor_coverage"
_MOST_PHI = 9
"""One chance in a billion: beyond it a number says nothing to anybody."""


moment_text = lru_cache(4096)(moment)
"""Devices that fall silent together have their last arrivals in common, to the millisecond or nearly."""


class Whose(NamedTuple):
    """A silent device as people know it.

    Attributes:
        subject: its id, or its address where the fleet does not know it.
        device: its id in the fleet; empty where it does not know it.
        point, code, use_case, commune, placement: where it stands; empty where it stands nowhere.
    """

    subject: str
    device: str = ""
    point: str = ""
    code: str = ""
    use_case: str = ""
    commune: str = ""
    placement: str = ""


@lru_cache(1024)
def chance_text(phi: float, language: str) -> str:
    r"""φ in words: one chance in so many that it is bad luck.

    >>> chance_text(4.0, "fr"), chance_text(3.52, "en"), chance_text(0.1, "fr")
    ('une chance sur 10\u202f000', 'one chance in 3,000', 'une chance sur 1')
    >>> chance_text(12.0, "en")
    'less than one chance in 1,000,000,000'
    """
    many = 10.0 ** min(phi, _MOST_PHI)
    shown = number_text(float(f"{many:.0e}"), language)
    if language == "fr":
        return f"moins d'une chance sur {shown}" if phi > _MOST_PHI else f"une chance sur {shown}"
    return f"less than one chance in {shown}" if phi > _MOST_PHI else f"one chance in {shown}"


def is_silent(zone: str, signal: SilenceSignal, whose: Whose, cause: str) -> Said:
    """A device is silent.

    Args:
        zone: IANA name of the legal time.
        signal: of its address that was heard last.
        whose: the device.
        cause: alarm key of what explains it; empty for nothing.
    """
    fr, en = _SENTENCES.get(signal.rule, _no_arrival)(zone, signal, whose)
    if cause:
        kind, _, rest = cause.partition(":")
        name = rest.rpartition(":")[0]
        fr += f" Cause probable{NO_BREAK}: {_CAUSES_FR.get(kind, '')}{name}."
        en += f" Probable cause: {_CAUSES_EN.get(kind, '')}{name}."
    check_fr, check_en = _CHECKS.get(signal.rule, _CHECKS[NO_ARRIVAL])
    facts = _facts(signal, whose) | {
        "rule": signal.rule, "cause": cause, "check_fr": check_fr, "check_en": check_en,
        "clears_fr": "D'elle-même, dès que le capteur est de nouveau entendu.",
        "clears_en": "By itself, as soon as the device is heard again.",
    }  # fmt: skip
    return Said(fr, en, {name: value for name, value in facts.items() if value})


def is_back(zone: str, signal: SilenceSignal, last_arrival_at: int, whose: Whose, heard_at: int) -> Said:
    """A device is heard again, after the silence that began at `last_arrival_at`."""
    silent_ms = heard_at - last_arrival_at
    facts = _facts(signal, whose) | {
        "last_arrival_at": utc_text(last_arrival_at), "heard_again_at": utc_text(heard_at),
    }  # fmt: skip
    return Said(
        f"{_named(signal, whose, 'fr')} émet de nouveau depuis le {moment_text(heard_at, zone, 'fr')}, après "
        f"{duration_text(silent_ms, 'fr')} de silence.",
        f"{_named(signal, whose, 'en')} sends again since {moment_text(heard_at, zone, 'en')}, after "
        f"{duration_text(silent_ms, 'en')} of silence.",
        {name: value for name, value in facts.items() if value},
    )


def is_withdrawn(zone: str, signal: SilenceSignal, last_arrival_at: int, whose: Whose, at: int) -> Said:
    """A silent device is no longer waited for at `at`: it was taken down, or work at its point has begun."""
    facts = _facts(signal, whose) | {"last_arrival_at": utc_text(last_arrival_at)}
    return Said(
        f"{_named(signal, whose, 'fr')} n'est plus attendu depuis le {moment_text(at, zone, 'fr')}{NO_BREAK}: il a été "
        "déposé, ou une intervention est en cours à son point.",
        f"{_named(signal, whose, 'en')} is no longer waited for since {moment_text(at, zone, 'en')}: it was taken "
        "down, or work at its point is under way.",
        {name: value for name, value in facts.items() if value},
    )


def _facts(signal: SilenceSignal, whose: Whose) -> dict[str, str]:
    return {
        "device": whose.device or signal.address, "address": signal.address, "model": signal.model,
        "point": whose.point, "point_code": whose.code, "placement": whose.placement, "commune": whose.commune,
        "use_case": whose.use_case, "network": signal.network, "gateways": " ".join(signal.gateways),
        "last_arrival_at": utc_text(signal.last_arrival_at),
        "period_s": f"{signal.period_s}" if signal.period_s else "",
        "law": signal.law, "interval_s": f"{signal.interval_s:g}" if signal.interval_s else "",
        "jitter_s": f"{signal.jitter_s:g}" if signal.jitter_s else "",
        "missed": f"{signal.missed}" if signal.missed else "",
        "phi": f"{signal.phi:.2f}" if signal.phi else "",
        "phi_threshold": f"{signal.phi_threshold:.2f}" if signal.phi_threshold else "",
        "loss": f"{signal.loss:.4f}" if signal.loss else "", "burst": f"{signal.burst:.4f}" if signal.burst else "",
        "definition": "silence 1",
    }  # fmt: skip


def _named(signal: SilenceSignal, whose: Whose, language: str) -> str:
    model = f" ({signal.model})" if signal.model else ""
    if language == "fr":
        at = f" du point {whose.code}" if whose.code else ""
        return f"Le capteur {whose.subject}{model}{at}"
    return f"Device {whose.subject}{model}" + (f" at point {whose.code}" if whose.code else "")


def _how_sure(signal: SilenceSignal) -> tuple[str, str]:
    """Why this silence counts, in words."""
    interval_ms = round((signal.interval_s or signal.period_s) * 1000)
    if signal.law == "irregular" and signal.phi:
        return (
            (
                f"alors qu'à ces heures il envoie d'habitude{NO_BREAK}: {chance_text(signal.phi, 'fr')} que ce soit "
                "le hasard"
            ),
            f"though it usually sends at these hours: {chance_text(signal.phi, 'en')} that this is bad luck",
        )
    if signal.missed and signal.phi:
        plural = "s" if signal.missed > 1 else ""
        return (
            (
                f"soit {signal.missed} message{plural} manqué{plural} à la suite{NO_BREAK}: "
                f"{chance_text(signal.phi, 'fr')} que ce soit le hasard"
            ),
            f"{signal.missed} message{plural} missed in a row: {chance_text(signal.phi, 'en')} that this is bad luck",
        )
    if signal.law == "schedule":
        return "alors que deux envois prévus ne sont pas venus", "though two planned sendings did not come"
    if interval_ms:
        missed = max((signal.due_at - signal.last_arrival_at) // interval_ms, 1)
        return (
            f"soit au moins {missed} périodes de {duration_text(interval_ms, 'fr')}",
            f"at least {missed} periods of {duration_text(interval_ms, 'en')}",
        )
    return "plus longtemps que d'habitude", "longer than usual"


def _no_arrival(zone: str, signal: SilenceSignal, whose: Whose) -> tuple[str, str]:
    why_fr, why_en = _how_sure(signal)
    since_at = signal.last_arrival_at
    return (
        f"{_named(signal, whose, 'fr')} n'a rien envoyé depuis le {moment_text(since_at, zone, 'fr')}, {why_fr}.",
        f"{_named(signal, whose, 'en')} has sent nothing since {moment_text(since_at, zone, 'en')}, {why_en}.",
    )


def _never_seen(zone: str, signal: SilenceSignal, whose: Whose) -> tuple[str, str]:
    since_at, due_at = signal.last_arrival_at, signal.due_at
    return (
        (
            f"{_named(signal, whose, 'fr')} n'a encore jamais été entendu{NO_BREAK}: posé le "
            f"{moment_text(since_at, zone, 'fr')}, il devait l'être avant le {moment_text(due_at, zone, 'fr')}."
        ),
        (
            f"{_named(signal, whose, 'en')} has never been heard: placed at {moment_text(since_at, zone, 'en')}, it "
            f"was due before {moment_text(due_at, zone, 'en')}."
        ),
    )


def _no_return(zone: str, signal: SilenceSignal, whose: Whose) -> tuple[str, str]:
    due_at = signal.due_at
    return (
        (
            f"{_named(signal, whose, 'fr')} n'est pas revenu après l'intervention{NO_BREAK}: il devait être entendu "
            f"avant le {moment_text(due_at, zone, 'fr')}."
        ),
        (
            f"{_named(signal, whose, 'en')} did not come back after the intervention: it was due before "
            f"{moment_text(due_at, zone, 'en')}."
        ),
    )


def _poor_coverage(zone: str, signal: SilenceSignal, whose: Whose) -> tuple[str, str]:
    since_at, lost = signal.last_arrival_at, round(signal.loss * 100)
    silent_ms = signal.decided_at - since_at
    return (
        (
            f"{_named(signal, whose, 'fr')} n'a rien envoyé depuis le {moment_text(since_at, zone, 'fr')} "
            f"({duration_text(silent_ms, 'fr')}), la limite de son usage{NO_BREAK}; mais il est si mal reçu "
            f"({lost}{NO_BREAK}% de messages perdus) que ce peut être le hasard."
        ),
        (
            f"{_named(signal, whose, 'en')} has sent nothing since {moment_text(since_at, zone, 'en')} "
            f"({duration_text(silent_ms, 'en')}), the limit of its use; but it is received so badly ({lost} % of its "
            "messages are lost) that this may be bad luck."
        ),
    )


_SENTENCES: dict[str, Callable[[str, SilenceSignal, Whose], tuple[str, str]]] = {
    NO_ARRIVAL: _no_arrival, NEVER_SEEN: _never_seen, NO_RETURN: _no_return, POOR_COVERAGE: _poor_coverage,
}  # fmt: skip
_CAUSES_FR = {"gateway": "la passerelle ", "network": "le réseau "}
_CAUSES_EN = {"gateway": "gateway ", "network": "network "}
_CHECKS = {
    NO_ARRIVAL: (
        "La pile ou l'alimentation du capteur, son antenne, puis sur place s'il a été abîmé, déplacé ou masqué.",
        "The device's battery or supply, its antenna, then on the spot whether it was damaged, moved or hidden.",
    ),
    NEVER_SEEN: (
        "Le capteur est-il en marche et enregistré au serveur de réseau (clés, identifiant) ? Est-il à portée ?",
        "Is the device switched on, and registered in the network server (keys, identifier)? Is it within reach?",
    ),
    NO_RETURN: (
        "Le capteur a-t-il été remis en marche après l'intervention ? Un autre, non déclaré, a-t-il pris sa place ?",
        "Was the device switched on again after the intervention? Did another take its place without being stated?",
    ),
    POOR_COVERAGE: (
        "La réception : antenne, orientation, une passerelle plus proche. Le silence seul ne prouve pas de panne.",
        "The reception: antenna, orientation, a nearer gateway. The silence alone proves no failure.",
    ),
}
