"""The words of mails, in French and English; both have the same keys (a test holds them to it)."""

from vigie.streams.core.local_time import NO_BREAK
from vigie.topics.alert_event import PRIORITIES

WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "colon": f"{NO_BREAK}:",
        "open_quote": f"«{NO_BREAK}",
        "close_quote": f"{NO_BREAK}»",
        "list": "Alertes Vigie",
        "seen": "Ce qui est mesuré",
        "about": "De quoi il s'agit",
        "judged": "Comment c'est jugé",
        "with": "Ce qui va avec",
        "check": "À vérifier",
        "clears": "Ce qui ferme l'alerte",
        "history": "Ce qui s'est passé",
        "children": "Alertes expliquées par celle-ci",
        "children_more": "et {count} autres, dans l'archive",
        "children_one": "1 alerte, archivée sans courriel",
        "children_many": "{count} alertes, archivées sans courriel",
        "more_here_one": "1 autre alerte de ce groupe, dans l'archive",
        "more_here_many": "{count} autres alertes de ce groupe, dans l'archive",
        "second_source": "Seconde source, au déclenchement",
        "chart": "Les dernières 48 heures",
        "image": "Image de la seconde source, prise au déclenchement",
        "lasted": "Durée",
        "acknowledge": "Pour acquitter (dire « je m'en occupe »)",
        "confirm": "Pour confirmer ou démentir",
        "page": "La page de l'alerte",
        "data": "Les données",
        "live": "L'image de maintenant",
        "others": "Et aussi",
        "priority": "Priorité",
        "state": "État",
        "level": "niveau",
        "by": "par",
        "until": "jusqu'au",
        "to": "à",
        "footer_list": f"Vous recevez ce courriel par la liste «{NO_BREAK}{{list}}{NO_BREAK}».",
        "footer_setting": "Vous recevez ce courriel par le réglage VIGIE_MAIL_TO.",
        "footer": "Message automatique de Vigie : inutile d'y répondre. Les heures sont l'heure légale ({zone}).",
        "several": "{alerts} de {incidents}.",
        "alert_one": "1 alerte", "alert_many": "{count} alertes",
        "incident_one": "1 incident", "incident_many": "{count} incidents",
        "escalated": "Personne n'a acquitté cette alerte depuis {since} : elle vous est transmise.",
        "escalated_plain": "Personne n'a acquitté cette alerte : elle vous est transmise.",
        "reminded": "Rappel : cette alerte dure depuis {since} et personne ne l'a acquittée.",
        "subject_several": "Plusieurs alertes",
        "subject_digest": "Bulletin du {date}",
        "digest_none": "Rien à signaler.",
        "digest_counted": "Pour information seulement.",
        "digest_hand": "Ce qui demande une intervention",
        "digest_failed": "Ce qui est en défaut",
        "digest_back": "Ce qui est revenu",
        "digest_other": "Autres changements",
        "digest_opening": "{hand}, {failed}, {back}.",
        "hand_none": "Rien ne demande d'intervention",
        "hand_one": "1 alerte demande une intervention", "hand_many": "{count} alertes demandent une intervention",
        "failed_none": "aucun autre défaut", "failed_one": "1 autre défaut en cours",
        "failed_many": "{count} autres défauts en cours",
        "back_none": "aucun retour à la normale", "back_one": "1 retour à la normale",
        "back_many": "{count} retours à la normale",
        "late_one": "1 alerte porte sur des données arrivées trop tard : elle n'a fait l'objet d'aucun courriel.",
        "late_many": "{count} alertes portent sur des données arrivées trop tard : elles n'ont fait l'objet d'aucun "
        "courriel.",
        "suppressed_one": "1 alerte s'explique par une cause déjà signalée.",
        "suppressed_many": "{count} alertes s'expliquent par une cause déjà signalée.",
        "more_one": "1 changement de plus est dans l'archive.",
        "more_many": "{count} changements de plus sont dans l'archive.",
        "archive": "Tout est dans l'archive : vigie alerts export.",
    },
    "en": {
        "colon": ":",
        "open_quote": "“",
        "close_quote": "”",
        "list": "Vigie alerts",
        "seen": "What was measured",
        "about": "What it is about",
        "judged": "How it was judged",
        "with": "What goes with it",
        "check": "Worth a look",
        "clears": "What closes the alert",
        "history": "What has happened",
        "children": "Alerts that this one explains",
        "children_more": "and {count} more, in the archive",
        "children_one": "1 alert, archived and not mailed",
        "children_many": "{count} alerts, archived and not mailed",
        "more_here_one": "1 more alert of this group, in the archive",
        "more_here_many": "{count} more alerts of this group, in the archive",
        "second_source": "Second source, at the raise",
        "chart": "The last 48 hours",
        "image": "Image of the second source, taken when the alert was raised",
        "lasted": "Duration",
        "acknowledge": "To acknowledge (“I see to it”)",
        "confirm": "To confirm or refute",
        "page": "The page of this alert",
        "data": "The data",
        "live": "The image as it is now",
        "others": "Also",
        "priority": "Priority",
        "state": "State",
        "level": "level",
        "by": "by",
        "until": "until",
        "to": "to",
        "footer_list": "You get this mail through the list “{list}”.",
        "footer_setting": "You get this mail through the setting VIGIE_MAIL_TO.",
        "footer": "Automatic message of Vigie: no need to answer. Times are the legal time ({zone}).",
        "several": "{alerts} of {incidents}.",
        "alert_one": "1 alert", "alert_many": "{count} alerts",
        "incident_one": "1 incident", "incident_many": "{count} incidents",
        "escalated": "Nobody has acknowledged this alert for {since}: it is passed on to you.",
        "escalated_plain": "Nobody has acknowledged this alert: it is passed on to you.",
        "reminded": "Reminder: this alert has lasted for {since}, and nobody has acknowledged it.",
        "subject_several": "Several alerts",
        "subject_digest": "Digest of {date}",
        "digest_none": "Nothing to report.",
        "digest_counted": "For information only.",
        "digest_hand": "What needs a hand",
        "digest_failed": "What failed",
        "digest_back": "What came back",
        "digest_other": "Other changes",
        "digest_opening": "{hand}, {failed}, {back}.",
        "hand_none": "Nothing needs a hand",
        "hand_one": "1 alert needs a hand", "hand_many": "{count} alerts need a hand",
        "failed_none": "no other failure", "failed_one": "1 other failure", "failed_many": "{count} other failures",
        "back_none": "nothing came back", "back_one": "1 came back", "back_many": "{count} came back",
        "late_one": "1 alert is about data that came too late: nobody was mailed about it.",
        "late_many": "{count} alerts are about data that came too late: nobody was mailed about them.",
        "suppressed_one": "1 alert is explained by a cause that was told already.",
        "suppressed_many": "{count} alerts are explained by a cause that was told already.",
        "more_one": "1 more change is in the archive.",
        "more_many": "{count} more changes are in the archive.",
        "archive": "Everything is in the archive: vigie alerts export.",
    },
}  # fmt: skip

KINDS = {
    "fr": {
        "silence": "Silence", "communication": "Communication", "gateway": "Passerelle muette",
        "network": "Réseau muet", "platform": "Plateforme", "value": "Valeur", "data": "Données",
    },
    "en": {
        "silence": "Silence", "communication": "Communication", "gateway": "Gateway down", "network": "Network down",
        "platform": "Platform", "value": "Value", "data": "Data",
    },
}  # fmt: skip
"""Kinds of alarm keys."""

RULES = {
    "fr": {
        "no_arrival": "silence", "never_seen": "jamais entendu", "no_return": "pas de retour après l'intervention",
        "poor_coverage": "couverture faible", "late": "données en retard", "zombie": "capteur figé",
        "clock": "horloge fausse", "replay": "messages répétés", "reset": "redémarrage",
        "gateway_down": "passerelle muette", "network_down": "réseau muet", "poison_record": "enregistrement fautif",
        "blind": "plateforme aveugle", "source_stopped": "source arrêtée", "role_lagging": "traitement en retard",
        "clock_jumped": "saut d'horloge", "threshold": "seuil", "rate": "vitesse de variation",
        "quality_fault": "défaut de qualité", "data_gap": "données manquantes", "chattering": "alarme instable",
    },
    "en": {
        "no_arrival": "silence", "never_seen": "never heard", "no_return": "no return after the intervention",
        "poor_coverage": "poor coverage", "late": "late data", "zombie": "frozen device", "clock": "wrong clock",
        "replay": "repeated messages", "reset": "restart", "gateway_down": "gateway down",
        "network_down": "network down", "poison_record": "poison record", "blind": "platform is blind",
        "source_stopped": "source stopped", "role_lagging": "role lagging", "clock_jumped": "clock jumped",
        "threshold": "threshold", "rate": "rate of change", "quality_fault": "fault of quality",
        "data_gap": "missing data", "chattering": "chattering alarm",
    },
}  # fmt: skip
"""The platform's own rules; those of the fleet stand under their own names."""

LAWS = {
    "fr": {
        "slots": "messages attendus un à un", "irregular": "envois irréguliers", "schedule": "envois à heures fixes",
        "cap": "délai maximal du cas d'usage", "value": "valeur inhabituelle", "hour": "inhabituelle à cette heure",
        "late": "moyenne récente inhabituelle",
    },
    "en": {
        "slots": "messages expected one by one", "irregular": "irregular messages", "schedule": "messages at set hours",
        "cap": "longest delay of the use case",
    },
}  # fmt: skip
"""By what silence is judged; laws of statistics stand under their own names."""

PLAIN = frozenset({"no_arrival", "gateway_down", "network_down"})
"""Rules that say no more than their kind does."""

PRIORITY_NAMES = {"fr": PRIORITIES, "en": {1: "critical", 2: "high", 3: "medium", 4: "information"}}


def counted(language: str, word: str, count: int) -> str:
    """How many, in words: French says "1 alerte" and "0 alerte", English "0 alerts".

    >>> counted("fr", "alert", 1), counted("fr", "alert", 3), counted("en", "back", 0)
    ('1 alerte', '3 alertes', 'nothing came back')
    """
    words = WORDS[language]
    if count == 0 and f"{word}_none" in words:
        return words[f"{word}_none"]
    return words[f"{word}_{'one' if count == 1 else 'many'}"].format(count=count)
