"""CoAP: frames of NB-IoT devices, posted to `coap://<host>:<port>/in/<source>`; answered 2.04 once Kafka has them.

Source: RFC 7252; RFC 7959 for bodies in blocks. Without DTLS (which the library needs a further package for) the token
crosses the network in clear: listen on an operator's private network, and say in `allow` which addresses send.
"""

import asyncio
import hmac
import time
from collections.abc import Callable
from typing import Annotated, Any

from msgspec import Meta

from vigie.streams.cannot_go_on import CannotGoOnError
from vigie.streams.connector import (
    Connector,
    Port,
    SecretInFile,
    SecretInVariable,
    Source,
    device_id,
    register_connector,
    wrong_listener,
)
from vigie.streams.core.dead_letters import BODY_LIMIT
from vigie.streams.feed import Feed, TooLargeError
from vigie.streams.intake.callers import Rate
from vigie.streams.intake.neighbours import Neighbours, wrong_network
from vigie.streams.intake.raw_log import NotKeptError

_RETRY_AFTER_S = 30
_KEPT_LIMIT_S = 60.0


class CoapSource(Source, frozen=True, tag="coap"):
    """A port with one resource, `/in/<name>`.

    Attributes:
        host, port: where to listen.
        allow: networks that may send; empty: everybody who reaches the port.
        token: what the query `t=` must hold (`token = "env:NAME"`, or `token_file`); left out: none is asked for.
        rate_per_s: requests a second, on average; twice as many at once.
    """

    port: Port = 5683
    host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    allow: tuple[str, ...] = ()
    token: SecretInVariable | None = None
    token_file: SecretInFile | None = None
    rate_per_s: Annotated[float, Meta(gt=0, le=10_000)] = 200

    def problem(self) -> tuple[str, str] | None:
        """Somebody must be kept out."""
        if wrong := wrong_network(self.allow):
            return "allow", wrong
        if not (self.allow or self.token or self.token_file):
            return "name", "expected allow (networks that may send) or token"
        return None

    def trouble(self) -> tuple[str, str] | None:
        """The port belongs to another program, or the address to another machine."""
        return wrong_listener(self.host, self.port)

    def alone(self) -> tuple[str, str] | None:
        """The port."""
        return ("port", f"UDP {self.host}:{self.port}") if self.port else None


async def run(feed: Feed, stop: asyncio.Event) -> None:
    """Listen until told to stop.

    Raises:
        CannotGoOnError: the port is taken.
    """
    import aiocoap
    from aiocoap import resource

    source = feed.source
    assert isinstance(source, CoapSource)
    endpoint = _Endpoint(feed, source)

    class Resource(resource.Resource):
        async def render_to_pipe(self, pipe: Any) -> None:
            refusal = endpoint.refusal(pipe.request)
            if refusal is not None:  # before the library keeps a block of it
                pipe.add_response(refusal, is_last=True)
                return
            await super().render_to_pipe(pipe)

        async def render_post(self, request: Any) -> Any:
            return await endpoint.answer(request)

        render_put = render_post

    site = resource.Site()
    site.add_resource(["in", source.name], Resource())
    try:
        context = await aiocoap.Context.create_server_context(site, bind=(source.host, source.port))
    except OSError as error:
        raise CannotGoOnError(
            f"{source.name} cannot listen on CoAP {source.host}:{source.port} ({error.strerror or error}): end what "
            "uses it, or change host and port of the source"
        ) from None
    _guard(context, feed)
    feed.up()
    try:
        await stop.wait()
    finally:
        feed.down()
        await context.shutdown()


def _guard(context: Any, feed: Feed) -> None:
    """Count what is no CoAP: aiocoap lets the error of an option that is no UTF-8 out into the event loop, which logs a
    traceback for each such datagram, whoever sent it.
    """
    for interface in context.request_interfaces:
        messages: Any = getattr(getattr(interface, "token_interface", None), "message_interface", None)
        read = getattr(messages, "datagram_msg_received", None)
        if read is None:  # another transport than that of Linux and macOS
            continue

        def guarded(*datagram: Any, read: Callable[..., None] = read) -> None:
            try:
                read(*datagram)
            except ValueError:
                feed.refused("bad_request")

        messages.datagram_msg_received = guarded


class _Endpoint:
    def __init__(self, feed: Feed, source: CoapSource) -> None:
        self._feed, self._source = feed, source
        self._neighbours = Neighbours(source.allow)
        self._token = source.secret("token")
        self._rate = Rate(source.rate_per_s, now=time.monotonic())

    def refusal(self, request: Any) -> Any:
        """The answer to a request, or to a block of one, that is not let in; None if it is."""
        import aiocoap
        from aiocoap.numbers import codes

        query = _query(request)
        address = getattr(request.remote, "sockaddr", None) or ("",)
        if not self._neighbours.let_in(str(address[0])):
            self._feed.refused("unauthenticated")
            return aiocoap.Message(code=codes.UNAUTHORIZED)
        if self._token and not hmac.compare_digest(query.get("t", "").encode(), self._token.encode()):
            self._feed.refused("wrong_token" if "t" in query else "unauthenticated")
            return aiocoap.Message(code=codes.UNAUTHORIZED)
        block = request.opt.block1
        if block is not None and block.start + len(request.payload) > BODY_LIMIT:
            self._feed.refused("too_large")
            return aiocoap.Message(code=codes.REQUEST_ENTITY_TOO_LARGE)
        return None

    async def answer(self, request: Any) -> Any:
        """Hand a whole body on, and answer once Kafka has it."""
        import aiocoap
        from aiocoap.numbers import codes

        query = _query(request)
        if self._rate.wait_s(time.monotonic()):
            self._feed.refused("rate")
            return aiocoap.Message(code=codes.SERVICE_UNAVAILABLE, max_age=1)
        device = query.get("d", "")
        try:
            await self._feed.put(
                bytes(request.payload), event=query.get("event", "")[:80],
                address=device_id(self._source.name, device) if device else "", limit_s=_KEPT_LIMIT_S,
            )  # fmt: skip
        except TooLargeError:
            return aiocoap.Message(code=codes.REQUEST_ENTITY_TOO_LARGE)
        except NotKeptError:
            return aiocoap.Message(code=codes.SERVICE_UNAVAILABLE, max_age=_RETRY_AFTER_S)
        return aiocoap.Message(code=codes.CHANGED)


def _query(request: Any) -> dict[str, str]:
    return dict(part.partition("=")[::2] for part in request.opt.uri_query)


register_connector(
    Connector(
        kind="coap",
        source=CoapSource,
        title="CoAP frames of NB-IoT devices",
        confirms="2.04 once Kafka has the record; 5.03 while it has not",
        run=run,
    )
)
