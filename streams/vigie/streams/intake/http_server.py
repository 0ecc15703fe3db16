"""The HTTP server of `receive`: uvicorn, with a limit on how long a request may take to say what it is."""

import asyncio
import contextlib
import logging
import socket
from asyncio import TimerHandle, Transport
from collections.abc import Iterator
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from vigie.streams import intake_metrics
from vigie.streams.cannot_go_on import CannotGoOnError

HEAD_LIMIT_S = 10.0
MOST_CONNECTIONS = 500
HEAD_MOST_BYTES = 32_768


class PatientProtocol(H11Protocol):
    """Closes a connection whose request line and headers do not come within HEAD_LIMIT_S.

    uvicorn has no such limit: a sender of one byte a minute would hold a connection for ever.
    """

    _patience: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """The time runs."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """It runs from the first byte of each further request too."""
        super().data_received(data)
        self._watch()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP is counted."""
        intake_metrics.of_nobody("bad_request")
        super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._forget()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is h11.IDLE:
            if self._patience is None:
                self._patience = self.loop.call_later(HEAD_LIMIT_S, self._give_up)
        else:
            self._forget()

    def _give_up(self) -> None:
        intake_metrics.of_nobody("slow")
        self.transport.close()

    def _forget(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


_told: set[str] = set()


def _first_of_its_kind(record: logging.LogRecord) -> bool:
    """Uvicorn warns in a few fixed words; once, because else any stranger could fill the log with them."""
    if record.levelno != logging.WARNING or record.msg not in _told:
        _told.add(record.msg)
        return True
    return False


class _Server(uvicorn.Server):
    """Ends when it is told to, and by no signal of its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield


def listener(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        CannotGoOnError: the port is taken, or the address is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where a socket says that it is TCP: else each answer on a kept connection
    # waits 40 ms for the sender's delayed acknowledgement.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise CannotGoOnError(
            f"receive cannot listen on {host}:{port} ({error.strerror}): end what uses it, or set VIGIE_RECEIVE_HOST "
            "and VIGIE_RECEIVE_PORT"
        ) from None
    return made


async def serve_until(stop: asyncio.Event, app: ASGIApp, listening: socket.socket) -> None:
    """Serve until the event is set, then finish the requests under way."""
    protocol: Any = PatientProtocol
    logging.getLogger("uvicorn.error").addFilter(_first_of_its_kind)
    server = _Server(
        uvicorn.Config(
            app, http=protocol, ws="none", lifespan="off", log_config=None, access_log=False, server_header=False,
            timeout_keep_alive=15, timeout_graceful_shutdown=15, limit_concurrency=MOST_CONNECTIONS,
            h11_max_incomplete_event_size=HEAD_MOST_BYTES,
        )
    )  # fmt: skip
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopped.cancel()
    await serving
