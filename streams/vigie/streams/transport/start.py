"""Before a role starts: the broker must answer and the topics must exist; both are waited for, with a sentence."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential

from vigie.streams.metrics import Health
from vigie.streams.transport.step import CannotGoOnError

log = logging.getLogger(__name__)

LONGEST_PAUSE_S = 10.0


class NotThereError(CannotGoOnError):
    """Something that the role needs is not there yet; the message says what to do."""


class WrongTopicsError(CannotGoOnError):
    """The topics are such that the role cannot work; the message says what to do."""


async def partition_counts(servers: str) -> dict[str, int]:
    """Topic name on the cluster -> number of partitions.

    Raises:
        NotThereError: no broker answers.
    """
    quiet = logging.getLogger("aiokafka")
    level = quiet.level
    quiet.setLevel(logging.CRITICAL)  # "Unable to connect" is what we came to find out
    admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=10_000)
    try:
        await admin.start()
        return {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}
    except (KafkaError, OSError) as error:
        raise NotThereError(f"No Kafka broker answers at {servers} ({error}): start it, or set VIGIE_KAFKA") from error
    finally:
        await admin.close()
        quiet.setLevel(level)


async def wait_for_topics(
    servers: str, needed: Iterable[str], together: Iterable[str], health: Health
) -> Mapping[str, int]:
    """Wait until all needed topics exist, for ever, with a back-off up to 10 s.

    Args:
        servers: bootstrap servers.
        needed: names on the cluster.
        together: those among them that must have the same number of partitions.
        health: is told what is waited for.

    Returns:
        Name on the cluster -> number of partitions, of every topic there is.

    Raises:
        WrongTopicsError: topics that are read together have different numbers of partitions.
    """
    needed, together = list(needed), list(together)

    def tell(state: RetryCallState) -> None:
        reason = str(state.outcome.exception()) if state.outcome else ""
        health.not_ready(reason)
        log.warning("%s. Trying again in %.0f s", reason, state.next_action.sleep if state.next_action else 0)

    async def look() -> dict[str, int]:
        counts = await partition_counts(servers)
        missing = [name for name in needed if name not in counts]
        if missing:
            raise NotThereError(
                f"{'Topic' if len(missing) == 1 else 'Topics'} {', '.join(missing)} "
                f"{'does' if len(missing) == 1 else 'do'} not exist on {servers}: create by `vigie topics create`"
            )
        return counts

    retrying: Any = AsyncRetrying(
        retry=retry_if_exception_type(NotThereError),
        wait=wait_exponential(multiplier=0.5, max=LONGEST_PAUSE_S),
        before_sleep=tell,
    )
    counts: dict[str, int] = await retrying(look)
    numbers = {counts[name] for name in together}
    if len(numbers) > 1:
        found = ", ".join(f"{name} {counts[name]}" for name in together)
        raise WrongTopicsError(
            f"Topics that one worker reads together must have the same number of partitions, but have: {found}. "
            "`vigie topics check` says which one is wrong"
        )
    health.not_ready("joining the consumer group")
    return counts
