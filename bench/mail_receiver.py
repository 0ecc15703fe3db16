"""A mail server for benchmarks: notes when each mail came and what it told, and can be killed and started again."""

import socket
import time
from email import message_from_bytes
from email.policy import default as policy
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller


class Came(NamedTuple):
    """One mail: when (epoch s), its Message-ID, the events that it names, its subject."""

    at_s: float
    name: str
    events: tuple[str, ...]
    subject: str


class Mailbox:
    """Keeps what comes in memory."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.came: list[Came] = []
        self._sessions: set[Any] = set()
        self._controller: Controller | None = None

    async def handle_EHLO(  # noqa: N802 -- aiosmtpd's name
        self, server: Any, session: Any, _envelope: Any, hostname: str, responses: Any
    ) -> Any:
        """Note the session, so that it can be cut."""
        self._sessions.add(server)
        session.host_name = hostname
        return responses

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        """Keep one mail."""
        mail = message_from_bytes(envelope.original_content, policy=policy)
        events = tuple(mail.get_all("X-Vigie-Event") or ())
        self.came.append(Came(time.time(), mail["Message-ID"], events, mail["Subject"]))
        return "250 Kept"

    def start(self) -> None:
        """Listen."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def kill(self) -> None:
        """Cut all connections and stop listening."""
        controller, self._controller = self._controller, None
        sessions, self._sessions = self._sessions, set()
        if controller is None:
            return
        for server in sessions:
            if server.transport is not None:
                controller.loop.call_soon_threadsafe(server.transport.abort)
        controller.stop()
