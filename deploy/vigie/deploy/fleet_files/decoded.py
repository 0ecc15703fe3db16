"""The bytes of a text file as text: UTF-8, UTF-16 with its mark, else Windows-1252, which is said once."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path

from vigie.deploy.fleet_files.refused import Refused
from vigie.topics.fleet.stated import Origin, Problem

BYTES_MOST = 256 * 1024 * 1024
_KNOWN_STARTS = {
    b"PK\x03\x04": ("un classeur (XLSX, ODS) ou une archive ZIP", "a workbook (XLSX, ODS) or a ZIP archive"),
    b"\xd0\xcf\x11\xe0": (
        "un ancien classeur (XLS) ou un classeur chiffré",
        "an old workbook (XLS) or an encrypted one",
    ),
    b"%PDF": ("un PDF", "a PDF"),
    b"\x1f\x8b": ("une archive gzip", "a gzip archive"),
    b"\x89PNG": ("une image", "an image"),
    b"\xff\xd8\xff": ("une image", "an image"),
}


def read_bytes(path: Path, most: int = BYTES_MOST) -> bytes:
    """The bytes of a file.

    Raises:
        Refused: it is empty, too large or cannot be read.
    """
    try:
        size = path.stat().st_size
        if size > most:
            raise Refused(
                f"Ce fichier a {size // 1_000_000} Mo ; attendu : {most // 1_000_000} Mo au plus.",
                f"This file has {size // 1_000_000} MB; expected: {most // 1_000_000} MB at most.",
            )
        found = path.read_bytes()
    except OSError as error:
        raise Refused(
            f"Ce fichier ne peut pas être lu : {error.strerror}.", f"This file cannot be read: {error.strerror}."
        ) from None
    if not found.strip():
        raise Refused(
            "Ce fichier est vide ; attendu : au moins un objet, ou pas de fichier.",
            "This file is empty; expected: at least one object, or no file.",
        )
    return found


def text_of(found: bytes, name: str, problems: list[Problem]) -> str:
    """The text of a file.

    Args:
        found: its bytes.
        name: of the file, for the warning.
        problems: receives the warning that it is not UTF-8.

    Raises:
        Refused: it is no text.

    >>> warned: list[Problem] = []
    >>> text_of("Étang;43,5".encode("cp1252"), "commune.csv", warned), warned[0].severe
    ('Étang;43,5', False)
    """
    for start, (french, english) in _KNOWN_STARTS.items():
        if found.startswith(start):
            raise Refused(
                f"Ce n'est pas un fichier texte, c'est {french} ; attendu : du texte, comme le dit la fin de son nom.",
                f"This is no text file, it is {english}; expected: text, as the end of its name says.",
            )
    try:
        if found.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            return found.decode("utf-16")
        if b"\0" not in found:
            return found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            text = found.decode("cp1252")
        except UnicodeDecodeError:
            pass
        else:
            line = found.count(b"\n", 0, error.start) + 1
            problems.append(Problem(Origin(name, line), "", *_WINDOWS, severe=False))
            return text
    raise Refused(
        "Ce n'est pas un fichier texte (ni UTF-8, ni Windows-1252).",
        "This is no text file (neither UTF-8 nor Windows-1252).",
    )


_WINDOWS = (
    "Ce fichier n'est pas en UTF-8 : il est lu comme Windows-1252. Vérifiez ses accents, ou enregistrez-le en UTF-8.",
    "This file is not UTF-8: it is read as Windows-1252. Look at its accents, or save it as UTF-8.",
)
