"""The words of interventions on the console, by language; both languages have the same keys (a test holds them)."""

INTERVENTION_WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "point": "Point",
        "intervention": "Intervention",
        "state": "Où l'on en est",
        "since": "Depuis",
        "due": "Données attendues avant",
        "back_at": "Données revenues",
        "none": "Aucune intervention ouverte, ni close depuis {days} jours.",
        "back": "données revenues",
        "late": "données revenues tard",
        "waiting": "données attendues",
        "missing": "données manquantes",
        "requested": "demandée",
        "accepted": "acceptée",
        "under_way": "en cours",
        "refused": "refusée",
        "done": "faite",
        "final": "L'intervention {id} est {now} : elle est close, et « {wanted} » ne peut plus la suivre. "
        "Ouvrez-en une autre par --state requested ou under_way.",
        "not_after": "L'intervention {id} est {now} : « {wanted} » ne peut pas suivre. Peuvent suivre : {follows}.",
        "not_accepted": "L'accord de {party} est demandé pour l'intervention {id}, et n'est pas encore donné : notez "
        "sa réponse par --state accepted ou refused.",
        "earlier": "L'intervention {id} a déjà un instant noté le {noted} : donnez par --at une heure qui ne le "
        "précède pas.",
        "none_open": "Aucune intervention n'est ouverte au point {point} : « {wanted} » ne suit rien. Commencez par "
        "--state requested, ou under_way s'il n'y a pas d'accord à demander.",
        "several": "Plusieurs interventions sont ouvertes au point {point} : {ids}. Dites laquelle par --id.",
        "unknown_id": "Le point {point} n'a pas d'intervention {id}.",
        "expected": "Des données de {code} sont attendues avant le {due} : `vigie quality returns` dit si elles sont "
        "revenues.",
    },
    "en": {
        "point": "Point",
        "intervention": "Intervention",
        "state": "Where it stands",
        "since": "Since",
        "due": "Data expected before",
        "back_at": "Data came back",
        "none": "No intervention is open, none was closed within {days} days.",
        "back": "data came back",
        "late": "data came back late",
        "waiting": "data expected",
        "missing": "data missing",
        "requested": "requested",
        "accepted": "accepted",
        "under_way": "under way",
        "refused": "refused",
        "done": "done",
        "final": "The intervention {id} is {now}: it is over, and {wanted!r} cannot follow any more. Open another one "
        "by --state requested or under_way.",
        "not_after": "The intervention {id} is {now}: {wanted!r} cannot follow. What can: {follows}.",
        "not_accepted": "{party} was asked to agree to the intervention {id} and has not answered: note the answer by "
        "--state accepted or refused.",
        "earlier": "The intervention {id} has an instant noted at {noted} already: give one by --at that is not before "
        "it.",
        "none_open": "No intervention is open at the point {point}: {wanted!r} follows nothing. Begin with --state "
        "requested, or under_way where nobody has to agree.",
        "several": "Several interventions are open at the point {point}: {ids}. Say which by --id.",
        "unknown_id": "The point {point} has no intervention {id}.",
        "expected": "Data of {code} are expected before {due}: `vigie quality returns` says whether they came back.",
    },
}
