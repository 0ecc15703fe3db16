"""Runs an ASGI application as a role: its port, its metrics and health, its end."""

import asyncio
import contextlib
import logging
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator

import uvicorn
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vigie.streams import metrics
from vigie.streams.settings import Settings

log = logging.getLogger(__name__)

BEAT_S = 1.0

requests = Counter(
    "vigie_http_requests", "Requests answered, by HTTP status.", ["role", "method", "status"], registry=metrics.REGISTRY
)
request_seconds = Histogram(
    "vigie_http_request_seconds",
    "Time from a request to the end of its answer.",
    ["role"],
    registry=metrics.REGISTRY,
)

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
"""Methods that are counted by their name; callers may invent others."""


class PortTakenError(OSError):
    """The port is somebody else's; the message says which and what to do."""


def bind(host: str, port: int, setting: str) -> socket.socket:
    """A listening socket.

    Args:
        host: address.
        port: 0 takes a free one.
        setting: the variable that chooses the port, for the error.

    Raises:
        PortTakenError: another process listens there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where a socket says that it is TCP: else each answer on a kept connection
    # waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"Cannot listen on {host}:{port} ({error.strerror}): end what uses it, or set {setting} to another port"
        ) from None
    return listener


def address(listener: socket.socket) -> str:
    """The URL at which a listening socket answers."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class WebServer(uvicorn.Server):
    """A uvicorn server that ends by `stop` alone: whoever runs it decides what a signal means.

    uvicorn would raise the signal again after its own clean end, and the process would die of it with exit code -15.
    """

    def __init__(self, app: ASGIApp, role: str) -> None:
        super().__init__(
            uvicorn.Config(_Counted(app, role), log_config=None, access_log=False, timeout_graceful_shutdown=5)
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield

    def stop(self) -> None:
        """Finishes the requests under way and returns from `serve`."""
        self.should_exit = True


def on_stop_signals(call: Callable[[], object]) -> None:
    """SIGTERM and SIGINT call this, from now on; to be used inside the event loop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, call)


@contextlib.asynccontextmanager
async def watched(settings: Settings, role: str) -> AsyncIterator[metrics.Health]:
    """Answers /metrics and /healthz of a role while the block runs.

    Raises:
        OSError: the port of the metrics is taken.
    """
    health = metrics.Health()
    port = metrics.serve(health, host=settings.host, port=settings.metrics_port, role=role)
    log.info("%s: /metrics and /healthz on port %d", role, port)
    beating = asyncio.create_task(_beat(health))
    try:
        yield health
    finally:
        beating.cancel()


async def _beat(health: metrics.Health) -> None:
    while True:
        health.beat()
        await asyncio.sleep(BEAT_S)


class _Counted:
    """Middleware: counts and times each request."""

    def __init__(self, app: ASGIApp, role: str) -> None:
        self._app = app
        self._role = role

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = time.perf_counter()
        try:
            await self._app(scope, receive, counted)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            requests.labels(self._role, method, str(status)).inc()
            request_seconds.labels(self._role).observe(time.perf_counter() - started)
