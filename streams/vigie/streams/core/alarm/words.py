"""What transitions, states and reasons of alerts are called, in French and English: pages, exports and consoles say so.

The words are about an alert, a feminine noun in French.
"""

from vigie.streams.core.alarm.refusals import REFUSALS

TRANSITIONS: dict[str, tuple[str, str]] = {
    "raised": ("déclenchée", "raised"),
    "level_changed": ("changement de niveau", "level changed"),
    "cleared": ("levée", "cleared"),
    "acknowledged": ("acquittée", "acknowledged"),
    "unacknowledged": ("acquittement retiré", "acknowledgement withdrawn"),
    "returned_to_normal": ("terminée", "done with"),
    "shelved": ("mise de côté", "shelved"),
    "unshelved": ("reprise", "no longer shelved"),
    "suppressed": ("expliquée par une cause", "explained by a cause"),
    "unsuppressed": ("n'est plus expliquée", "no longer explained"),
    "out_of_service": ("point hors service", "point out of service"),
    "in_service": ("point de nouveau en service", "point in service again"),
    "latched": ("revenue, gardée en mémoire", "returned, latched"),
    "reset": ("réarmée", "reset"),
    "commented": ("commentée", "commented"),
    "assigned": ("attribuée", "assigned"),
    "confirmed": ("confirmée", "confirmed"),
    "refuted": ("infirmée", "refuted"),
    "judged": ("jugée", "judged"),
    "attached": ("pièce jointe", "something attached"),
    "chattering": ("bat sans cesse", "chattering"),
    "children": ("alertes expliquées", "alerts explained"),
    "refused": ("commande refusée", "command refused"),
}
"""Transition -> what it is called, French and English."""

STATES: dict[str, tuple[str, str]] = {
    "normal": ("normal", "normal"),
    "unacknowledged": ("non acquittée", "unacknowledged"),
    "acknowledged": ("acquittée", "acknowledged"),
    "returned": ("revenue, non acquittée", "returned, unacknowledged"),
    "latched": ("mémorisée, non acquittée", "latched, unacknowledged"),
    "latched_acknowledged": ("mémorisée, acquittée", "latched, acknowledged"),
    "shelved": ("mise de côté", "shelved"),
    "suppressed": ("masquée par conception", "suppressed by design"),
    "out_of_service": ("hors service", "out of service"),
}
"""State -> what it is called, French and English."""

REASONS: dict[str, tuple[str, str]] = {
    "no_arrival": ("rien reçu", "no arrival"),
    "never_seen": ("jamais entendu", "never heard"),
    "no_return": ("pas revenu après une intervention", "not back after an intervention"),
    "poor_coverage": ("mauvaise couverture", "poor coverage"),
    "gateway_down": ("passerelle arrêtée", "gateway down"),
    "network_down": ("réseau arrêté", "network down"),
    "blind": ("plus rien n'arrive", "nothing arrives"),
    "source_stopped": ("source arrêtée", "source stopped"),
    "role_lagging": ("rôle en retard", "role lagging"),
    "clock_jumped": ("saut d'horloge", "clock jumped"),
    "heard": ("de nouveau entendu", "heard again"),
    "poison_record": ("enregistrement fautif", "poison record"),
    "passed": ("passé", "passed"),
    "condition_over": ("de nouveau comme attendu", "as expected again"),
    "renewed": ("a recommencé sous une autre cause", "began again by another cause"),
    "raised_again": ("déclenchée de nouveau", "raised again"),
    "expired": ("délai écoulé", "time is up"),
    "intervention": ("intervention en cours", "intervention under way"),
    "intervention_over": ("intervention terminée", "intervention over"),
    "chattering": ("va et vient trop souvent", "comes and goes too often"),
    **REFUSALS,
}
"""Reason -> what it is called, French and English; a person's own words, and rules of users, stand as they are."""


VERDICTS: dict[str, tuple[str, str]] = {"true": ("fondée", "true"), "false": ("infondée", "false")}
"""Verdict of a person -> what it is called, French and English."""


def word(words: dict[str, tuple[str, str]], name: str, language: str) -> str:
    """A word of a table; a name that is not there, with spaces for underscores.

    >>> word(TRANSITIONS, "judged", "fr"), word(STATES, "out_of_service", "en"), word(REASONS, "on y va", "fr")
    ('jugée', 'out of service', 'on y va')
    """
    found = words.get(name)
    return name if found is None else found[0 if language == "fr" else 1]
