"""The topic `schemas`: the registry's memory. Read whole at the start, written with confirmation, by one writer."""

import logging

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code
from msgspec import json

from vigie.serving.registry_content import Content, Subject
from vigie.streams.settings import Settings
from vigie.topics.catalogue import TOPICS

log = logging.getLogger(__name__)

MESSAGE_LIMIT = int(TOPICS["schemas"].config()["max.message.bytes"])

_decoder = json.Decoder(Subject)


class RegistryLog:
    """The registry's content on Kafka.

    The transactional id makes Kafka refuse the writes of a former registry once a new one has started, so that two of
    them never give one id to two schemas.

    Args:
        settings: of the installation.
    """

    def __init__(self, settings: Settings) -> None:
        self._kafka = settings.kafka
        self._topic = settings.topic("schemas")
        self._transactional_id = settings.group("registry")
        self._producer: AIOKafkaProducer | None = None

    async def open(self) -> None:
        """Makes the topic if need be, and fences every former writer.

        Raises:
            aiokafka.errors.KafkaError: the broker is away; may be called again.
        """
        await self.close()
        await self._make_topic()
        producer = AIOKafkaProducer(
            bootstrap_servers=self._kafka, transactional_id=self._transactional_id, max_request_size=MESSAGE_LIMIT
        )
        # Also what has failed to start must be stopped.
        self._producer = producer
        await producer.start()

    async def close(self) -> None:
        """Ends the connection to Kafka."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def _make_topic(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._kafka)
        await admin.start()
        try:
            topic = TOPICS["schemas"]
            # A factor of -1 with an empty assignment asks for the cluster's own replication factor.
            wanted = NewTopic(self._topic, 1, -1, replica_assignments={}, topic_configs=topic.config())
            response = await admin.create_topics([wanted])
            for _, code, *_ in response.topic_errors:
                if code not in (0, TopicAlreadyExistsError.errno):
                    raise for_code(code)(f"topic {self._topic} cannot be created")
        finally:
            await admin.close()

    async def load(self, content: Content) -> None:
        """Reads the topic to its end into the content."""
        partition = TopicPartition(self._topic, 0)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._kafka, isolation_level="read_committed", enable_auto_commit=False, group_id=None
        )
        await consumer.start()
        try:
            consumer.assign([partition])
            await consumer.seek_to_beginning(partition)
            end = (await consumer.end_offsets([partition]))[partition]
            while await consumer.position(partition) < end:
                for record in (await consumer.getmany(partition, timeout_ms=500)).get(partition, []):
                    content.apply(record.key.decode(), _decoder.decode(record.value))
        finally:
            await consumer.stop()
        log.info("%s read to offset %d: %d subjects", self._topic, end, len(content.subjects))

    async def write(self, name: str, subject: Subject) -> None:
        """Writes a subject's state; it is safe when this returns.

        Raises:
            aiokafka.errors.KafkaError: it is not; ProducerFenced if another registry has taken over.
        """
        assert self._producer is not None, "opened first"
        async with self._producer.transaction():
            await self._producer.send_and_wait(self._topic, json.encode(subject), key=name.encode(), partition=0)
        log.info("%s: subject %s has %d versions", self._topic, name, len(subject.live()))
