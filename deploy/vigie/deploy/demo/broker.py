"""A real MQTT broker for the demo: mosquitto, where it is installed; it ends with the demo."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from vigie.deploy.demo.intake import TOKEN
from vigie.deploy.embedded import leash
from vigie.deploy.embedded.ports import free_port

USER = "vigie"
READY_S = 10.0


class Broker:
    """Runs mosquitto on a free port of 127.0.0.1, with a user and a password.

    Args:
        folder: for its files; made if it is not there.

    Attributes:
        port: None where mosquitto is not installed, or does not answer.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        program = _program("mosquitto")
        if program is None or not self._write_files():
            return self
        port = free_port()
        (self.folder / "mosquitto.conf").write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {self.folder / 'users'}\n"
            f"persistence false\nmax_queued_messages 0\nlog_dest none\nuser {_user()}\n",
            encoding="utf-8",
        )
        self._process = subprocess.Popen(
            [
                sys.executable, "-I", "-S", leash.__file__, str(os.getpid()), str(int(signal.SIGTERM)), "-1", "-1",
                program, "-c", str(self.folder / "mosquitto.conf"),
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        if self._answers(port):
            self.port = port
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _write_files(self) -> bool:
        self.folder.mkdir(parents=True, exist_ok=True)
        makes_users = _program("mosquitto_passwd")
        if makes_users is None:
            return False
        done = subprocess.run(
            [makes_users, "-c", "-b", str(self.folder / "users"), USER, TOKEN],
            check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return done.returncode == 0

    def _answers(self, port: int) -> bool:
        assert self._process is not None
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return True
        return False


def _program(name: str) -> str | None:
    """Where a program is; Debian puts servers where only root's path leads."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def _user() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name
