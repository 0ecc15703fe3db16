"""Aggregates to rows of the table `aggregate`, as binary COPY: one row per window, the last of its records."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import fastavro

from vigie.streams.sinks.aggregate_transcoder import HEAD, Row, transcode
from vigie.streams.sinks.binary_copy import (
    float8,
    instant,
    int4,
    int8,
    json_object,
    text,
    text_list,
    within_range,
    without_nul,
)
from vigie.streams.sinks.partitions import month_of
from vigie.topics.aggregate import Aggregate
from vigie.topics.avro import parsed_schema
from vigie.topics.observation_encoder import Texts, long

COLUMNS = Aggregate.__struct_fields__
"""Columns of the rows: the fields of the record in the order of its schema."""
_DAY_MS = 86_400_000
_texts = Texts()


class AggregateRows:
    """Rows of one transaction by window, in the order of the log: of two the later stays, unless its revision is lower.

    Attributes:
        rows: by the window's key.
        passed: rows of named indicators that gave way to a later one within the transaction.
    """

    def __init__(self) -> None:
        self.rows: dict[bytes, Row] = {}
        self.passed: list[bytes] = []
        self._days: set[int] = set()
        self._schema = parsed_schema("aggregate")

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def months(self) -> set[int]:
        """First of each month (epoch ms) that needs a partition."""
        return {month_of(day * _DAY_MS) for day in self._days} - {0}

    def add(self, values: Iterable[bytes]) -> None:
        """Take framed aggregates, in the order of their partition."""
        rows, days = self.rows, self._days
        for value in values:
            row = transcode(value) or self._general(value)
            known = rows.get(row.key)
            if known is not None:
                if row.revision < known.revision:
                    continue
                if known.is_named and (known.revision, known.input_hash) != (row.revision, row.input_hash):
                    self.passed.append(known.line)
            rows[row.key] = row
            days.add(row.start_at // _DAY_MS)

    def _general(self, value: bytes) -> Row:
        buffer = BytesIO(value)
        buffer.seek(5)
        record: dict[str, Any] = fastavro.schemaless_reader(buffer, self._schema, None)
        subject, indicator, code = (without_nul(record[name]) for name in ("subject", "indicator", "window_code"))
        start_at, input_hash = within_range(record["window_start"]), without_nul(record["input_hash"])
        line = HEAD + b"".join((
            text(subject), text(indicator), text(code), instant(start_at), instant(record["window_end"]),
            int8(record["revision"]), int8(record["count"]), float8(record["minimum"]), float8(record["mean"]),
            float8(record["maximum"]), text(input_hash), text(record["reason"]), float8(record["value"]),
            text(record["unit"]), int8(record["expected"]), float8(record["completeness"]), int8(record["excluded"]),
            float8(record["sum"]), float8(record["deviation"]), float8(record["first"]), float8(record["last"]),
            int4(record["quality"]), text(record["definition"]), text(record["category"]),
            json_object(record["details"]), text_list(record["parts"]),
        ))  # fmt: skip
        key = _texts[subject] + _texts[indicator] + _texts[code] + long(start_at)
        is_named = record["definition"] != ""
        return Row(key, record["revision"], input_hash.encode(), is_named, start_at, line)
