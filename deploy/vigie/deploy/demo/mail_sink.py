"""A mail server for the demo that keeps every mail as a file and sends nothing on."""

import socket
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as policy
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller


class MailSink:
    """Accepts mails on a port of 127.0.0.1 and keeps each as `0001.eml`, `0002.eml` … in a folder.

    Args:
        folder: where mails go; made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self._controller: Controller | None = None

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._controller is not None:
            self._controller.stop()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        """Keep one mail; the name appears only when the file is whole."""
        number = len(self.files()) + 1
        part = self.folder / f"{number:04d}.part"
        part.write_bytes(envelope.original_content)
        part.rename(part.with_suffix(".eml"))
        return "250 Kept"

    def files(self) -> list[Path]:
        """The mails, the oldest first."""
        return sorted(self.folder.glob("*.eml"))

    def mails(self) -> list[EmailMessage]:
        """The mails, read."""
        return [message_from_bytes(path.read_bytes(), policy=policy) for path in self.files()]
