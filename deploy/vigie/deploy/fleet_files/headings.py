"""Which field a column or a key is of: its English name or its French label, without regard to case and accents."""

from functools import cache

from vigie.deploy.fleet_files.refused import Refused, folded, nearest, shown
from vigie.topics.fleet.kind import kinds

ID, FROM, TO = "id", "valid_from", "valid_to"
RESERVED = {
    ID: ("id", "identifiant"),
    FROM: ("valid_from", "from", "du", "valable du"),
    TO: ("valid_to", "to", "au", "au (exclu)", "valable au"),
}
"""What stands beside a kind's own fields, and how people write it."""


@cache
def _known(kind: str) -> dict[str, str]:
    found = {folded(spelling): name for name, spellings in RESERVED.items() for spelling in spellings}
    for field in kinds()[kind].fields:
        for spelling in (field.name, field.label_fr, f"{field.label_fr} ({field.unit})"):
            found.setdefault(folded(spelling), field.name)
    return found


def known(kind: str, heading: str) -> str | None:
    """The field of a heading; None where there is none.

    >>> known("point", "Période d'envoi"), known("point", "LATITUDE"), known("point", "du"), known("point", "x")
    ('upload_s', 'latitude', 'valid_from', None)
    """
    return _known(kind).get(folded(heading))


def field_of(kind: str, heading: str) -> str:
    """The field of a heading.

    Raises:
        Refused: the kind has none; the sentence names the nearest.
    """
    found = known(kind, heading)
    if found is None:
        names = [*RESERVED, *(one.name for one in kinds()[kind].fields)]
        near = nearest(heading, [*names, *(one.label_fr for one in kinds()[kind].fields)])
        raise Refused(
            f"« {shown(heading)} » n'est pas un champ de {kind}{near[0] or '.'} Attendu : {', '.join(names)}.",
            f'"{shown(heading)}" is no field of {kind}{near[1] or "."} Expected: {", ".join(names)}.',
        )
    return found
