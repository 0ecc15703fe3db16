"""Somebody else's text on a terminal: nothing that it holds moves the cursor, changes colours or is markup."""

from unicodedata import category

from rich.text import Text


def safe(text: str, most: int | None = None) -> str:
    """The text without what controls a terminal.

    >>> safe("a" + chr(27) + "[2J") == "a" + chr(0xFFFD) + "[2J", len(safe("x" * 500, 100))
    (True, 100)
    >>> safe("2" + chr(0x202F) + "m") == "2" + chr(0x202F) + "m"
    True
    """
    return "".join(one if one.isprintable() or category(one) == "Zs" else "\ufffd" for one in text[:most])


def cell(text: str, most: int | None = None) -> Text:
    """The same for a table, where square brackets are no markup.

    >>> cell("[/red]").plain
    '[/red]'
    """
    return Text(safe(text, most))
