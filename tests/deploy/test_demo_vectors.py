"""The manufacturers' vectors that the demo sends become what it expects of each of them."""

from dataclasses import dataclass

from vigie.codecs.registry import codecs
from vigie.codecs.vectors import examples
from vigie.deploy.demo.expected import UPLINK
from vigie.deploy.demo.vectors import vector_events
from vigie.streams.core.duplicate_filter import DeviceFilter, dump, load
from vigie.streams.settings import Settings
from vigie.streams.steps.decode import make_decoder
from vigie.streams.transport.state import KeyedState
from vigie.streams.transport.step import Outputs
from vigie.topics.avro import Framer
from vigie.topics.dead_letter import DeadLetter
from vigie.topics.uplink import Uplink


@dataclass
class Record:
    value: bytes
    key: bytes
    timestamp: int
    offset: int
    headers: tuple = ()
    partition: int = 0


def test_each_vector_of_the_three_makers_and_of_the_collections_is_sent_once():
    """All but those with stored readings behind others, whose instants the demo does not know."""
    events = vector_events()
    own = [
        vector
        for codec in codecs().values()
        if codec.maker in ("Milesight", "Decentlab", "Elsys")
        for vector in codec.vectors
        if "20ce" not in vector.payload[1:]
    ]
    assert len(events) == len(examples()) + len(own)
    assert len({event.device for event in events}) == len(events)


def test_each_comes_to_what_the_demo_expects():
    decoder = make_decoder(Settings())
    filters: KeyedState[DeviceFilter] = KeyedState("state.decode.filter", load=load, dump=dump)
    uplinks, dead = Framer("uplinks.lora.v1"), Framer("dead-letters.v1")
    for offset, event in enumerate(vector_events()):
        out = Outputs()
        decoder.process(
            "raw.lora", 0, [Record(event.body, event.device.encode(), event.arrival_at, offset)], filters, out
        )
        if event.fate == UPLINK:
            ((_, value),) = out.records["uplinks.lora.v1"]
            uplink = uplinks.decode(value, Uplink)
            found = [(r.property, r.channel, r.observed_at or uplink.observed_at, r.value) for r in uplink.readings]
            expected = [tuple(point) for point in event.points]
            assert sorted((*one[:3], round(one[3], 9)) for one in found) == sorted(
                (*one[:3], round(one[3], 9)) for one in expected
            )
        else:
            ((_, value),) = out.records["dead-letters.v1"]
            assert dead.decode(value, DeadLetter).reason == event.fate
