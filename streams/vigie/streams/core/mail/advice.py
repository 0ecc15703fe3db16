"""What is worth a look, and what closes an alert, where its explanation does not say: by rule, else by kind."""

from typing import NamedTuple


class Advice(NamedTuple):
    """What a person may do, and what ends it."""

    check: str
    clears: str


_NONE = Advice("", "")
_HEARD_FR = "Le capteur est de nouveau entendu."
_HEARD_EN = "The device is heard again."

_FR = {
    "silence": Advice("L'alimentation ou la pile du capteur, son antenne, la passerelle du secteur.", _HEARD_FR),
    "never_seen": Advice("L'activation du capteur, ses clés, son adresse dans la flotte, la couverture à la pose.",
                         "Le capteur est entendu."),
    "no_return": Advice("Le capteur a-t-il été rallumé et rattaché au réseau après l'intervention ?", _HEARD_FR),
    "poor_coverage": Advice("La couverture radio au point de mesure : antenne, hauteur, passerelle plus proche.",
                            _HEARD_FR),
    "gateway": Advice("L'alimentation de la passerelle, son accès au réseau, son antenne.",
                      "La passerelle transmet de nouveau."),
    "network": Advice("Le serveur du réseau ou l'opérateur, la liaison entre lui et la plateforme.",
                      "Les capteurs du réseau sont de nouveau entendus."),
    "communication": Advice("L'horloge, la configuration et le micrologiciel du capteur.", ""),
    "poison_record": Advice("Signaler l'erreur (sa trace est avec l'enregistrement) ; une fois corrigée, lancer "
                            "« vigie dead-letters replay --reason internal_error ».", ""),
    "platform": Advice("L'état de la plateforme : « vigie status », puis le journal du rôle en cause.", ""),
}  # fmt: skip
_EN = {
    "silence": Advice("The device's supply or battery, its antenna, the gateway of the area.", _HEARD_EN),
    "never_seen": Advice("The device's activation, its keys, its address in the fleet, coverage where it stands.",
                         "The device is heard."),
    "no_return": Advice("Was the device switched on and did it join again after the intervention?", _HEARD_EN),
    "poor_coverage": Advice("Radio coverage at the point: antenna, height, a nearer gateway.", _HEARD_EN),
    "gateway": Advice("The gateway's supply, its uplink, its antenna.",
                      "The gateway passes on frames again."),
    "network": Advice("The network server or the operator, the line between it and the platform.",
                      "The devices of the network are heard again."),
    "communication": Advice("The device's clock, configuration and firmware.", ""),
    "poison_record": Advice("Report the error (its traceback stands with the record); once it is corrected, run "
                            "`vigie dead-letters replay --reason internal_error`.", ""),
    "platform": Advice("The state of the platform: `vigie status`, then the log of the role in question.", ""),
}  # fmt: skip
ADVICE = {"fr": _FR, "en": _EN}
"""Both languages have the same keys (a test holds them to it)."""


def advice(kind: str, rule: str, language: str) -> Advice:
    """What may be said of an alarm that says nothing itself.

    Args:
        kind: of its key.
        rule: of its key.
        language: fr or en.

    >>> advice("silence", "no_arrival", "en").check
    "The device's supply or battery, its antenna, the gateway of the area."
    """
    found = ADVICE[language]
    return found.get(rule) or found.get(kind) or _NONE
