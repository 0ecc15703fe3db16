"""A part of the bench of faults, and the registry of them: a part is a file `part_<name>.py` that registers itself."""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Outcome(Protocol):
    """One line of a part's table."""

    def cells(self) -> tuple[str, ...]:
        """What stands in the columns."""
        ...

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        ...

    def held(self) -> bool | None:
        """Whether it reaches what must be reached; None where nothing must be."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part.

    Attributes:
        name: as it is typed after `--part`.
        place: the smaller, the earlier it is shown.
        title: of its table.
        promise: what `held` means, in a sentence.
        headings: of the columns.
        plan: what is to be played, each an opaque piece of work.
        play: (piece, seed, weeks) -> its lines.
    """

    name: str
    place: int
    title: str
    promise: str
    headings: tuple[str, ...]
    plan: Callable[[], Sequence[Any]]
    play: Callable[[Any, int, int], Sequence[Outcome]]


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Add a part.

    Raises:
        ValueError: the name is taken.
    """
    if part.name in _parts:
        raise ValueError(f"Two parts of the bench of faults are named {part.name}")
    _parts[part.name] = part


def parts() -> dict[str, Part]:
    """Every part by its name, in the order in which they are shown."""
    from vigie.deploy import faults as package

    for found in pkgutil.iter_modules(package.__path__):
        if found.name.startswith("part_"):
            importlib.import_module(f"{package.__name__}.{found.name}")
    return dict(sorted(_parts.items(), key=lambda item: item[1].place))
