"""The database's tables, brought to this version: numbered files, each once, each in a transaction."""

from importlib.resources import files
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from vigie.streams.cannot_go_on import CannotGoOnError
from vigie.streams.core.aggregate_words import CATEGORIES
from vigie.streams.core.quality_words import TESTS
from vigie.streams.core.windows.indicator import indicators
from vigie.topics.property import PROPERTIES
from vigie.topics.quality import RULESET
from vigie.topics.quality_parameters import start_values

_LOCK = 0x56494749
"""Advisory lock: two workers that start together do not migrate together."""


class NewerDatabaseError(CannotGoOnError):
    """The database was made by a later version of Vigie."""


def _migrations() -> list[tuple[int, str, str]]:
    folder = files("vigie.streams.sinks").joinpath("migrations")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(int(name[:4]), name, folder.joinpath(name).read_text(encoding="utf-8")) for name in names]


def migrate(connection: "psycopg.Connection[Any]", timezone: str | None = None) -> int:
    """Apply what is missing, and refresh the tables that tell people what numbers mean.

    Args:
        connection: in autocommit mode.
        timezone: IANA name of the legal time that the views show; None leaves it as it is.

    Returns:
        The version that the database now has.

    Raises:
        NewerDatabaseError: it already has a later one.
    """
    todo = _migrations()
    last = todo[-1][0]
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_version"
            " (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        row = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
        have = int(str(row[0])) if row else 0
        if have > last:
            raise NewerDatabaseError(
                f"The database has version {have} of its tables, this Vigie knows {last}: "
                "install the Vigie that made it, or a later one"
            )
        for version, name, text in todo:
            if version > have:
                connection.execute(text.encode())
                connection.execute("INSERT INTO schema_version (version, name) VALUES (%s, %s)", (version, name))
        _refresh(connection)
        if timezone is not None:
            connection.execute("UPDATE legal_time SET zone = %s WHERE zone <> %s", (timezone, timezone))
    return last


def _refresh(connection: "psycopg.Connection[Any]") -> None:
    """Write down what this version knows: properties, tests of quality with their start values, indicators."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO property (id, name, unit, kind, label_fr) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (id) DO UPDATE SET (name, unit, kind, label_fr)"
            " = (excluded.name, excluded.unit, excluded.kind, excluded.label_fr)",
            [(p.id, p.name, p.unit, p.kind.value, p.label_fr) for p in PROPERTIES.values()],
        )
        cursor.executemany(
            "INSERT INTO quality_test (number, name, label_fr) VALUES (%s, %s, %s)"
            " ON CONFLICT (number) DO UPDATE SET (name, label_fr) = (excluded.name, excluded.label_fr)",
            [(int(test), test.name.lower(), said.fr) for test, said in TESTS.items()],
        )
    _refresh_indicators(connection)
    parameters = {
        entry.name: {test.name.lower(): values for test, values in start_values(entry.name).items()}
        for entry in PROPERTIES.values()
    }
    connection.execute(
        "INSERT INTO quality_ruleset (version, parameters) VALUES (%s, %s)"
        " ON CONFLICT (version) DO UPDATE SET parameters = excluded.parameters",
        (RULESET, Jsonb(parameters)),
    )


def _refresh_indicators(connection: "psycopg.Connection[Any]") -> None:
    columns = (
        "name", "label_fr", "use_case", "unit", "definition_version", "definition_fr", "formula", "period_fr", "source",
        "limits_fr",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO indicator ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"  # noqa: S608
            f" ON CONFLICT (name) DO UPDATE SET ({', '.join(columns)}) ="
            f" ROW({', '.join('excluded.' + name for name in columns)})".encode(),
            [
                (one.name, one.label_fr, one.use_case, one.unit, one.version, one.definition_fr, one.formula,
                 one.period_fr, one.source, one.limits_fr)
                for one in indicators().values()
            ],
        )  # fmt: skip
        cursor.executemany(
            "INSERT INTO category (name, label_fr) VALUES (%s, %s)"
            " ON CONFLICT (name) DO UPDATE SET label_fr = excluded.label_fr",
            [(name, said.fr) for name, said in CATEGORIES.items()],
        )
