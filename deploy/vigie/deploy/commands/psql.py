"""`vigie psql`: open the database of the installation that runs here."""

import os
import shutil
from pathlib import Path

import click
from psycopg import conninfo

from vigie.deploy.connection_string import check_connection_string
from vigie.deploy.console_words import say
from vigie.deploy.embedded.postgres_programs import find_programs
from vigie.deploy.installation import settings_here
from vigie.deploy.operator_error import Exit, OperatorError


@click.command(
    context_settings={"ignore_unknown_options": True},
    epilog="""\b
    Examples:
      vigie psql
      vigie psql -c "SELECT code, name, commune_name, device FROM v_point"
      vigie psql -c "SELECT local_date, local_time, value, flag_fr, qualified_value FROM v_mesure
                     WHERE code = 'TEM-13055-01' AND observed_at >= '2026-07-01' ORDER BY observed_at"
      vigie psql -c "SELECT * FROM mesure_connue_le('2026-03-01') WHERE code = 'TEM-13055-01'"
      vigie psql -c "SELECT * FROM v_rupture WHERE code = 'TEM-13055-01' ORDER BY at"
      vigie psql -c "\\dv+ v_*"           # every view, in a sentence
    """,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(arguments: tuple[str, ...]) -> None:
    """Open the database with PostgreSQL's own psql; ARGUMENTS are psql's.

    Views for people: v_point, v_pose, v_intervention, v_rupture, v_mesure (one line for each value, raw and
    qualified), v_lecture (as decoded), v_alerte. They show history as it is known now; mesure_connue_le(DAY) as it was
    known on a day. Filter values by point or code, and by observed_at: these have an index.
    """
    settings = settings_here()
    if not settings.database:
        raise OperatorError(say(settings.language, "no_database"), Exit.NOT_RUNNING)
    check_connection_string(settings.database)
    program = _psql(settings.postgres_bin)
    # The password goes by the environment: a command line can be read by every user of the machine.
    parts = conninfo.conninfo_to_dict(settings.database)
    password = str(parts.pop("password", "") or "")
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    os.execve(program, [program, conninfo.make_conninfo("", **parts), *arguments], environment)  # noqa: S606 -- becomes psql


def _psql(programs: Path | None) -> str:
    beside = find_programs(programs) / "psql"
    found = str(beside) if beside.exists() else shutil.which("psql")
    if found is None:
        raise OperatorError("No psql was found beside PostgreSQL's programs, nor on PATH.", Exit.NOT_READY)
    return found
