"""Topics on the cluster: made from the catalogue, and compared with it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, NodeNotReadyError, TopicAlreadyExistsError, for_code
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings
from vigie.topics.catalogue import TOPICS, Partitioning

LEADER_LIMIT_S = 30.0
T = TypeVar("T")


def create(settings: Settings) -> list[str]:
    """Make the topics that the cluster lacks, and wait until each has its leaders. Existing ones are left alone.

    Returns:
        Names of those that were made.

    Raises:
        OperatorError: the cluster does not answer, or refuses a topic.
    """
    return _run(settings, lambda admin: _create(admin, settings))


def differences(settings: Settings) -> list[str]:
    """What is otherwise on the cluster than in the catalogue: one sentence each, empty when all is well.

    Raises:
        OperatorError: the cluster does not answer.
    """
    return _run(settings, lambda admin: _differences(admin, settings))


def catalogue_page() -> str:
    """The page docs/topics.md."""
    lines = [
        "# Topics",
        "",
        "Every topic of Vigie. On a cluster each name begins with the prefix of the installation (`vigie.`).",
        "This page is made from the catalogue by `vigie topics doc`.",
        "",
        "| topic | | key | value | written by | partitions | kept |",
        "|---|---|---|---|---|---|---|",
    ]
    for topic in TOPICS.values():
        kind = "public" if topic.public else "state" if topic.compacted else "internal"
        kept = f"{topic.retention_days} d" if topic.retention_days else "" if topic.compacted else "for ever"
        kept = ", ".join(filter(None, ["last value of each key" if topic.compacted else "", kept]))
        count = "1" if topic.partitioning is Partitioning.ONE else f"by {topic.partitioning}"
        lines.append(f"| `{topic.name}` | {kind} | {topic.key} | {topic.value} | {topic.writer} | {count} | {kept} |")
    lines += [
        "",
        "Topics keyed by device have one partition count (`VIGIE_PARTITIONS`), and so have those keyed by point,",
        "because steps read them together; `vigie topics check` tests it. Every topic has",
        "`message.timestamp.type=LogAppendTime`: a record's timestamp is its arrival on the topic, event times stand",
        "in the value. `baselines` comes with the step that writes it.",
    ]
    return "\n".join(lines) + "\n"


def _run(settings: Settings, job: Callable[[AIOKafkaAdminClient], Awaitable[T]]) -> T:
    def unreachable(error: KafkaError) -> OperatorError:
        return OperatorError(
            f"Kafka does not answer at {settings.kafka} ({type(error).__name__}): start it, or correct VIGIE_KAFKA.",
            Exit.UNREACHABLE,
        )

    async def connected() -> T:
        admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
        try:
            await admin.start()
        except KafkaError as error:
            raise unreachable(error) from error
        try:
            return await job(admin)
        finally:
            await admin.close()

    # A broker that has just started may answer before it names itself; every job may be done twice.
    unready = Retrying(
        retry=retry_if_exception_type(NodeNotReadyError), stop=stop_after_delay(10), wait=wait_fixed(0.3), reraise=True
    )
    try:
        return unready(lambda: asyncio.run(connected()))
    except NodeNotReadyError as error:
        raise unreachable(error) from error


async def _create(admin: AIOKafkaAdminClient, settings: Settings) -> list[str]:
    existing = set(await admin.list_topics())
    wanted = [
        NewTopic(
            settings.topic(topic.name),
            num_partitions=topic.partitions(settings.partitions),
            replication_factor=-1,  # the cluster's own default: one embedded, more where there are more brokers
            replica_assignments={},  # else aiokafka refuses the -1
            topic_configs=topic.config(),
        )
        for topic in TOPICS.values()
        if settings.topic(topic.name) not in existing
    ]
    made = []
    if wanted:
        answer = await admin.create_topics(wanted)
        for name, code, *message in answer.topic_errors:
            if code == TopicAlreadyExistsError.errno:  # another worker was quicker
                continue
            if code:
                raise OperatorError(
                    f"Kafka at {settings.kafka} refused topic {name}: {message[0] or for_code(code).__name__}.",
                    Exit.UNREACHABLE,
                )
            made.append(name)
    await _wait_for_leaders(admin, settings)
    return made


async def _wait_for_leaders(admin: AIOKafkaAdminClient, settings: Settings) -> None:
    names = [settings.topic(name) for name in TOPICS]
    deadline = time.monotonic() + LEADER_LIMIT_S
    while True:
        found = await admin.describe_topics(names)
        waiting = [
            topic["topic"]
            for topic in found
            if topic["error_code"] or any(part["error_code"] or part["leader"] < 0 for part in topic["partitions"])
        ]
        if not waiting:
            return
        if time.monotonic() > deadline:
            raise OperatorError(
                f"Kafka at {settings.kafka} gave no leader to {', '.join(waiting)} within {LEADER_LIMIT_S:.0f} s: "
                "are all its brokers up?",
                Exit.NOT_READY,
            )
        await asyncio.sleep(0.1)


async def _differences(admin: AIOKafkaAdminClient, settings: Settings) -> list[str]:
    described = {topic["topic"]: topic for topic in await admin.describe_topics() if not topic["error_code"]}
    ours = {name for name in described if name.startswith(settings.prefix)}
    catalogue = {settings.topic(topic.name): topic for topic in TOPICS.values()}
    found = [f"{name} does not exist: `vigie topics create` makes it." for name in catalogue if name not in ours]
    found += [f"{name} is not in the catalogue." for name in sorted(ours - set(catalogue))]
    present = {name: topic for name, topic in catalogue.items() if name in ours}
    counts: dict[Partitioning, dict[int, list[str]]] = {}
    for name, topic in present.items():
        count = len(described[name]["partitions"])
        counts.setdefault(topic.partitioning, {}).setdefault(count, []).append(name)
    for group, by_count in counts.items():
        found += _partition_sentences(group, by_count, 1 if group is Partitioning.ONE else settings.partitions)
    configs = await _configs(admin, list(present))
    for name, topic in present.items():
        for key, value in topic.config().items():
            actual = configs[name].get(key)
            if actual is None or set(actual.split(",")) != set(value.split(",")):
                found.append(f"{name} has {key}={actual}; the catalogue says {value}.")
    return found


def _partition_sentences(group: Partitioning, by_count: dict[int, list[str]], expected: int) -> list[str]:
    if len(by_count) > 1 and group is not Partitioning.ONE:
        spread = "; ".join(f"{count}: {', '.join(sorted(names))}" for count, names in sorted(by_count.items()))
        return [f"Topics keyed by {group} must have one partition count, but have {spread}."]
    return [
        f"{', '.join(sorted(names))}: {count} partitions on the cluster, {expected} "
        + ("in the catalogue." if group is Partitioning.ONE else "by VIGIE_PARTITIONS.")
        for count, names in by_count.items()
        if count != expected
    ]


async def _configs(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    answers: list[Any] = await admin.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    )
    return {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for answer in answers
        for resource in answer.resources
    }
