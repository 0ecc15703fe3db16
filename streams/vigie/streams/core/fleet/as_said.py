"""What a statement says, before anybody has checked its forms: what is of another form than it should be is left out.

rules/forms.py tells of such a value; the other checks go on without it.
"""

from typing import Any

from vigie.topics.fleet.stated import Stated


class AsSaid:
    """The attributes of a statement.

    >>> said = AsSaid(Stated(kind="rule", id="r", attributes={"name": 3, "points": ["P1", 2], "parameters": {"a": 1}}))
    >>> said.text("name"), said.texts("points"), said.numbers("parameters")
    ('', ('P1',), {'a': 1.0})
    """

    def __init__(self, version: Stated) -> None:
        self._said: dict[str, Any] = version.attributes

    def text(self, name: str) -> str:
        """A text; empty for none."""
        value = self._said.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Texts of a list."""
        value = self._said.get(name)
        return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else ()

    def numbers(self, name: str) -> dict[str, float]:
        """Numbers by name."""
        given = self._said.get(name)
        return {
            str(key): float(number)
            for key, number in (given.items() if isinstance(given, dict) else ())
            if isinstance(number, int | float) and not isinstance(number, bool)
        }
