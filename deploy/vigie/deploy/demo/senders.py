"""Hands the demo's bodies to the platform as their senders would: published over MQTT, or posted.

A posted body is in Kafka when its answer has come. What the broker has taken may still be on its way, so the player
counts in Kafka before it sends a tick (`arrived`).
"""

import asyncio
import http.client
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from threading import local
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from vigie.deploy.demo.broker import USER
from vigie.deploy.demo.expected import Event
from vigie.deploy.demo.fleet import Link
from vigie.deploy.demo.intake import TOKEN
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.core.record_headers import FIRST_ARRIVAL
from vigie.streams.settings import Settings
from vigie.topics.catalogue import NETWORKS

_POSTERS = 16
_PATIENCE_S = 60.0
_LOOK_S = 0.004


class _NotKeptError(Exception):
    """Kafka has not confirmed the body: it is to be sent again."""


_again = Retrying(
    retry=retry_if_exception_type((OSError, http.client.HTTPException, _NotKeptError)),
    stop=stop_after_delay(_PATIENCE_S), wait=wait_random_exponential(0.1, 2.0), reraise=True,
)  # fmt: skip


class Senders:
    """The network server, the operator and the stations.

    Args:
        settings: of the installation; its receive_port is where bodies are posted.
        broker_port: of the MQTT broker; None posts everything.
    """

    def __init__(self, settings: Settings, broker_port: int | None) -> None:
        self._settings, self._broker_port = settings, broker_port
        self._posters = ThreadPoolExecutor(_POSTERS, "poster")
        self._own = local()
        self._mqtt: Client | None = None
        self._consumer: Any = None
        self._places: list[TopicPartition] = []
        self.sent = 0

    async def __aenter__(self) -> Self:
        if self._broker_port is not None:
            client = Client(CallbackAPIVersion.VERSION2, "vigie-demo-senders", protocol=MQTTProtocolVersion.MQTTv5)
            client.username_pw_set(USER, TOKEN)
            client.max_inflight_messages_set(1000)
            await asyncio.to_thread(client.connect, "127.0.0.1", self._broker_port)
            client.loop_start()
            self._mqtt = client
        self._consumer = AIOKafkaConsumer(bootstrap_servers=self._settings.kafka, enable_auto_commit=False)
        await self._consumer.start()
        self._places = [
            TopicPartition(self._settings.topic(f"raw.{net}"), partition)
            for net in NETWORKS
            for partition in range(self._settings.partitions)
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._mqtt is not None:
            await asyncio.to_thread(self._mqtt.disconnect)
            await asyncio.to_thread(self._mqtt.loop_stop)
        self._posters.shutdown(wait=False, cancel_futures=True)
        if self._consumer is not None:
            await self._consumer.stop()

    async def send(self, events: Sequence[Event]) -> None:
        """Send these and wait until all of them are in Kafka.

        Raises:
            OperatorError: the platform does not take them.
        """
        if not events:
            return
        loop = asyncio.get_running_loop()
        posted = []
        for event in events:
            if self._mqtt is not None and event.link != Link.NBIOT:
                self._publish(self._mqtt, event)
            else:
                posted.append(loop.run_in_executor(self._posters, self._post, event))
        await asyncio.gather(*posted)
        self.sent += len(events)
        if len(posted) < len(events):
            await self._arrived()

    def _publish(self, client: Client, event: Event) -> None:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.UserProperty = [(FIRST_ARRIVAL, str(event.arrival_at))]
        given: MQTTMessageInfo = client.publish(_topic(event), event.body, qos=1, properties=properties)
        if given.rc:
            raise OperatorError(f"The MQTT broker of the demo takes nothing (code {given.rc}).", Exit.UNREACHABLE)

    def _post(self, event: Event) -> None:
        """Post a body, again and again while nobody answers or Kafka does not confirm it, as any sender would."""
        try:
            status, text = _again(self._posted_once, event)
        except (OSError, http.client.HTTPException, _NotKeptError) as error:
            raise OperatorError(
                f"receive does not take a body of {event.link} on port {self._settings.receive_port} ({error!r}); its "
                f"log is {self._settings.data / 'logs' / 'receive.log'}",
                Exit.NOT_READY,
            ) from None
        if status >= 300:
            raise OperatorError(
                f"receive answered {status} to a body of {event.link}: {text[:200]!r}; its log is "
                f"{self._settings.data / 'logs' / 'receive.log'}",
                Exit.NOT_READY,
            )

    def _posted_once(self, event: Event) -> tuple[int, bytes]:
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self._settings.receive_port, timeout=30)
            self._own.connection = connection
        headers = {
            "Authorization": f"Bearer {TOKEN}", FIRST_ARRIVAL: str(event.arrival_at),
            "Content-Type": "application/octet-stream",
        }  # fmt: skip
        try:
            connection.request("POST", f"/in/{event.link}", event.body, headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self._own.connection = None
            raise
        if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise _NotKeptError(text[:200])
        return answer.status, text

    async def _arrived(self) -> None:
        """Wait until Kafka has as many bodies as were sent."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _PATIENCE_S
        while sum((await self._consumer.end_offsets(self._places)).values()) < self.sent:
            if loop.time() > deadline:
                raise OperatorError(
                    f"Not all of {self.sent} published messages have come to Kafka within {_PATIENCE_S:.0f} s; the log "
                    f"of receive is {self._settings.data / 'logs' / 'receive.log'}",
                    Exit.NOT_READY,
                )
            await asyncio.sleep(_LOOK_S)


def _topic(event: Event) -> str:
    if event.link == Link.STATION:
        return f"stations/{json.loads(event.body)['station']}"
    device = event.device.removeprefix("eui:") or "inconnu"
    return f"application/metropole/device/{device}/event/up"
