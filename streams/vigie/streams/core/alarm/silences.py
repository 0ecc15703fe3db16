"""Silences as intents, one for one: what stands in until they are judged with their gateways and networks."""

from vigie.streams.core.alarm.intent import Clear, Intent, Raise
from vigie.streams.core.local_time import duration_text, moment_text, utc_text
from vigie.topics.alarm_input import SilenceSignal

MEDIUM = 3
PERIODS = 3


def of_silence(signal: SilenceSignal, zone: str) -> list[Intent]:
    """A silence that begins, or its end.

    Args:
        signal: of one address.
        zone: IANA name of the legal time, for the sentences.
    """
    key, cause = f"silence:{signal.address}:{signal.rule}", str(signal.last_arrival_at)
    model = f" ({signal.model})" if signal.model else ""
    facts = {
        "device": signal.address,
        "model": signal.model,
        "network": signal.network,
        "last_arrival_at": utc_text(signal.last_arrival_at),
        "period_s": str(signal.period_s),
        "silent_after_periods": str(PERIODS),
    }
    if signal.silent:
        period = signal.period_s * 1000
        fr = (
            f"Le capteur {signal.address}{model} n'a rien envoyé depuis le "
            f"{moment_text(signal.last_arrival_at, zone, 'fr')}, soit au moins {PERIODS} périodes de "
            f"{duration_text(period, 'fr')}."
        )
        en = (
            f"Device {signal.address}{model} has sent nothing since {moment_text(signal.last_arrival_at, zone, 'en')}, "
            f"at least {PERIODS} periods of {duration_text(period, 'en')}."
        )
        raised = Raise(
            key, cause, MEDIUM, signal.due_at, signal.last_arrival_at, signal.decided_at, signal.rule, fr, en, facts,
            network=signal.network, device=signal.address,
        )  # fmt: skip
        return [raised]
    heard_at = signal.last_arrival_at if signal.arrival_at is None else signal.arrival_at
    lasted = heard_at - signal.last_arrival_at
    fr = (
        f"Le capteur {signal.address}{model} émet de nouveau depuis le {moment_text(heard_at, zone, 'fr')}, "
        f"après {duration_text(lasted, 'fr')} de silence."
    )
    en = (
        f"Device {signal.address}{model} sends again since {moment_text(heard_at, zone, 'en')}, "
        f"after {duration_text(lasted, 'en')} of silence."
    )
    facts["heard_again_at"] = utc_text(heard_at)
    return [Clear(key, heard_at, heard_at, signal.decided_at, "heard", fr, en, facts, cause)]
