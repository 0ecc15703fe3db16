"""The topic catalogue: every topic, what it holds, who writes it, how long it is kept (records.md section 3)."""

from dataclasses import dataclass, field
from enum import StrEnum

NETWORKS = ("lora", "nbiot", "cellular", "other")
"""Connectivity families; each has its raw, replay and uplinks topic."""

DAY_MS = 86_400_000


class Partitioning(StrEnum):
    """Which topics must have the same number of partitions, because they are read together."""

    DEVICE = "device"
    POINT = "point"
    ONE = "one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic.

    Attributes:
        name: bare name; on the cluster it carries the prefix of the installation.
        key: what its key is.
        value: what its value is, for people.
        writer: who alone writes it.
        partitioning: which partition count it has.
        public: versioned, Avro, FULL_TRANSITIVE.
        retention_days: None keeps for ever.
        compacted: the log keeps the last value of each key.
    """

    name: str
    key: str
    value: str
    writer: str
    partitioning: Partitioning
    public: bool = False
    retention_days: int | None = None
    compacted: bool = False
    extra: dict[str, str] = field(default_factory=dict)

    def partitions(self, keyed: int) -> int:
        """How many partitions, where topics keyed by device or point have `keyed`."""
        return 1 if self.partitioning is Partitioning.ONE else keyed

    def config(self) -> dict[str, str]:
        """The topic's Kafka configuration, each entry a difference `vigie topics check` would report."""
        policy = "delete" if not self.compacted else "compact" if self.retention_days is None else "compact,delete"
        config = {
            "cleanup.policy": policy,
            "retention.ms": str(self.retention_days * DAY_MS if self.retention_days else -1),
            "message.timestamp.type": "LogAppendTime",
            "max.message.bytes": "1048588",
        }
        if self.compacted:
            config["min.compaction.lag.ms"] = str(DAY_MS)
        return config | self.extra


_DEVICE, _POINT, _ONE = Partitioning.DEVICE, Partitioning.POINT, Partitioning.ONE

_ALL = [
    *[
        Topic(
            name=f"raw.{net}",
            key="device id, or `src:<source>`",
            value="body byte for byte; headers connector, format, network",
            writer="receive, or a network server",
            partitioning=_DEVICE,
            retention_days=30,
        )
        for net in NETWORKS
    ],
    *[
        Topic(
            name=f"replay.{net}",
            key="as raw",
            value="body byte for byte; headers vigie-replay, vigie-ingested-at",
            writer="replay commands",
            partitioning=_DEVICE,
            retention_days=3,
        )
        for net in NETWORKS
    ],
    *[
        Topic(
            name=f"uplinks.{net}.v1",
            key="device id",
            value="Uplink",
            writer="decode",
            partitioning=_DEVICE,
            public=True,
            retention_days=30,
        )
        for net in NETWORKS
    ],
    Topic(
        name="receptions",
        key="device id, or `gw:<id>`",
        value="Reception (JSON): duplicates, undecodable frames, joins, statuses, acknowledgements, gateway statistics",
        writer="decode",
        partitioning=_DEVICE,
        retention_days=7,
    ),
    Topic(
        name="codec-differences",
        key="codec id",
        value="CodecDifference (JSON): where a codec in shadow and the active one disagree",
        writer="decode",
        partitioning=_ONE,
        retention_days=30,
    ),
    Topic(
        name="placed",
        key="point id",
        value="the uplink's bytes unchanged; headers vigie-placement, vigie-fleet-revision",
        writer="observe",
        partitioning=_POINT,
        retention_days=3,
    ),
    Topic(
        name="requalify",
        key="point id",
        value="a neighbours' verdict, or readings that the fleet now sees otherwise (msgpack)",
        writer="observe, recompute",
        partitioning=_POINT,
        retention_days=3,
    ),
    Topic(
        name="buddies",
        key="buddy group",
        value="values to compare with neighbours (msgpack)",
        writer="observe",
        partitioning=_POINT,
        retention_days=3,
    ),
    Topic(
        name="observations.v1",
        key="point id",
        value="Observation",
        writer="observe",
        partitioning=_POINT,
        public=True,
        retention_days=90,
    ),
    Topic(
        name="aggregates.v1",
        key="subject",
        value="Aggregate",
        writer="observe, recompute",
        partitioning=_POINT,
        public=True,
        retention_days=45,
    ),
    Topic(
        name="zone-parts",
        key="zone, commune, use case or network",
        value="a point's window, replaced and never added (msgpack)",
        writer="observe, recompute",
        partitioning=_POINT,
        retention_days=3,
    ),
    Topic(
        name="dirty",
        key="subject:day",
        value="windows to make again from the store, and what it must have read before (msgpack)",
        writer="observe",
        partitioning=_POINT,
        retention_days=90,
        compacted=True,
    ),
    Topic(
        name="baselines",
        key="point id",
        value="what is usual in each hour of the week (msgpack)",
        writer="recompute",
        partitioning=_POINT,
        compacted=True,
    ),
    Topic(
        name="alarm-inputs",
        key="none",
        value="signals, commands, ticks, heartbeats, what gateways heard (JSON)",
        writer="every role",
        partitioning=_ONE,
        retention_days=30,
    ),
    Topic(name="alerts.v1", key="alert id", value="AlertEvent", writer="alarm", partitioning=_ONE, public=True),
    Topic(
        name="platform", key="none", value="ticks, freezes (JSON)", writer="alarm", partitioning=_ONE, retention_days=7
    ),
    Topic(
        name="dead-letters.v1",
        key="as the original",
        value="DeadLetter",
        writer="any step",
        partitioning=_DEVICE,
        retention_days=90,
    ),
    Topic(
        name="fleet.v1",
        key="kind:id",
        value="FleetObject",
        writer="fleet outbox (fleet commands, recompute)",
        partitioning=_ONE,
        public=True,
        compacted=True,
    ),
    Topic(
        name="schemas",
        key="subject",
        value="registry content (JSON)",
        writer="registry",
        partitioning=_ONE,
        compacted=True,
    ),
    *[
        Topic(
            name=f"state.{writer}.{step}",
            key=key,
            value=value,
            writer=writer,
            partitioning=partitioning,
            compacted=True,
        )
        for writer, step, partitioning, key, value in (
            ("decode", "filter", _DEVICE, "device id", "frame counters seen"),
            ("observe", "silence", _DEVICE, "device id", "when it is heard, and what was learned of it"),
            ("observe", "aggregate", _POINT, "point id, in spans", "recent readings, and which windows were published"),
            ("observe", "zones", _POINT, "zone, commune, use case or network, in spans", "parts of recent windows"),
            ("observe", "qualify", _POINT, "point id, in spans", "recent values and their flags"),
            ("observe", "neighbours", _POINT, "buddy group, in spans", "recent values of neighbours"),
            ("observe", "detect", _POINT, "point or subject", "memories of rules, and what they hold"),
            (
                "alarm",
                "graph",
                _ONE,
                "address, gateway, network, role or source",
                "who is heard through what, and when it was last heard",
            ),
            ("alarm", "alarms", _ONE, "alarm key", "alarm state"),
            ("notify", "outbox", _ONE, "place, used again", "groups of alerts, letters that wait, digests (msgpack)"),
        )
    ],
]

TOPICS: dict[str, Topic] = {topic.name: topic for topic in _ALL}
"""Every topic by its bare name."""

RESERVED = ("downlinks.v1",)
"""Names kept free: remote control of lighting must stay possible."""


def full_name(prefix: str, name: str) -> str:
    """The name on the cluster.

    >>> full_name("vigie.", "raw.lora")
    'vigie.raw.lora'
    """
    return prefix + name
