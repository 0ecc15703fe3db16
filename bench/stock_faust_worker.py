"""The same work in stock Faust, for comparison: one event per record, `topic.send` per uplink, no filter state kept."""

import os
import sys
from types import SimpleNamespace

import faust
import mode.loop

mode.loop.use("uvloop")
broker, source, sink = sys.argv[1:4]
sys.argv[1:] = []

from vigie.streams.settings import Settings  # noqa: E402
from vigie.streams.steps.decode import make_decoder  # noqa: E402 -- after the event loop is chosen

app = faust.App(
    "stock-" + source, broker=f"kafka://{broker}", store="memory://", datadir=f"/tmp/vigie-stock-{os.getpid()}",
    value_serializer="raw", key_serializer="raw", topic_disable_leader=True, topic_allow_declare=False,
    web_enabled=False, consumer_auto_offset_reset="earliest", producer_acks=-1, producer_linger=0.02,
    producer_max_batch_size=262144, producer_compression_type="zstd",
)  # fmt: skip
uplinks = app.topic(sink, value_type=bytes, value_serializer="raw", key_type=bytes, key_serializer="raw")
decoder = make_decoder(Settings())


class Filters(dict):
    """Filters in memory only."""

    def get(self, _partition, key):
        return super().get(key)

    def applied(self, _partition, _key, _topic):
        return -1

    def put(self, _partition, key, value, _topic, _offset):
        self[key] = value


class Outputs:
    """Keeps what one record gives."""

    def __init__(self):
        self.pairs = []

    def send(self, _topic, key, value):
        self.pairs.append((key, value))

    def extend(self, _topic, pairs):
        self.pairs += pairs


filters = Filters()


@app.agent(app.topic(source, value_type=bytes, value_serializer="raw", key_type=bytes))
async def decode(stream):
    async for event in stream.events():
        message, out = event.message, Outputs()
        record = SimpleNamespace(
            key=message.key, value=message.value, headers=(), offset=message.offset, partition=message.partition,
            timestamp=int(message.timestamp * 1000))  # fmt: skip
        decoder.process("raw.lora", message.partition, [record], filters, out)
        for key, value in out.pairs:
            await uplinks.send(key=key, value=value)


faust.Worker(app, loglevel="ERROR", quiet=True, redirect_stdouts=False).execute_from_commandline()
