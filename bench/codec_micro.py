"""The parts of the first path one by one, in this process: CPU per call, best of 5 rounds.

No Kafka and no database. The load is that of `decode`: bodies of about 1.1 kB with 5 readings, from 5,000 devices.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

import fastavro
from figures import Figure
from load import bodies

from vigie.codecs.envelopes.chirpstack_v4 import parse, peek
from vigie.codecs.registry import codecs
from vigie.codecs.vectors import examples
from vigie.streams.core.decode_records import Decoder
from vigie.streams.core.duplicate_filter import DeviceFilter, dump, load
from vigie.streams.settings import Settings
from vigie.streams.sinks.uplink_rows import Rows
from vigie.streams.steps.decode import make_decoder
from vigie.streams.transport.state import KeyedState
from vigie.streams.transport.step import Outputs
from vigie.topics.avro import Framer
from vigie.topics.uplink import Uplink
from vigie.topics.uplink_encoder import UplinkEncoder

COUNT, DEVICES, BATCH, ROUNDS = 20_000, 5_000, 500, 5
TOPIC = "uplinks.lora.v1"


@dataclass(slots=True)
class _Record:
    """What the decoder needs of a Kafka record."""

    value: bytes
    offset: int
    timestamp: int
    partition: int
    headers: tuple[()] = ()
    key: bytes | None = None


def _best_us(run: Callable[[], object], count: int, prepare: Callable[[], object] = lambda: None) -> float:
    """CPU µs per call of the best round; `prepare` runs before each round and is not counted."""
    best = float("inf")
    for _ in range(ROUNDS):
        prepare()
        started = time.process_time_ns()
        run()
        best = min(best, (time.process_time_ns() - started) / 1000 / count)
    return best


def _each(function: Callable[..., object], arguments: list[tuple[object, ...]]) -> Callable[[], None]:
    def run() -> None:
        for some in arguments:
            function(*some)

    return run


class _FirstPath:
    """Decoder.process over batches of one partition each, with a filter that knows every device."""

    def __init__(self, decoder: Decoder, records: list[_Record]) -> None:
        self.decoder = decoder
        self.warm = list(self._batches(records[:DEVICES]))
        self.load = list(self._batches(records[DEVICES:]))
        self.outs: list[Outputs] = []

    @staticmethod
    def _batches(records: list[_Record]) -> Iterator[tuple[int, list[_Record]]]:
        by_partition: dict[int, list[_Record]] = {}
        for record in records:
            by_partition.setdefault(record.partition, []).append(record)
        for partition, own in by_partition.items():
            for start in range(0, len(own), BATCH):
                yield partition, own[start : start + BATCH]

    def prepare(self) -> None:
        self.filters: KeyedState[DeviceFilter] = KeyedState("state.decode.filter", load=load, dump=dump)
        self._process(self.warm)

    def run(self) -> None:
        self.outs = self._process(self.load)

    def _process(self, batches: list[tuple[int, list[_Record]]]) -> list[Outputs]:
        outs = []
        for partition, records in batches:
            out = Outputs()
            self.decoder.process("raw.lora", partition, records, self.filters, out)
            outs.append(out)
        return outs


def figures() -> Iterator[Figure]:
    note = f"{COUNT} calls, best of {ROUNDS}"
    now = int(time.time() * 1000)
    records = [
        _Record(body, offset, now, partition)
        for offset, (_, body, partition) in enumerate(bodies(DEVICES + COUNT, DEVICES))
    ]
    loaded = [(record.value,) for record in records[DEVICES:]]
    yield Figure(
        name="ChirpStack v4 envelope", value=_best_us(_each(parse, loaded), COUNT), unit="µs",
        note=f"{note}, {sum(len(body) for (body,) in loaded) // COUNT} bytes",
    )  # fmt: skip

    yield Figure(
        name="ChirpStack v4 peek", value=_best_us(_each(peek, loaded), COUNT), unit="µs",
        note=f"{note}, the key of raw.*",
    )  # fmt: skip

    payload = parse(records[0].value).payload
    chosen = {"milesight": payload}
    chosen |= {one.decoder: bytes.fromhex(one.bytes_hex) for one in examples() if one.codec in ("dl-lid", "ers-eye")}
    chosen["decentlab-dl-lid"] = max(
        (bytes.fromhex(one.bytes_hex) for one in examples() if one.codec == "dl-lid"), key=len
    )
    for codec, example in chosen.items():
        decode = codecs()[codec].decode
        count = len(decode(example, 1, now).readings)
        yield Figure(
            name=f"payload: {codec}", value=_best_us(_each(decode, [(example, 1, now)] * COUNT), COUNT), unit="µs",
            note=f"{note}, {count} readings",
        )  # fmt: skip

    for codec, example in (("milesight", "017564055b053f02da016a02"), ("milesight-em300-th", "01755c03673401046865")):
        decode, frame = codecs()[codec].decode, bytes.fromhex(example)
        took_us = _best_us(_each(decode, [(frame, 85, now)] * COUNT), COUNT)
        yield Figure(
            name=f"native codec {codec}: payloads per second", value=1e6 / took_us, unit="1/s",
            note=f"{note}, {len(frame)} bytes",
        )  # fmt: skip

    path = _FirstPath(make_decoder(Settings()), records)
    whole_us = _best_us(path.run, COUNT, path.prepare)
    values = [value for out in path.outs for _, value in out.records[TOPIC]]
    if len(values) != COUNT:
        raise RuntimeError(f"{COUNT} bodies gave {len(values)} uplinks")
    yield Figure(
        name="Decoder.process per uplink", value=whole_us, unit="µs",
        note=f"{note}, {DEVICES} devices, batches up to {BATCH}",
    )  # fmt: skip

    framer, encoder = Framer(TOPIC), UplinkEncoder(TOPIC)
    uplinks = [(framer.decode(value, Uplink),) for value in values]
    plain = [(BytesIO(), framer.schema, framer.decode_dict(value)) for value in values]
    ours = _best_us(_each(encoder.encode, uplinks), COUNT)
    theirs = _best_us(_each(fastavro.schemaless_writer, plain), COUNT)
    yield Figure(name="uplink encoder", value=ours, unit="µs", ratio=theirs / ours, ratio_to="fastavro", note=note)
    yield Figure(name="uplink encoder: fastavro", value=theirs, unit="µs", note=f"{note}, from dictionaries")

    def by_fastavro() -> None:
        rows = Rows()
        for value in values:
            rows._put(framer.decode_dict(value))

    ours, theirs = _best_us(lambda: Rows().add(values), COUNT), _best_us(by_fastavro, COUNT)
    yield Figure(name="Rows.add per uplink", value=ours, unit="µs", ratio=theirs / ours, ratio_to="fastavro", note=note)
    yield Figure(name="Rows.add: fastavro", value=theirs, unit="µs", note=note)
