"""`vigie fleet template`: a workbook to fill in."""

import io
import os
import sys
from contextlib import suppress
from pathlib import Path

import click

from vigie.deploy.fleet_files.words import say
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings


@click.command(
    epilog="\b\nExamples:\n  vigie fleet template flotte.xlsx\n  vigie fleet template > flotte.xlsx\n"
    "  vigie fleet check flotte.xlsx"
)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), required=False)
def command(file: Path | None) -> None:
    """Write an empty XLSX workbook with a sheet per kind, in French: notes, drop-downs, examples.

    Without FILE (or with -) it goes to standard output; a terminal gets a file flotte.xlsx instead. A file that is
    there is never overwritten: exit code 2. 18: it cannot be written.
    """
    from vigie.deploy.fleet_files.xlsx_out import write_template
    from vigie.topics.fleet.kind import kinds

    held = io.BytesIO()
    write_template(held)
    if str(file) == "-" or (file is None and not sys.stdout.isatty()):
        sys.stdout.buffer.write(held.getvalue())
        return
    place = file or Path("flotte.xlsx")
    language = Settings.from_env(os.environ).language
    try:
        with place.open("xb") as out:
            out.write(held.getvalue())
    except FileExistsError:
        raise OperatorError(say(language, "exists", place=place), Exit.USAGE) from None
    except OSError as error:
        with suppress(OSError):  # half of it may be there
            place.unlink()
        raise OperatorError(f"{place} cannot be written: {error.strerror}.", Exit.NO_PERMISSION) from None
    click.echo(say(language, "template", place=place, sheets=len(kinds())), err=True)
