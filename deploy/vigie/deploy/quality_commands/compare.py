"""`vigie quality compare`: a point beside human counts or a reference instrument."""

import json
import sys

import click

from vigie.deploy.installation import settings_here
from vigie.deploy.opened_store import opened_store
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.serving.comparison_text import comparison_data, conversion, conversion_yaml, figures, title
from vigie.serving.comparison_words import COMPARISON_WORDS
from vigie.serving.point_pages import wall_clock
from vigie.serving.wording import local_text, number_text
from vigie.streams.settings import Settings
from vigie.streams.sinks.comparison_queries import Compared, NoComparisonError


@click.command(
    epilog="""\b
    Examples:
      vigie quality compare VELO-PRADO-2026-06
      vigie quality compare VELO-PRADO-2026-06 --yaml >> flotte/conversion.yaml && vigie fleet diff flotte/
    """
)
@click.argument("comparison")
@click.option(
    "--stamp", type=click.Choice(["end", "start"]), default="end", show_default=True,
    help="Whether a count stands under the end or the start of its time.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="JSON instead of tables.")
@click.option("--yaml", "as_yaml", is_flag=True, help="Only the conversion to apply, as an entry of conversion.yaml.")
def command(comparison: str, stamp: str, *, as_json: bool, as_yaml: bool) -> None:
    """Compare a point with the reference of the campaign COMPARISON: bias, errors, and the conversion to apply.

    Exit code 2: there is nothing to compare. 17: with --yaml, there is no conversion to offer.
    """
    settings = settings_here()
    words = COMPARISON_WORDS[settings.language]
    with opened_store(settings) as store:
        try:
            found = store.comparison(comparison, wall_clock(), stamped_at_end=stamp == "end")
        except NoComparisonError as error:
            raise OperatorError(words[error.args[0]].format(*error.args[1:]), Exit.USAGE) from None
    entry = conversion(found)
    if as_json:
        click.echo(json.dumps(comparison_data(found), ensure_ascii=False))
    elif as_yaml:
        if entry is None:
            raise OperatorError(_no_conversion(found, words), Exit.DIFFERENT)
        click.echo(conversion_yaml(entry), nl=False)
    else:
        _print(found, settings)
        _print_conversion(found, settings)


def _print(found: Compared, settings: Settings) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    language, words = settings.language, COMPARISON_WORDS[settings.language]
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    console.print(Text(title(found, language)))
    heads = [words[name] for name in ("start", "end", "ours", "theirs", "difference", "readings")]
    table = Table(*heads, box=None, pad_edge=False)
    columns = zip(found.starts, found.ends, found.values, found.references, found.readings, strict=True)
    for start, end, value, reference, readings in columns:
        usable = value == value and reference == reference  # noqa: PLR0124 -- NaN alone differs from itself
        table.add_row(
            local_text(int(start), settings.timezone, language),
            local_text(int(end), settings.timezone, language),
            *[number_text(round(float(one), 3), language) for one in (value, reference)],
            number_text(round(float(value - reference), 3), language) if usable else words["unused"],
            str(readings),
        )
    console.print(table)
    summary = Table(words["figure"], words["value"], box=None, pad_edge=False)
    for label, text in figures(found, language):
        summary.add_row(Text(label), Text(text))
    console.print(summary)


def _print_conversion(found: Compared, settings: Settings) -> None:
    language, words = settings.language, COMPARISON_WORDS[settings.language]
    entry = conversion(found)
    if entry is None or found.fit is None:
        click.echo(_no_conversion(found, words))
        return
    errors = (found.fit.factor_error, found.fit.offset_error, found.fit.residual)
    factor, offset, residual = (number_text(float(f"{error:.3g}"), language) for error in errors)
    click.echo(words["uncertainty"].format(factor=factor, offset=offset, residual=residual))
    if found.replaces:
        click.echo(words["replaces"].format(names=", ".join(found.replaces)))
    click.echo(words["conversion"])
    click.echo(conversion_yaml(entry), nl=False)


def _no_conversion(found: Compared, words: dict[str, str]) -> str:
    return words["by_placement"].format(field=found.by_placement) if found.by_placement else words["no_fit"]
