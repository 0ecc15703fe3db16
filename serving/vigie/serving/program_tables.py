"""A typed table for programs: JSON Lines, and Parquet with real types (DuckDB writes it, compressed with zstd)."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO, TypeVar

from msgspec import json

from vigie.serving.typed_table import Form, Table, rows

T = TypeVar("T")

_TYPES = {
    Form.INTEGER: "BIGINT", Form.NUMBER: "DOUBLE", Form.SECONDS: "DOUBLE", Form.FLAG: "BOOLEAN",
    Form.INSTANT: "TIMESTAMPTZ", Form.TEXTS: "VARCHAR[]", Form.MAP: "MAP(VARCHAR, VARCHAR)",
}  # fmt: skip


def write_json_lines(table: Table[T], items: Iterable[T], out: TextIO) -> int:
    """Write one JSON object a line, under the record's names; returns how many."""
    count, encode = 0, json.Encoder().encode
    for row in rows(table, items):
        out.write(encode(row).decode() + "\n")
        count += 1
    return count


def write_parquet(table: Table[T], items: Iterable[T], file: Path) -> int:
    """Write a Parquet file with the record's names; instants are timestamps in UTC. Returns how many rows it has."""
    import duckdb

    columns = {one.name: _TYPES.get(one.form, "VARCHAR") for one in table.for_programs()}
    with TemporaryDirectory(prefix="vigie-", dir=file.parent) as folder, duckdb.connect() as connection:
        lines = Path(folder) / "lines.jsonl"
        with lines.open("w", encoding="utf-8") as out:
            count = write_json_lines(table, items, out)
        connection.execute("SET TimeZone = 'UTC'")
        stated = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
        source = (
            f"read_json(?, format = 'newline_delimited', columns = {{{stated}}})"
            if count else "(SELECT " + ", ".join(f"NULL::{kind} AS {name}" for name, kind in columns.items()) + ")"
            " WHERE ? IS NULL"
        )  # fmt: skip
        partial = Path(folder) / "table.parquet"
        connection.execute(
            f"COPY (SELECT * FROM {source}) TO '{_quoted(partial)}' (FORMAT parquet, COMPRESSION zstd)",  # noqa: S608 -- names of ours
            [str(lines)],
        )
        partial.replace(file)
    return count


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
