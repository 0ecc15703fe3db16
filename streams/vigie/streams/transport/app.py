"""The Faust app of a role: one agent that hands batches to the flow, and settings that were measured.

Why each setting: docs/adr/0005 and `faust-transport` (upstream issue numbers beside them).
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import faust

from vigie.streams.settings import Settings
from vigie.streams.transport.transport import BATCH_MAX_RECORDS, install

NEVER_S = 1_000_000.0


def make_app(
    settings: Settings,
    role: str,
    bare_names: Mapping[str, str],
    *,
    session_timeout_s: float,
    take: Callable[[Any], Awaitable[None]],
    settle: Callable[[float], Awaitable[None]],
    check_before_send: Callable[[], None],
    take_over: Callable[[], Awaitable[None]],
    offsets_in_transaction: bool,
) -> Any:
    """Make the app.

    Args:
        settings: of the installation.
        role: whose consumer group it joins.
        bare_names: name on the cluster -> bare name, of the topics to read.
        session_timeout_s: after how long without a heartbeat Kafka gives the partitions away.
        take: gets each batch event.
        settle: makes a last checkpoint within so many seconds.
        check_before_send: ends a worker that may not send any more.
        take_over: prepares newly assigned partitions before their records flow.
        offsets_in_transaction: offsets are committed elsewhere.
    """
    folder = settings.data / "faust" / role  # Faust insists on one; nothing of worth is kept there
    folder.mkdir(parents=True, exist_ok=True)
    app = faust.App(
        settings.group(role),
        broker=";".join(f"kafka://{server.strip()}" for server in settings.kafka.split(",")),
        broker_client_id=settings.group(role),
        datadir=str(folder),
        store="memory://",
        key_serializer="raw",  # value_type=bytes alone is not raw
        value_serializer="raw",
        broker_commit_interval=1.0,
        broker_session_timeout=session_timeout_s,
        broker_heartbeat_interval=min(3.0, session_timeout_s / 5),
        broker_request_timeout=60.0,
        broker_rebalance_timeout=60.0,
        # A worker without partitions, or one whose sink waits for its database, is not dead: aiokafka would leave the
        # group and never come back. The watchdog sees real stalls.
        broker_max_poll_interval=NEVER_S,
        broker_max_poll_records=BATCH_MAX_RECORDS,
        consumer_max_fetch_size=512 * 1024,
        consumer_auto_offset_reset="earliest",
        producer_acks=-1,
        producer_linger=0.02,
        producer_max_batch_size=256 * 1024,
        producer_request_timeout=60.0,
        producer_compression_type="zstd",
        stream_buffer_maxsize=2,  # batches
        stream_wait_empty=True,  # bounded in our consumer (#162)
        table_standby_replicas=0,
        topic_disable_leader=True,
        topic_allow_declare=False,
        topic_partitions=settings.partitions,
        web_enabled=False,
        agent_supervisor="mode.supervisors.CrashingSupervisor",
    )
    install(app, bare_names, settle, check_before_send, offsets_in_transaction=offsets_in_transaction)
    topic = app.topic(*bare_names, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    @app.agent(topic, name=role, concurrency=1)
    async def batches(stream: Any) -> None:
        async for event in stream.noack().events():  # anything but noack acks unfinished work (#315 #527)
            await take(event)

    @app.on_rebalance_complete.connect
    async def prepare(*_args: Any, **_kwargs: Any) -> None:
        await take_over()

    return app
