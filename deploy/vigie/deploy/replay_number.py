"""The next replay number of an installation, from PostgreSQL."""

from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings


def next_number(settings: Settings) -> int:
    """A number that no replay had before.

    Raises:
        OperatorError: PostgreSQL does not answer, or the store has not made its tables yet.
    """
    import psycopg

    from vigie.deploy.connection_string import check_connection_string

    check_connection_string(settings.database)
    try:
        with psycopg.connect(settings.database, connect_timeout=10, autocommit=True) as connection:
            row = connection.execute("SELECT nextval('replay_number')").fetchone()
    except psycopg.OperationalError as error:
        raise OperatorError(
            f"PostgreSQL does not answer ({str(error).strip()}): a replay takes its number from there. "
            "Start it (`vigie up`), or set VIGIE_DATABASE.",
            Exit.UNREACHABLE,
        ) from None
    except psycopg.errors.UndefinedTable:
        raise OperatorError(
            "The database has no replay numbers yet: the store makes them at its first start (`vigie worker store`).",
            Exit.NOT_READY,
        ) from None
    assert row is not None
    return int(row[0])
