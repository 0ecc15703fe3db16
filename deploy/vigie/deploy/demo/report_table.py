"""How the tables of the demo look."""

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table


def table_of(console: Console, title: str, heads: Iterable[str], numbers: tuple[int, ...] = ()) -> Table:
    """A table with a title on the left; without heads, the caller adds its columns."""
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place in numbers else "left", no_wrap=console.width >= 80)
    return table
