"""Whether PostgreSQL's library can read the connection string of the settings."""

import psycopg
from psycopg import conninfo

from vigie.deploy.operator_error import Exit, OperatorError


def check_connection_string(text: str) -> None:
    """Raise if it cannot.

    Not in Settings, since the library costs each role 18 MB and most need no database.

    Raises:
        OperatorError: names an option that is none, and nothing that may be a piece of the password.
    """
    try:
        conninfo.conninfo_to_dict(text)
    except psycopg.ProgrammingError as error:
        said = str(error).strip()
        named = said.startswith(("invalid connection option", "invalid URI query parameter"))
        raise OperatorError(
            "VIGIE_DATABASE is no connection string of PostgreSQL"
            + (f": {said}." if named else ".")
            + " Correct it: postgresql://user:password@host:port/name (special characters as %XX), or host=… dbname=…",
            Exit.USAGE,
        ) from None
