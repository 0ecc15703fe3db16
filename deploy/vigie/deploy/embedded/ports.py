"""Free ports, and whether a port is taken."""

import errno
import secrets
import socket

from vigie.deploy.operator_error import Exit, OperatorError

SERVER_PORTS = range(20_000, 32_000)
"""Below the ports that Linux gives to clients (32768 and up): a client that knocks again and again at the port of a
server that is away is one day given that very port, connects to itself, and the server cannot come back."""
TRIES = 1000
REMEMBERED = len(SERVER_PORTS) // 2
_given: set[int] = set()
"""Ports that this process has given out: whom one is meant for may not listen on it yet."""


def free_port(host: str = "127.0.0.1") -> int:
    """A port for a server, free a moment ago, and not the one that another server was given before.

    Raises:
        OperatorError: there is none.
        OSError: no port of the host can be opened.

    >>> free_port() in SERVER_PORTS
    True
    """
    for _ in range(TRIES):
        port = secrets.choice(SERVER_PORTS)
        if port not in _given and not is_taken(port, host):
            if len(_given) >= REMEMBERED:
                _given.clear()
            _given.add(port)
            return port
    raise OperatorError(
        f"No free port was found on {host} from {SERVER_PORTS[0]} to {SERVER_PORTS[-1]}: end programs that listen "
        "there.",
        Exit.PORT_TAKEN,
    )


def is_taken(port: int, host: str = "127.0.0.1") -> bool:
    """Whether another program listens on the port.

    Raises:
        OSError: the port cannot be opened for another reason, such as a host that is none of this machine's addresses.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return True
        return False
