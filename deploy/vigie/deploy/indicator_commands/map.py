"""`vigie indicators map`: what all points of a zone, commune or use case measured at an instant."""

import json
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from vigie.deploy.installation import settings_here
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.opened_database import opened_database
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.status_table import console
from vigie.deploy.whole_file import whole_file
from vigie.serving.map_geojson import as_geojson
from vigie.serving.wording import local_text, number_text, property_label, reading_text, utc_text
from vigie.streams.settings import Settings
from vigie.streams.sinks.map_queries import SUBJECTS, WITHIN_S, OnMap, map_at
from vigie.topics.property import BY_NAME

WORDS = {
    "fr": {
        "head": ("point", "voie", "valeur", "écart", "latitude", "longitude"),
        "title": "{label}, le {when}, à {within} min près",
        "nobody": "Aucun point ne mesure cette grandeur à cet instant ({subject}).",
        "all": "tous les points",
        "count": "{told} points sur {count} ont une bonne valeur.",
        "written": "{file} : {count} points.",
        "subject": "Un sujet s'écrit zone:…, commune:…, use_case:… ou point:…, pas {given!r}.",
        "file": "{file} ne peut pas être écrit : {error}",
    },
    "en": {
        "head": ("point", "channel", "value", "apart", "latitude", "longitude"),
        "title": "{label}, {when}, within {within} min",
        "nobody": "No point measures this property at that instant ({subject}).",
        "all": "all points",
        "count": "{told} of {count} points have a good value.",
        "written": "{file}: {count} points.",
        "subject": "A subject is written zone:…, commune:…, use_case:… or point:…, not {given!r}.",
        "file": "{file} cannot be written: {error}",
    },
}


@click.command(
    epilog="""\b
    Examples:
      vigie indicators map air_temperature '2026-07-14 05:00' --subject zone:centre
      vigie indicators map air_temperature '2026-07-14 05:00' --within 30 --geojson carte.geojson
      vigie psql -c "SELECT * FROM carte_a('2026-07-14 05:00 Europe/Paris', 'air_temperature', sujet => 'zone:centre')"
    """
)
@click.argument("property_name", metavar="PROPERTY", type=click.Choice(list(BY_NAME)))
@click.argument("time")
@click.option("--subject", default="", help="zone:…, commune:…, use_case:… or point:…; without it, all points.")
@click.option("--within", "within_min", type=click.IntRange(0, 1440), default=WITHIN_S // 60, show_default=True,
              help="How near to TIME a value is taken, minutes.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
@click.option("--geojson", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write GeoJSON to this file.")
def command(property_name: str, time: str, subject: str, within_min: int, file: Path | None, *, as_json: bool) -> None:
    """Show what each point measured of PROPERTY at TIME: the nearest good value, and where the point is.

    PROPERTY is a name of the catalogue, such as air_temperature. TIME is legal time. A point that should measure it and
    has no good value near TIME is shown without one. Exit code 17: no point measures it.
    """
    settings = settings_here()
    words = WORDS[settings.language]
    at = typed_instant(time, settings)
    assert at is not None
    if subject and subject.partition(":")[0] not in SUBJECTS:
        raise click.BadParameter(str(words["subject"]).format(given=subject), param_hint="--subject")
    with opened_database(settings) as connection:
        found = map_at(connection, at, property_name, within_min * 60, subject)
    if not found:
        raise OperatorError(str(words["nobody"]).format(subject=subject or words["all"]), Exit.DIFFERENT)
    if file is not None:
        _write(file, found, at, property_name, settings)
    elif as_json:
        points = [one._asdict() | {"observed_at": one.observed_at and utc_text(one.observed_at)} for one in found]
        click.echo(
            json.dumps({"instant": utc_text(at), "property": property_name, "points": points}, ensure_ascii=False)
        )
    else:
        _print(found, at, property_name, within_min, settings)


def _write(file: Path, found: list[OnMap], at: int, property_name: str, settings: Settings) -> None:
    words = WORDS[settings.language]
    made = as_geojson(found, utc_text(at), property_name)
    try:
        with whole_file(file) as partial:
            partial.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    except OSError as error:
        raise OperatorError(str(words["file"]).format(file=file, error=error.strerror), Exit.NO_PERMISSION) from None
    click.echo(
        str(words["written"]).format(file=file, count=len({one["properties"]["point"] for one in made["features"]}))
    )


def _print(found: list[OnMap], at: int, property_name: str, within_min: int, settings: Settings) -> None:
    language, words = settings.language, WORDS[settings.language]
    number = BY_NAME[property_name].id
    when = local_text(at, settings.timezone, language)
    title = str(words["title"]).format(label=property_label(number, language), when=when, within=within_min)
    table = Table(*words["head"], title=title, title_justify="left", box=None, pad_edge=False)
    for one in found:
        table.add_row(
            Text(f"{one.code} {one.name}".strip()),
            str(one.channel or ""),
            "–" if one.value is None else reading_text(number, one.value, language),
            "" if one.gap_s is None else f"{'+' if one.gap_s > 0 else ''}{number_text(round(one.gap_s), language)} s",
            _degrees(one.latitude, language),
            _degrees(one.longitude, language),
        )
    console().print(table)
    told, points = {one.point for one in found if one.value is not None}, {one.point for one in found}
    click.echo(str(words["count"]).format(told=len(told), count=len(points)))


def _degrees(angle: float | None, language: str) -> str:
    return "" if angle is None else f"{number_text(round(angle, 5), language)}°"
