"""Runs an ASGI application on a port until the process is told to end."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp


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
    listener = socket.socket(family)
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

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5))

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield

    def stop(self) -> None:
        """Finishes the requests under way and returns from `serve`."""
        self.should_exit = True


def stop_on_signals(server: WebServer) -> None:
    """Lets SIGTERM and SIGINT end a server; called inside its event loop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
