"""Rows in binary COPY form into a table, straight to their place where all of them are new."""

from collections.abc import Iterable
from typing import Any

import psycopg

from vigie.streams.sinks.binary_copy import SIGNATURE, TRAILER

Connection = psycopg.Connection[Any]


def copy_rows(connection: Connection, table: str, columns: str, lines: Iterable[bytes]) -> None:
    """Copy rows into a table.

    Args:
        connection: with an open transaction.
        table: its name.
        columns: names of the columns of the rows, comma-separated.
        lines: the rows (binary_copy.row).
    """
    statement = f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)".encode()
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(b"".join((SIGNATURE, *lines, TRAILER)))


def copied_to_its_place(connection: Connection, table: str, columns: str, lines: Iterable[bytes]) -> bool:
    """Copy rows straight into a table; returns whether that went, False (nothing written) if one stands already."""
    try:
        with connection.transaction():
            copy_rows(connection, table, columns, lines)
    except psycopg.errors.UniqueViolation:
        return False
    return True
