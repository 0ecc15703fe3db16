"""Changes of the registry, one after the other: decided on the content, written to the log, then in effect."""

import asyncio
from collections.abc import Callable
from typing import Protocol, TypeVar

from aiokafka.errors import KafkaError, ProducerFenced

from vigie.serving.registry_content import Content, Refused, Subject

TAKEN_OVER = (
    "Another schema registry has taken over the topic `schemas` of this Kafka, and this one ends. Two `vigie up` on "
    "one Kafka need one registry: set VIGIE_SCHEMA_REGISTRY of one to the other's address."
)
ANSWER_LIMIT_S = 20.0
"""How long a caller waits for Kafka's confirmation; the write itself goes on."""

T = TypeVar("T")


class Log(Protocol):
    """Where a subject's state is kept."""

    async def write(self, name: str, subject: Subject) -> None:
        """Keeps it; it is safe when this returns."""


class RegistryWriter:
    """The only hand that changes the content.

    Args:
        content: what the registry knows.
        log: where it keeps it.

    Attributes:
        fenced: set once another registry has taken over; this one must end.
    """

    def __init__(self, content: Content, log: Log) -> None:
        self._content = content
        self._log = log
        self._lock = asyncio.Lock()
        self._running: set[asyncio.Task[object]] = set()
        self.fenced = asyncio.Event()

    async def change(self, name: str, decide: Callable[[], tuple[Subject | None, T]]) -> T:
        """Makes one change.

        Args:
            name: the subject.
            decide: called when no other change is under way; gives the subject's new state (None: nothing changes) and
                the answer.

        Returns:
            The answer, once the change is safe.

        Raises:
            Refused: what `decide` raises; 50001, Kafka did not take it; 50002, Kafka has not confirmed it yet.
        """
        # A write whose caller gives up goes on: cut off, nobody would know whether Kafka has it.
        task = asyncio.create_task(self._change(name, decide))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        done, _ = await asyncio.wait([task], timeout=ANSWER_LIMIT_S)
        if not done:
            raise Refused(
                50002,
                f"Kafka has not confirmed the change within {ANSWER_LIMIT_S:g} s. It takes effect when it does: "
                f"ask for subject '{name}' later.",
            )
        return task.result()

    async def _change(self, name: str, decide: Callable[[], tuple[Subject | None, T]]) -> T:
        async with self._lock:
            subject, answer = decide()
            if subject is None:
                return answer
            try:
                await self._log.write(name, subject)
            except ProducerFenced:
                self.fenced.set()
                raise Refused(50001, TAKEN_OVER) from None
            except KafkaError as error:
                raise Refused(50001, f"Kafka did not take the change, so nothing changed: {error}") from None
            self._content.apply(name, subject)
            return answer
