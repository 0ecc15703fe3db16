"""The worker process seen from its parent: started when needed, asked with a deadline, killed and replaced."""

import contextlib
import fcntl
import os
import select
import subprocess
import sys
import time

import msgspec

from vigie.codecs.javascript.messages import (
    LENGTH,
    MOST_MESSAGE,
    Answers,
    Load,
    Loaded,
    Missing,
    Run,
    Stopped,
)

Answer = Loaded | Answers | Stopped | Missing

CALL_S = 1.0
"""Wall clock of one request; the engine stops itself after 0.1 s of processor time."""
LOAD_S = 5.0
STARVED_FACTOR = 10
"""So many times longer a worker is waited for that has had no processor: the machine is at fault, not the codec."""
_PIPE_BYTES = 1 << 20
_WORKED_S = 0.5
"""Processor time from which on a silent worker hangs."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Answer).decode


class WorkerLostError(Exception):
    """The worker ended, or did not answer in time and was killed.

    Args:
        late: it was killed.
    """

    def __init__(self, *, late: bool) -> None:
        super().__init__("late" if late else "ended")
        self.late = late


class WorkerProcess:
    """One worker. Not for two threads, and to be used by the thread that made it: on Linux the worker ends with that.

    Args:
        call_s: wall clock of one request.
        load_s: wall clock until a script is loaded, the start of the process included.
    """

    def __init__(self, *, call_s: float = CALL_S, load_s: float = LOAD_S) -> None:
        self._call_s, self._load_s = call_s, load_s
        self._process: subprocess.Popen[bytes] | None = None
        self._deadline = self._last_deadline = self._cpu_then = 0.0
        self._buffer, self._received = bytearray(_PIPE_BYTES), bytearray()
        self._length = 0
        self.started = 0
        """How many processes there have been."""

    @property
    def pid(self) -> int | None:
        """Of the process, None while there is none."""
        return None if self._process is None else self._process.pid

    def fileno(self) -> int:
        """What becomes readable when there is an answer."""
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    def load(self, request: Load) -> Answer:
        """Load a script and wait for it.

        Raises:
            WorkerLostError: it ended, or took too long.
        """
        self.send(request)
        while True:
            select.select([self], [], [], max(0.0, self._deadline - time.monotonic()))
            if (answer := self.received()) is not None:
                return answer

    def send(self, request: Load | Run) -> None:
        """Send a request; its answer is to be taken before the next one.

        Raises:
            WorkerLostError: it has ended, or does not take it.
        """
        if self._process is None:
            self._start()
        assert self._process is not None
        assert self._process.stdin is not None
        wait_s = self._load_s if isinstance(request, Load) else self._call_s
        self._deadline = time.monotonic() + wait_s
        self._last_deadline = self._deadline + wait_s * (STARVED_FACTOR - 1)
        self._cpu_then = self._cpu_s()
        body = _encode(request)
        rest = memoryview(LENGTH.pack(len(body)) + body)
        where = self._process.stdin.fileno()
        while rest:
            try:
                rest = rest[os.write(where, rest) :]
            except BlockingIOError:
                if not select.select([], [where], [], self.left_s())[1] and self._given_up():
                    raise self._lost(late=True) from None
            except BrokenPipeError:
                raise self._lost(late=False) from None

    def received(self) -> Answer | None:
        """The answer, or None while it has not come whole.

        Raises:
            WorkerLostError: it ended, or its time is over.
        """
        try:
            count = os.readv(self.fileno(), [self._buffer])
        except BlockingIOError:
            if self._given_up():
                raise self._lost(late=True) from None
            return None
        if not count:
            raise self._lost(late=False)
        self._received += memoryview(self._buffer)[:count]
        if not self._length and len(self._received) >= LENGTH.size:
            (self._length,) = LENGTH.unpack_from(self._received)
            if self._length > MOST_MESSAGE:
                raise self._lost(late=False)
        if not self._length or len(self._received) < LENGTH.size + self._length:
            return None
        body = bytes(self._received[LENGTH.size :])
        self._received.clear()
        self._length = 0
        answer: Answer = _decode(body)
        return answer

    def left_s(self) -> float:
        """Seconds until it is to be looked at, though it may not have answered."""
        return max(0.0, self._deadline - time.monotonic())

    def close(self) -> None:
        """End the process, and wait for its end."""
        process, self._process = self._process, None
        self._received.clear()
        self._length = 0
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        process.wait()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "vigie.codecs.javascript.worker", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd="/",
            env={
                "PYTHONPATH": os.pathsep.join(map(os.path.abspath, filter(None, sys.path))),
                "TZ": "UTC",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdin.fileno(), False)
        os.set_blocking(self._process.stdout.fileno(), False)
        with contextlib.suppress(OSError, AttributeError):  # Linux; an answer then comes in one piece
            fcntl.fcntl(self._process.stdout.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self.started += 1

    def _given_up(self) -> bool:
        """Whether to wait no longer: a worker that hangs has used the processor, a starved one has not."""
        now = time.monotonic()
        if now < self._deadline:
            return False
        starved = self._cpu_s() - self._cpu_then < _WORKED_S  # not so where the system does not say: inf - inf
        if now >= self._last_deadline or not starved:
            return True
        self._deadline = min(now + 0.1, self._last_deadline)
        return False

    def _cpu_s(self) -> float:
        """Processor time that the worker has used; infinite where the system does not say."""
        if self._process is None:
            return float("inf")
        try:
            return time.clock_gettime(-8 * self._process.pid - 6)  # what clock_getcpuclockid(3) gives for it on Linux
        except OSError:
            return float("inf")

    def _lost(self, *, late: bool) -> WorkerLostError:
        self.close()
        return WorkerLostError(late=late)
