"""YAML as a tree of texts with their places, from PyYAML's events.

Scalars stay as they were written: no date, no `no` and no number is made of them, so `01004` keeps its zero. Anchors
and aliases are refused (a few lines of them can become gigabytes), and so are keys that stand twice.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import yaml

from vigie.deploy.fleet_files.refused import Refused, shown

DEPTH_MOST = 8
_EACH = 50_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = {"", "~", "null", "Null", "NULL"}


class Node(NamedTuple):
    """A value and where it stands.

    Attributes:
        value: text; list of nodes; list of (key, node of the key, node) of a mapping, under `mapping`.
        line, column: from 1.
    """

    value: Any
    line: int
    column: int
    mapping: bool = False

    def raw(self) -> Any:
        """The value without places: texts, lists and dictionaries."""
        if self.mapping:
            return {key: node.raw() for key, _, node in self.value}
        return [node.raw() for node in self.value] if isinstance(self.value, list) else self.value


class Misplaced(Refused):
    """A refusal that knows its place in the file.

    Args:
        french, english: sentences.
        line, column: from 1.
    """

    def __init__(self, french: str, english: str, line: int, column: int) -> None:
        super().__init__(french, english)
        self.line, self.column = line, column


def documents(text: str, at_line: Callable[[int], None] = lambda _: None) -> Iterator[Node]:
    """The root of each document of a file.

    Args:
        text: of the file.
        at_line: is told how far reading has come.

    Raises:
        Misplaced: it is no YAML, or has what is refused.
    """
    events = _telling(yaml.parse(text, Loader=_LOADER), at_line)
    try:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                yield _node(next(events), events, 0)
    except yaml.YAMLError as error:
        raise _syntax(error, text) from None


def _telling(events: Iterator[Any], at_line: Callable[[int], None]) -> Iterator[Any]:
    for count, event in enumerate(events):
        if count % _EACH == 0:
            at_line(event.start_mark.line + 1)
        yield event


def _node(event: Any, events: Iterator[Any], depth: int) -> Node:
    line, column = event.start_mark.line + 1, event.start_mark.column + 1
    if isinstance(event, yaml.AliasEvent) or event.anchor:
        raise Misplaced(
            "Ancres (&) et alias (*) ne sont pas admis ; répétez la valeur, ou mettez-la entre guillemets.",
            "Anchors (&) and aliases (*) are not allowed; repeat the value, or put it between quotes.",
            line, column,
        )  # fmt: skip
    if depth > DEPTH_MOST:
        raise Misplaced(
            f"Plus de {DEPTH_MOST} niveaux l'un dans l'autre ; attendu : une liste d'objets.",
            f"More than {DEPTH_MOST} levels within each other; expected: a list of objects.",
            line, column,
        )  # fmt: skip
    if isinstance(event, yaml.ScalarEvent):
        empty = event.style is None and event.value in _NULLS
        return Node("" if empty else event.value, line, column)
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_node(event, events, depth + 1))
        return Node(items, line, column)
    return Node(_entries(events, depth), line, column, mapping=True)


def _entries(events: Iterator[Any], depth: int) -> list[tuple[str, Node, Node]]:
    found: dict[str, tuple[str, Node, Node]] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _node(event, events, depth + 1)
        if not isinstance(key.value, str):
            raise Misplaced(
                "Une clé est un texte simple.", "A key is a plain text.", key.line, key.column
            )  # fmt: skip
        if key.value in found:
            before = found[key.value][1].line
            raise Misplaced(
                f"La clé « {shown(key.value)} » figure deux fois (déjà ligne {before}) ; gardez-en une.",
                f'The key "{shown(key.value)}" stands twice (line {before} has it); keep one.',
                key.line, key.column,
            )  # fmt: skip
        found[key.value] = (key.value, key, _node(next(events), events, depth + 1))
    return list(found.values())


def _syntax(error: yaml.YAMLError, text: str) -> Misplaced:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:  # a character that YAML does not allow: the reader's error knows its position only
        position = getattr(error, "position", 0) or 0
        before = text[:position]
        return Misplaced(
            "Ce fichier a un caractère que YAML n'admet pas (invisible) ; effacez-le.",
            "This file has a character that YAML does not allow (invisible); delete it.",
            before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1,
        )  # fmt: skip
    line, column = mark.line + 1, mark.column + 1
    lines = text.splitlines()
    here = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in here[: mark.column + 1]:
        return Misplaced(
            "Une tabulation dans le retrait ; attendu : des espaces.", "A tab in the indentation; expected: blanks.",
            line, column,
        )  # fmt: skip
    problem = str(getattr(error, "problem", error))
    hint = _HINTS.get(problem, ("", ""))
    return Misplaced(
        f"Ce n'est pas du YAML{hint[0]} ({problem}).", f"This is no YAML{hint[1]} ({problem}).", line, column
    )


_HINTS = {
    "mapping values are not allowed in this context": (
        " : un deux-points de trop, ou un retrait différent ; un texte qui a un deux-points se met entre guillemets",
        ": a colon too many, or another indentation; a text with a colon stands between quotes",
    ),
    "did not find expected key": (
        " : un retrait différent de celui de la ligne du dessus, ou un guillemet de trop",
        ": another indentation than the line above, or a quote too many",
    ),
    "could not find expected ':'": (" : il manque un deux-points", ": a colon is missing"),
    "found unexpected end of stream": (" : un guillemet n'est pas fermé", ": a quote is not closed"),
    "did not find expected '-' indicator": (
        " : une liste où manque un tiret, ou un retrait différent",
        ": a list that lacks a dash, or another indentation",
    ),
}
