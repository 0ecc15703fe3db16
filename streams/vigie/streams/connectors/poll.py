"""Polled APIs: what others collect is asked for, again and again, with a cursor that survives a stop.

Each API is a shape (vigie.streams.intake.polls): how its questions look and where its rows stand. A question reaches
back over the days in which the API may still add or correct (`overlap_s`), and only rows that the last answer did not
hold are sent on. The cursor is kept once Kafka has confirmed them, so a crash asks the same again.
"""

import asyncio
import contextlib
import time
from calendar import timegm
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Raw, Struct

from vigie.streams.connector import (
    Connector,
    ConnectorDownError,
    Seconds,
    SecretInFile,
    SecretInVariable,
    Source,
    device_id,
    register_connector,
)
from vigie.streams.feed import Feed
from vigie.streams.intake.api import Api, NotThereError
from vigie.streams.intake.polls import SHAPES, Row
from vigie.streams.intake.raw_log import NotKeptError

_ROWS_PER_BODY = 2000
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class PollSource(Source, frozen=True, tag="poll"):
    """An API and what is asked of it.

    Attributes:
        shape: which API.
        items: what is asked for one by one: ids of sites or flows (Eco-Visio), codes of stations (Hub'Eau).
        url: where the API begins; left out: its public address.
        every_s: how often to ask.
        since: date (2026-11-01) from which the first question asks; left out: `overlap_s` before it.
        overlap_s: how far each question reaches back.
        step: of Eco-Visio's intervals.
        per_minute: requests a minute, at most.
        client_id: of OAuth 2, with `client_secret` or `client_secret_file`; asks for a token at `token_url`.
        token: a token without end (`token = "env:NAME"`, or `token_file`), instead of these.
    """

    shape: Literal["eco-visio", "hubeau"]
    items: Annotated[tuple[Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}$")], ...], Meta(min_length=1)]
    url: str = ""
    every_s: Seconds = 900
    since: Annotated[str, Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    overlap_s: Seconds = 172_800
    step: Literal["15m", "hour"] = "15m"
    per_minute: Annotated[float, Meta(gt=0, le=6000)] = 60
    client_id: str = ""
    client_secret: SecretInVariable | None = None
    client_secret_file: SecretInFile | None = None
    token_url: str = ""
    token: SecretInVariable | None = None
    token_file: SecretInFile | None = None

    def problem(self) -> tuple[str, str] | None:
        """Secrets travel encrypted."""
        if self.format != self.shape:
            return "format", f"expected format = {self.shape!r}, as the shape says"
        secrets = bool(self.client_id or self.token or self.token_file)
        for key in ("url", "token_url"):
            if not getattr(self, key):
                continue
            try:
                parts = urlsplit(getattr(self, key))
                usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
            except ValueError:  # no port, or half an IPv6 address
                usable = False
            if not usable or "@" in parts.netloc or parts.query or parts.fragment:
                return key, "expected an address such as https://api.example/v2, without name, password and query"
            if parts.scheme == "http" and secrets and parts.hostname not in _LOOPBACK:
                return key, "expected https://, because a secret goes there"
        try:
            date.fromisoformat(self.since or "2026-11-01")
        except ValueError as error:
            return "since", f"expected a date such as 2026-11-01: {error}"
        if bool(self.client_id) != bool(self.client_secret or self.client_secret_file):
            return "client_id", "expected client_id and client_secret together"
        return None


class Position(Struct):
    """How far one item was read.

    Attributes:
        until: epoch s of the latest row.
        rows: short digests of the rows of the last answers, back over the overlap.
    """

    until: int = 0
    rows: dict[str, int] = {}


async def run(feed: Feed, stop: asyncio.Event) -> None:
    """Ask until told to stop.

    Raises:
        ConnectorDownError: the API is away, lets us not in, or answers what it does not document; or Kafka does not
            confirm.
    """
    source = feed.source
    assert isinstance(source, PollSource)
    positions = feed.kept.load(dict[str, Position], {})
    shape = SHAPES[source.shape]
    base = (source.url or shape.url).rstrip("/")
    async with Api(source, base, source.token_url or shape.token_url) as api:
        while not stop.is_set():
            unknown: list[str] = []
            for item in source.items:
                position = positions.setdefault(item, Position())
                now = int(time.time())
                since = _since(source, position, now)
                try:
                    rows = await shape.ask(api, base, item, since, now, source.step)
                except NotThereError as error:  # a station that was taken down must not hold up the others
                    unknown.append(f"{item}: {error}")
                    continue
                await _send(feed, source, item, _new(rows, position, since))
                await asyncio.to_thread(feed.kept.save, positions)
                if stop.is_set():
                    return
            if unknown:
                raise ConnectorDownError("; ".join(unknown[:5]), source.every_s)
            feed.up()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(source.every_s):
                    await stop.wait()


def _since(source: PollSource, position: Position, now: int) -> int:
    if position.until:
        return min(position.until, now) - int(source.overlap_s)
    if source.since:
        return timegm(date.fromisoformat(source.since).timetuple())
    return now - int(source.overlap_s)


def _new(rows: Sequence[Row], position: Position, since: int) -> list[Raw]:
    """Rows that were not sent before, which are noted."""
    new = []
    for row in rows:
        if row.digest not in position.rows:
            new.append(row.text)
        position.rows[row.digest] = row.at_s
        position.until = max(position.until, row.at_s)
    position.rows = {digest: at for digest, at in position.rows.items() if at >= since}
    return new


async def _send(feed: Feed, source: PollSource, item: str, rows: list[Any]) -> None:
    begun = []
    try:
        for start in range(0, len(rows), _ROWS_PER_BODY):
            body = SHAPES[source.shape].body(rows[start : start + _ROWS_PER_BODY])
            begun.append(await feed.begin(body, address=device_id(source.name, item), limit_s=30))
        for confirmed in begun:
            await feed.wait(confirmed, 30)
    except NotKeptError as error:
        raise ConnectorDownError(str(error)) from None


register_connector(
    Connector(
        kind="poll",
        source=PollSource,
        title="Polled APIs: Eco-Visio, Hub'Eau",
        confirms="nothing is told; the cursor is kept once Kafka has the rows",
        run=run,
    )
)
