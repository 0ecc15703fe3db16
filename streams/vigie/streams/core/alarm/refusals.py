"""Why a command is not obeyed: a word for programs, a sentence in plain French and English for its author."""

REFUSALS: dict[str, tuple[str, str]] = {
    "unknown_alert": (
        "aucune alerte n'est connue sous cet identifiant, ou elle est trop ancienne",
        "no alert is known by this id, or it is too old",
    ),
    "over": ("l'alerte est terminée", "the alert is over"),
    "already_acknowledged": ("l'alerte est déjà acquittée", "the alert is acknowledged already"),
    "not_acknowledged": ("l'alerte n'est pas acquittée", "the alert is not acknowledged"),
    "worse_since": (
        "le niveau de l'alerte a monté depuis : regardez-la de nouveau avant de l'acquitter",
        "the level of the alert has risen since: look at it again before you acknowledge it",
    ),
    "still_active": (
        "ce qui l'a déclenchée dure encore : il n'y a rien à réarmer",
        "what raised it still holds: there is nothing to reset",
    ),
    "not_latched": (
        "l'alerte n'est pas mémorisée : acquittez-la, elle sera terminée",
        "the alert is not latched: acknowledge it, and it is over",
    ),
    "not_shelved": ("l'alerte n'est pas mise de côté", "the alert is not shelved"),
    "needs_author": ("il faut dire qui le demande", "it must be said who wants it"),
    "needs_reason": ("il faut un motif, ou un texte", "a reason, or a text, is needed"),
    "needs_end": ("il faut dire jusqu'à quand", "an end is needed"),
    "end_passed": ("la fin demandée est déjà passée", "the end that was asked for has passed"),
    "end_too_far": ("une mise de côté dure sept jours au plus", "an alert is shelved for seven days at most"),
    "bad_value": ("la valeur donnée n'est pas de celles que cette commande connaît",
                  "the value is none that this command knows"),
    "no_contact": (
        "il faut l'identifiant d'un contact, sans espace ni « @ » : noms et adresses n'ont rien à faire dans l'archive",
        "the id of a contact is needed, without blanks and @: names and addresses do not belong in the archive",
    ),
    "too_long": ("le texte ou les faits joints sont trop longs", "the text or the facts attached are too long"),
    "unknown_action": ("cette commande n'existe pas", "there is no such command"),
}  # fmt: skip
"""Word -> sentence in French, in English."""


def refusal(word: str, language: str) -> str:
    """The sentence of a refusal.

    >>> refusal("over", "en"), refusal("over", "fr")
    ('the alert is over', "l'alerte est terminée")
    """
    found = REFUSALS.get(word)
    return word if found is None else found[0 if language == "fr" else 1]
