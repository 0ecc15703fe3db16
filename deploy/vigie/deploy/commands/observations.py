"""`vigie observations`: the values of the points, raw and qualified, as a file."""

from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import click
import psycopg

from vigie.deploy.exported import export_to
from vigie.deploy.installation import settings_here
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.opened_database import opened_database
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.serving.observation_export import write_csv, write_json
from vigie.streams.settings import Settings
from vigie.streams.sinks.observation_queries import Wanted, communes_named, lines, points_named
from vigie.topics.fleet.kinds.point import USE_CASES

Connection = psycopg.Connection[Any]


@click.group(
    epilog="""\b
    Examples:
      vigie observations export chaleur.csv --use-case heat --from 2026-07-01 --to 2026-08-01
      vigie observations export - --point TEM-13055-01 --json | head -3
    """
)
def command() -> None:
    """Export what the points measured."""


@command.command(
    epilog="""\b
    Examples:
      vigie observations export juillet.csv --commune Marseille --from 2026-07-01 --to 2026-08-01
      vigie observations export - --point TEM-13055-01 --as-known-at 2026-03-01    # before a correction
    """
)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--point", "points", multiple=True, help="Id or today's code of a point; may be repeated.")
@click.option("--use-case", "use_cases", multiple=True, type=click.Choice(list(USE_CASES)), help="May be repeated.")
@click.option("--commune", "communes", multiple=True, help="INSEE code or name; may be repeated.")
@click.option("--from", "start", help="From this legal time on (2026-03-02, or '2026-03-02 08:00').")
@click.option("--to", "end", help="Before this legal time.")
@click.option("--as-known-at", "known", help="As it was known at this legal time, before later corrections.")
@click.option("--raw", "values", flag_value="raw", help="Only the values as measured (and converted).")
@click.option("--qualified", "values", flag_value="qualified", help="Only the values that passed the tests.")
@click.option("--both", "values", flag_value="both", default="both", help="Both, side by side (the default).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, instead of CSV for a spreadsheet.")
def export(
    file: Path, points: tuple[str, ...], use_cases: tuple[str, ...], communes: tuple[str, ...], start: str | None,
    end: str | None, known: str | None, values: str, *, as_json: bool,
) -> None:  # fmt: skip
    """Write one line for each value to FILE, with its quality in words; - writes to standard output.

    The columns of the file are for a French spreadsheet: decimal comma, legal time. Exit code 2: there is no such
    point or commune.
    """
    settings = settings_here()
    span = [typed_instant(text, settings) for text in (start, end, known)]
    with opened_database(settings) as connection:
        wanted = Wanted(
            tuple(one for name in points for one in _known(points_named(connection, name), "point", name, settings)),
            use_cases,
            tuple(
                one for name in communes for one in _known(communes_named(connection, name), "commune", name, settings)
            ),
            *span,
        )
        count = export_to(file, partial(_write, connection, wanted, values, settings.timezone, as_json=as_json))
    if count is not None:
        words = "{file} : {count} valeurs" if settings.language == "fr" else "{file}: {count} values"
        click.echo(words.format(file=file, count=count), err=True)


def _known(found: list[str], kind: str, name: str, settings: Settings) -> list[str]:
    if not found:
        sentences = {
            ("point", "fr"): "Aucun point n'a {name!r} pour identifiant, ni pour code aujourd'hui : "
            "`vigie psql -c 'SELECT point, code, name FROM v_point'` les montre.",
            ("point", "en"): "No point has the id {name!r}, nor has it as its code today: "
            "`vigie psql -c 'SELECT point, code, name FROM v_point'` lists them.",
            ("commune", "fr"): "La flotte n'a pas de commune {name!r} : donnez son code INSEE ou son nom.",
            ("commune", "en"): "The fleet has no commune {name!r}: give its INSEE code or its name.",
        }
        raise OperatorError(sentences[kind, settings.language].format(name=name), Exit.USAGE)
    return found


def _write(
    connection: Connection, wanted: Wanted, values: str, zone: str, out: TextIO, *, as_json: bool
) -> int:  # fmt: skip
    with closing(lines(connection, wanted)) as found:  # before the connection is, also where the reader went away
        return write_json(found, out, values=values) if as_json else write_csv(found, out, values=values, zone=zone)
