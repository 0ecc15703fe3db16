"""Bodies with several uplinks, uplinks without a counter, gateways, and codecs that look on from the shadow."""

from collections import Counter
from dataclasses import dataclass, field, replace

import pytest

from vigie.codecs.decoder import Codec, Decoded, Runner
from vigie.codecs.frame import Envelope, Frame, GatewayStats, Heard, Hints, Refused
from vigie.codecs.layout import Layout
from vigie.codecs.model_map import ModelMap
from vigie.codecs.registry import codecs
from vigie.streams.core.decode_parts import Counts
from vigie.streams.core.decode_records import Decoder
from vigie.streams.core.duplicate_filter import DeviceFilter, dump, load
from vigie.streams.core.record_headers import Context, RecordHeaders
from vigie.streams.transport.state import KeyedState
from vigie.streams.transport.step import Outputs
from vigie.topics import codec_difference, reception
from vigie.topics.avro import Framer
from vigie.topics.dead_letter import DeadLetter
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Cell, Reading, Uplink

ARRIVAL = 1_795_428_002_000
IMEI = "imei:868508064807350"
ASKED: list[Hints] = []


def frame(**changes) -> Frame:
    values = {
        "address": IMEI, "profile": "", "codec_tag": None, "session": None, "f_cnt": None, "f_port": None,
        "payload": b"21.5", "received_at": None, "bearer": "nbiot", "network": "n", "radio": None,
        "decoded": Decoded([Reading(1, 0, 21.5)], {}, []),
    }  # fmt: skip
    return Frame(**(values | changes))


SAID = {
    b"one": frame(cell=Cell(operator="46004", rssi_dbm=-95.0), observed_at=ARRIVAL - 60_000, timed=True),
    b"lines": [
        frame(payload=b"a", observed_at=ARRIVAL - 2000, timed=True),
        Refused(reason=Reason.BAD_ENVELOPE, message="Line 2 has 3 columns, the layout has 4"),
        frame(payload=b"b", observed_at=ARRIVAL - 1000, timed=True),
        Refused(reason=Reason.BAD_TIME, message="Line 4: no such day"),
    ],
    b"untimed": frame(),
    b"nothing": [],
    b"gateway": GatewayStats(gateway="0016c001f153a14c", network="n", facts={"rx_packets": "7"}),
    b"join": Heard(address="eui:24e124136b000001", kind="status", network="n", facts={"battery": "87"}),
    b"payload": frame(decoded=None, profile="Elsys ERS", payload=bytes.fromhex("0100e2"), f_port=5),
    b"payload2": frame(decoded=None, profile="Elsys ERS", payload=bytes.fromhex("0100e3"), f_port=5),
    b"mac": frame(decoded=None, profile="Elsys ERS", payload=bytes.fromhex("06ff0a"), f_port=0),
    b"broken": frame(decoded=None, profile="Elsys ERS", payload=bytes.fromhex("0100"), f_port=5),
}


def parse(body: bytes, hints: Hints):
    ASKED.append(hints)
    return SAID[body]


TEST_FORM = Envelope(
    form="test", title="t", source="s", sample="real", parse=parse, peek=lambda _body, _hints: IMEI, version="3",
    hash="cafe" * 4, needs_arrival=True,
)  # fmt: skip


@dataclass
class Record:
    value: bytes | None
    offset: int = 0
    headers: list[tuple[str, bytes | None]] = field(default_factory=lambda: [("format", b"test")])
    key: bytes | None = IMEI.encode()
    timestamp: int = ARRIVAL
    partition: int = 3


class Path:
    def __init__(self, **options) -> None:
        known = {"models": ModelMap.load(), "codecs": codecs(), "envelopes": {"test": TEST_FORM}}
        self.decoder = Decoder(**(known | options))
        self.filters: KeyedState[DeviceFilter] = KeyedState("state.decode.filter", load=load, dump=dump)

    def __call__(self, *records: Record, topic: str = "raw.nbiot") -> Counts:
        out = Outputs()
        counts = self.decoder.process(topic, 3, list(records), self.filters, out)
        sent = dict(out.records)
        net = topic.partition(".")[2]
        self.uplinks = [
            Framer(f"uplinks.{net}.v1").decode(value, Uplink) for _, value in sent.pop(f"uplinks.{net}.v1", [])
        ]
        self.letters = [
            Framer("dead-letters.v1").decode(value, DeadLetter) for _, value in sent.pop("dead-letters.v1", [])
        ]
        self.heard = [reception.decode(value) for _, value in sent.pop("receptions", [])]
        self.differences = [codec_difference.decode(value) for _, value in sent.pop("codec-differences", [])]
        assert sent == {}
        return counts


def test_commands_of_the_network_are_no_measures():
    path = Path()
    path(Record(b"mac"))
    assert path.uplinks == []
    assert path.letters[0].reason == "empty_payload"
    assert [(one.address, one.kind) for one in path.heard] == [(IMEI, "undecodable")]


def test_values_that_the_envelope_read_are_an_uplink_of_its_own_version():
    path = Path()
    path(Record(b"one"))
    (uplink,) = path.uplinks
    assert (uplink.device, uplink.bearer, uplink.f_cnt, uplink.f_port, uplink.session) == (
        IMEI,
        "nbiot",
        None,
        None,
        None,
    )
    assert (uplink.observed_at, uplink.received_at, uplink.ingested_at) == (ARRIVAL - 60_000, ARRIVAL, ARRIVAL)
    assert (uplink.codec.id, uplink.codec.version, uplink.codec.hash) == ("test", "3", "cafe" * 4)
    assert uplink.cell == Cell(operator="46004", rssi_dbm=-95.0)
    assert [(one.property, one.value) for one in uplink.readings] == [(1, 21.5)]


def test_a_body_that_is_sent_again_gives_the_same_ids():
    path = Path()
    assert path(Record(b"lines", 0)).uplinks == 2
    first = [one.id for one in path.uplinks]
    assert len(set(first)) == 2
    assert [one.observed_at for one in path.uplinks] == [ARRIVAL - 2000, ARRIVAL - 1000]
    path(Record(b"lines", 1, timestamp=ARRIVAL + 9_000_000))
    assert [one.id for one in path.uplinks] == first, "the bytes hold the time: when they come does not matter"


def test_an_uplink_without_counter_that_came_twice_is_a_duplicate():
    path = Path()
    assert path(Record(b"one", 0), Record(b"one", 1)).duplicates == 1
    assert len(path.uplinks) == 1
    assert [one.kind for one in path.heard] == ["duplicate"]
    assert path(Record(b"one", 1)).applied_before == 1
    assert path.uplinks == []


def test_the_same_bytes_without_an_instant_are_two_measurements_if_they_arrive_twice():
    path = Path()
    path(Record(b"untimed", 0), Record(b"untimed", 1, timestamp=ARRIVAL + 900_000))
    assert len({one.id for one in path.uplinks}) == 2
    assert [one.warnings for one in path.uplinks] == [(), ()], "no counter can have been reused"


def test_rows_that_cannot_be_read_are_one_dead_letter_and_the_others_uplinks():
    path = Path()
    counts = path(Record(b"lines"))
    assert (counts.uplinks, counts.failures) == (2, Counter(bad_envelope=1))
    (letter,) = path.letters
    assert letter.message == "2 records of the body were refused, the first: Line 2 has 3 columns, the layout has 4"
    assert letter.body == b"lines", "it can be taken up again whole"


def test_a_body_that_holds_nothing_is_nothing():
    path = Path()
    path(Record(b"nothing"))
    assert (path.uplinks, path.letters, path.heard) == ([], [], [])


def test_a_gateway_tells_of_itself():
    path = Path()
    assert path(Record(b"gateway"), Record(b"join", 1)).gateways == 1
    gateway, device = path.heard
    assert (gateway.address, gateway.kind, gateway.facts) == ("gw:0016c001f153a14c", "stats", {"rx_packets": "7"})
    assert (device.kind, device.facts) == ("status", {"battery": "87"})
    headers = [("format", b"test"), ("vigie-replay", b"4"), ("vigie-ingested-at", b"5")]
    path(Record(b"gateway", 0, headers), topic="replay.nbiot")
    assert path.heard == [], "a replay was not heard now"


def test_a_gateway_keeps_its_own_instant():
    told = GatewayStats(gateway="0016c001f153a14c", network="n", observed_at=ARRIVAL - 5000, facts={"rx_packets": "7"})
    path = Path(envelopes={"test": replace(TEST_FORM, parse=lambda _body, _hints: told)})
    path(Record(b"stats"))
    assert path.heard[0].facts == {"rx_packets": "7", "observed_at_ms": str(ARRIVAL - 5000)}


def test_headers_and_source_reach_the_envelope():
    layout = Layout(name="station", time="t", columns=())
    path = Path(headers=RecordHeaders({"station": layout}))
    said = [("format", b"test"), ("source", b"quai"), ("model", b"EM400"), ("layout", b"station"), ("file", b"a.csv")]
    path(Record(b"one", 0, [*said, ("address", b"imei:1"), ("event", b"up")]))
    hints = ASKED[-1]
    assert (hints.source, hints.model, hints.layout, hints.file) == ("quai", "EM400", layout, "a.csv")
    assert (hints.address, hints.event, hints.arrived_at) == ("imei:1", "up", ARRIVAL)
    path(Record(b"one", 1, [("format", b"test"), ("layout", b"none")]))
    (letter,) = path.letters
    assert (letter.reason, "'none' is not declared; known are: station" in letter.message) == ("bad_header", True)


def test_a_topic_that_a_network_server_writes_itself_is_read_as_declared():
    declared = {"raw.nbiot": Context("test", "ville", Hints(source="chirpstack-kafka"))}
    path = Path(headers=RecordHeaders(declared=declared))
    path(Record(b"one", 0, []))
    assert (path.uplinks[0].network, ASKED[-1].source) == ("ville", "chirpstack-kafka")
    path(Record(b"one", 1, [("network", b"autre")]))
    assert (path.uplinks, path.heard[0].network) == ([], "autre"), "a header goes before; the network is no identity"
    replayed = [("vigie-replay", b"4"), ("vigie-ingested-at", b"5")]
    path(Record(b"one", 0, replayed), topic="replay.nbiot")
    assert path.uplinks[0].network == "ville"


# -- many payloads at once


class Maker:
    """A codec that is asked in batches."""

    def __init__(self, shift: float = 0.0) -> None:
        self.asked: list[int] = []
        self.shift = shift

    def batch(self, jobs):
        self.asked.append(len(jobs))
        return [self.one(payload) for payload, _, _ in jobs]

    def one(self, payload: bytes) -> Decoded | Undecodable:
        if len(payload) < 3:
            return Undecodable(Reason.CODEC_FAILED, "It threw")
        return Decoded([Reading(1, 0, payload[2] / 10 + self.shift)], {"by": "maker"}, [])

    def codec(self, version: str = "9") -> Codec:
        return replace(
            codecs()["elsys"], version=version, runner=Runner.JAVASCRIPT, batch=self.batch, decode=self.never
        )

    @staticmethod
    def never(*_):
        raise AssertionError("asked one by one")


def test_a_makers_codec_is_asked_once_for_a_whole_batch():
    maker = Maker()
    path = Path(codecs={**codecs(), "elsys": maker.codec()})
    counts = path(Record(b"payload", 0), Record(b"one", 1), Record(b"broken", 2), Record(b"payload2", 3))
    assert maker.asked == [3]
    assert [(one.codec.version, one.readings[0].value) for one in path.uplinks] == [
        ("9", 22.6),
        ("3", 21.5),
        ("9", 22.7),
    ]
    assert counts.failures == Counter(codec_failed=1)
    assert path.letters[0].message == "It threw"


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_a_shadow_is_counted_where_it_disagrees_and_never_heard(shift):
    path = Path(shadows={"elsys": Maker(shift).codec("2-trial")})
    counts = path(Record(b"payload", 0), Record(b"broken", 1), Record(b"payload2", 2), Record(b"one", 3))
    assert [one.readings[0].value for one in path.uplinks] == [22.6, 22.7, 21.5]
    assert counts.compared == {"elsys": 3}
    assert counts.different == ({"elsys": 2} if shift else {}), "both refuse the broken one"
    if shift:
        one = path.differences[0]
        assert (one.codec, one.active, one.shadow) == ("elsys", codecs()["elsys"].version, "2-trial")
        assert (one.device, one.payload, one.uplink) == (IMEI, "0100e2", path.uplinks[0].id)
        assert (one.active_says["air_temperature"], one.shadow_says["air_temperature"]) == ("22.6", "23.1")


def test_what_the_uplink_adds_is_no_word_of_the_active_codec():
    """Many makers' codecs name the model, each in its own words: that is no difference."""

    class Names(Maker):
        def one(self, payload):
            found = super().one(payload)
            return Decoded(found.readings, {**found.extras, "model": "ERS by its maker"}, found.warnings)

    path = Path(shadows={"elsys": Names().codec("2")})
    path(Record(b"payload"))
    assert path.uplinks[0].extras["model"] == "ERS"
    assert path.differences == []
    path = Path(shadows={"elsys": Maker(0.5).codec("2")})
    path(Record(b"payload"))
    assert path.differences[0].active_says == {"air_temperature": "22.6"}


def test_a_shadow_that_refuses_what_the_active_one_reads_is_a_difference():
    class Refuses(Maker):
        def one(self, payload):
            return Undecodable(Reason.CODEC_STOPPED, "It hung")

    path = Path(shadows={"elsys": Refuses().codec("2")})
    path(Record(b"payload"))
    assert path.differences[0].shadow_says == {"refused": "codec_stopped: It hung"}
    headers = [("format", b"test"), ("vigie-replay", b"4"), ("vigie-ingested-at", b"5")]
    path(Record(b"payload", 0, headers), topic="replay.nbiot")
    assert path.differences == [], "a replay is no live traffic"


def test_codecs_are_exchanged_between_two_batches():
    path = Path()
    path(Record(b"payload", 0))
    assert path.uplinks[0].codec.version == codecs()["elsys"].version
    path.decoder.use({**codecs(), "elsys": Maker().codec("9")}, {})
    path(Record(b"payload2", 1))
    assert path.uplinks[0].codec.version == "9"
