"""A reader of Kafka's record batches that takes header names in any bytes, where aiokafka insists on UTF-8.

Kafka does not check what producers send as a name. Aiokafka's compiled reader raises on such a name, so this one, made
of aiokafka's slower reader in Python, takes its place once one has been met.
"""

from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.legacy_records import LegacyRecordBatch
from aiokafka.record.memory_records import _MemoryRecordsPy


class _Name(bytes):
    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        return super().decode(encoding, errors)


class _Bytes(bytearray):
    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return found if isinstance(found, int) else _Name(found)


class _Batch(_DefaultRecordBatchPy):
    _buffer: bytearray

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        if not isinstance(self._buffer, _Bytes):
            self._buffer = _Bytes(self._buffer)


class LenientRecords(_MemoryRecordsPy):
    """The record batches of one answer to a fetch; a header name that is not UTF-8 gets replacement characters."""

    def next_batch(self, *args: int) -> Any:
        """The next batch."""
        whole = self._next_slice
        batch = super().next_batch(*args)
        return batch if isinstance(batch, LegacyRecordBatch | None) else _Batch(whole)


def read_leniently() -> None:
    """From now on, every consumer of this process reads so."""
    fetcher.MemoryRecords = LenientRecords
