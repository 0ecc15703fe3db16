"""The private names of faust-streaming, mode-streaming and aiokafka that this package needs.

The three are pinned together in pyproject.toml. A test goes through this table, and through the source of this
package, so that an upgrade which changes a name, or a new use that is not listed, fails there and not at a rebalance.
"""

VERSIONS = {"faust-streaming": "0.15.3", "mode-streaming": "0.7.1", "aiokafka": "0.14.0"}

CLASS_NAMES: dict[str, tuple[str, ...]] = {
    "faust.transport.drivers.aiokafka:Consumer": (
        "_commit_handler",
        "_drain_messages",
        "_new_consumer_thread",
        "_new_offset",
        "_seek",
        "_wait_next_records",
        "commit",
        "force_commit",
        "maybe_wait_for_commit_to_finish",
        "on_partitions_revoked",
        "perform_seek",
        "verify_event_path",
        "wait_empty",
    ),
    "faust.transport.drivers.aiokafka:AIOKafkaConsumerThread": (
        "_create_worker_consumer",
        "_ensure_consumer",
        "_fetch_records",
    ),
    "faust.transport.drivers.aiokafka:Producer": ("_ensure_producer", "_settings_extra", "flush"),
    "faust.tables.recovery:Recovery": ("_resume_streams", "_wait"),
    "faust.app.base:App": ("_on_partitions_revoked", "_on_partitions_assigned", "_stop_consumer"),
    "mode.services:Service": ("_stopped",),
    "aiokafka.consumer.fetcher:Fetcher": ("_notify",),
    "aiokafka.record.default_records:_DefaultRecordBatchPy": ("_maybe_uncompress",),
    "aiokafka.record.memory_records:_MemoryRecordsPy": ("next_batch",),
    "aiokafka.consumer.subscription_state:TopicPartitionState": ("has_valid_position", "position"),
    "aiokafka.consumer.subscription_state:Assignment": ("state_value",),
    "aiokafka.consumer.subscription_state:Subscription": ("assignment",),
    "aiokafka.consumer.subscription_state:SubscriptionState": ("subscription",),
}
"""module:class -> attributes of the class, which we call, override or rely on the order of."""

INSTANCE_NAMES: dict[str, tuple[str, ...]] = {
    "faust.transport.consumer:Consumer": (
        "_acked",
        "_acked_index",
        "_buffered_partitions",
        "_committed_offset",
        "_on_partitions_revoked",
        "_read_offset",
        "_unacked_messages",
        "can_resume_flow",
        "flow_active",
        "suspend_flow",
    ),
    "faust.transport.consumer:ThreadDelegateConsumer": ("_thread",),
    "faust.transport.conductor:Conductor": ("_tp_index", "_tp_to_callback", "_tp_to_callback_lock"),
    "faust.app.base:App": ("flow_control", "rebalancing", "rebalancing_count"),
    "faust.transport.drivers.aiokafka:ConsumerRebalanceListener": ("consumer_generation_id", "on_rebalance_start"),
    "mode.services:Service": ("_stopped", "_crashed"),
    "aiokafka.consumer.fetcher:Fetcher": ("_records", "_wait_consume_future"),
    "aiokafka.record.default_records:_DefaultRecordBatchPy": ("_buffer",),
    "aiokafka.record.memory_records:_MemoryRecordsPy": ("_next_slice",),
    "aiokafka.consumer.consumer:AIOKafkaConsumer": (
        "_fetcher",
        "_fetch_max_wait_ms",
        "_isolation_level",
        "_partition_assignment_strategy",
        "_subscription",
    ),
}
"""module:class -> attributes that its instances get, here looked for in the source of the class."""
