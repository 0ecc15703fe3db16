"""Decode, duplicate filter and 15-minute windows of five readings, for Quix Streams: what `peers` compares with.

Runs in an environment of its own (make bench makes it). Decoding is our codec, called directly; the filter keeps the
highest counter of a session; a window has count, minimum, mean and maximum of each reading and is closed by a later
event of its partition, as Quix has it. What comes after the grace is dropped, and counted in the file named last.
"""

import base64
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
from quixstreams import Application
from quixstreams.dataframe.windows import Count, Max, Mean, Min

from vigie.codecs.registry import codecs

servers, source, sink, group, folder, dropped_file = sys.argv[1:7]
codec = codecs()["milesight"]
NAMES = range(5)


class _Info(msgspec.Struct):
    devEui: str


class _Event(msgspec.Struct):
    deviceInfo: _Info
    devAddr: str
    fCnt: int
    fPort: int
    data: str


read = msgspec.json.Decoder(_Event).decode
dropped = 0


def decode(value):
    event = read(value)
    decoded = codec.decode(base64.b64decode(event.data), event.fPort, 0)
    row = {"session": event.devAddr, "counter": event.fCnt}
    for number, reading in enumerate(decoded.readings[:5]):
        row[f"v{number}"] = reading.value
    return row


def is_new(row, state):
    highest = state.get(row["session"], -1)
    if row["counter"] == highest:
        return False
    if row["counter"] > highest:
        state.set(row["session"], row["counter"])
    return True


def on_late(*_):
    global dropped
    dropped += 1
    Path(dropped_file).write_text(str(dropped))
    return False


app = Application(
    servers, consumer_group=group, auto_offset_reset="earliest", state_dir=folder, loglevel="ERROR",
    auto_create_topics=True, commit_interval=1.0,
    producer_extra_config={"compression.type": "zstd", "linger.ms": 20, "enable.idempotence": True},
)  # fmt: skip
uplinks = app.topic(source, value_deserializer="bytes", key_deserializer="bytes")  # its records wear their event time
windows = app.topic(sink, value_serializer="json", key_serializer="bytes")
sdf = app.dataframe(uplinks).apply(decode).filter(is_new, stateful=True)
aggregates = {}
for number in NAMES:
    name = f"v{number}"
    aggregates |= {
        f"n{number}": Count(),
        f"min{number}": Min(name),
        f"mean{number}": Mean(name),
        f"max{number}": Max(name),
    }
sdf = (
    sdf.tumbling_window(timedelta(minutes=15), grace_ms=timedelta(minutes=5), on_late=on_late).agg(**aggregates).final()
)
sdf.to_topic(windows)
app.run()
