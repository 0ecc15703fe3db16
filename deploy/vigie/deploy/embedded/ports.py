"""Free ports, and whether a port is taken."""

import secrets
import socket

SERVER_PORTS = range(20_000, 32_000)
"""Below the ports that Linux gives to clients (32768 and up): a client that knocks again and again at the port of a
server that is away is one day given that very port, connects to itself, and the server cannot come back."""


def free_port(host: str = "127.0.0.1") -> int:
    """A port for a server, free a moment ago.

    >>> free_port() in SERVER_PORTS
    True
    """
    while True:
        port = secrets.choice(SERVER_PORTS)
        if not is_taken(port, host):
            return port


def is_taken(port: int, host: str = "127.0.0.1") -> bool:
    """Whether another program listens on the port."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
        return False
