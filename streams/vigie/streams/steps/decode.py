"""The role `decode`: raw bodies in, uplinks out."""

from typing import Any

from prometheus_client import Counter

from vigie.codecs.model_map import ModelMap
from vigie.codecs.registry import codecs, envelopes
from vigie.streams import metrics
from vigie.streams.core.decode_parts import Counts
from vigie.streams.core.decode_records import Decoder
from vigie.streams.core.duplicate_filter import DeviceFilter, dump, load
from vigie.streams.schema_check import schema_ids_in_use
from vigie.streams.settings import Settings
from vigie.streams.transport.role import run_role
from vigie.streams.transport.state import KeyedState
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics.catalogue import NETWORKS

INPUTS = tuple(f"{kind}.{net}" for kind in ("raw", "replay") for net in NETWORKS)
heard = Counter(
    "vigie_events_heard",
    "Events without uplink that show that a device lives: joins, statuses, acknowledgements.",
    registry=metrics.REGISTRY,
)
passed_over = Counter(
    "vigie_events_passed_over", "Events that a device did not cause, such as those of downlinks.",
    registry=metrics.REGISTRY,
)  # fmt: skip
applied_before = Counter(
    "vigie_records_applied_before", "Records read again and skipped, because the state holds them already.",
    registry=metrics.REGISTRY,
)  # fmt: skip

OUTPUTS = (*(f"uplinks.{net}.v1" for net in NETWORKS), "dead-letters.v1")


def make_decoder(settings: Settings, schema_ids: dict[str, int] | None = None) -> Decoder:
    """The decoder of an installation: its models file, all registered codecs and envelopes."""
    return Decoder(
        models=ModelMap.load(settings.models),
        codecs=codecs(),
        envelopes=envelopes(),
        schema_ids=schema_ids,
        obey_arrival=settings.ticks == "log",
    )


class DecodeStep:
    """Feeds batches to the decoder and counts what they came to."""

    name = "decode"
    inputs = INPUTS

    def __init__(self, decoder: Decoder) -> None:
        self.decoder = decoder
        self.filters: KeyedState[DeviceFilter] = KeyedState("state.decode.filter", load=load, dump=dump)
        self.states: tuple[KeyedState[Any], ...] = (self.filters,)

    def process(self, batch: Batch, out: Outputs) -> None:
        """Decode one batch."""
        _count(self.decoder.process(batch.topic, batch.partition, batch, self.filters, out))


def _count(counts: Counts) -> None:
    for reason, number in counts.failures.items():
        metrics.decode_failures.labels(reason=reason).inc(number)
    if counts.duplicates:
        metrics.duplicates.inc(counts.duplicates)
    if counts.ignored_headers:
        metrics.ignored_arrival_headers.inc(counts.ignored_headers)
    heard.inc(counts.heard)
    passed_over.inc(counts.passed_over)
    applied_before.inc(counts.applied_before)


def run(settings: Settings) -> int:
    """Run the role until it is stopped; returns its exit code."""
    step = DecodeStep(make_decoder(settings, schema_ids_in_use(settings, OUTPUTS)))
    return run_role(settings, "decode", [step], heartbeat=True)
