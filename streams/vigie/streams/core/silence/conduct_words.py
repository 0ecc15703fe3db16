"""The signal that a device behaves badly, or no longer: sentences in French and English, and the facts."""

from vigie.streams.core.local_time import NO_BREAK, duration_text, utc_text
from vigie.streams.core.silence.clock import Clock
from vigie.streams.core.silence.conduct import (
    CLOCK,
    FROZEN_S,
    LATE,
    LATE_LEAST_S,
    LATE_ON,
    REPLAY,
    REPLAY_ON,
    RESET,
    ZOMBIE,
    Change,
)  # fmt: skip
from vigie.streams.core.silence.expected import Expected
from vigie.streams.core.silence.gateways import parents
from vigie.topics.alarm_input import ConditionSignal

KIND = "communication"
DEFINITION = "conduct 1"
PRIORITY = {LATE: 4, ZOMBIE: 3, CLOCK: 3, REPLAY: 4, RESET: 4}
"""A device that measures nothing, or whose values cannot be dated, is as good as silent; the others can wait."""

_CHECKS = {
    LATE: ("l'horloge du capteur, la couverture radio, la file d'attente du réseau",
           "the device's clock, radio coverage, the network's queue"),
    ZOMBIE: ("la sonde et son câble, la configuration du capteur", "the probe and its cable, the device's settings"),
    CLOCK: ("l'heure du capteur (synchronisation, pile)", "the device's time (synchronisation, battery)"),
    REPLAY: ("une passerelle ou un serveur qui renvoie les mêmes trames, une copie malveillante",
             "a gateway or server that sends the same frames again, a hostile copy"),
    RESET: ("l'alimentation et la pile, une intervention récente", "supply and battery, a recent intervention"),
}  # fmt: skip
_CLEARS = {
    LATE: ("quand presque tous les envois arrivent de nouveau à l'heure", "once nearly all messages are in time again"),
    ZOMBIE: ("à la première mesure qui change", "at the first measure that moves"),
    CLOCK: ("après trois messages à l'heure juste", "after three messages with a possible time"),
    REPLAY: ("quand moins d'un message sur dix est une répétition", "once less than a message in ten is a repeat"),
    RESET: ("après un jour sans nouveau redémarrage", "after a day without another restart"),
}


def signal(change: Change, address: str, clock: Clock, arrival_at: int, expected: Expected) -> ConditionSignal:
    """The signal of a change.

    Args:
        change: what began or ended.
        address: of the device.
        clock: its clock.
        arrival_at: epoch ms UTC, of the message that showed it.
        expected: where the device stands.
    """
    name = f"{address} ({clock.model})" if clock.model else address
    fr, en = _sentences(change, name, expected.interval_s or clock.interval_s)
    check, clears = _CHECKS[change.kind], _CLEARS[change.kind]
    facts = {
        "device": expected.device or address, "model": clock.model, "network": clock.network,
        "point": expected.point, "commune": expected.commune, "use_case": expected.use_case,
        "gateways": " ".join(parents(clock.frames, clock.gateways)),
        "arrival_at": utc_text(arrival_at), "rule": change.kind, "definition": DEFINITION,
        "interval_s": str(expected.interval_s or clock.interval_s), **_figures(change, expected, clock),
        "check_fr": check[0], "check_en": check[1], "clears_fr": clears[0], "clears_en": clears[1],
    }  # fmt: skip
    return ConditionSignal(
        kind=KIND, subject=f"device:{address}", rule=change.kind, active=change.active, cause_id=change.cause_id,
        level=int(change.active), priority=PRIORITY[change.kind], event_at=min(change.event_at, arrival_at),
        arrival_at=arrival_at, decided_at=arrival_at, sentence_fr=fr, sentence_en=en, definition=DEFINITION,
        use_case=expected.use_case, commune=expected.commune, network=clock.network, point=expected.point,
        device=expected.device, placement=expected.placement,
        facts={key: value for key, value in facts.items() if value not in ("", "0")},
    )  # fmt: skip


def _figures(change: Change, expected: Expected, clock: Clock) -> dict[str, str]:
    if change.kind == LATE:
        bound_s = max(LATE_LEAST_S, 2 * (expected.interval_s or clock.interval_s))
        return {"value": f"{100 * change.figure:.0f}", "unit": "%", "threshold": f"{100 * LATE_ON:.0f}",
                "window": f"{bound_s:.0f} s"}  # fmt: skip
    if change.kind == REPLAY:
        return {"value": f"{100 * change.figure:.0f}", "unit": "%", "threshold": f"{100 * REPLAY_ON:.0f}"}
    if change.kind in (CLOCK, ZOMBIE):
        return {"value": f"{change.figure:.0f}", "unit": "s"}
    return {}


_BEGAN = {
    LATE: (f"Le capteur {{name}} envoie en retard{NO_BREAK}: {{percent}}{NO_BREAK}% à plus de {{bound}} de la mesure.",
           "Device {name} is late: {percent} % of its last messages come more than {bound} after they were measured."),
    ZOMBIE: ("Le capteur {name} envoie sans aucune mesure lisible depuis {span}.",
             "Device {name} sends, but no readable measure for {span}."),
    CLOCK: (f"L'horloge du capteur {{name}} n'est pas à l'heure{NO_BREAK}: ses mesures ne peuvent pas être datées.",
            "The clock of device {name} is wrong: its measures cannot be dated."),
    REPLAY: (f"Les mêmes trames du capteur {{name}} reviennent{NO_BREAK}: {{percent}}{NO_BREAK}% sont des répétitions.",
             "The same frames of device {name} come again: {percent} % of its last messages are repeats."),
    RESET: (f"Le capteur {{name}} a redémarré{NO_BREAK}: son compteur de trames est revenu en arrière.",
            "Device {name} has restarted: its frame counter fell back."),
}  # fmt: skip
_FROZEN = ("Le capteur {name} envoie, mais ses mesures n'ont pas bougé depuis {span}.",
           "Device {name} sends, but its measures have not moved for {span}.")  # fmt: skip
_AHEAD = (f"L'horloge du capteur {{name}} avance de {{span}}{NO_BREAK}: ses mesures ne peuvent pas être datées.",
          "The clock of device {name} is {span} ahead: its measures cannot be dated.")  # fmt: skip
_ENDED = {
    LATE: ("Les messages du capteur {name} arrivent de nouveau à l'heure.",
           "Messages of device {name} arrive in time again."),
    ZOMBIE: ("Le capteur {name} mesure de nouveau.", "Device {name} measures again."),
    CLOCK: ("L'horloge du capteur {name} est de nouveau juste.", "The clock of device {name} is right again."),
    REPLAY: ("Le capteur {name} n'est plus répété.", "Device {name} is no longer repeated."),
    RESET: ("Le capteur {name} n'a pas redémarré depuis un jour.", "Device {name} has not restarted for a day."),
}  # fmt: skip


def _sentences(change: Change, name: str, interval_s: int) -> tuple[str, str]:
    said = (_BEGAN if change.active else _ENDED)[change.kind]
    if change.active and change.kind == ZOMBIE and change.figure >= FROZEN_S:
        said = _FROZEN
    elif change.active and change.kind == CLOCK and change.figure > 0:
        said = _AHEAD
    bound_ms, span_ms = round(1000 * max(LATE_LEAST_S, 2 * interval_s)), round(1000 * abs(change.figure))
    fr, en = (
        text.format(
            name=name, percent=f"{100 * change.figure:.0f}", bound=duration_text(bound_ms, language),
            span=duration_text(span_ms, language),
        )
        for text, language in zip(said, ("fr", "en"), strict=True)
    )  # fmt: skip
    return fr, en
