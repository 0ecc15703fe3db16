"""What the commands of `vigie rules` say, French or English by setting; both have the same keys."""

from vigie.streams.core.fleet.words import StatedRule

WORDS = {
    "fr": {
        "platform_only": "Aucune base de données connue ici : seules les règles de la plateforme sont données.",
        "list.head": "règle|d'après|état|où|paramètres|responsable|libellé",
        "everywhere": "partout où elle sait juger",
        "all_points": "tous les points",
        "use_case": "cas d'usage {name}",
        "points": "points {names}",
        "zones": "zones {names}",
        "near": " : vouliez-vous dire {near} ?",
        "not_near": ".",
        "no_rule": "Aucune règle ne s'appelle {name}{near} « vigie rules list » les donne toutes.",
        "refused_file": "{file} ne peut pas être appliqué : voir ci-dessus.",
        "no_rule_in_file": "{file} ne dit rien d'une règle : attendu un fichier rule.yaml, rule.csv ou une flotte.",
        "state.on": "en service",
        "state.trial": "à l'essai",
        "state.off": "arrêtée",
        "state.unasked": "d'office",
        "state.base": "à énoncer",
        "label": "Libellé",
        "definition": "Définition",
        "owner": "Responsable",
        "base": "D'après",
        "state": "État",
        "where": "Où",
        "watches": "Veille sur",
        "calendar": "Calendrier",
        "always": "toujours",
        "priority": "Priorités par niveau",
        "latched": "Mémorisée",
        "second_source": "Seconde source",
        "image": "Image",
        "count": "Points concernés",
        "yes": "oui",
        "contribution": "Contribution",
        "sources": "Données et sources",
        "parameters": "Paramètres en vigueur",
        "parameters.head": "paramètre|valeur|unité|au départ|ce qu'il fait",
        "operations": "Opérations",
        "limits": "Limites connues",
        "check": "À vérifier",
        "clears": "Se ferme",
        "source": "Origine",
        "precision": "Précision mesurée",
        "precision.none": "aucun avis d'agent sur ses alertes",
        "precision.some": "{share} % d'après {count} avis ({true} justes, {false} fausses)",
        "at_start": "d'office",
        "not_set": "non fixé",
        "no_levels": "La règle {name} n'a pas de niveau : donnez-en dans un fichier (--file), par exemple level_1=1.5.",
        "no_points": "La règle {name} ne concerne aucun point dans cette période.",
        "bad_since": "{text} n'est pas une durée : 30d, 12h, 8w.",
        "no_point": "Aucun point ne s'appelle {name}.",
        "tried": "Règle {name} (d'après {base}) sur {points} point(s), du {start} au {end} : {judged} valeurs jugées.",
        "tried.none": "Elle n'aurait rien signalé.",
        "tried.nothing": "Rien de ce qu'elle juge n'est stocké pour cette période : l'essai ne dit rien.",
        "tried.last": "La dernière mesure de ces points est du {at} (option --until).",
        "tried.some": "{count} alerte(s), dont {late} arrivée(s) en retard (archivées, envoyées à personne).",
        "tried.head": "début|fin|point|niveaux|priorité|pire valeur|phrase",
        "lasts": "dure encore",
        "late": "retard",
        "mails": "Courriels par destinataire : {total} ({raised} déclenchement(s), {worse} aggravation(s), {ended}"
        " fin(s)), au plus {most} en une heure ; {reminders} rappel(s) si personne n'acquitte ; {digest} ligne(s) de"
        " résumé quotidien.",
        "as_known": "Les valeurs sont celles que l'on connaît aujourd'hui, avec leurs drapeaux définitifs.",
        "cut": "{count} autres : --all les montre toutes.",
    },
    "en": {
        "platform_only": "No database is known here: only the platform's rules are told.",
        "list.head": "rule|after|state|where|parameters|owner|label",
        "everywhere": "wherever it can judge",
        "all_points": "all points",
        "use_case": "use case {name}",
        "points": "points {names}",
        "zones": "zones {names}",
        "near": ": did you mean {near}?",
        "not_near": ".",
        "no_rule": "No rule is named {name}{near} `vigie rules list` tells them all.",
        "refused_file": "{file} cannot be applied: see above.",
        "no_rule_in_file": "{file} says nothing of a rule: expected a file rule.yaml, rule.csv or a fleet.",
        "state.on": "in service",
        "state.trial": "on trial",
        "state.off": "switched off",
        "state.unasked": "unasked",
        "state.base": "to be stated",
        "label": "Label",
        "definition": "Definition",
        "owner": "Owner",
        "base": "After",
        "state": "State",
        "where": "Where",
        "watches": "Watches",
        "calendar": "Calendar",
        "always": "always",
        "priority": "Priorities by level",
        "latched": "Latched",
        "second_source": "Second source",
        "image": "Image",
        "count": "Points concerned",
        "yes": "yes",
        "contribution": "Contribution",
        "sources": "Data and sources",
        "parameters": "Parameters in force",
        "parameters.head": "parameter|value|unit|at first|what it does",
        "operations": "Operations",
        "limits": "Known limits",
        "check": "Worth a look",
        "clears": "Closes",
        "source": "Origin",
        "precision": "Measured precision",
        "precision.none": "no verdict of an operator on its alerts",
        "precision.some": "{share}% by {count} verdicts ({true} true, {false} false)",
        "at_start": "at first",
        "not_set": "not set",
        "no_levels": "The rule {name} has no level: give some in a file (--file), level_1=1.5 for example.",
        "no_points": "The rule {name} is for no point in this span.",
        "bad_since": "{text} is no duration: 30d, 12h, 8w.",
        "no_point": "No point is named {name}.",
        "tried": "Rule {name} (after {base}) at {points} point(s), {start} to {end}: {judged} values judged.",
        "tried.none": "It would have said nothing.",
        "tried.nothing": "Nothing that it judges is stored for this span: the trial says nothing.",
        "tried.last": "The last reading of these points is of {at} (option --until).",
        "tried.some": "{count} alert(s), {late} of which came late (archived, mailed to nobody).",
        "tried.head": "from|to|point|levels|priority|worst value|sentence",
        "lasts": "still lasts",
        "late": "late",
        "mails": "Mails per recipient: {total} ({raised} raised, {worse} worse, {ended} over), at most {most} in an"
        " hour; {reminders} reminder(s) if nobody acknowledges; {digest} line(s) of daily digests.",
        "as_known": "The values are those known today, with their final flags.",
        "cut": "{count} more: --all shows every one.",
    },
}


def say(language: str, key: str, **values: object) -> str:
    """A sentence or a word.

    >>> say("fr", "state.trial"), say("en", "use_case", name="river")
    ("à l'essai", 'use case river')
    """
    return WORDS[language][key].format(**values)


def state_text(state: str, language: str) -> str:
    """A state of the fleet's (`on`, `trial`, `off`), or of a rule that nobody stated (`unasked`, `base`)."""
    return WORDS[language][f"state.{state}"]


def where_text(one: StatedRule, language: str) -> str:
    """Which points a rule is for."""
    parts = []
    if one.points:
        parts.append(say(language, "points", names=", ".join(one.points)))
    if one.zones:
        parts.append(say(language, "zones", names=", ".join(one.zones)))
    if one.use_case:
        parts.append(say(language, "use_case", name=one.use_case))
    return " ; ".join(parts) or say(language, "all_points")
