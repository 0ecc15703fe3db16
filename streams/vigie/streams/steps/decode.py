"""The role `decode`: raw bodies in, uplinks out."""

import logging
import time
from collections.abc import Callable
from typing import Any

from prometheus_client import Counter

from vigie.codecs.model_map import ModelMap, ModelsError
from vigie.codecs.registry import envelopes
from vigie.codecs.shelf import Shelf
from vigie.streams import metrics, sources
from vigie.streams.codec_shelf import models_of, shelf_of
from vigie.streams.core.decode_parts import Counts
from vigie.streams.core.decode_records import Decoder
from vigie.streams.core.duplicate_filter import DeviceFilter, dump, load
from vigie.streams.core.record_headers import Context, RecordHeaders
from vigie.streams.schema_check import schema_ids_in_use
from vigie.streams.settings import Settings
from vigie.streams.sources import SourcesError
from vigie.streams.transport.role import run_role
from vigie.streams.transport.state import KeyedState, SavedState
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics.catalogue import NETWORKS

log = logging.getLogger(__name__)

INPUTS = tuple(f"{kind}.{net}" for kind in ("raw", "replay") for net in NETWORKS)
heard = Counter(
    "vigie_events_heard",
    "Events without uplink that show that a device lives: joins, statuses, acknowledgements.",
    registry=metrics.REGISTRY,
)
gateways = Counter("vigie_gateway_messages", "Messages of gateways about themselves.", registry=metrics.REGISTRY)
compared = Counter(
    "vigie_shadow_compared", "Payloads that a codec in shadow decoded beside the active one.", ["codec"],
    registry=metrics.REGISTRY,
)  # fmt: skip
different = Counter(
    "vigie_shadow_different", "Payloads about which a codec in shadow disagreed with the active one.", ["codec"],
    registry=metrics.REGISTRY,
)  # fmt: skip
passed_over = Counter(
    "vigie_events_passed_over", "Events that a device did not cause, such as those of downlinks.",
    registry=metrics.REGISTRY,
)  # fmt: skip
applied_before = Counter(
    "vigie_records_applied_before", "Records read again and skipped, because the state holds them already.",
    registry=metrics.REGISTRY,
)  # fmt: skip

OUTPUTS = (*(f"uplinks.{net}.v1" for net in NETWORKS), "dead-letters.v1")
LOOK_S = 1.0
"""How often the codec folder is looked at."""


def make_decoder(settings: Settings, schema_ids: dict[str, int] | None = None, shelf: Shelf | None = None) -> Decoder:
    """The decoder of an installation: its models, codecs and sources, all registered envelopes."""
    found = sources.load(settings.sources)
    declared = {
        f"raw.{net}": Context(one.format, one.network, one.hints)
        for net in NETWORKS
        if (one := found.declared(f"raw.{net}")) is not None
    }
    shelf = shelf or Shelf.load()
    return Decoder(
        models=models_of(settings),
        codecs=shelf.active(),
        shadows=shelf.shadows(),
        envelopes=envelopes(),
        headers=RecordHeaders(found.layouts, declared),
        schema_ids=schema_ids,
        obey_arrival=settings.ticks == "log",
    )


class DecodeStep:
    """Feeds batches to the decoder and counts what they came to.

    Args:
        decoder: of the installation.
        refresh: gives codecs and models anew where the codec folder has changed, None where it has not; models that
            are None stay as they were.
        clock: seconds that only grow.
    """

    name = "decode"
    inputs = INPUTS

    def __init__(
        self,
        decoder: Decoder,
        refresh: Callable[[], tuple[Shelf, ModelMap | None] | None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.decoder = decoder
        self._refresh, self._clock, self._looked_at = refresh, clock, clock()
        self.filters: KeyedState[DeviceFilter] = KeyedState("state.decode.filter", load=load, dump=dump)
        self.states: tuple[SavedState[Any], ...] = (self.filters,)

    def process(self, batch: Batch, out: Outputs) -> None:
        """Decode one batch."""
        if (now := self._clock()) - self._looked_at >= LOOK_S:
            self._looked_at = now
            changed = self._refresh()
            if changed is not None:
                shelf, models = changed
                if models is not None:
                    self.decoder.models = models
                self.decoder.use(shelf.active(), shelf.shadows())
        _count(self.decoder.process(batch.topic, batch.partition, batch, self.filters, out))


class Folder:
    """The codec folder of a running worker.

    Args:
        settings: of the installation.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.shelf = shelf_of(settings)
        self._tell()

    def refresh(self) -> tuple[Shelf, ModelMap | None] | None:
        """Codecs and models anew, where a file of the folder has changed.

        A file that cannot be read leaves what it said as it was, and the log says so.
        """
        if not self.shelf.changed():
            return None
        before, self.shelf = self.shelf, shelf_of(self._settings, self.shelf)
        before.close()
        self._tell()
        try:
            models: ModelMap | None = models_of(self._settings)
        except ModelsError as error:
            log.error("The models stay as they were: %s", error)  # noqa: TRY400 -- a sentence, not a traceback
            models = None
        return self.shelf, models

    def _tell(self) -> None:
        for problem in (*self.shelf.problems, *self.shelf.check()):
            log.warning("%s", problem)
        chosen = [f"{one.codec.id} {one.codec.version}" for one in self.shelf.versions() if one.shadow]
        if chosen:
            log.info("In shadow: %s", ", ".join(chosen))


def _count(counts: Counts) -> None:
    for reason, number in counts.failures.items():
        metrics.decode_failures.labels(reason=reason).inc(number)
    if counts.duplicates:
        metrics.duplicates.inc(counts.duplicates)
    if counts.ignored_headers:
        metrics.ignored_arrival_headers.inc(counts.ignored_headers)
    for codec, number in counts.compared.items():
        compared.labels(codec=codec).inc(number)
    for codec, number in counts.different.items():
        different.labels(codec=codec).inc(number)
    heard.inc(counts.heard)
    gateways.inc(counts.gateways)
    passed_over.inc(counts.passed_over)
    applied_before.inc(counts.applied_before)


def run(settings: Settings) -> int:
    """Run the role until it is stopped; returns its exit code."""
    folder = Folder(settings)
    try:
        decoder = make_decoder(settings, schema_ids_in_use(settings, OUTPUTS), folder.shelf)
    except (SourcesError, ModelsError) as error:
        log.error("decode cannot start: %s", error)  # noqa: TRY400 -- a sentence, not a traceback
        return 1
    return run_role(settings, "decode", [DecodeStep(decoder, folder.refresh)], heartbeat=True)
