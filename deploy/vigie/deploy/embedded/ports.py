"""Free ports, and whose a taken one is."""

import socket


def free_port(host: str = "127.0.0.1") -> int:
    """A port that was free a moment ago.

    >>> free_port() > 0
    True
    """
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def is_taken(port: int, host: str = "127.0.0.1") -> bool:
    """Whether another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
        return False
