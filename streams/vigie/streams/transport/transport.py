"""The transport that a Faust app is given: `app.transport = Transport(...)`, right after `App(...)`."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from faust.transport.drivers import aiokafka as driver

from vigie.streams.transport.consumer import Consumer
from vigie.streams.transport.producer import Producer

BATCH_MAX_RECORDS = 2000


class Transport(driver.Transport):
    """The aiokafka transport with our consumer and producer, and what the harness gives them.

    Attributes:
        bare_names: topic name on the cluster -> name in the catalogue, of all topics that are read.
        batch_max_records: longest slice of a fetch that becomes one event.
        settle: makes a last checkpoint within so many seconds, before partitions are given up.
        start_offsets: (topic, partition) -> where a sink wants to start; used at the next seek.
        check_before_send: ends a worker that may not send any more.
        offsets_in_transaction: offsets are committed by the transactional producer, not by the consumer.
    """

    Consumer: ClassVar[Any] = Consumer
    Producer: ClassVar[Any] = Producer

    bare_names: Mapping[str, str]
    settle: Callable[[float], Awaitable[None]]
    check_before_send: Callable[[], None]
    batch_max_records = BATCH_MAX_RECORDS
    offsets_in_transaction = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bare_names = {}
        self.start_offsets: dict[Any, int] = {}


def install(
    app: Any,
    bare_names: Mapping[str, str],
    settle: Callable[[float], Awaitable[None]],
    check_before_send: Callable[[], None],
    *,
    offsets_in_transaction: bool = False,
) -> Transport:
    """Give `app` this transport; returns it."""
    transport = Transport(app.conf.broker_consumer, app)
    transport.bare_names = bare_names
    transport.settle = settle
    transport.check_before_send = check_before_send
    transport.offsets_in_transaction = offsets_in_transaction
    app.transport = transport
    return transport
