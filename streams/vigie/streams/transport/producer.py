"""The producer: idempotent, and never in the way of a commit."""

from collections.abc import Mapping
from typing import Any

from faust.transport.drivers import aiokafka as driver

MAX_REQUEST_BYTES = 1_048_576


class Producer(driver.Producer):
    """Faust's producer, of which the harness uses the aiokafka producer inside (output.py)."""

    async def on_start(self) -> None:
        """Ask before each request whether this worker may still send.

        Aiokafka's sender is a task of its own: in a worker that was stopped for longer than its session it may be the
        first to go on, with records that another worker has sent by now.
        """
        await super().on_start()
        client, check = self.kafka.client, self.transport.check_before_send
        send = client.send

        async def send_if_alive(*args: Any, **kwargs: Any) -> Any:
            check()
            return await send(*args, **kwargs)

        client.send = send_if_alive

    def _settings_extra(self) -> Mapping[str, Any]:
        """A retry after a lost reply must not double a record; Faust has a setting for that only in exactly_once."""
        return {**super()._settings_extra(), "acks": "all", "enable_idempotence": True}

    async def flush(self) -> None:
        """Do nothing.

        Upstream flushes before each commit and waits for whatever is on its way by then; and it may return with
        records pending. Here every record is confirmed one by one before its input is acked (checkpoint.py).
        """

    @property
    def kafka(self) -> Any:
        """The aiokafka producer."""
        return self._ensure_producer()
