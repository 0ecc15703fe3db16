"""`vigie quality parameters`: the parameters of the tests, and the values that a point starts with."""

import json
from collections.abc import Iterator

import click

from vigie.topics.property import BY_NAME
from vigie.topics.quality import RULESET, Test
from vigie.topics.quality_parameters import ANY, DECLARED, basis, start_values


def start_rows() -> Iterator[tuple[str, str, str, str]]:
    """(property with unit, test, parameters, basis) of every start value; those of every property first.

    >>> [row[1:] for row in start_rows() if row[0] == "fill (%)"][0]
    ('gross_range', 'fail_min 0, fail_max 100', 'spec')
    """
    for_all = start_values(ANY)
    for name in (ANY, *BY_NAME):
        unit = f" ({BY_NAME[name].unit})" if name != ANY and BY_NAME[name].unit else ""
        for test, values in start_values(name).items():
            if name == ANY or test not in for_all:
                told = ", ".join(f"{parameter} {value:g}" for parameter, value in values.items())
                yield f"{name}{unit}", test.name.lower(), told, basis(name, test)


def declared_rows() -> Iterator[tuple[str, str, str, str, str]]:
    """(test, parameter, unit, span allowed, meaning) of every parameter; `off` is one of each."""
    for test, parameters in DECLARED.items():
        for name, one in parameters.items():
            if name != "off":
                unit = {"": "the property's", "-": "–"}.get(one.unit, one.unit)
                open_ended = one.greatest >= 1e12
                allowed = ("any" if one.least < 0 else "≥ 0") if open_ended else f"{one.least:g} to {one.greatest:g}"
                yield test.name.lower(), name, unit, allowed, one.says


def markdown(headings: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A table for docs/quality.md."""
    lines = [headings, ("---",) * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def page() -> str:
    """Both tables, as docs/quality.md holds them."""
    return (
        markdown(("test", "parameter", "unit", "allowed", "meaning"), declared_rows())
        + "\n\n"
        + markdown(("property", "test", "starts with", "basis"), start_rows())
    )


@click.command(
    epilog="""\b
    Examples:
      vigie quality parameters fill           # of one property
      vigie quality parameters --markdown     # the tables of docs/quality.md
    """
)
@click.argument("property_name", metavar="[PROPERTY]", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Every parameter and every start value.")
def command(property_name: str | None, *, as_json: bool, as_markdown: bool) -> None:
    """Show which tests a property has and the values that a point starts with; a point's own settings override them.

    Exit code 2: there is no such property.
    """
    if as_markdown:
        click.echo(page())
        return
    if property_name is not None and property_name not in BY_NAME:
        raise click.UsageError(f"{property_name} is no property of the catalogue: expected one of {', '.join(BY_NAME)}")
    names = [property_name] if property_name else list(BY_NAME)
    if as_json:
        found = {name: {t.name.lower(): values for t, values in start_values(name).items()} for name in names}
        click.echo(json.dumps({"ruleset": RULESET, "start_values": found}, ensure_ascii=False))
        return
    for name in names:
        click.echo(f"{name} {BY_NAME[name].unit}".rstrip())
        for test, values in start_values(name).items():
            told = ", ".join(f"{parameter}={value:g}" for parameter, value in values.items())
            click.echo(f"  {test.name.lower():<16} {told}   [{basis(name, Test(test))}]")
