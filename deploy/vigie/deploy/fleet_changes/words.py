"""What the commands that change the fleet say, French or English; both have the same keys."""

WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "added": "ajouts {count}", "changed": "modifications {count}", "taken_back": "retraits {count}", "colon": " : ",
        "more": "… et encore {count} (--all montre tout)", "none": "–", "yes": "oui", "no": "non",
        "holds": "vaut", "holds_not": "ne vaut pas",
        "always": "toujours", "from": "depuis le {start}", "until": "jusqu'au {end}", "between": "du {start} au {end}",
        "nothing": "Rien à changer : la flotte (révision {revision}) est telle que déclarée.",
        "summary": "Objets qui changent : {changes}.",
        "touches": "Messages stockés à placer ou à reprendre : {uplinks} (périodes de points : {repairs}).",
        "touches_unknown": "Périodes de points à reprendre : {repairs} ; compter leurs messages prend plus de "
        "{limit} s.",
        "touches_none": "Aucun message stocké n'est concerné.",
        "refused": "Refusé, rien n'est changé. Erreurs : {count}.",
        "confirm": "Appliquer ?", "confirm_replay": "Reprendre l'historique de ces messages ?",
        "declined": "Rien n'est changé.",
        "prune_needs_yes": "--prune retire des objets ({count}) : hors d'un terminal, confirmez par --yes.",
        "applied": "Flotte appliquée : révision {revision}, objets changés : {changes}.",
        "offered": "L'historique n'est pas repris : `vigie fleet repairs ask --all` le demande.",
        "asked": "L'historique est repris par le rôle recompute : `vigie fleet repairs` montre où il en est.",
        "published": "Publié sur {topic} (enregistrements : {count}).",
        "recorded_only": "Enregistré, pas encore publié ({why}) : le rôle recompute publiera ensuite "
        "(enregistrements : {count}).",
        "strange_topic": "{topic} porte une révision {revision} que la base ne connaît pas, sans doute parce qu'elle a "
        "été restaurée ; `vigie fleet check --republish` refait le topic",
        "kafka_unknown": "aucun Kafka n'est connu ici",
        "kafka_away": "Kafka ne répond pas à {kafka}",
        "no_topic": "le topic {topic} n'existe pas : `vigie topics create` le crée",
        "kafka_slow": "Kafka n'a pas confirmé en {limit} s",
        "no_point": "Le point {name} n'existe pas{near}", "near": " ; est-ce {name} ?",
        "nothing_placed": "Aucun capteur n'est posé au point {point} le {at}.",
        "several_placed": "Plusieurs capteurs sont posés au point {point} le {at} : {devices}. Dites lequel par --old.",
        "begins_then": "La pose {placement} commence à cet instant même : donnez une heure plus tardive.",
        "same_device": "Le capteur {device} est déjà celui qui est posé au point {point}.",
        "unknown_device": "Le capteur {device} n'existe pas : donnez son adresse par --address.",
        "other_address": "Le capteur {device} existe déjà, avec {addresses} : ôtez --address.",
        "unknown_model": "Le modèle {model} n'est ni dans la flotte ni au catalogue : déclarez-le d'abord, ou donnez "
        "--model.",
        "model_needed": "Aucun message de {address} ne dit le modèle : donnez --model.",
        "not_a_field": "{name} n'est pas un champ de la pose que l'on puisse donner ici : attendu {known}.",
        "bad_value": "{name} : {why}",
        "work": "Remplacement de {old} par {new}",
        "update_files": "Si la flotte est tenue dans des fichiers, mettez-les à jour : `vigie fleet export`.",
        "none_unknown": "Aucune adresse inconnue n'émet.",
        "unknown_head": "adresse|modèle|entendue d'abord|entendue en dernier|messages",
        "claim_hint": "Pour l'adopter : vigie fleet claim ADRESSE --point POINT --at '2026-03-02 08:00'",
        "claim_needs": "Donnez aussi --point et --at : où ce capteur est posé, et depuis quand.",
    },
    "en": {
        "added": "added {count}", "changed": "changed {count}", "taken_back": "taken back {count}", "colon": ": ",
        "more": "… and {count} more (--all shows everything)", "none": "–", "yes": "yes", "no": "no",
        "holds": "holds", "holds_not": "does not hold",
        "always": "always", "from": "from {start} on", "until": "until {end}", "between": "from {start} to {end}",
        "nothing": "Nothing to change: the fleet (revision {revision}) is as stated.",
        "summary": "Objects that change: {changes}.",
        "touches": "Stored uplinks to be placed or repaired: {uplinks} (spans of points: {repairs}).",
        "touches_unknown": "Spans of points to be repaired: {repairs}; to count their uplinks takes over {limit} s.",
        "touches_none": "No stored uplink is concerned.",
        "refused": "Refused, nothing is changed. Errors: {count}.",
        "confirm": "Apply?", "confirm_replay": "Repair the history of these uplinks?",
        "declined": "Nothing is changed.",
        "prune_needs_yes": "--prune takes back objects ({count}): without a terminal, confirm by --yes.",
        "applied": "Fleet applied: revision {revision}, objects changed: {changes}.",
        "offered": "History is not repaired: `vigie fleet repairs ask --all` asks for it.",
        "asked": "History is repaired by the role recompute: `vigie fleet repairs` shows how far it has come.",
        "published": "Published on {topic} (records: {count}).",
        "recorded_only": "Recorded, not published yet ({why}): the role recompute will publish after that "
        "(records: {count}).",
        "strange_topic": "{topic} has a revision {revision} that the database does not know, probably because it was "
        "restored; `vigie fleet check --republish` makes the topic anew",
        "kafka_unknown": "no Kafka is known here",
        "kafka_away": "Kafka does not answer at {kafka}",
        "no_topic": "the topic {topic} does not exist: `vigie topics create` makes it",
        "kafka_slow": "Kafka has not confirmed within {limit} s",
        "no_point": "There is no point {name}{near}", "near": "; is it {name}?",
        "nothing_placed": "No device is placed at the point {point} at {at}.",
        "several_placed": "Several devices are placed at the point {point} at {at}: {devices}. Say which by --old.",
        "begins_then": "The placement {placement} begins at that very instant: give a later time.",
        "same_device": "The device {device} is the one that is placed at the point {point} already.",
        "unknown_device": "There is no device {device}: give its address by --address.",
        "other_address": "The device {device} exists already, with {addresses}: leave --address out.",
        "unknown_model": "The model {model} is in neither fleet nor catalogue: state it first, or give --model.",
        "model_needed": "No uplink of {address} says the model: give --model.",
        "not_a_field": "{name} is no field of the placement that can be given here: expected {known}.",
        "bad_value": "{name}: {why}",
        "work": "{old} replaced by {new}",
        "update_files": "If the fleet is kept in files, bring them up to date: `vigie fleet export`.",
        "none_unknown": "No unknown address sends.",
        "unknown_head": "address|model|first heard|last heard|uplinks",
        "claim_hint": 'To adopt one: vigie fleet claim ADDRESS --point POINT --at "2026-03-02 08:00"',
        "claim_needs": "Give --point and --at too: where this device is placed, and since when.",
    },
}  # fmt: skip


def tell(language: str, key: str, **values: object) -> str:
    """A sentence.

    >>> tell("fr", "summary", changes=3), tell("en", "summary", changes=3)
    ('Objets qui changent : 3.', 'Objects that change: 3.')
    """
    return WORDS[language][key].format(**values)
