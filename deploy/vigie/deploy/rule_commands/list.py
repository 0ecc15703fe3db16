"""`vigie rules list`: every alert rule, the fleet's and those of the platform that watch unasked."""

import json
from typing import Any

import click

from vigie.deploy.rule_words import say, state_text, where_text
from vigie.deploy.rules_known import Known, known_here
from vigie.deploy.terminal_text import cell
from vigie.streams.core.detect.rule import rules
from vigie.topics.fleet.kinds.point import USE_CASES


@click.command(
    epilog="""\b
    Examples:
      vigie rules list
      vigie rules list --use-case river --json
    """
)
@click.option("--use-case", type=click.Choice(list(USE_CASES)), help="Only those of this use case.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per rule.")
def command(use_case: str | None, *, as_json: bool) -> None:
    """List the rules that the fleet states, then the platform's own with whether they watch unasked.

    Those of the fleet are told as long as a database is known here.
    """
    settings, known = known_here()
    if known is None:
        click.echo(say(settings.language, "platform_only"), err=True)
    rows = [row for row in _rows(known, settings.language) if use_case in (None, row["use_case"])]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    from rich.table import Table

    from vigie.deploy.status_table import console

    table = Table(box=None, pad_edge=False)
    for number, head in enumerate(say(settings.language, "list.head").split("|")):
        table.add_column(head, no_wrap=number == 0, overflow="fold")
    for row in rows:
        parameters = " ".join(f"{name}={number:g}" for name, number in row["parameters"].items())
        table.add_row(
            cell(row["name"]), cell(row["base"]), cell(state_text(row["state"], settings.language)), cell(row["where"]),
            cell(parameters), cell(row["owner"] or "–"), cell(row["label"]),
        )  # fmt: skip
    console().print(table)


def _rows(known: Known | None, language: str) -> list[dict[str, Any]]:
    stated = known.latest() if known is not None else {}
    found: list[dict[str, Any]] = []
    for name, one in stated.items():
        own = rules().get(one.base or name)
        found.append({
            "name": name, "base": one.base or name, "state": one.state,
            "use_case": one.use_case or (own.use_case if own else "") or None, "where": where_text(one, language),
            "parameters": dict(one.parameters), "owner": one.owner, "label": one.name, "stated": True,
        })  # fmt: skip
    for name, own in rules().items():
        if name not in stated:
            label = own.label_fr if language == "fr" else own.label_en
            found.append({
                "name": name, "base": "–", "state": "unasked" if own.on_by_default else "base",
                "use_case": own.use_case or None, "where": say(language, "everywhere") if own.on_by_default else "–",
                "parameters": {}, "owner": "", "label": label, "stated": False,
            })  # fmt: skip
    return found
