"""The worker process: reads scripts and payloads from its standard input, writes answers to its standard output.

Run as `python -P -m vigie.codecs.javascript.worker PARENT`, by worker_process.py only. It ends when its input does,
and on Linux also with the thread that started it. It opens no file and no socket once it has begun: the limit of open
files is what it has then.
"""

import contextlib
import os
import resource
import signal
import sys
from collections import OrderedDict
from typing import BinaryIO

import msgspec

from vigie.codecs.javascript.engine import Engine, StoppedError
from vigie.codecs.javascript.messages import LENGTH, Answers, Load, Loaded, Missing, Run, Stopped

ADDRESS_SPACE_BYTES = 1 << 30
CPU_S = 5
"""Of one request: the engine's own limit is far below, so this is for an engine that hangs."""
MOST_CONTEXTS = 256

Answer = Loaded | Answers | Stopped | Missing


class Worker:
    """The scripts that are loaded, the least recently used one first."""

    def __init__(self) -> None:
        self._engines: OrderedDict[str, tuple[Load, Engine]] = OrderedDict()

    def answer(self, request: Load | Run) -> Answer:
        """Load, or decode."""
        return self._load(request) if isinstance(request, Load) else self._run(request)

    def _load(self, request: Load) -> Answer:
        try:
            engine = Engine(request.script)
        except StoppedError as error:
            return Stopped(error.why, error.text)
        self._engines[request.key] = request, engine
        if len(self._engines) > MOST_CONTEXTS:
            self._engines.popitem(last=False)
        return Loaded(engine.style)

    def _run(self, request: Run) -> Answer:
        known = self._engines.get(request.key)
        if known is None:
            return Missing()
        self._engines.move_to_end(request.key)
        try:
            return Answers(known[1].run(request.jobs.decode()))
        except StoppedError as error:
            del self._engines[request.key], known  # what was stopped may have left anything behind
            return Stopped(error.why, error.text)


def main() -> None:
    """Answer until the input ends."""
    given, said = sys.stdin.buffer, sys.stdout.buffer
    _bound(int(sys.argv[1]))
    worker = Worker()
    decode = msgspec.msgpack.Decoder(Load | Run).decode
    encode = msgspec.msgpack.Encoder().encode
    while (body := _read(given)) is not None:
        _arm()
        answer = encode(worker.answer(decode(body)))
        said.write(LENGTH.pack(len(answer)) + answer)
        said.flush()


def _read(given: BinaryIO) -> bytes | None:
    head = given.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = given.read(length)
    return body if len(body) == length else None


def _bound(parent: int) -> None:
    """Give up what a codec could abuse."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the parent, which ends this process
    if sys.platform == "linux":
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        pr_set_pdeathsig, pr_set_no_new_privs = 1, 38
        libc.prctl(pr_set_pdeathsig, int(signal.SIGKILL), 0, 0, 0)
        libc.prctl(pr_set_no_new_privs, 1, 0, 0, 0)
        if os.getppid() != parent:  # it died before the request
            sys.exit(1)
    for limit, most in (
        (resource.RLIMIT_AS, ADDRESS_SPACE_BYTES), (resource.RLIMIT_NOFILE, 3), (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        with contextlib.suppress(OSError, ValueError):  # a lower one holds already, or the system has none
            resource.setrlimit(limit, (most, most))


def _arm() -> None:
    """Allow processor time for one more request."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = int(used.ru_utime + used.ru_stime) + 1 + CPU_S
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main()
