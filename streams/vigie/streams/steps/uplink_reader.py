"""Reads the uplinks of a batch once, for all steps of `observe` that look at them."""

from typing import Any

from vigie.streams.transport.step import Batch
from vigie.topics.avro import Framer
from vigie.topics.catalogue import NETWORKS

UPLINKS = tuple(f"uplinks.{net}.v1" for net in NETWORKS)


class UplinkReader:
    """Decodes the uplinks of a batch once, for all steps that it is given to."""

    def __init__(self) -> None:
        self._framer = Framer(UPLINKS[0])
        self._batch: Batch | None = None
        self._uplinks: list[dict[str, Any]] = []

    def read(self, batch: Batch) -> list[dict[str, Any]]:
        """The uplinks of a batch, one per record, as dictionaries (schemas/uplink.avsc)."""
        if batch is not self._batch:
            decode = self._framer.decode_dict
            self._uplinks = [decode(record.value) for record in batch]
            self._batch = batch
        return self._uplinks
