"""What the console says most often, French or English by setting; both have the same keys (a test holds them to it).

Rarer errors (a download, a program that is missing, a service that does not start) are in English.
"""

WORDS = {
    "fr": {
        "nothing_runs": "Rien ne tourne sur {data}.",
        "start_it": "Rien ne tourne sur {data} : démarrez par `vigie up`.",
        "stopped": "Arrêté (pid {pid}).",
        "not_ended": "`vigie up` (pid {pid}) n'a pas fini en {limit_s} s : regardez {logs}, ou mettez-y fin par "
        "kill -9 {pid} (ses enfants finissent avec lui).",
        "no_installation": "Aucune installation ne tourne sur {data}, et ni VIGIE_KAFKA ni VIGIE_DATABASE n'est donné. "
        "Démarrez-en une par `vigie up`, ou donnez dans VIGIE_DATA le dossier de celle qui tourne.",
        "no_database": "Aucune base de données n'est connue ici : démarrez `vigie up`, ou donnez VIGIE_DATABASE.",
        "folder_in_use": "Le dossier de données {data} sert à un autre `vigie up` (pid {pid}). Arrêtez celui-ci par "
        "`vigie down`, ou donnez dans VIGIE_DATA un autre dossier.",
        "disk_full": "Le disque du dossier de données {data} n'a que {free_mb} Mo libres, et il en faut {least_mb} "
        "pour démarrer. Faites de la place, ou donnez dans VIGIE_DATA un dossier d'un autre disque.",
        "port_taken": "Le port {port} ({setting}) est celui d'un autre programme{whose}. Arrêtez ce programme, ou "
        "donnez dans {setting} un autre port (0 en prend un libre).",
        "port_refused": "Le port {port} ({setting}) ne peut pas être ouvert : {reason}. Donnez dans {setting} un autre "
        "port (0 en prend un libre).",
        "host_unusable": "VIGIE_HOST est {host}, où cette machine ne peut pas écouter : {reason}. Donnez-y une de ses "
        "propres adresses, 127.0.0.1 ou 0.0.0.0 (toutes) par exemple.",
        "topics_exist": "Tous les topics existent.",
        "topics_agree": "Le cluster est conforme au catalogue.",
        "exported_transitions": "{file} : {count} transitions, {profile}",
        "exported_alerts": "{file} : {count} alertes, {profile}",
    },
    "en": {
        "nothing_runs": "Nothing runs on {data}.",
        "start_it": "Nothing runs on {data}: start it with `vigie up`.",
        "stopped": "Stopped (pid {pid}).",
        "not_ended": "`vigie up` (pid {pid}) has not ended within {limit_s} s: look at {logs}, or end it with "
        "kill -9 {pid} (its children end with it).",
        "no_installation": "No installation runs on {data}, and neither VIGIE_KAFKA nor VIGIE_DATABASE is set. "
        "Start one with `vigie up`, or set VIGIE_DATA to the folder of the one that runs.",
        "no_database": "No database is known here: start `vigie up`, or set VIGIE_DATABASE.",
        "folder_in_use": "The data folder {data} is in use by another `vigie up` (pid {pid}). Stop that one with "
        "`vigie down`, or set VIGIE_DATA to another folder.",
        "disk_full": "The disk of the data folder {data} has {free_mb} MB free, and {least_mb} MB are the least to "
        "start with. Free some room, or set VIGIE_DATA to a folder on another disk.",
        "port_taken": "Port {port} ({setting}) belongs to another program{whose}. Stop that program, or set {setting} "
        "to another port (0 takes a free one).",
        "port_refused": "Port {port} ({setting}) cannot be opened: {reason}. Set {setting} to another port (0 takes a "
        "free one).",
        "host_unusable": "VIGIE_HOST is {host}, where this machine cannot listen: {reason}. Set it to one of its own "
        "addresses, 127.0.0.1 or 0.0.0.0 (all of them) say.",
        "topics_exist": "Every topic exists.",
        "topics_agree": "The cluster is as the catalogue says.",
        "exported_transitions": "{file}: {count} transitions, {profile}",
        "exported_alerts": "{file}: {count} alerts, {profile}",
    },
}


def say(language: str, key: str, **values: object) -> str:
    """A sentence of the console.

    >>> say("fr", "stopped", pid=7), say("en", "stopped", pid=7)
    ('Arrêté (pid 7).', 'Stopped (pid 7).')
    """
    return WORDS[language][key].format(**values)
