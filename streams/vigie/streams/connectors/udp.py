"""UDP: frames of NB-IoT devices, one datagram each.

There is no acknowledgement: a datagram that comes while Kafka is away waits in memory, 10,000 of them or 32 MB at most,
and is lost if `receive` is killed then. Devices that keep what was not answered speak CoAP or MQTT. UDP knows no sender
either, and an address can be forged: listen on an operator's private network, and say in `allow` who sends.
"""

import asyncio
import time
from typing import Annotated, Any

from msgspec import Meta

from vigie.streams.cannot_go_on import CannotGoOnError
from vigie.streams.connector import Connector, ConnectorDownError, Source, register_connector, wrong_listener
from vigie.streams.feed import Feed, TooLargeError
from vigie.streams.intake.callers import Rate
from vigie.streams.intake.neighbours import Neighbours, wrong_network
from vigie.streams.intake.raw_log import NotKeptError

_MOST_WAITING, _MOST_WAITING_BYTES = 10_000, 32_000_000
_STOP_LIMIT_S = 10.0


class UdpSource(Source, frozen=True, tag="udp"):
    """A port.

    Attributes:
        host, port: where to listen.
        allow: networks that may send, such as `10.20.0.0/16`; empty: everybody who reaches the port.
        rate_per_s: datagrams a second, on average; twice as many at once.
    """

    port: Annotated[int, Meta(ge=1, le=65_535)]
    host: Annotated[str, Meta(min_length=1)] = "127.0.0.1"
    allow: tuple[str, ...] = ()
    rate_per_s: Annotated[float, Meta(gt=0, le=100_000)] = 1000

    def problem(self) -> tuple[str, str] | None:
        """What msgspec cannot see."""
        wrong = wrong_network(self.allow)
        return ("allow", wrong) if wrong else None

    def trouble(self) -> tuple[str, str] | None:
        """The port belongs to another program, or the address to another machine."""
        return wrong_listener(self.host, self.port)

    def alone(self) -> tuple[str, str] | None:
        """The port."""
        return "port", f"UDP {self.host}:{self.port}"


class _Listener(asyncio.DatagramProtocol):
    def __init__(self, feed: Feed, source: UdpSource) -> None:
        self.waiting: asyncio.Queue[bytes] = asyncio.Queue(_MOST_WAITING)
        self.waiting_bytes = 0
        self._feed = feed
        self._neighbours = Neighbours(source.allow)
        self._rate = Rate(source.rate_per_s, now=time.monotonic())

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        if not self._neighbours.let_in(str(addr[0])):
            self._feed.refused("unauthenticated")
        elif not data:
            self._feed.refused("empty")
        elif self._rate.wait_s(time.monotonic()):
            self._feed.refused("rate")
        elif self.waiting.full() or self.waiting_bytes + len(data) > _MOST_WAITING_BYTES:
            self._feed.refused("overflow")
        else:
            self.waiting.put_nowait(data)
            self.waiting_bytes += len(data)


async def run(feed: Feed, stop: asyncio.Event) -> None:
    """Listen until told to stop, then hand on what waits.

    Raises:
        CannotGoOnError: the port is taken.
        ConnectorDownError: the socket has failed.
    """
    source = feed.source
    assert isinstance(source, UdpSource)
    listener = _Listener(feed, source)
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_datagram_endpoint(lambda: listener, local_addr=(source.host, source.port))
    except OSError as error:
        raise CannotGoOnError(
            f"{source.name} cannot listen on UDP {source.host}:{source.port} ({error.strerror}): end what uses it, or "
            "change host and port of the source"
        ) from None
    sending = asyncio.create_task(_hand_on(feed, listener))
    stopped = asyncio.create_task(stop.wait())
    feed.up()
    try:
        await asyncio.wait({sending, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
            raise ConnectorDownError("the socket has ended")
        transport.close()
        try:
            async with asyncio.timeout(_STOP_LIMIT_S):
                await listener.waiting.join()
        except TimeoutError:
            pass
    finally:
        transport.close()
        sending.cancel()
        stopped.cancel()
        feed.down()


async def _hand_on(feed: Feed, listener: _Listener) -> None:
    while True:
        body = await listener.waiting.get()
        try:
            await feed.begin(body)
        except (NotKeptError, TooLargeError):
            feed.refused("not_kept")
        finally:
            listener.waiting_bytes -= len(body)
            listener.waiting.task_done()


register_connector(
    Connector(
        kind="udp",
        source=UdpSource,
        title="UDP frames of NB-IoT devices",
        confirms="nothing: UDP has no acknowledgement",
        run=run,
    )
)
