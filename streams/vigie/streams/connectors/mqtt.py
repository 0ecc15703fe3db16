"""MQTT 3.1.1 and 5, QoS 1: a message is acknowledged to the broker only once Kafka has its record.

Sources: OASIS MQTT 3.1.1 and 5.0; of 5.0 sections 3.1.2.11.2 (session expiry), 3.1.2.11.3 (receive maximum), 4.8.2
(shared subscriptions). The session is persistent and has a stable client id: what comes while we are away waits at the
broker, and what was not acknowledged is delivered again after a reconnect. Acknowledgements leave in the order of the
messages [MQTT-4.6.0-2], and only on the connection on which the message came: packet ids mean nothing on the next one.
"""

import asyncio
import logging
import re
import socket
import ssl
from functools import partial
from typing import Annotated, Any, Literal

from msgspec import Meta

from vigie.streams.connector import (
    Connector,
    ConnectorDownError,
    Port,
    SecretInFile,
    SecretInVariable,
    Source,
    device_id,
    register_connector,
    unreadable,
)
from vigie.streams.core.record_headers import FIRST_ARRIVAL
from vigie.streams.feed import Feed, TooLargeError
from vigie.streams.intake.inbox import Inbox
from vigie.streams.intake.raw_log import NotKeptError

log = logging.getLogger(__name__)

STOP_LIMIT_S = 10.0
_REFUSED = 128
_PLACE = re.compile(r"\{(\w*)\}")


class MqttSource(Source, frozen=True, tag="mqtt"):
    """A subscription at a broker.

    Attributes:
        host, port: of the broker.
        topic: what to subscribe to, with `+` and `#`; `{device}` and `{event}` are `+` whose text is the device's name
            and the kind of message.
        version: of the protocol, "5" or "3.1.1".
        qos: 1, or 0 where the broker offers no more (The Things Stack): then what comes while we are away is lost.
        group: of a shared subscription; several workers of one group share the messages.
        client_id: stable name of the session; `{host}` is this machine's name. Default `vigie-<source>`; workers of one
            group need different ones.
        user: name at the broker; its password stands in `password = "env:NAME"` or `password_file`.
        tls: whether the connection is TLS, which `ca` and `certificate` mean too.
        ca: PEM file of the authority that signed the broker's certificate; empty: the system's.
        certificate, certificate_key: PEM files of a client certificate.
        session_expiry_s: how long the broker keeps what comes while we are away (MQTT 5; 3.1.1 has no such limit).
        keepalive_s: how often the connection is tried.
    """

    host: Annotated[str, Meta(min_length=1)]
    topic: Annotated[str, Meta(min_length=1)]
    port: Port = 0
    version: Literal["5", "3.1.1"] = "5"
    qos: Literal[0, 1] = 1
    group: Annotated[str, Meta(pattern=r"^[^/+#]*$")] = ""
    client_id: str = ""
    user: str = ""
    password: SecretInVariable | None = None
    password_file: SecretInFile | None = None
    tls: bool = False
    ca: str = ""
    certificate: str = ""
    certificate_key: str = ""
    session_expiry_s: Annotated[int, Meta(ge=60, le=4_294_967_294)] = 604_800
    keepalive_s: Annotated[int, Meta(ge=5, le=3600)] = 30

    def problem(self) -> tuple[str, str] | None:
        """What msgspec cannot see."""
        unknown = set(_PLACE.findall(self.topic)) - {"device", "event"}
        if unknown:
            return "topic", f"expected {{device}} and {{event}} alone in braces, not {{{min(unknown)}}}"
        for level in self.topic.split("/"):
            whole = level in ("#", "+", "{device}", "{event}")
            if not whole and any(sign in level for sign in "#+{}"):
                return "topic", f"expected +, #, {{device}} and {{event}} as whole levels, not {level!r}"
        if "#" in self.topic[:-1]:
            return "topic", "expected # as the last level alone"
        if (self.password or self.password_file) and not self.user:
            return "password", "a password needs user"
        if self.certificate_key and not self.certificate:
            return "certificate_key", "a key needs certificate"
        if self.topic.startswith("$share/"):
            return "topic", "expected the topic alone; group names a shared subscription"
        if "{" in self.client_id.replace("{host}", ""):
            return "client_id", "expected {host} alone in braces"
        return None

    def trouble(self) -> tuple[str, str] | None:
        """A certificate cannot be read."""
        for key in ("ca", "certificate", "certificate_key"):
            if wrong := unreadable(key, getattr(self, key)):
                return wrong
        try:
            _tls(self)
        except ConnectorDownError as error:
            return "ca" if self.ca and not self.certificate else "certificate", str(error)
        return None

    def alone(self) -> tuple[str, str] | None:
        """The session: two under one client id end each other's connection for ever."""
        return "client_id", f"{self.session_name()} at {self.host}:{self.broker_port}"

    def session_name(self) -> str:
        """The client id."""
        return (self.client_id or f"vigie-{self.name}").replace("{host}", socket.gethostname())

    @property
    def broker_port(self) -> int:
        """The port of the broker."""
        return self.port or (8883 if self.secured else 1883)

    @property
    def secured(self) -> bool:
        """Whether the connection is TLS."""
        return self.tls or bool(self.ca or self.certificate)

    def subscription(self) -> str:
        """The topic filter.

        >>> MqttSource(name="a", net="lora", format="x", host="h", topic="app/+/device/{device}/event/{event}",
        ...     group="v").subscription()
        '$share/v/app/+/device/+/event/+'
        """
        plain = _PLACE.sub("+", self.topic)
        return f"$share/{self.group}/{plain}" if self.group else plain

    def said_by(self, topic: str) -> tuple[str, str]:
        """(device id, event) that a message's topic says; empty where it says none.

        >>> MqttSource(name="a", net="lora", format="x", host="h", topic="app/{device}/{event}").said_by(
        ...     "app/24E124136B000001/up")
        ('eui:24e124136b000001', 'up')
        """
        device = event = ""
        for expected, given in zip(self.topic.split("/"), topic.split("/"), strict=False):
            if expected == "{device}":
                device = device_id(self.name, given)
            elif expected == "{event}":
                event = given[:80]
        return device, event


def _tls(source: MqttSource) -> ssl.SSLContext | None:
    if not source.secured:
        return None
    try:
        context = ssl.create_default_context(cafile=source.ca or None)
        if source.certificate:
            context.load_cert_chain(
                source.certificate, source.certificate_key or None, password=""
            )  # nobody can type it
    except OSError as error:
        raise ConnectorDownError(
            f"the certificates of {source.name} cannot be read ({error.strerror or error}): see ca, certificate and "
            "certificate_key"
        ) from None
    return context


def _client(source: MqttSource, feed: Feed) -> Any:
    import aiomqtt
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    common: dict[str, Any] = {
        "hostname": source.host, "port": source.broker_port, "identifier": source.session_name(),
        "username": source.user or None, "password": source.secret("password") or None, "tls_context": _tls(source),
        "keepalive": source.keepalive_s, "queue_type": partial(Inbox, lambda: feed.refused("overflow")), "timeout": 15,
    }  # fmt: skip
    if source.version == "5":
        properties: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = source.session_expiry_s
        properties.ReceiveMaximum = 1000
        client = aiomqtt.Client(protocol=aiomqtt.ProtocolVersion.V5, clean_start=False, properties=properties, **common)
    else:
        client = aiomqtt.Client(protocol=aiomqtt.ProtocolVersion.V311, clean_session=False, **common)
    client._client.manual_ack_set(True)  # aiomqtt has no name for it; paho acknowledges before we have the message
    return client


async def run(feed: Feed, stop: asyncio.Event) -> None:
    """Subscribe, and hand on what comes, until told to stop.

    Raises:
        ConnectorDownError: the broker is away, lets us not in, or refuses the subscription.
    """
    import aiomqtt

    source = feed.source
    assert isinstance(source, MqttSource)
    where = f"the MQTT broker {source.host}:{source.broker_port}"
    try:
        async with _client(source, feed) as client:
            codes = await client.subscribe(source.subscription(), qos=source.qos)
            if any(getattr(code, "value", code) >= _REFUSED for code in codes):
                raise ConnectorDownError(f"{where} refuses the subscription to {source.subscription()}: {codes[0]}")
            feed.up()
            await _hand_on(client, source, feed, stop)
    except aiomqtt.MqttError as error:
        raise ConnectorDownError(f"{where}: {error}") from None
    except (OSError, ValueError) as error:
        raise ConnectorDownError(f"{where}: {error}") from None
    except NotKeptError as error:
        raise ConnectorDownError(str(error)) from None
    finally:
        feed.down()


async def _hand_on(client: Any, source: MqttSource, feed: Feed, stop: asyncio.Event) -> None:
    """Two tasks: one gives messages to Kafka in their order, the other acknowledges them in their order."""
    begun: asyncio.Queue[tuple[asyncio.Future[Any] | None, Any]] = asyncio.Queue()
    reading = asyncio.create_task(_read(client, source, feed, begun))
    acknowledging = asyncio.create_task(_acknowledge(client, begun))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({reading, acknowledging, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not stopped.done():
            for task in (reading, acknowledging):
                if task.done():
                    task.result()
            raise ConnectorDownError("the connection to the broker has ended")
        reading.cancel()
        await asyncio.wait({reading})
        begun.put_nowait((None, None))  # what is on its way is still acknowledged
        await asyncio.wait({acknowledging}, timeout=STOP_LIMIT_S)
    finally:
        for each in (reading, acknowledging, stopped):
            each.cancel()
        await asyncio.gather(reading, acknowledging, stopped, return_exceptions=True)


async def _read(client: Any, source: MqttSource, feed: Feed, begun: asyncio.Queue[Any]) -> None:
    async for message in client.messages:
        try:
            device, event = source.said_by(str(message.topic))
            future = await feed.begin(
                bytes(message.payload), event=event, address=device, ingested_at=_first_arrival(message.properties)
            )
        except TooLargeError:
            future = asyncio.get_running_loop().create_future()  # its dead letter is in Kafka
            future.set_result(None)
        begun.put_nowait((future, message))


async def _acknowledge(client: Any, begun: asyncio.Queue[Any]) -> None:
    while True:
        future, message = await begun.get()
        if message is None:
            return
        await asyncio.wait({future})
        if future.exception() is not None:  # the connection ends, and the broker delivers again
            raise ConnectorDownError(f"Kafka refused a message: {future.exception()}")
        if message.qos:
            client._client.ack(message.mid, message.qos)


def _first_arrival(properties: Any) -> str:
    for name, text in getattr(properties, "UserProperty", None) or ():
        if name == FIRST_ARRIVAL:
            return str(text)[:20]
    return ""


register_connector(
    Connector(
        kind="mqtt",
        source=MqttSource,
        title="MQTT 3.1.1 and 5",
        confirms="PUBACK once Kafka has the record (QoS 1); nothing with QoS 0",
        run=run,
    )
)
