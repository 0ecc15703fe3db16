"""`vigie quality explain`: why a value has its flag."""

import json
from typing import Any

import click
import psycopg

from vigie.deploy.installation import settings_here
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.opened_database import opened_database
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.serving.explanation_text import as_text
from vigie.serving.quality_explain import as_data, explain
from vigie.serving.wording import local_text
from vigie.streams.settings import Settings
from vigie.streams.sinks.explain_queries import facts
from vigie.streams.sinks.observation_queries import StoredObservation, near, points_named
from vigie.topics.property import BY_NAME

WITHIN_MS = 3_600_000
"""A value is looked for so near to the time that was given."""


@click.command(
    epilog="""\b
    Examples:
      vigie quality explain TEM-13055-01 '2026-07-14 15:30'
      vigie quality explain TEM-13055-01 2026-07-14T15:30 --property air_temperature --json
    """
)
@click.argument("point")
@click.argument("time")
@click.option("--property", "property_name", type=click.Choice(list(BY_NAME)), metavar="NAME",
              help="Only this property, by its name in the catalogue.")  # fmt: skip
@click.option("--channel", type=click.IntRange(0, 32_767), help="Only this channel.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of sentences.")
def command(point: str, time: str, property_name: str | None, channel: int | None, *, as_json: bool) -> None:
    """Say why the values of POINT at TIME have their flags: each test, its parameters, and the numbers it judged by.

    POINT is an id or today's code. TIME is legal time; the values nearest to it count, within an hour. Exit code 2:
    there is no such point, or no value about that time.
    """
    settings = settings_here()
    at = typed_instant(time, settings)
    assert at is not None
    number = None if property_name is None else BY_NAME[property_name].id
    with opened_database(settings) as connection:
        names = points_named(connection, point)
        found = [
            explain(facts(connection, one, series), settings.timezone, settings.language)
            for one in _nearest(connection, names, at, number, channel)
            for series in one.values
            if _chosen(series, number, channel)
        ]
    if not found:
        raise OperatorError(_nothing(point, at, settings, known=bool(names)), Exit.USAGE)
    if as_json:
        click.echo(json.dumps([as_data(one) for one in found], ensure_ascii=False))
    else:
        click.echo("\n\n".join("\n".join(as_text(one)) for one in found))


def _chosen(series: tuple[int, int], number: int | None, channel: int | None) -> bool:
    return number in (None, series[0]) and channel in (None, series[1])


def _nearest(
    connection: "psycopg.Connection[Any]", points: list[str], at: int, number: int | None, channel: int | None
) -> list[StoredObservation]:
    """The observations with such a value whose instant is nearest; several if they share it."""
    found = [
        one
        for point in points
        for one in near(connection, point, at, WITHIN_MS)
        if any(_chosen(series, number, channel) for series in one.values)
    ]
    return [one for one in found if (one.withdrawn, one.observed_at) == (found[0].withdrawn, found[0].observed_at)]


def _nothing(point: str, at: int, settings: Settings, *, known: bool) -> str:
    when = local_text(at, settings.timezone, settings.language)
    if settings.language == "fr":
        return (
            f"Le point {point} n'a aucune valeur de ce genre à moins d'une heure du {when}." if known
            else f"Aucun point n'a {point!r} pour identifiant, ni pour code aujourd'hui."
        )  # fmt: skip
    return (
        f"The point {point} has no such value within an hour of {when}." if known
        else f"No point has the id {point!r}, nor has it as its code today."
    )  # fmt: skip
