"""Words of `vigie recompute`, in both languages with the same keys."""

WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "unknown": "Ni grandeur ni indicateur ne s'appelle « {name} ».{hint} "
        "`vigie indicators list` les montre ; « * » : tous.",
        "hint": " Vouliez-vous dire {near} ?",
        "nobody": "La flotte ne connaît pas {name}, et rien n'en a été calculé.{hint}",
        "subject": "Un sujet s'écrit point:…, zone:…, commune:…, use_case:… ou network:…, et non « {name} ».",
        "empty": "La période est vide : --to n'est pas après --from.",
        "asked": "Demande {number} : {indicator}, du {since} au {until}.",
        "left": "Rien n'est perdu : la demande {number} reste notée, et le rôle recompute la fera.",
        "waits": "La demande attend encore : recompute tourne-t-il, et observe, qui dit quelles fenêtres il tient "
        "encore (`vigie status`) ?",
        "working": "{windows} fenêtres calculées, {changed} changées",
        "done": "Terminé : {windows} fenêtres calculées, {changed} changées.",
        "missing": "Il manque --indicator et --from (ou --baselines, qui va seul) : « vigie recompute --help ».",
        "alone": "--baselines va seul, avec --no-wait ou --json : les références sont faites pour tous les points.",
        "baselines_asked": "Demande {number} : les références de tous les points.",
        "baselines_done": "Terminé : {series} références pour {points} points, publiées.",
        "baselines_left": "Rien n'est perdu : la demande {number} reste notée, et le rôle recompute la fera.",
        "baselines_wait": "La demande attend encore : le rôle recompute tourne-t-il (`vigie status`) ?",
        "owned": "Les fenêtres d'une grandeur encore en mémoire (un jour et demi environ) sont tenues par observe.",
    },
    "en": {
        "unknown": "Neither a property nor an indicator is named {name!r}.{hint} "
        "`vigie indicators list` shows them; *: all.",
        "hint": " Did you mean {near}?",
        "nobody": "The fleet does not know {name}, and nothing was computed of it.{hint}",
        "subject": "A subject is written point:…, zone:…, commune:…, use_case:… or network:…, not {name!r}.",
        "empty": "The span is empty: --to is not after --from.",
        "asked": "Request {number}: {indicator}, from {since} to {until}.",
        "left": "Nothing is lost: request {number} stays noted, and the role recompute will do it.",
        "waits": "The request still waits: do recompute, and observe, which says which windows it still holds, run "
        "(`vigie status`)?",
        "working": "{windows} windows computed, {changed} changed",
        "done": "Done: {windows} windows computed, {changed} changed.",
        "missing": "--indicator and --from are missing (or --baselines, which goes alone): `vigie recompute --help`.",
        "alone": "--baselines goes alone, with --no-wait or --json: baselines are made for all points.",
        "baselines_asked": "Request {number}: baselines of all points.",
        "baselines_done": "Done: {series} baselines of {points} points, published.",
        "baselines_left": "Nothing is lost: request {number} stays noted, and the role recompute will do it.",
        "baselines_wait": "The request still waits: does the role recompute run (`vigie status`)?",
        "owned": "Windows of a property that are still in memory (some day and a half) are kept right by observe.",
    },
}
