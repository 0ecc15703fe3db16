"""Uplinks to rows of the table `uplink`, as binary COPY: one row per uplink and instant."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import fastavro
from msgspec import json

from vigie.streams.sinks.binary_copy import (
    NULL,
    Texts,
    data,
    float8,
    float8s,
    instant,
    int2s,
    int4,
    int8,
    text,
    texts,
    within_range,
)  # fmt: skip
from vigie.streams.sinks.partitions import is_possible, week_of
from vigie.streams.sinks.uplink_transcoder import transcode
from vigie.topics.avro import parsed_schema

COLUMNS = (
    "id", "observed_at", "revision", "device", "bearer", "network", "received_at", "ingested_at", "session", "f_cnt",
    "f_port", "payload", "codec", "codec_version", "codec_hash", "firmware", "properties", "channels", '"values"',
    "extras", "gateways", "rssi_dbm", "snr_db", "dr", "sf", "frequency_hz", "airtime_ms", "esp_dbm", "margin_db",
    "cell", "warnings",
)  # fmt: skip
"""Columns of the rows, in their order."""

_LIMIT = 2_000
_MOST_CACHED_READINGS = 32
_SIXTEEN = (16).to_bytes(4, "big")
_read = fastavro.schemaless_reader
_names = Texts()
"""Names that come from our code; those of devices and networks have no bound."""


class _Shapes(dict[tuple[int, ...], bytes]):
    """The columns properties and channels: the same for each uplink of a model."""

    def __missing__(self, shape: tuple[int, ...]) -> bytes:
        made = int2s([pair >> 16 for pair in shape]) + int2s([pair & 0xFFFF for pair in shape])
        if len(shape) <= _MOST_CACHED_READINGS:
            if len(self) >= _LIMIT:
                self.clear()
            self[shape] = made
        return made


_shapes = _Shapes()


class Rows:
    """Rows of one transaction by (id, instant): of two the one with the higher revision stays.

    Attributes:
        rows: (id, epoch ms) -> revision and the row's bytes.
        revisions: id -> highest revision, only of uplinks that a replay decoded again.
        arrivals: first arrival (epoch ms) of each uplink, for the delay.
        weeks: Monday 00:00 UTC (epoch ms) of each week that needs a partition.
    """

    def __init__(self) -> None:
        self.rows: dict[tuple[bytes, int], tuple[int, bytes]] = {}
        self.revisions: dict[bytes, int] = {}
        self.weeks: set[int] = set()
        self.arrivals: list[int] = []
        self._schema = parsed_schema("uplink")

    def add(self, values: Iterable[bytes]) -> None:
        """Take framed uplinks, in the order of their partition."""
        schema, put, rows = self._schema, self._put, self.rows
        for value in values:
            usual = transcode(value)
            if usual is None:
                buffer = BytesIO(value)
                buffer.seek(5)
                put(_read(buffer, schema, None))
                continue
            name, observed_at, ingested_at, rest = usual
            self.arrivals.append(ingested_at)
            key = name, observed_at
            if key not in rows:
                rows[key] = 0, b"".join((_ROW_HEAD, name, instant(observed_at), rest))
                if is_possible(observed_at, ingested_at):
                    self.weeks.add(week_of(observed_at))

    def _put(self, uplink: dict[str, Any]) -> None:
        self.arrivals.append(uplink["ingested_at"])
        name, revision = bytes.fromhex(uplink["id"]), uplink["revision"]
        observed_at = within_range(uplink["observed_at"])  # two instants beyond the edge are one row
        shape, values = [], []
        others: dict[int, list[Any]] = {}
        for reading in uplink["readings"]:
            own = observed_at if reading["observed_at"] is None else within_range(reading["observed_at"])
            if own == observed_at:
                shape.append(reading["property"] << 16 | reading["channel"])
                values.append(reading["value"])
            else:
                others.setdefault(own, []).append(reading)
        if revision:
            self.revisions[name] = max(revision, self.revisions.get(name, 0))
        before, after = _around(uplink)
        if values or not others:
            self._keep(name, observed_at, revision, before, _shapes[tuple(shape)] + float8s(values), after, uplink)
        for own, readings in others.items():
            places = tuple([one["property"] << 16 | one["channel"] for one in readings])
            measured = _shapes[places] + float8s([one["value"] for one in readings])
            self._keep(name, own, revision, before, measured, after, uplink)

    def _keep(
        self, name: bytes, observed_at: int, revision: int, before: bytes, measured: bytes, after: bytes,
        uplink: dict[str, Any],
    ) -> None:  # fmt: skip
        key = name, observed_at
        known = self.rows.get(key)
        if known is not None and known[0] >= revision:
            return
        line = b"".join((_ROW_HEAD, name, instant(observed_at), before, measured, after))
        self.rows[key] = revision, line
        if is_possible(observed_at, uplink["ingested_at"]):
            self.weeks.add(week_of(observed_at))


_ROW_HEAD = len(COLUMNS).to_bytes(2, "big") + _SIXTEEN
_NO_RADIO = NULL * 9


def _around(uplink: dict[str, Any]) -> tuple[bytes, bytes]:
    """The columns before and after the measured ones."""
    codec, radio, cell, names = uplink["codec"], uplink["radio"], uplink["cell"], _names
    before = b"".join((
        int8(uplink["revision"]), text(uplink["device"]), names[uplink["bearer"]], text(uplink["network"]),
        instant(uplink["received_at"]), instant(uplink["ingested_at"]), text(uplink["session"]),
        int8(uplink["f_cnt"]), int4(uplink["f_port"]), data(uplink["payload"]),
        names[codec["id"]], names[codec["version"]], names[codec["hash"]], text(uplink["firmware"]),
    ))  # fmt: skip
    extras = uplink["extras"]
    after = b"".join((
        data(json.encode(extras)) if extras else NULL,
        _NO_RADIO if radio is None else _radio(radio),
        NULL if cell is None else data(json.encode(cell)),
        texts(uplink["warnings"]),
    ))  # fmt: skip
    return before, after


def _radio(radio: dict[str, Any]) -> bytes:
    gateways = radio["gateways"]
    best = gateways[0] if len(gateways) == 1 else max(gateways, key=_strength, default=None)
    return b"".join((
        texts([one["id"] for one in gateways]),
        NULL if best is None else int4(best["rssi_dbm"]),
        NULL if best is None else float8(best["snr_db"]),
        int4(radio["dr"]), int4(radio["sf"]), int8(radio["frequency_hz"]),
        float8(radio["airtime_ms"]), float8(radio["esp_dbm"]), float8(radio["margin_db"]),
    ))  # fmt: skip


def _strength(gateway: dict[str, Any]) -> tuple[float, int]:
    snr = gateway["snr_db"]
    return -999.0 if snr is None else snr, gateway["rssi_dbm"]
