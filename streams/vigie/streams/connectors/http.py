"""HTTP: webhooks of network servers and stations that post, at `POST` or `PUT /in/<source>`.

Sources: RFC 9110 (401, 409, 413, 415, 429 with Retry-After, 503); ThingPark's AS tunnel interface (query LrnDevEui,
LrnFPort, AS_ID, Time, Token); The Things Stack webhooks (a path per event); Campbell Scientific HTTPPost and HTTPPut.

A request is answered 200 only once Kafka has its record, so that the sender's own retry covers us in every other case.
Who the sender is, is asked before a byte of the body is read.
"""

import asyncio
import logging
import math
import time
from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vigie.streams import intake_metrics
from vigie.streams.connector import (
    Connector,
    SecretInFile,
    SecretInVariable,
    Source,
    device_id,
    plain_name,
    register_connector,
)
from vigie.streams.core.dead_letters import BODY_LIMIT
from vigie.streams.core.record_headers import FIRST_ARRIVAL
from vigie.streams.feed import Feed
from vigie.streams.intake.callers import Callers, Rate, Refused
from vigie.streams.intake.http_body import MOST_READ, Body, GoneError, SlowError, UnpackError, read_body, unpack
from vigie.streams.intake.raw_log import NotKeptError

log = logging.getLogger(__name__)

RETRY_AFTER_S = 10
_CLOSE = {"Connection": "close"}
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Vigie"', **_CLOSE}


class HttpSource(Source, frozen=True, tag="http"):
    """Who posts to `/in/<name>`; at least one of the three ways to say who it is.

    Attributes:
        token: of a bearer (`token = "env:NAME"`, or `token_file`).
        user: of basic authentication, with `password` or `password_file`.
        signing_key: of signatures (or `signing_key_file`).
        window_s: how far the instant of a signed request may be from now.
        rate_per_s: requests a second, on average; twice as many at once.
        path: what `/in/<name>/<rest>` means: nothing (refused), the kind of message, or the name of a file.
    """

    token: SecretInVariable | None = None
    token_file: SecretInFile | None = None
    user: str = ""
    password: SecretInVariable | None = None
    password_file: SecretInFile | None = None
    signing_key: SecretInVariable | None = None
    signing_key_file: SecretInFile | None = None
    window_s: Annotated[float, Meta(ge=10, le=3600)] = 300
    rate_per_s: Annotated[float, Meta(gt=0, le=10_000)] = 50
    path: Literal["", "event", "file"] = ""

    def problem(self) -> tuple[str, str] | None:
        """Nobody unknown may send."""
        if bool(self.user) != bool(self.password or self.password_file):
            return "user", "expected user and password together"
        if not (self.user or self.token or self.token_file or self.signing_key or self.signing_key_file):
            return "name", "expected one of token, user with password, signing_key: who sends must be known"
        return None


class _Endpoint:
    """What posts to one source goes through here."""

    def __init__(self, feed: Feed) -> None:
        source = feed.source
        assert isinstance(source, HttpSource)
        self.feed, self.source = feed, source
        self.callers = Callers(
            token=source.secret("token"), user=source.user, password=source.secret("password"),
            secret=source.secret("signing_key"), window_s=source.window_s,
            memory=feed.kept.file.with_suffix(".signatures"),
        )  # fmt: skip
        self.rate = Rate(source.rate_per_s, now=time.monotonic())

    async def answer(self, request: Request) -> Response:
        signature = ""
        try:
            known = self.callers.check_headers(request.headers)
            if known:
                self._check_rate()
            said = self._said(request)
            # Whose a signed body is, is known only by the whole of it: of a stranger no more is read than may be kept.
            sent = await read_body(request, MOST_READ if known else BODY_LIMIT)
            if not known:
                if sent.too_large:
                    raise Refused("too_large", sent.sentence, 413)
                signature = self.callers.check_signature(request.headers, sent.content)
                self._check_rate()
            body = sent if sent.too_large else unpack(sent, ", ".join(request.headers.getlist("content-encoding")))
            await self._keep(body, said)
        except Refused as refused:
            self.feed.refused(refused.reason)
            return _problem(refused.status, refused.sentence, _CHALLENGE if refused.status == 401 else _CLOSE)
        except _Busy as busy:
            self.feed.refused("rate")
            return _problem(429, "Too many requests", {"Retry-After": str(busy.wait_s), **_CLOSE})
        except UnpackError as error:
            self.feed.refused("bad_encoding")
            return _problem(415, str(error))
        except SlowError:
            self.feed.refused("slow")
            return _problem(408, "The body did not come in time", _CLOSE)
        except GoneError:
            self.feed.refused("gone")
            return Response(status_code=400)  # nobody reads it
        except NotKeptError:
            return _problem(503, "Kafka does not confirm: send it again", {"Retry-After": str(RETRY_AFTER_S)})
        else:
            if signature:
                self.callers.taken(signature)
                signature = ""
            if body.too_large:
                return _problem(413, body.sentence, _CLOSE)
            return JSONResponse({"kept": True})
        finally:
            if signature:
                self.callers.not_taken(signature)

    def _check_rate(self) -> None:
        wait_s = self.rate.wait_s(time.monotonic())
        if wait_s:
            raise _Busy(math.ceil(wait_s))

    def _said(self, request: Request) -> dict[str, str]:
        """What path, query and headers say of the body."""
        if "transfer-encoding" in request.headers and "content-length" in request.headers:
            raise Refused("bad_request", "Content-Length and Transfer-Encoding contradict each other", 400)
        rest, query = request.path_params.get("rest", ""), request.query_params
        if rest and not self.source.path:
            raise Refused("bad_path", "Post to /in/<source> itself", 404)
        if rest and not plain_name(rest):
            raise Refused("bad_name", "The name behind the source must be a plain name", 400)
        device = query.get("LrnDevEui", "")
        return {
            "event": (rest if self.source.path == "event" else "") or query.get("event", "")[:80],
            "file": rest if self.source.path == "file" else "",
            "address": device_id(self.source.name, device) if device else "",
            "ingested_at": request.headers.get(FIRST_ARRIVAL, "")[:20],
        }

    async def _keep(self, body: Body, said: dict[str, str]) -> None:
        if body.too_large:
            await self.feed.set_aside(body.sentence, body.content, size=body.size, digest=body.digest)
        else:
            await self.feed.put(
                body.content, event=said["event"], file=said["file"], address=said["address"],
                ingested_at=said["ingested_at"],
            )  # fmt: skip


class _Busy(Exception):  # noqa: N818 -- an answer
    def __init__(self, wait_s: int) -> None:
        super().__init__()
        self.wait_s = wait_s


def _problem(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response:
    body = {"status": status, "detail": sentence}
    return JSONResponse(body, status, headers=headers, media_type="application/problem+json")


def application(feeds: Sequence[Feed]) -> Starlette:
    """All sources of kind http under one roof."""
    endpoints = {feed.source.name: _Endpoint(feed) for feed in feeds}

    async def receive(request: Request) -> Response:
        endpoint = endpoints.get(request.path_params["source"])
        if endpoint is None:
            intake_metrics.of_nobody("unknown_source")
            return _problem(404, "No source has this name", _CLOSE)
        return await endpoint.answer(request)

    async def elsewhere(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        intake_metrics.of_nobody("bad_request")
        return _problem(error.status_code, "Post to /in/<source>", {**(error.headers or {}), **_CLOSE})

    methods = ["POST", "PUT"]
    return Starlette(
        exception_handlers={HTTPException: elsewhere},
        routes=[
            Route("/in/{source}", receive, methods=methods),
            Route("/in/{source}/{rest:path}", receive, methods=methods),
        ],
    )


async def run_together(feeds: Sequence[Feed], stop: asyncio.Event) -> None:
    """Listen until told to stop, then finish what is under way.

    Raises:
        CannotGoOnError: the port is taken.
    """
    from vigie.streams.intake.http_server import listener, serve_until

    settings = feeds[0].settings
    listening = listener(settings.receive_host, settings.receive_port)
    host, port = listening.getsockname()[:2]
    log.info("receive listens on http://%s:%d/in/", f"[{host}]" if ":" in host else host, port)
    for feed in feeds:
        feed.up()
    try:
        await serve_until(stop, application(feeds), listening)
    finally:
        for feed in feeds:
            feed.down()


register_connector(
    Connector(
        kind="http",
        source=HttpSource,
        title="HTTP: webhooks and posting stations",
        confirms="200 once Kafka has the record; 503 while it has not",
        run_together=run_together,
    )
)
