"""Payloads through makers' own codecs: worker processes, chunks, and what happens when a codec misbehaves.

Payloads go to a worker in chunks. A chunk that gives no answer is sent again payload by payload, so that only the one
at fault is lost. A codec that was stopped many times in a row is set aside for a while: its payloads fail at once.
"""

import select
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import msgspec

from vigie.codecs.javascript.answers import read_answers
from vigie.codecs.javascript.messages import (
    ASIDE,
    FAILED,
    LATE,
    LOST,
    MEMORY,
    STACK,
    TIME,
    Answers,
    Load,
    Loaded,
    Missing,
    Run,
    Script,
    Stopped,
)
from vigie.codecs.javascript.worker_process import CALL_S, LOAD_S, Answer, WorkerLostError, WorkerProcess

CHUNK = 64
CHUNK_BYTES = 32_000
SET_ASIDE_AFTER = 20
SET_ASIDE_S = 60.0

Job = tuple[bytes, int, int | None] | tuple[bytes, int, int | None, str]
"""(payload, f_port, received_at in epoch ms or None, perhaps its text)."""
Take = Callable[[int, Any], None]
"""What is called with the place of a job, and what answers.py says, or Stopped."""

_SENTENCES = {
    TIME: "took too much processor time",
    MEMORY: "wanted more than 32 MB of memory",
    STACK: "called itself too deeply",
    LATE: "did not answer in time, and its process was killed",
    LOST: "ended its process",
}

_encode = msgspec.json.Encoder().encode


class _Codec:
    """What is known of a script: its key, and how it has behaved."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.key = script.key()
        self.stops = 0
        self.aside_until = float("-inf")
        self.refused: Stopped | None = None


class Runner:
    """Worker processes, started when they are first needed. Not for two threads.

    Args:
        workers: how many processes.
        call_s: wall clock of one payload before its worker is killed.
        load_s: wall clock until a script is loaded.
        clock: seconds that only grow, for the pause of a codec that is set aside.
    """

    def __init__(
        self,
        *,
        workers: int = 1,
        call_s: float = CALL_S,
        load_s: float = LOAD_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.workers = [WorkerProcess(call_s=call_s, load_s=load_s) for _ in range(workers)]
        self._clock = clock
        self._known: dict[Script, _Codec] = {}
        self._loaded: dict[int, set[str]] = {}

    def close(self) -> None:
        """End the processes; the next payload would start them again."""
        for worker in self.workers:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def load(self, script: Script) -> Loaded | Stopped:
        """Try whether a script can be loaded."""
        found = self._ready(self.workers[0], self._codec(script))
        return found if isinstance(found, Loaded | Stopped) else Loaded("")

    def run(self, script: Script, jobs: Sequence[Job], take: Take) -> None:
        """Decode many; `take` is called once for each, in no certain order."""
        codec = self._codec(script)
        waiting = deque(_chunks(jobs))
        busy: dict[WorkerProcess, list[int]] = {}
        again: set[int] = set()
        try:
            while waiting or busy:
                for worker in self.workers:
                    if waiting and worker not in busy:
                        self._begin(worker, codec, jobs, waiting, busy, take)
                for worker, answer in self._answers(busy):
                    places = busy.pop(worker)
                    done = self._judge(codec, places, answer, waiting, again)
                    if waiting and done:  # the worker works while what it gave is read
                        self._begin(worker, codec, jobs, waiting, busy, take)
                    for place, one in done:
                        take(place, one)
        except BaseException:
            for worker in busy:  # its answer would be taken for that of the next request
                worker.close()
            raise

    def _codec(self, script: Script) -> _Codec:
        known = self._known.get(script)
        if known is None:
            known = self._known[script] = _Codec(script)
        return known

    def _begin(
        self, worker: WorkerProcess, codec: _Codec, jobs: Sequence[Job], waiting: deque[list[int]],
        busy: dict[WorkerProcess, list[int]], take: Take,
    ) -> None:  # fmt: skip
        """Send the next chunk to a worker, or answer it here where the codec cannot be asked."""
        places = waiting.popleft()
        stopped = self._aside(codec)
        if stopped is None:
            stopped = self._send(worker, codec, [jobs[place] for place in places])
        if stopped is None:
            busy[worker] = places
            return
        for place in places:
            take(place, stopped)

    def _aside(self, codec: _Codec) -> Stopped | None:
        if codec.aside_until <= self._clock():
            return None
        if codec.refused is not None:
            return codec.refused
        return Stopped(ASIDE, f"was stopped {codec.stops} times in a row and is set aside for {SET_ASIDE_S:.0f} s")

    def _send(self, worker: WorkerProcess, codec: _Codec, jobs: list[Job]) -> Stopped | None:
        body = _encode([(list(job[0]), *job[1:]) for job in jobs])
        for _ in range(2):
            refused = self._ready(worker, codec)
            if isinstance(refused, Stopped):
                codec.refused, codec.aside_until = refused, self._clock() + SET_ASIDE_S
                return refused
            try:
                worker.send(Run(codec.key, body))
            except WorkerLostError:  # it ended while nothing was asked
                continue
            return None
        return Stopped(LOST, "")

    def _ready(self, worker: WorkerProcess, codec: _Codec) -> Loaded | Stopped | None:
        """See to it that a worker has the script; None: it has."""
        loaded = self._loaded.setdefault(id(worker), set())
        if worker.pid is None:
            loaded.clear()
        if codec.key in loaded:
            return None
        for _ in range(2):
            try:
                answer = worker.load(Load(codec.key, codec.script))
            except WorkerLostError as error:
                loaded.clear()
                if error.late:
                    return Stopped(LATE, "")
                continue
            if isinstance(answer, Loaded):
                loaded.add(codec.key)
                codec.refused = None
            assert isinstance(answer, Loaded | Stopped)
            return answer
        return Stopped(LOST, "")

    @staticmethod
    def _answers(busy: dict[WorkerProcess, list[int]]) -> Iterable[tuple[WorkerProcess, Answer | WorkerLostError]]:
        """Wait for one worker at least; gives those that have answered or are lost."""
        if not busy:
            return []
        select.select(list(busy), [], [], min(worker.left_s() for worker in busy))
        found: list[tuple[WorkerProcess, Answer | WorkerLostError]] = []
        for worker in busy:
            try:
                answer = worker.received()
            except WorkerLostError as error:
                found.append((worker, error))
                continue
            if answer is not None:
                found.append((worker, answer))
        return found

    def _judge(
        self, codec: _Codec, places: list[int], answer: Answer | WorkerLostError,
        waiting: deque[list[int]], again: set[int],
    ) -> list[tuple[int, Any]]:  # fmt: skip
        """What an answer says of each payload; what is to be asked again goes to the front of the queue."""
        if isinstance(answer, Answers):
            read = read_answers(answer.text, len(places))
            if read is not None:
                codec.stops = 0
                return list(zip(places, read, strict=True))
            answer = Stopped(FAILED, "its answer cannot be read")
        if isinstance(answer, Missing):
            for loaded in self._loaded.values():
                loaded.discard(codec.key)
            waiting.appendleft(places)
            return []
        for loaded in self._loaded.values():  # after a stop the worker has forgotten it
            loaded.discard(codec.key)
        if len(places) > 1:
            waiting.extendleft([place] for place in reversed(places))
            return []
        if isinstance(answer, WorkerLostError):
            stopped, once_more = Stopped(LATE if answer.late else LOST, ""), not answer.late
        else:
            assert isinstance(answer, Stopped)
            # memory: what others before it left behind may have been too much, and is gone now
            stopped, once_more = answer, answer.why == MEMORY
        if once_more and places[0] not in again:
            again.add(places[0])
            waiting.appendleft(places)
            return []
        if stopped.why != FAILED:
            codec.stops += 1
            if codec.stops >= SET_ASIDE_AFTER:
                codec.refused, codec.aside_until = None, self._clock() + SET_ASIDE_S
        return [(places[0], stopped)]


def sentence(stopped: Stopped) -> str:
    """What happened, for people; goes on after the codec's name."""
    if stopped.why == ASIDE:
        return stopped.text
    if stopped.why == MEMORY and stopped.text == "null":  # from outside the two look the same
        return "wanted more than 32 MB of memory, or threw null"
    return _SENTENCES.get(stopped.why) or f"failed: {stopped.text}"


def _chunks(jobs: Sequence[Job]) -> list[list[int]]:
    found: list[list[int]] = []
    room = 0
    for place, job in enumerate(jobs):
        if room <= 0 or len(found[-1]) >= CHUNK:
            found.append([])
            room = CHUNK_BYTES
        found[-1].append(place)
        room -= len(job[0])
    return found
