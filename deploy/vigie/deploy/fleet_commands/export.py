"""`vigie fleet export`: the fleet that PostgreSQL knows, as files that can be changed and applied again."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from vigie.deploy.fleet_files.words import say
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings
from vigie.topics.fleet.kind import public_attributes
from vigie.topics.fleet.stated import Fleet


@click.command(
    epilog="""\b
    Examples:
      vigie fleet export flotte/                           # a YAML file per kind
      vigie fleet export flotte/ --format csv
      vigie fleet export flotte.xlsx --with-contacts
      vigie fleet export avant/ --known-at "2026-03-01 08:00"   # as it was known then
    """
)
@click.argument("place", type=click.Path(path_type=Path), default=Path("flotte"))
@click.option("--format", "form", type=click.Choice(["yaml", "csv"]), default="yaml", help="Of a folder's files.")
@click.option("--known-at", metavar="WHEN", help="The fleet as it was known then: 2026-03-01 or '2026-03-01 08:00'.")
@click.option("--with-contacts", is_flag=True, help="Names, mails and phones of persons too.")
@click.option("--json", "as_json", is_flag=True, help="Print what was written as one JSON object.")
def command(place: Path, *, form: str, known_at: str | None, with_contacts: bool, as_json: bool) -> None:
    """Write the fleet to PLACE: a folder (default: flotte), or a workbook if the name ends in .xlsx.

    What is written can be read again and is the same fleet; persons stay in PostgreSQL without --with-contacts.

    Exit code 2: the folder has other files of a fleet, or WHEN is no time. 15: no installation is known here. 16:
    PostgreSQL does not answer. 18: PLACE cannot be written.
    """
    from vigie.deploy.installation import settings_here
    from vigie.deploy.instants_typed import typed_instant
    from vigie.deploy.opened_database import opened_database
    from vigie.streams.fleet import known

    settings = settings_here()
    at_ms = typed_instant(known_at, settings)
    at = None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC)
    with opened_database(settings) as connection:
        fleet = known.read(connection, known_at=at)
    files = _write(fleet, place, settings, form, private=with_contacts)
    counts = {"objects": len(fleet), "versions": sum(map(len, fleet.values())), "files": len(files)}
    if as_json:
        click.echo(json.dumps({"place": str(place), "written": [str(file) for file in files], **counts}))
    else:
        key = "exported" if files == [place] else "exported_files"
        click.echo(say(settings.language, key, place=place, **counts), err=True)
    if not with_contacts and _has_private(fleet):
        click.echo(say(settings.language, "private"), err=True)


def _write(fleet: Fleet, place: Path, settings: Settings, form: str, *, private: bool) -> list[Path]:
    from vigie.deploy.fleet_files.written import Foreign, write

    try:
        if place.suffix.lower() == ".xlsx":
            return _workbook(fleet, place, settings, private=private)
        return write(fleet, place, settings.timezone, form=form, private=private)
    except Foreign as foreign:
        names = ", ".join(foreign.names[:5]) + (", …" if len(foreign.names) > 5 else "")
        raise OperatorError(say(settings.language, "not_empty", place=place, names=names), Exit.USAGE) from None
    except OSError as error:
        raise OperatorError(f"{place} cannot be written: {error.strerror}.", Exit.NO_PERMISSION) from None


def _workbook(fleet: Fleet, place: Path, settings: Settings, *, private: bool) -> list[Path]:
    from vigie.deploy.fleet_files.xlsx_out import write_workbook
    from vigie.deploy.fleet_files.xlsx_values import TooLong

    try:
        write_workbook(fleet, place, settings.timezone, private=private)
    except TooLong as found:
        raise OperatorError(say(settings.language, "too_long", where=found.where), Exit.USAGE) from None
    return [place]


def _has_private(fleet: Fleet) -> bool:
    return any(
        len(public_attributes(one.kind, one.attributes)) < len(one.attributes)
        for versions in fleet.values()
        for one in versions
    )
