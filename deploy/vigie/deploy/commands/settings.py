"""`vigie settings`: every setting, its value here, its default and what it does."""

import ast
import inspect
import json
import os
import re
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import click

from vigie.streams.settings import PREFIX, Settings

SECRETS = ("token", "smtp_password", "database")
"""Settings whose value is not printed."""

_FOLDERS = {"data": "/var/lib/vigie as root, else ~/.local/share/vigie", "cache": "~/.cache/vigie"}


def descriptions() -> dict[str, str]:
    """The sentence under each field of Settings, read from its source so that it stands in one place.

    >>> descriptions()["prefix"]
    "What every topic's name begins with on the cluster."
    """
    body = next(
        node.body
        for node in ast.parse(inspect.getsource(inspect.getmodule(Settings) or Settings)).body
        if isinstance(node, ast.ClassDef) and node.name == "Settings"
    )
    found: dict[str, str] = {}
    for field, text in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            found[field.target.id] = re.sub(r"\s+", " ", str(text.value.value)).strip()
    return found


def defaults() -> dict[str, str]:
    """The default of each setting as a person reads it."""
    return {entry.name: _FOLDERS.get(entry.name) or _text(entry.default) for entry in fields(Settings)}


def _text(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return f"{value:g}" if isinstance(value, float) else str(value)


def markdown() -> str:
    """The page docs/settings.md."""
    default = defaults()
    lines = [
        "# Settings",
        "",
        "Each is an environment variable; an unknown one that begins with `VIGIE_` is refused at start.",
        "This page is made by `vigie settings --markdown`.",
        "",
        "| variable | default | what it does |",
        "|---|---|---|",
    ]
    for name, sentence in descriptions().items():
        shown = f"`{default[name]}`" if default[name] else "–"
        lines.append(f"| `{PREFIX}{name.upper()}` | {shown} | {sentence} |")
    return "\n".join(lines) + "\n"


@click.command(
    epilog="""\b
    Example:
      vigie settings                # what is in force here
      vigie settings --json
      vigie settings --markdown > docs/settings.md
    """
)
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the page docs/settings.md.")
@click.option("--json", "as_json", is_flag=True, help="Print the settings in force as one JSON object.")
def command(*, as_markdown: bool, as_json: bool) -> None:
    """Show the settings in force, with their defaults."""
    if as_markdown:
        click.echo(markdown(), nl=False)
        return
    settings = Settings.from_env(os.environ)
    values = {entry.name: getattr(settings, entry.name) for entry in fields(settings)}
    shown = {name: "***" if name in SECRETS and value else value for name, value in values.items()}
    if as_json:
        click.echo(json.dumps({name: str(v) if isinstance(v, Path) else v for name, v in shown.items()}))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("variable", "value", "default", box=None, pad_edge=False)
    for name, default in defaults().items():
        value = _text(shown[name])
        changed = f"VIGIE_{name.upper()}" in os.environ
        table.add_row(PREFIX + name.upper(), f"[bold]{value}[/]" if changed else value, default)
    Console().print(table)
