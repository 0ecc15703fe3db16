"""A child process on a leash: it logs to a file, ends with us, and is always reaped."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

LEASH = Path(__file__).with_name("leash.py")
LOG_LIMIT_BYTES = 20_000_000
"""A longer log is set aside, once, at the next start."""


@dataclass(frozen=True, slots=True)
class User:
    """Who a child runs as."""

    name: str
    uid: int
    gid: int


class Leashed:
    """One child, started at once.

    The kernel sends `death_signal` when the *thread* that made the child ends, so a child must be started by a thread
    that lives as long as the child is wanted.

    Args:
        command: program (an absolute path) and arguments.
        log: file that its output is appended to.
        death_signal: what it gets when we are gone, even by kill -9.
        user: who it runs as; None: as we do.
        cwd: its working directory, entered before it becomes `user`.
        env: its environment; None: ours.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        death_signal: signal.Signals = signal.SIGKILL,
        user: User | None = None,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        uid, gid = (user.uid, user.gid) if user else (-1, -1)
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
            log.replace(log.with_name(log.name + ".1"))
        with log.open("ab") as output:
            self.log_start = output.tell()
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    "-S",
                    str(LEASH),
                    *map(str, (os.getpid(), int(death_signal), uid, gid)),
                    *command,
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=None if env is None else dict(env),
                start_new_session=True,  # a Ctrl-C at the terminal is for the supervisor, which stops us in order
            )
        self.log = log
        self.pid = self._process.pid

    def exit_code(self) -> int | None:
        """How it ended (negative: by that signal), None while it runs."""
        return self._process.poll()

    def running(self) -> bool:
        """Whether it still runs."""
        return self.exit_code() is None

    def memory(self) -> int:
        """Its resident memory in bytes, 0 when it is gone."""
        with contextlib.suppress(psutil.Error):
            return int(psutil.Process(self.pid).memory_info().rss)
        return 0

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self.running():
            self._process.send_signal(number)

    def wait(self, timeout_s: float) -> bool:
        """Wait for its end; returns whether it ended in time."""
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, number: signal.Signals = signal.SIGTERM, timeout_s: float = 30.0) -> int:
        """Ask it to end, kill it when it has not after `timeout_s`; returns its exit code."""
        self.send(number)
        if not self.wait(timeout_s):
            self.kill()
        return self._process.wait()

    def kill(self) -> None:
        """End it with kill -9 and reap it."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGKILL)
        self._process.wait()

    def said(self, length: int = 4000) -> str:
        """The end of what it logged since it was started."""
        with self.log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self.log_start, size - length))
            return log.read().decode("utf-8", "replace").strip()


class OnLeash:
    """What is one child: a service, a role."""

    process: Leashed | None = None

    def kill9(self) -> None:
        """What a crash does; children of the child end by themselves when it is gone."""
        if self.process is not None:
            self.process.kill()
            self.process = None

    def pause(self) -> None:
        """Freeze the process, as a machine out of breath does."""
        assert self.process is not None
        self.process.send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let the process go on."""
        assert self.process is not None
        self.process.send(signal.SIGCONT)
