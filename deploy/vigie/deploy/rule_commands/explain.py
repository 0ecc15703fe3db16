"""`vigie rules explain`: the page of an algorithm, as the law asks for it (CRPA, article R311-3-1-2)."""

import json
from math import isnan

import click

from vigie.deploy.rule_words import say
from vigie.deploy.rules_known import known_here, rule_named
from vigie.streams.core.alarm.figures import Precision, precision
from vigie.streams.core.alarm.story import stories
from vigie.streams.core.detect.rule import Rule, rules
from vigie.streams.core.detect.start_values import OWN
from vigie.streams.core.detect.watch import parameters_in_force
from vigie.streams.core.fleet.words import StatedRule
from vigie.streams.core.windows.indicator import Parameter
from vigie.streams.settings import Settings
from vigie.topics.property import BY_NAME


@click.command(
    epilog="""\b
    Examples:
      vigie rules explain crue           # with the parameters in force, and how often it was right
      vigie rules explain baseline --json
    """
)
@click.argument("rule")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(rule: str, *, as_json: bool) -> None:
    """Say how RULE judges: what it contributes, its data, its parameters in force, operations, limits, precision.

    The precision is that of the verdicts which operators gave on its alerts (`vigie alerts verdict`).

    Exit code 2: there is no such rule.
    """
    settings, known = known_here()
    one = rule_named(rule, known.latest() if known else {}, settings.language)
    own = rules()[one.base or one.id]
    judged = _precision(settings, one.id) if known else None
    parameters = list(in_force(own, one))
    if as_json:
        click.echo(json.dumps({
            "name": one.id, "base": own.name, "version": own.version, "contribution_fr": own.contribution_fr,
            "sources_fr": own.sources_fr, "operations_fr": own.operations_fr, "limits_fr": own.limits_fr,
            "source": own.source, "parameters": {name: value for name, value, _ in parameters},
            "precision": judged._asdict() | {"share": judged.share} if judged else None,
        }, ensure_ascii=False))  # fmt: skip
        return
    language = settings.language
    label = own.label_fr if language == "fr" else own.label_en
    click.echo(f"{one.id}{'' if one.id == own.name else f' ← {own.name}'} {own.version} · {label}\n")
    for key, text in (
        ("contribution", own.contribution_fr), ("sources", own.sources_fr), ("operations", own.operations_fr),
        ("limits", own.limits_fr), ("check", own.check_fr if language == "fr" else own.check_en),
        ("clears", own.clears_fr if language == "fr" else own.clears_en), ("source", own.source),
        ("precision", _precision_text(judged, language)),
    ):  # fmt: skip
        click.echo(f"{say(language, key)}\n  {text}")
    click.echo(say(language, "parameters"))
    _table(parameters, language)


def in_force(own: Rule, one: StatedRule) -> list[tuple[str, float | None, Parameter]]:
    """(name, value in force, what it is) of every parameter; of one quantity if the rule is of one alone."""
    names = sorted({number for number, _ in one.properties})
    single = next((entry.name for entry in BY_NAME.values() if [entry.id] == names), "")
    key: int | str = BY_NAME[single].id << 16 if single else f"{one.indicators[0] if one.indicators else ''} "
    values = parameters_in_force(own, one, key)
    return [(name, values.get(name), parameter) for name, parameter in (dict(own.parameters) | OWN).items()]


def _table(parameters: list[tuple[str, float | None, Parameter]], language: str) -> None:
    from rich.table import Table

    from vigie.deploy.status_table import console

    table = Table(box=None, pad_edge=False)
    for head in say(language, "parameters.head").split("|"):
        table.add_column(head, overflow="fold")
    for name, value, one in parameters:
        shown = say(language, "not_set") if value is None else f"{value:g}"
        first = say(language, "not_set") if isnan(one.default) else f"{one.default:g}"
        table.add_row(name, shown, one.unit, first, one.meaning_fr)
    console().print(table)


def _precision(settings: Settings, rule: str) -> Precision | None:
    from vigie.deploy.opened_store import opened_store

    with opened_store(settings) as store:
        return next((one for one in precision(stories(store.events())) if one.rule.partition(":")[2] == rule), None)


def _precision_text(judged: Precision | None, language: str) -> str:
    if judged is None or not judged.true + judged.false:
        return say(language, "precision.none")
    count = judged.true + judged.false
    share = round(100 * (judged.share or 0))
    return say(language, "precision.some", share=share, count=count, true=judged.true, false=judged.false)
