"""Photos and documents of a statement: each file's SHA-256, and whether it is the one that was stated."""

import hashlib
from pathlib import Path

from msgspec.structs import replace

from vigie.deploy.fleet_files.refused import shown
from vigie.topics.fleet.stated import Problem, Stated


def with_hashes(stated: list[Stated], folder: Path, problems: list[Problem]) -> list[Stated]:
    """The same with the hash of each document whose file is in the folder.

    Args:
        stated: objects of every kind.
        folder: that paths of documents are within.
        problems: receives files that are not there, or not what was stated.
    """
    return [_with_hash(one, folder, problems) if one.kind == "document" else one for one in stated]


def _with_hash(one: Stated, folder: Path, problems: list[Problem]) -> Stated:
    name, said = one.attributes.get("file"), one.attributes.get("sha256")
    if not isinstance(name, str):
        return one
    path = folder / name
    if Path(name).is_absolute() or not path.resolve().is_relative_to(folder.resolve()):
        problems.append(
            Problem(
                one.origin, "file",
                f"« {shown(name)} » mène hors du dossier de la flotte ; attendu : un chemin dans ce dossier.",
                f'"{shown(name)}" leads out of the fleet\'s folder; expected: a path within that folder.',
            )
        )  # fmt: skip
        return one
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        problems.append(Problem(one.origin, "file", *_missing(name, said), severe=said is None))
        return one
    if said is not None and said != found:
        problems.append(
            Problem(
                one.origin, "sha256",
                f"Le fichier « {shown(name)} » a une autre empreinte ({found}) ; un document changé a un nouveau nom.",
                f'The file "{shown(name)}" has another hash ({found}); a document that changed has a new name.',
            )
        )  # fmt: skip
    return replace(one, attributes=one.attributes | {"sha256": found})


def _missing(name: str, said: str | None) -> tuple[str, str]:
    if said is None:
        return (
            f"« {shown(name)} » ne se lit pas dans le dossier de la flotte, et son empreinte (sha256) manque.",
            f'The file "{shown(name)}" cannot be read in the fleet\'s folder, and its hash (sha256) is missing.',
        )
    return (
        f"« {shown(name)} » ne se lit pas dans le dossier de la flotte ; son empreinte est tenue pour vraie.",
        f'The file "{shown(name)}" cannot be read in the fleet\'s folder; its hash is taken for true.',
    )
