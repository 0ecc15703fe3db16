"""What the commands about the fleet's files say, French or English by setting; both have the same keys."""

WORDS = {
    "fr": {
        "reading": "Lecture",
        "counts": "Objets : {objects}, versions : {versions}, erreurs : {errors}, avertissements : {warnings}.",
        "more": "… et {count} autres ; --all les montre tous.",
        "exported": "{place} : {objects} objets, {versions} versions.",
        "exported_files": "{place} : {objects} objets, {versions} versions, {files} fichiers.",
        "private": "Sans les noms, courriels et téléphones des contacts (--with-contacts les ajoute) : une personne "
        "qui figure déjà en base les perdrait si vous appliquiez cet export tel quel.",
        "not_empty": "{place} contient des fichiers de flotte que cet export ne remplacerait pas ({names}) : relu, le "
        "dossier dirait deux choses. Effacez-les, ou donnez un autre dossier.",
        "republished": "Révision {revision} : {records} enregistrements dans la file, {sent} envoyés à fleet.v1 ; "
        "{differing} objets différaient, {forgotten} n'étaient pas en base, {repairs} plages d'historique à reprendre.",
        "nothing_to_do": "Donnez un dossier ou un fichier à contrôler, ou --republish.",
        "exists": "{place} existe déjà, et n'est pas remplacé ; donnez un autre nom.",
        "too_long": "{where} : trop long pour une cellule de tableur ; exportez un dossier de fichiers.",
        "template": "{place} : un classeur à remplir ({sheets} feuilles).",
    },
    "en": {
        "reading": "Reading",
        "counts": "Objects: {objects}, versions: {versions}, errors: {errors}, warnings: {warnings}.",
        "more": "… and {count} more; --all shows them.",
        "exported": "{place}: {objects} objects, {versions} versions.",
        "exported_files": "{place}: {objects} objects, {versions} versions, {files} files.",
        "private": "Without names, mails and phones of contacts (--with-contacts adds them): a person that the "
        "database has would lose them if you applied this export as it is.",
        "not_empty": "{place} has files of a fleet that this export would not replace ({names}): read again, the "
        "folder would say two things. Delete them, or name another folder.",
        "republished": "Revision {revision}: {records} records in the outbox, {sent} sent to fleet.v1; {differing} "
        "objects differed, {forgotten} were not in the database, {repairs} spans of history to be repaired.",
        "nothing_to_do": "Name a folder or a file to check, or --republish.",
        "exists": "{place} is there already, and is not replaced; give another name.",
        "too_long": "{where}: too long for a cell of a spreadsheet; export a folder of files.",
        "template": "{place}: a workbook to fill in ({sheets} sheets).",
    },
}


def say(language: str, key: str, **values: object) -> str:
    """A sentence.

    >>> say("en", "more", count=3)
    '… and 3 more; --all shows them.'
    """
    return WORDS[language][key].format(**values)
