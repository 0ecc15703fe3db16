"""A YAML file of one kind: a list of objects, or a mapping from id to object."""

from collections.abc import Iterator
from typing import Any

from vigie.deploy.fleet_files.csv_in import Told
from vigie.deploy.fleet_files.headings import ID, field_of
from vigie.deploy.fleet_files.refused import Refused, shown
from vigie.deploy.fleet_files.rows import RowReader
from vigie.deploy.fleet_files.yaml_tree import Misplaced, Node, documents
from vigie.topics.fleet.stated import Origin, Problem, Stated


def read_yaml(text: str, name: str, rows: RowReader, problems: list[Problem], told: Told | None = None) -> list[Stated]:
    """Every object of a file; none of one that is no YAML.

    Args:
        text: of the file.
        name: of the file, as problems name it.
        rows: reads objects of the file's kind.
        problems: receives what is wrong. The column of a field is `line:column` of its value.
        told: of progress.
    """
    found = []
    lines = text.count("\n") + 1

    def at_line(line: int) -> None:
        if told is not None:
            told(name, line, lines)

    try:
        for root in list(documents(text, at_line)):
            for id_, node in _objects(root, rows.kind):
                stated = _object(id_, node, name, rows, problems)
                if stated is not None:
                    found.append(stated)
    except Misplaced as refused:
        place = Origin(name, refused.line, "", {"": f"{refused.line}:{refused.column}"})
        problems.append(Problem(place, "", refused.french, refused.english))
        return []
    return found


def _objects(root: Node, kind: str) -> Iterator[tuple[Node | None, Node]]:
    """(node of the id where it is the key, node of the object)."""
    if root.mapping:
        for key, key_node, node in root.value:
            if isinstance(node.value, list) and not node.mapping:  # several versions under one id
                yield from ((key_node._replace(value=key), one) for one in node.value)
            else:
                yield key_node._replace(value=key), node
    elif isinstance(root.value, list):
        yield from ((None, node) for node in root.value)
    elif root.value:
        raise Misplaced(
            f"« {shown(root.value)} » : attendu une liste d'objets (- id: …), ou des objets sous leur identifiant, "
            f"du genre {kind}.",
            f'"{shown(root.value)}": expected a list of objects (- id: …), or objects under their ids, of the kind '
            f"{kind}.",
            root.line, root.column,
        )  # fmt: skip


def _object(id_: Node | None, node: Node, name: str, rows: RowReader, problems: list[Problem]) -> Stated | None:
    if not node.mapping:
        place = Origin(name, node.line, "", {"": f"{node.line}:{node.column}"})
        problems.append(Problem(place, "", *_NO_OBJECT))
        return None
    columns = {} if id_ is None else {ID: f"{id_.line}:{id_.column}"}
    origin = Origin(name, node.line if id_ is None else id_.line, "", columns)
    given: list[tuple[str, Any]] = [] if id_ is None else [(ID, id_.value)]
    for key, key_node, value in node.value:
        try:
            field = field_of(rows.kind, key)
        except Refused as refused:
            columns[key] = f"{key_node.line}:{key_node.column}"
            problems.append(Problem(origin, key, refused.french, refused.english))
            continue
        if field in columns:
            columns[key] = f"{key_node.line}:{key_node.column}"
            problems.append(Problem(origin, key, *_twice(key, field)))
            continue
        columns[field] = f"{value.line}:{value.column}"
        raw = value.raw()
        if raw not in ("", [], {}):
            given.append((field, raw))
    return rows.stated(given, origin)


def _twice(key: str, field: str) -> tuple[str, str]:
    return (
        f"« {shown(key)} » redit le champ {field} de cet objet ; gardez-en un.",
        f'"{shown(key)}" says the field {field} of this object again; keep one.',
    )


_NO_OBJECT = (
    "Ceci n'est pas un objet ; attendu : des lignes « champ: valeur ».",
    'This is no object; expected: lines "field: value".',
)
