"""The alert that somebody names on the command line: by its id or the first letters of it."""

import re

from vigie.deploy.operator_error import Exit, OperatorError
from vigie.serving.store import Store
from vigie.topics.alert_event import AlertEvent

_LEAST = 4
_WORDS = {
    "fr": {
        "none": "Aucune alerte de la base ne commence par « {name} » : « vigie alerts list » donne leurs identifiants.",
        "several": "« {name} » désigne plusieurs alertes ({found} …) : donnez plus de chiffres.",
        "form": "« {name} » n'est pas l'identifiant d'une alerte : il en faut les {least} premiers chiffres au moins, "
        "de 0 à 9 et de a à f.",
    },
    "en": {
        "none": "No alert of the store begins with {name}: `vigie alerts list` gives their ids.",
        "several": "{name} names several alerts ({found} …): give more digits.",
        "form": "{name} is no id of an alert: at least its first {least} digits, 0 to 9 and a to f.",
    },
}


def alert_named(store: Store, name: str, language: str) -> list[AlertEvent]:
    """Its transitions.

    Args:
        store: to be asked.
        name: of at least 4 hex digits; `alerte-` before them, as spreadsheets have it, does no harm.
        language: of the sentence if there is none.

    Raises:
        OperatorError: none begins so, or several.
    """
    words, start = _WORDS[language], name.strip().lower().removeprefix("alerte-").rstrip("…")
    if not re.fullmatch(rf"[0-9a-f]{{{_LEAST},32}}", start):
        raise OperatorError(words["form"].format(name=name, least=_LEAST), Exit.USAGE)
    found = store.alert_ids(start)
    if not found:
        raise OperatorError(words["none"].format(name=name), Exit.USAGE)
    if len(found) > 1:
        raise OperatorError(words["several"].format(name=name, found=", ".join(found)), Exit.USAGE)
    return store.alert(found[0])
