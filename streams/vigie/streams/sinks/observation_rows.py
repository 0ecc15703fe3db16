"""Observations to rows of the table `observation`, as binary COPY: one row per observation and generation."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import fastavro

from vigie.streams.sinks.binary_copy import (
    Texts,
    float8s,
    float8s_with_gaps,
    instant,
    int2s,
    int8,
    int8s,
    row,
    text,
    texts,
    within_range,
)  # fmt: skip
from vigie.streams.sinks.observation_transcoder import FIRST_REASONS, transcode
from vigie.streams.sinks.partitions import is_possible, week_of
from vigie.topics.avro import parsed_schema
from vigie.topics.observation import FLEET_BITS, ROUND_BITS

COLUMNS = (
    "id", "observed_at", "revision", "point", "device", "placement", "use_case", "commune", "zones", "uplink",
    "network", "received_at", "ingested_at", "properties", "channels", '"values"', "raw_values", "flags", "tests",
    "ruleset", "fleet_revision", "reason", "withdrawn",
)  # fmt: skip
"""Columns of the rows, in their order."""

_SIXTEEN = (16).to_bytes(4, "big")
_ROW_HEAD = len(COLUMNS).to_bytes(2, "big") + _SIXTEEN
_TRUE, _FALSE = b"\x00\x00\x00\x01\x01", b"\x00\x00\x00\x01\x00"
_names = Texts()
"""Names of which there are few: use cases, rulesets, reasons."""


class ObservationRows:
    """Rows of one transaction by (id, generation): of two the one with the later round stays.

    A generation is an uplink revision with a fleet revision: all of a revision but its round.

    Attributes:
        first: rows that most likely stand nowhere yet.
        later: rows that most likely replace one.
        replayed: (uplink, point) -> highest uplink revision, only of uplinks that a replay decoded again.
        uplinks: every uplink that a row comes from.
        weeks: Monday 00:00 UTC (epoch ms) of each week that needs a partition.
    """

    def __init__(self) -> None:
        self.first: dict[tuple[bytes, int], tuple[int, bytes]] = {}
        self.later: dict[tuple[bytes, int], tuple[int, bytes]] = {}
        self.replayed: dict[tuple[str, str], int] = {}
        self.uplinks: set[str] = set()
        self.weeks: set[int] = set()
        self._generations: dict[bytes, int] = {}
        self._schema = parsed_schema("observation")

    def __len__(self) -> int:
        return len(self.first) + len(self.later)

    def add(self, values: Iterable[bytes]) -> None:
        """Take framed observations, in the order of their partition."""
        read, schema, note, keep = fastavro.schemaless_reader, self._schema, self._note, self._keep
        for value in values:
            usual = transcode(value)
            if usual is None:
                buffer = BytesIO(value)
                buffer.seek(5)
                self._put(read(buffer, schema, None))
                continue
            name, revision, observed_at, ingested_at, is_first, uplink, point, rest = usual
            note(revision, observed_at, ingested_at, uplink, point)
            keep(name, revision, is_first, b"".join((_ROW_HEAD, name, instant(observed_at), rest)))

    def _put(self, record: dict[str, Any]) -> None:
        name, revision = bytes.fromhex(record["id"]), record["revision"]
        observed_at = within_range(record["observed_at"])
        self._note(revision, observed_at, record["ingested_at"], record["uplink"], record["point"])
        self._keep(name, revision, record["reason"] in FIRST_REASONS, _line(name, observed_at, record))

    def _note(self, revision: int, observed_at: int, ingested_at: int, uplink: str, point: str) -> None:
        self.uplinks.add(uplink)
        uplink_revision = revision >> FLEET_BITS
        if uplink_revision:
            key = uplink, point
            self.replayed[key] = max(uplink_revision, self.replayed.get(key, 0))
        if is_possible(observed_at, ingested_at):
            self.weeks.add(week_of(observed_at))

    def _keep(self, name: bytes, revision: int, is_first: bool, line: bytes) -> None:
        generation = revision >> ROUND_BITS
        key = name, generation
        known = self.later.get(key) or self.first.get(key)
        if known is not None and known[0] >= revision:
            return
        alone = self._generations.setdefault(name, generation) == generation
        if is_first and alone and not revision & (1 << ROUND_BITS) - 1 and not revision >> FLEET_BITS:
            self.first[key] = revision, line
        else:
            self.first.pop(key, None)
            self.later[key] = revision, line


def _line(name: bytes, observed_at: int, record: dict[str, Any]) -> bytes:
    readings = record["readings"]
    return row((
        _SIXTEEN + name, instant(observed_at), int8(record["revision"]), text(record["point"]), text(record["device"]),
        text(record["placement"]), _names[record["use_case"]], text(record["commune"]), texts(record["zones"]),
        _SIXTEEN + bytes.fromhex(record["uplink"]), text(record["network"]), instant(record["received_at"]),
        instant(record["ingested_at"]),
        int2s([one["property"] for one in readings]), int2s([one["channel"] for one in readings]),
        float8s([one["value"] for one in readings]), float8s_with_gaps([one["raw"] for one in readings]),
        int2s([one["flag"] for one in readings]), int8s([one["tests"] for one in readings]),
        _names[record["ruleset"]], int8(record["fleet_revision"]), _names[record["reason"]],
        _TRUE if record["withdrawn"] else _FALSE,
    ))  # fmt: skip
