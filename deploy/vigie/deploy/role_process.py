"""A role as a process of its own, as the supervisor sees it: started, asked for its health, stopped."""

import http.client
import os
import signal
import sys
from pathlib import Path

from vigie.deploy.embedded.leashed import Leashed, OnLeash
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.roles import Role
from vigie.streams.settings import OUTSIDE, PREFIX, Settings

STOP_LIMIT_S = 45.0
"""More than a role's own limit for its last checkpoint."""


def worker_command(role: Role) -> list[str]:
    """How a role is started."""
    return [sys.executable, "-m", "vigie.deploy.cli", "worker", role.name]


def reachable(host: str) -> str:
    """Where a server that listens on `host` is reached from this machine.

    >>> reachable("0.0.0.0")
    '127.0.0.1'
    """
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104


class RoleProcess(OnLeash):
    """One role.

    Args:
        role: which.
        settings: complete ones, with the role's own metrics_port.
        log: its log file.
        command: program and arguments.
        url: of its public server, if it has one.
    """

    def __init__(self, role: Role, settings: Settings, *, log: Path, command: list[str], url: str = "") -> None:
        self.name = role.name
        self.port = settings.metrics_port
        self.url = url
        self.log = log
        self.starts = 0
        self._settings = settings
        self._command = command

    def launch(self) -> None:
        """Start the process without waiting for an answer."""
        # Ours are given in full below; what tests and others have outside of the settings passes.
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(PREFIX) or name.startswith(OUTSIDE)
        }
        environment |= self._settings.to_env() | {"VIGIE_RESTARTS": str(self.starts), "PYTHONUNBUFFERED": "1"}
        self.process = Leashed(self._command, log=self.log, death_signal=signal.SIGKILL, env=environment)
        self.starts += 1

    def answers(self) -> bool:
        """Whether /healthz says 200."""
        connection = http.client.HTTPConnection(reachable(self._settings.host), self.port, timeout=1)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def check_started(self) -> None:
        """Raise if it has ended.

        Raises:
            OperatorError: with its last words.
        """
        if self.process is not None and not self.process.running():
            raise OperatorError(
                f"The role {self.name} ended at its start (exit code {self.process.exit_code()}); "
                f"its log is {self.log} and ends with:\n{self.process.said(1500)}",
                Exit.NOT_READY,
            )

    def stop(self, timeout_s: float = STOP_LIMIT_S) -> None:
        """SIGTERM; kill -9 after `timeout_s`."""
        if self.process is not None:
            self.process.stop(signal.SIGTERM, timeout_s)
            self.process = None
