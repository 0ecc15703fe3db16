"""Whose fault it is that the database refuses something: the record's, or the database's own state."""

import psycopg

_OF_THE_RECORD = ("22", "54")
"""SQLSTATE classes: data exception; program limit exceeded (a text too long for an index)."""

_IN_WORDS = {
    "53100": "The database's disk is full: make room",
    "25006": "The database takes no writes: is it a standby, or was its primary replaced?",
    "42501": "The database's role may not do that: grant what is missing",
}


def is_of_the_database(error: BaseException) -> bool:
    """Whether time or an operator mends it, so that the same rows must be tried again.

    A server that is away, full, read-only, locked or changed by somebody refuses good records. So does a broken
    constraint: rows repeat by our own keys only, which ON CONFLICT settles, so the constraint is somebody else's.

    >>> is_of_the_database(psycopg.errors.ReadOnlySqlTransaction())
    True
    >>> is_of_the_database(psycopg.errors.ProgramLimitExceeded())
    False
    """
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:  # psycopg's own: a connection that broke, or a mistake of ours
        return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return error.sqlstate[:2] not in _OF_THE_RECORD


def in_words(error: psycopg.Error) -> str:
    """What is the matter, in one line with the server's own words.

    >>> in_words(psycopg.errors.DiskFull("could not extend file"))
    "The database's disk is full: make room (could not extend file)"
    """
    said = str(error).strip().partition("\n")[0]
    return f"{_IN_WORDS.get(error.sqlstate or '', 'The database does not take rows')} ({said})"
