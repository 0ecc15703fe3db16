"""Words about alerts that pages and files share: kinds, facts by their forms."""

from vigie.streams.core.alarm.words import VERDICTS, word
from vigie.streams.core.outside_text import outside_text

KINDS = {
    "silence": ("silence", "silence"),
    "communication": ("communication", "communication"),
    "gateway": ("passerelle", "gateway"),
    "network": ("réseau", "network"),
    "platform": ("plateforme", "platform"),
    "value": ("valeur anormale", "abnormal value"),
    "data": ("données", "data"),
}
"""Kind of an alarm, the first part of its key: what it is called in French and in English."""


def kind_text(alarm_key: str, language: str) -> str:
    """What the kind of an alarm is called.

    >>> kind_text("value:point:P1:crue", "fr"), kind_text("gateway:gw-1:gateway_down", "en")
    ('valeur anormale', 'gateway')
    """
    kind = alarm_key.partition(":")[0]
    words = KINDS.get(kind)
    return words[language == "en"] if words else outside_text(kind)


def verdict_text(verdict: str, language: str) -> str:
    """What a verdict is called; nothing for none.

    >>> verdict_text("false", "fr"), verdict_text("", "fr")
    ('infondée', '')
    """
    return word(VERDICTS, verdict, language)
