"""The first path: each record becomes an uplink, a duplicate, a reception or a dead letter, and nothing is lost."""

import base64
from dataclasses import dataclass, field, replace
from hashlib import sha256

import pytest
from chirpstack_events import EUI, body, info, mutated
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.codecs.decoder import Decoded
from vigie.codecs.frame import Frame
from vigie.codecs.model_map import Model, ModelMap
from vigie.codecs.registry import codecs, envelopes
from vigie.streams import metrics
from vigie.streams.core.dead_letters import BODY_LIMIT
from vigie.streams.core.decode_parts import Counts
from vigie.streams.core.decode_records import Decoder
from vigie.streams.core.duplicate_filter import DeviceFilter, dump, load
from vigie.streams.steps.decode import DecodeStep
from vigie.streams.transport.state import KeyedState
from vigie.streams.transport.step import Batch, Outputs
from vigie.topics import reception
from vigie.topics.avro import Framer
from vigie.topics.dead_letter import KEPT_BYTES_OF_REFUSED, DeadLetter
from vigie.topics.reason import Reason
from vigie.topics.reception import Reception
from vigie.topics.uplink import Reading, Uplink

ADDRESS = f"eui:{EUI}"
KEY = ADDRESS.encode()
ARRIVAL = 1_795_428_002_000
UPLINKS, DEAD = Framer("uplinks.lora.v1"), Framer("dead-letters.v1")
ELSYS = info(tags={"vigie_codec": "elsys"})


@dataclass
class Record:
    """What a Kafka record shows to a step."""

    value: bytes | None
    offset: int = 0
    headers: list[tuple[str, bytes | None]] = field(default_factory=list)
    key: bytes | None = KEY
    timestamp: int = ARRIVAL
    partition: int = 3


def replayed(value: bytes, revision: int = 2, first_arrival: int = ARRIVAL, **more) -> Record:
    headers = [("vigie-replay", b"%d" % revision), ("vigie-ingested-at", b"%d" % first_arrival)]
    return Record(value, headers=headers, **more)


class Path:
    """The decoder with a real state and real outputs, and what came out in words."""

    def __init__(self, *, models: ModelMap | None = None, obey_arrival: bool = False, forms=None) -> None:
        self.decoder = Decoder(
            models=models or ModelMap.load(), codecs=codecs(), envelopes=forms or envelopes(), obey_arrival=obey_arrival
        )
        self.filters: KeyedState[DeviceFilter] = KeyedState("state.decode.filter", load=load, dump=dump)
        self.uplinks: list[Uplink] = []
        self.letters: list[DeadLetter] = []
        self.heard: list[Reception] = []

    def __call__(self, *records: Record, topic: str = "raw.lora") -> Counts:
        out = Outputs()
        counts = self.decoder.process(topic, 3, list(records), self.filters, out)
        sent = dict(out.records)
        pairs = sent.pop(f"uplinks.{topic.partition('.')[2]}.v1", [])
        self.uplinks = [UPLINKS.decode(value, Uplink) for _, value in pairs]
        letters, heard = sent.pop("dead-letters.v1", []), sent.pop("receptions", [])
        self.letters = [DEAD.decode(value, DeadLetter) for _, value in letters]
        self.heard = [reception.decode(value) for _, value in heard]
        assert sent == {}
        assert [key for key, _ in pairs] == [uplink.device.encode() for uplink in self.uplinks]
        assert [key for key, _ in heard] == [one.address.encode() for one in self.heard]
        assert (counts.uplinks, sum(counts.failures.values())) == (len(self.uplinks), len(self.letters))
        return counts

    def restarted(self) -> None:
        """As after a restart: the state is what its changelog holds."""
        changelog = self.filters.snapshot().get(3, [])
        self.filters = KeyedState("state.decode.filter", load=load, dump=dump)
        self.filters.restore(3, changelog)


def test_an_uplink_field_by_field():
    path = Path()
    path(Record(body(), 41))
    (uplink,) = path.uplinks
    assert (uplink.device, uplink.bearer, uplink.network) == (ADDRESS, "lora", "chirpstack")
    assert (uplink.session, uplink.f_cnt, uplink.f_port, uplink.revision) == ("00d20001", 7, 85, 0)
    assert uplink.observed_at == uplink.received_at == 1_795_428_001_123
    assert uplink.ingested_at == ARRIVAL
    assert (uplink.payload, uplink.raw) == (b"\x01u\x5c", None)
    assert (uplink.codec.id, len(uplink.codec.hash)) == ("milesight", 16)
    assert [(one.property, one.channel, one.value) for one in uplink.readings] == [(91, 0, 92.0)]
    assert (uplink.extras, uplink.warnings) == ({"model": "EM310-UDL"}, ())
    assert (path.letters, path.heard) == ([], [])
    assert path.filters.applied(3, ADDRESS, "raw.lora") == 41


def test_the_headers_name_the_network():
    path = Path()
    path(Record(body(), 0, [("network", b"metropole"), ("format", b"chirpstack-v4"), ("event", b"up")]))
    assert path.uplinks[0].network == "metropole"
    path(Record(body(fCnt=8), 1, [("network", b"\xff\xfe"), ("format", None)]))
    assert path.uplinks[0].network == "\ufffd\ufffd", "bytes that are no text are no reason to stop"


# -- duplicates


def test_a_repeat_is_a_reception_and_no_uplink():
    path = Path()
    assert path(Record(body(), 0), Record(body(time="2026-11-23T10:00:09Z"), 1)).duplicates == 1
    assert len(path.uplinks) == 1
    (heard,) = path.heard
    assert (heard.kind, heard.address, heard.ingested_at) == ("duplicate", ADDRESS, ARRIVAL)
    assert [one.id for one in heard.gateways] == ["0016c001f153a14c", "b"]
    path.restarted()
    assert path(Record(body(), 2)).duplicates == 1
    assert path.uplinks == []


@pytest.mark.parametrize(
    "change", [{"fCnt": 8}, {"data": "AXVd"}, {"devAddr": "00d20002"}, {"deviceInfo": info(devEui="24e124136b000002")}]
)
def test_what_differs_in_its_identity_is_no_repeat(change):
    path = Path()
    path(Record(body(), 0), Record(body(**change), 1))
    assert len({uplink.id for uplink in path.uplinks}) == 2


def test_what_differs_beside_its_identity_is_a_repeat():
    path = Path()
    path(Record(body(), 0), Record(body(rxInfo=[], dr=0, fPort=2, time="2026-11-23T10:00:02Z"), 1))
    assert (len(path.uplinks), len(path.heard)) == (1, 1)


def test_an_identity_enters_only_when_its_uplink_is_made():
    path = Path()
    unknown = body(deviceInfo=info(deviceProfileName="Nobody's"))
    assert path(Record(unknown, 0), Record(unknown, 1)).failures == {"no_codec": 2}
    assert [one.kind for one in path.heard] == ["undecodable"] * 2, "the device lives all the same"
    assert path.filters.snapshot() == {}, "nothing to remember"
    path.decoder.models = ModelMap({"Nobody's": Model(name="N", codec="milesight")})
    assert path(Record(unknown, 2)).uplinks == 1
    assert path(Record(unknown, 3)).duplicates == 1


def test_asking_for_a_session_does_not_forget_another():
    path = Path()
    path(Record(body(), 0), Record(body(devAddr="00d20002"), 1))
    broken = [Record(body(devAddr="00d20003", data="f5kA"), 2), Record(body(devAddr="00d20004", data="f5kA"), 3)]
    assert path(*broken).failures == {"bad_payload": 2}
    assert path(Record(body(), 4), Record(body(devAddr="00d20002"), 5)).duplicates == 2


def test_a_record_that_was_applied_is_skipped_without_a_trace():
    path = Path()
    path(Record(body(), 10))
    path.restarted()
    counts = path(Record(body(), 10), Record(body(fCnt=6), 9))
    assert (counts.uplinks, counts.duplicates, path.letters, path.heard) == (0, 0, [], [])
    assert counts.applied_before == 2, "but not without a count"
    assert path(Record(body(fCnt=8), 11)).uplinks == 1


def test_counters_that_go_backwards():
    path = Path()
    path(Record(body(fCnt=5000), 0), Record(body(fCnt=0), 1), Record(body(fCnt=1), 2), Record(body(fCnt=0), 3))
    assert [uplink.warnings for uplink in path.uplinks] == [(), ("RESET",), ()]
    assert len(path.heard) == 1
    path(Record(body(fCnt=1, data="AXVd"), 4))
    assert path.uplinks[0].warnings == ("COUNTER_REUSED",)


def test_a_session_with_a_long_name_is_published_and_can_be_saved():
    def envelope(value: bytes, _event: str | None) -> Frame:
        return Frame(
            address=ADDRESS, profile="Milesight EM310-UDL", codec_tag=None, session="é" * int(value), f_cnt=7,
            f_port=85, payload=b"\x01u\x5c", received_at=ARRIVAL, bearer="lora", network="n", radio=None,
        )  # fmt: skip

    path = Path(forms={"chirpstack-v4": replace(envelopes()["chirpstack-v4"], parse=envelope)})
    for offset, length in enumerate((100, 128, 200_000)):
        path(Record(b"%d" % length, offset))
        assert path.uplinks[0].session == "é" * length
        path.restarted()
        assert path.filters.applied(3, ADDRESS, "raw.lora") == offset
    path(Record(b"100", 5))
    assert len(path.uplinks) + len(path.heard) == 1


def test_a_record_of_a_source_passes_the_filter_by():
    """Its partition is the source's, where one device's state would stand beside another's."""
    path = Path()
    records = [Record(body(), offset, key=b"src:metropole") for offset in range(2)]
    assert path(*records).uplinks == 2
    assert path.uplinks[0].id == path.uplinks[1].id, "by which the repeat is known downstream"
    assert path.filters.snapshot() == {}
    assert path(Record(body(), 2)).uplinks == 1


# -- events


@pytest.mark.parametrize("event", [None, b"", b"up"])
def test_an_uplink_by_its_event(event):
    assert Path()(Record(body(), headers=[("event", event)])).uplinks == 1


@pytest.mark.parametrize("event", [b"UP", b"uplink", b"\xff"])
def test_an_event_that_nobody_knows_is_a_dead_letter(event):
    path = Path()
    assert path(Record(body(), headers=[("event", event)])).failures == {"bad_header": 1}
    assert path.heard == []


@pytest.mark.parametrize("event", [b"join", b"status", b"ack"])
def test_a_sign_of_life_is_a_reception(event):
    path = Path()
    counts = path(Record(body(acknowledged=True), headers=[("event", event), ("network", b"metropole")]))
    assert (counts.heard, counts.passed_over, path.letters, path.uplinks) == (1, 0, [], [])
    (heard,) = path.heard
    assert (heard.address, heard.kind, heard.network) == (ADDRESS, event.decode(), "metropole")


@pytest.mark.parametrize("event", [b"txack", b"log", b"location", b"integration", b"ack"])
def test_what_the_network_says_keeps_no_dead_device_alive(event):
    path = Path()
    counts = path(Record(body(), headers=[("event", event)]))
    assert (counts.heard, counts.passed_over) == (0, 1)
    assert (path.heard, path.letters, path.uplinks) == ([], [], [])


@pytest.mark.parametrize("change", [{"data": "?"}, {"time": "?"}, {"devAddr": "?"}, {"fCnt": "7"}, {"data": ""}])
def test_a_device_whose_frame_cannot_be_read_was_heard(change):
    path = Path()
    path(Record(body(**change), headers=[("network", b"metropole")]))
    assert len(path.letters) == 1
    (heard,) = path.heard
    assert (heard.address, heard.kind, heard.network) == (ADDRESS, "undecodable", "metropole")
    path(replayed(body(**change)), topic="replay.lora")
    assert (len(path.letters), path.heard) == (1, [])


def test_the_step_counts_what_makes_no_uplink():
    step = DecodeStep(Path().decoder)
    names = ("vigie_events_heard_total", "vigie_events_passed_over_total", "vigie_records_applied_before_total")
    before = [metrics.REGISTRY.get_sample_value(name) for name in names]
    joined, sent = [("event", b"join")], [("event", b"txack")]
    records = [Record(body(), 7), Record(body(), 0, joined), Record(body(), 1, sent), Record(body(), 2, sent)]
    step.process(Batch([*records, *[Record(body(), 7)] * 3], topic="raw.lora", partition=3), Outputs())
    after = [metrics.REGISTRY.get_sample_value(name) for name in names]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 2, 3]


# -- replays


def test_a_replay_neither_asks_nor_fills_the_filter():
    path = Path()
    path(replayed(body(), revision=4, first_arrival=ARRIVAL - 86_400_000), topic="replay.lora")
    (uplink,) = path.uplinks
    assert (uplink.revision, uplink.ingested_at) == (4, ARRIVAL - 86_400_000)
    assert path.filters.snapshot() == {}
    assert path(Record(body(), 0)).uplinks == 1, "it was not taken for a repeat of the replay"
    live = path.uplinks[0]
    assert (live.id, live.revision) == (uplink.id, 0)
    counts = path(replayed(body()), replayed(body()), topic="replay.lora")
    assert (counts.uplinks, counts.replayed, counts.duplicates) == (2, 2, 0)


def test_a_replay_is_no_sign_of_life():
    path = Path()
    unknown = body(deviceInfo=info(deviceProfileName="Nobody's"))
    join = Record(body(), headers=[*replayed(b"").headers, ("event", b"join")])
    counts = path(replayed(unknown), join, topic="replay.lora")
    assert (path.heard, counts.heard, counts.failures) == ([], 1, {"no_codec": 1})


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("vigie-replay", b"1")],
        [("vigie-ingested-at", b"1")],
        [("vigie-replay", b""), ("vigie-ingested-at", b"1")],
        [("vigie-replay", None), ("vigie-ingested-at", b"1")],
        [("vigie-replay", b"-1"), ("vigie-ingested-at", b"1")],
        [("vigie-replay", b"0"), ("vigie-ingested-at", b"1")],  # the revision of what is live
        [("vigie-replay", b"1.0"), ("vigie-ingested-at", b"1")],
        [("vigie-replay", "²".encode()), ("vigie-ingested-at", b"1")],
        [("vigie-replay", b"9" * 30), ("vigie-ingested-at", b"1")],
        [("vigie-replay", b"1"), ("vigie-ingested-at", b"yesterday")],
        [("vigie-replay", b"1"), ("vigie-ingested-at", b"999999999999999999")],  # far beyond any calendar
        [("vigie-replay", b"1"), ("vigie-ingested-at", b"\xff")],
    ],
)
def test_a_replay_with_bad_headers(headers):
    path = Path()
    assert path(Record(body(), headers=headers), topic="replay.lora").failures == {"bad_header": 1}
    assert path.letters[0].ingested_at == ARRIVAL, "the record's own arrival"


def test_the_first_arrival_is_obeyed_on_raw_only_where_the_log_ticks():
    header = [("vigie-ingested-at", b"1795428001500")]
    path = Path()
    assert path(Record(body(), 0, header)).ignored_headers == 1
    assert path.uplinks[0].ingested_at == ARRIVAL
    log = Path(obey_arrival=True)
    assert log(Record(body(), 0, header), Record(body(), 1, header)).ignored_headers == 0
    assert log.uplinks[0].ingested_at == log.heard[0].ingested_at == 1_795_428_001_500
    assert log(Record(body(), 2, [("vigie-ingested-at", b"soon")])).failures == {"bad_header": 1}


def test_a_replay_number_on_raw_is_nobodys():
    path = Path()
    path(Record(body(), 0, [("vigie-replay", b"9")]))
    assert path.uplinks[0].revision == 0


# -- dead letters

LARGE = b" " * (BODY_LIMIT + 1)
LETTERS = [
    (Record(b"{"), Reason.NOT_JSON),
    (Record(b""), Reason.NOT_JSON),
    (Record(None), Reason.NOT_JSON),
    (Record(b"{}"), Reason.BAD_ENVELOPE),
    (Record(body(data="?")), Reason.BAD_BASE64),
    (Record(body(time="?")), Reason.BAD_TIME),
    (Record(body(deviceInfo=info(deviceProfileName="Nobody's"))), Reason.NO_CODEC),
    (Record(body(deviceInfo=info(tags={"vigie_codec": "nobody's"}))), Reason.NO_CODEC),
    (Record(body(), headers=[("format", b"x" * 5000)]), Reason.UNKNOWN_FORMAT),
    (Record(body(data="")), Reason.EMPTY_PAYLOAD),
    (Record(body(data="f5kA")), Reason.BAD_PAYLOAD),
    (Record(body(data="A2c=")), Reason.TRUNCATED),
    (Record(LARGE), Reason.TOO_LARGE),
    (Record(body() + b" " * 2_000_000), Reason.TOO_LARGE),
]


@pytest.mark.parametrize(("record", "reason"), LETTERS, ids=[f"{n}-{r.value}" for n, (_, r) in enumerate(LETTERS)])
@pytest.mark.parametrize("key", [KEY, None])
def test_a_dead_letter_holds_the_record_and_where_it_stood(record, reason, key):
    headers = [*record.headers, ("network", b"metropole"), ("connector", None), ("other", b"x")]
    record = replace(record, key=key, offset=77, headers=headers)
    path = Path()
    counts = path(record)
    assert counts.failures == {reason.value: 1}
    (letter,) = path.letters
    original = record.value or b""
    assert letter.reason == reason.value
    assert letter.body == (original if len(original) <= BODY_LIMIT else original[:KEPT_BYTES_OF_REFUSED])
    assert (letter.body_size, letter.body_hash) == (len(original), sha256(original).hexdigest())
    assert (letter.topic, letter.partition, letter.offset) == ("raw.lora", 3, 77)
    assert (letter.step, letter.key, letter.ingested_at) == ("decode", key, ARRIVAL)
    assert letter.headers["network"] == "metropole"
    assert letter.headers["connector"] == ""
    assert "other" not in letter.headers
    assert len(letter.message) < 600
    assert path.uplinks == []


@pytest.mark.parametrize(
    "change",
    [
        {"deviceInfo": info(deviceProfileName="x" * 800_000)},
        {"deviceInfo": info(deviceProfileName="\x00" * 100_000)},
        {"deviceInfo": info(tags={"vigie_codec": "x" * 800_000})},
        {"data": "?" * 800_000},
        {"time": "x" * 800_000},
        {"devAddr": "x" * 800_000},
        {"deviceInfo": info(devEui="x" * 800_000)},
    ],
)
def test_a_message_does_not_repeat_a_large_body(change):
    path = Path()
    path(Record(body(**change)))
    (letter,) = path.letters
    assert len(letter.message) < 600


def test_every_reason_that_decode_gives_is_shown_here():
    shown = {reason for _, reason in LETTERS} | {Reason.BAD_HEADER}
    elsewhere = {Reason.INTERNAL_ERROR, Reason.CODEC_FAILED, Reason.CODEC_STOPPED, Reason.NOT_WELL_FORMED}
    assert shown == set(Reason) - elsewhere


def test_a_broken_record_does_not_stop_its_neighbours():
    path = Path()
    good = [Record(body(fCnt=100 + number), 2 * number) for number in range(len(LETTERS))]
    bad = [Record(record.value, 2 * n + 1, record.headers) for n, (record, _) in enumerate(LETTERS)]
    counts = path(*[one for pair in zip(good, bad, strict=True) for one in pair])
    assert counts.uplinks == len(good)
    assert [letter.offset for letter in path.letters] == [one.offset for one in bad]
    assert [uplink.f_cnt for uplink in path.uplinks] == [100 + number for number in range(len(good))]


# -- limits and clocks


def test_a_payload_over_4_kb_stands_in_the_raw_record():
    path = Path()
    large, small = bytes.fromhex("0100e2") * 1366, bytes.fromhex("0100e2") * 1365
    path(
        Record(body(deviceInfo=ELSYS, data=base64.b64encode(large).decode()), 5),
        Record(body(deviceInfo=ELSYS, data=base64.b64encode(small).decode(), fCnt=8), 6),
    )
    one, other = path.uplinks
    assert (one.payload, one.raw.topic, one.raw.partition, one.raw.offset) == (None, "raw.lora", 3, 5)
    assert (other.payload, other.raw) == (small, None)
    assert [reading.value for reading in one.readings] == [22.6], "it was read whole all the same"


@pytest.mark.parametrize(
    ("time", "warnings"),
    [
        ("1970-01-01T00:00:00Z", ("CLOCK",)),
        ("1999-12-31T23:59:59.999Z", ("CLOCK",)),
        ("2000-01-01T00:00:00Z", ()),
        ("2026-11-23T10:00:01Z", ()),
        ("2026-11-23T10:05:02.000Z", ()),  # 5 minutes after the arrival
        ("2026-11-23T10:05:02.001Z", ("CLOCK",)),
        ("2100-01-01T00:00:00Z", ("CLOCK",)),
        ("9999-12-31T23:59:59Z", ("CLOCK",)),
        ("0001-01-01T00:00:00Z", ("CLOCK",)),
    ],
)
def test_an_instant_that_cannot_be_is_kept_with_a_warning(time, warnings):
    path = Path()
    path(Record(body(time=time)))
    assert path.uplinks[0].warnings == warnings


@pytest.mark.parametrize(
    ("stored_at", "warnings"),
    [(0, ("CLOCK",)), (946_684_799, ("CLOCK",)), (946_684_800, ()), (1_795_428_302, ()), (1_795_428_303, ("CLOCK",))],
)
def test_a_stored_reading_of_an_impossible_instant_carries_a_warning(stored_at, warnings):
    path = Path()
    payload = b"\x01\x75\x5c\x20\xce" + stored_at.to_bytes(4, "little") + bytes.fromhex("10015d00")
    tagged = info(tags={"vigie_codec": "milesight-em300-th"})
    path(Record(body(deviceInfo=tagged, data=base64.b64encode(payload).decode())))
    (uplink,) = path.uplinks
    assert uplink.warnings == warnings
    assert [one.observed_at for one in uplink.readings] == [None, stored_at * 1000, stored_at * 1000]


def test_readers_with_a_calendar_can_read_every_instant():
    def decode(_payload: bytes, _f_port: int, _received_at: int) -> Decoded:
        readings = [Reading(1, channel, 20.5, at) for channel, at in enumerate((2**60, -(2**60), 10**12, None))]
        return Decoded(readings, {}, [], dated=True)

    path = Path()
    path.decoder.codecs = {"milesight": replace(codecs()["milesight"], decode=decode)}
    path(Record(body()))
    (uplink,) = path.uplinks
    assert [one.channel for one in uplink.readings] == [2, 3]
    assert uplink.warnings == ("CLOCK",)
    for time in ("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-23:59"):
        assert path(Record(body(time=time), 1)).failures == {"bad_time": 1}


def test_a_long_profile_is_not_remembered():
    path = Path()
    for number in range(3):
        device = info(deviceProfileName=f"{number}" + "x" * 400_000, tags={"vigie_codec": "milesight"})
        path(Record(body(deviceInfo=device, fCnt=number), number))
        assert len(path.uplinks[0].extras["model"]) == 80
    assert path.decoder.chosen == {}
    path(Record(body(fCnt=9), 9))
    assert list(path.decoder.chosen) == [("Milesight EM310-UDL", None)]


def test_a_body_of_just_900_kb_is_read():
    path = Path()
    path(Record(body() + b" " * (BODY_LIMIT - len(body()))))
    assert len(path.uplinks) == 1


@pytest.mark.parametrize("net", ["lora", "nbiot", "cellular", "other"])
def test_each_network_has_its_topic(net):
    assert Path()(Record(body()), topic=f"raw.{net}").uplinks == 1


# -- anything


bodies = st.one_of(
    mutated(),
    st.binary(max_size=100),
    st.builds(
        lambda f_cnt, data: body(fCnt=f_cnt, data=data), st.integers(0, 3), st.sampled_from(["AXVc", "AXVd", "?"])
    ),
    st.builds(
        lambda payload, codec: body(
            data=base64.b64encode(payload).decode(), deviceInfo=info(tags={"vigie_codec": codec})
        ),
        st.binary(max_size=60),
        st.sampled_from(sorted(codecs())),
    ),
    st.none(),
)
header_texts = (
    st.none()
    | st.binary(max_size=12)
    | st.sampled_from([b"up", b"join", b"ack", b"log", b"chirpstack-v4", b"7", b"9" * 18])
)
header_lists = st.lists(
    st.tuples(
        st.sampled_from(["format", "event", "network", "connector", "vigie-replay", "vigie-ingested-at"]), header_texts
    ),
    max_size=3,
)
names = st.none() | st.binary(max_size=20)


@given(
    st.lists(st.tuples(bodies, st.just([]) | header_lists, names), max_size=8),
    st.sampled_from(["raw.lora", "replay.lora"]),
    st.booleans(),
)
@settings(deadline=None, max_examples=400)
def test_every_record_is_accounted_for(given_records, topic, obey_arrival):
    path = Path(obey_arrival=obey_arrival)
    records = [Record(value, offset, headers, key) for offset, (value, headers, key) in enumerate(given_records)]
    counts = path(*records, topic=topic)
    made = counts.uplinks + counts.duplicates + sum(counts.failures.values()) + counts.heard
    assert made + counts.passed_over == len(records)
    assert set(counts.failures) <= {reason.value for reason in Reason} - {"internal_error"}
    if topic == "raw.lora":
        assert path.uplinks == [] or path.filters.snapshot()
        told = [letter for letter in path.letters if letter.reason not in ("not_json", "bad_header")]
        assert len(path.heard) <= counts.duplicates + counts.heard + len(told)
    else:
        assert (path.heard, path.filters.snapshot()) == ([], {})
    path.restarted()


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["AXVc", "AXVd"])), max_size=12), st.integers(0, 12))
@settings(deadline=None)
def test_a_crash_anywhere_neither_loses_nor_doubles(frames, saved):
    """What is read again after a crash is skipped up to the saved place, and gives the same from there on."""
    records = [Record(body(fCnt=f_cnt, data=data), offset) for offset, (f_cnt, data) in enumerate(frames)]
    whole = Path()
    whole(*records)
    broken = Path()
    broken(*records[:saved])
    first = broken.uplinks
    broken.restarted()
    broken(*records)
    assert [uplink.id for uplink in first + broken.uplinks] == [uplink.id for uplink in whole.uplinks]


def test_a_payload_beyond_any_device_s_is_a_dead_letter_that_no_filter_remembers():
    long = body(data=base64.b64encode(b"\x03\x67\x10\x01" * 20_000).decode(), deviceInfo=ELSYS, fCnt=7)
    path = Path()
    for offset in (4, 5):
        path(Record(long, offset=offset))
        ((letter,), uplinks) = path.letters, path.uplinks
        assert (letter.reason, letter.body, uplinks) == ("too_large", long, [])


def test_the_network_of_a_header_is_a_name():
    path = Path()
    path(Record(body(), headers=[("network", b"ville\x00\r\n" + b"x" * 500_000)]))
    assert path.uplinks[0].network == "ville\ufffd\ufffd\ufffd" + "x" * 72
