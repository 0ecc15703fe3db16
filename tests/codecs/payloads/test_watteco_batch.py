"""Watteco's batches: the maker's examples, each sample with its instant, and bits that are none."""

import time

import pytest

from vigie.codecs.maker_words import judge
from vigie.codecs.makers.watteco.batch import TABLES, Kind, uncompress
from vigie.codecs.payloads.watteco_batch import MODELS
from vigie.codecs.registry import codecs
from vigie.topics.property import BY_NAME, PROPERTIES
from vigie.topics.reason import Reason, Undecodable

AT = 1_689_753_085_508


def decoded(model: str, payload: str, at: int = AT):
    return codecs()[f"watteco-{model}"].decode(bytes.fromhex(payload), 125, at)


def told(model: str, payload: str) -> dict[tuple[str, int], list[tuple[float, float]]]:
    """Property and channel -> (seconds before the arrival, value), oldest first."""
    found: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for one in decoded(model, payload).readings:
        found.setdefault((PROPERTIES[one.property].name, one.channel), []).append(
            ((AT - one.observed_at) / 1000, one.value)
        )
    return found


def ages(first: int, step: int, *values: float) -> list[tuple[float, float]]:
    return [(first - step * place, value) for place, value in enumerate(values)]


@pytest.mark.parametrize(
    ("model", "payload", "samples"),
    [
        ("hygrotempo", "362100808098c31ecb824d7b07ba3d", {
            ("air_temperature", 0): [(0, 28.7)], ("relative_humidity", 0): [(0, 37)],
            ("battery_voltage", 0): [(1, 3707)]}),
        ("tempo-remote-2", "26020000803606a2fc11e4f7", {
            ("air_temperature", 0): [(30, 31.4)], ("air_temperature", 1): [(0, 22.9)]}),
        ("tempo-remote-1", "1000a062bfecc11715b45b96dd2d8b76cb12bb65c5b35bd67705", {
            ("air_temperature", 0): ages(3025, 600, 40.3, 40.8, 40.6, 39.9, 37.5, 36.7)}),
        ("tempo-outdoor", "20010000017d0585a8e9401708f07703fcd903", {
            ("air_temperature", 0): ages(41, 30, 25.7, 25.9), ("battery_voltage", 0): ages(30, 30, 3700, 3700)}),
        ("atmo", "20220080039281f268d3212d54a0c3e170380ab000", {
            ("air_pressure", 0): ages(51, 10, *[997.0] * 6), ("battery_voltage", 0): [(1, 3689)]}),
        ("intenso", "20100000c08f0344d0030000008804fcf941c08b8b15", {
            ("current", 0): ages(42, 20, 0, 0, 0), ("battery_voltage", 0): ages(88, 30, 3600, 3600, 3600)}),
        ("smartplug", "100180e3c61800202614b45b16bb65b15b16bb65b15b1613", {
            ("active_energy_index", 0): ages(3004, 600, *[49.0] * 6)}),
        ("ventilo", "36600000800600000000d61b2cba0730d803", {("air_temperature", 0): [(0, 33.5)]}),
        ("flasho", "20000000e008000000207e1c20424030040801", {("battery_voltage", 0): [(96, 3600)]}),
    ],
)  # fmt: skip
def test_the_makers_examples(model, payload, samples):
    assert told(model, payload) == samples
    assert decoded(model, payload).dated


def test_samples_are_dated_by_the_arrival_where_the_makers_first_codecs_took_the_time_of_decoding(monkeypatch):
    """Decoded again years later, as after a fix, they are of the same instants; so is a value without an instant."""
    payload = "1000a062bfecc11715b45b96dd2d8b76cb12bb65c5b35bd67705"
    before = decoded("tempo-remote-1", payload).readings
    monkeypatch.setattr(time, "time", lambda: 4e9)
    monkeypatch.setattr(time, "time_ns", lambda: 4 * 10**18)
    assert decoded("tempo-remote-1", payload).readings == before
    assert [one.observed_at for one in decoded("tempo-remote-1", payload, AT + 1000).readings] == [
        one.observed_at + 1000 for one in before
    ]
    assert [one.observed_at for one in decoded("tempo-remote-1", "110a04020000290b89").readings] == [None]
    assert "the decoder's clock" in codecs()["watteco-tempo-remote-1"].defects


def test_what_the_catalogue_has_no_property_for_keeps_its_ages():
    payload = "3203032cd2dc00000000117b02000080903d005000401040801d11604704d8119024912492247b"
    found = decoded("pulse-senso", payload)
    assert found.readings == []
    assert not found.dated
    assert found.extras["pulses_2"] == "67108864"
    assert found.extras["pulses_2_ages"] == "67108864@0s 67108864@3600s 67108864@7200s 67108864@10800s"
    assert decoded("ventilo", "36600000800600000000d61b2cba0730d803").extras | {
        "differential_pressure_pa": "6", "pulses": "0", "pulses_ages": "0@60s", "batch_counter": "0",
    } == decoded("ventilo", "36600000800600000000d61b2cba0730d803").extras  # fmt: skip


def series(payload: str, tag_bits: int, **kinds: Kind) -> dict[int, list[tuple[int, float]]]:
    batch = uncompress(bytes.fromhex(payload), tag_bits, {int(tag[1:]): kind for tag, kind in kinds.items()})
    return {tag: [(one.age_s, one.value) for one in samples] for tag, samples in batch.series.items()}


def test_the_published_examples_of_the_algorithm():
    assert series("10270080039320180080108183070d45851005", 3, _2=Kind("f32")) == {
        2: [(114, 11), (99, 13), (84, 14), (69, 21), (68, 100)]
    }
    assert series("20100000a020a8010000004401e297ad40871b770e377b", 1, _0=Kind("u32"), _1=Kind("bool")) == {
        0: [(50, 0), (40, 0), (30, 3), (20, 7), (10, 7), (0, 10)], 1: [(94, 1), (32, 0), (30, 1)],
    }  # fmt: skip
    common = "523000800310050ae1dec124b41f680fec01003802237b00008ec01080009db08c8819af126440382419100ed903"
    words, halves = Kind("u32"), Kind("i16")
    assert series(common, 3, _0=words, _1=words, _2=halves, _3=halves, _4=Kind("u16")) == {
        0: [(1800, 7297), (0, 14497)], 1: [(1800, 7297), (0, 14497)], 2: [(1800, 1005), (0, 1005)],
        3: [(1800, 2580), (0, 2541)], 4: [(1800, 3622), (0, 3676)],
    }  # fmt: skip


def test_a_long_series_of_the_algorithm():
    big = (
        "10000000404a481f000044a1d1a9d5e8353aad1042e83542afd10b8d5a557aa14aad2a21b47aa111420821d4a9d469f51aa14e2bb442af11"
        "eab442a8151abdd0aad20b8d5e23f41abd46e8b4ead46b06"
    )
    samples = series(big, 1, _0=Kind("f32"), _1=Kind("u16", 100))[0]
    assert [166 - age for age, _ in samples] == list(range(82, 164))
    assert [round(value) for _, value in samples[:8]] == [125, 122, 120, 125, 122, 125, 122, 120]
    assert [round(value) for _, value in samples[-6:]] == [122, 120, 122, 118, 125, 122]


class Writer:
    """Writes what a device would: the opposite of the reader, for values that no example has."""

    def __init__(self) -> None:
        self.bits: list[int] = []

    def number(self, value: int, size: int) -> "Writer":
        parts = [size % 8 or 8] + [8] * ((size - 1) // 8)
        for part in parts:
            size -= part
            self.bits += [value >> size + place & 1 for place in range(part)]
        return self

    def code(self, text: str) -> "Writer":
        self.bits += [int(bit) for bit in text]
        return self

    def hex(self) -> str:
        bits = self.bits + [0] * (-len(self.bits) % 8)
        return int("".join(map(str, reversed(bits))), 2).to_bytes(len(bits) // 8, "little").hex()


def opened(count: int, flags: int = 0) -> Writer:
    return Writer().number(count << 4 | flags, 8).number(5, 3).number(0, 1)


def test_whole_values_within_a_series_keep_their_kind():
    """The maker's code gives a float as its bits, and 2^31 and more as a negative number."""
    out = opened(1).number(0, 1).number(100, 32).number(0xFFFFFFF0, 32).number(1, 2).number(0, 2)
    out.number(0, 1).number(2, 8).number(0, 2)
    out.code("00").code("10000000111").number(0xFFFFFFFE, 32)  # at once: a whole value
    out.code("01").number(1, 1).code("01").number(0, 1)  # 2 s later: one more
    out.code("1101111")  # the batch is of the same second
    assert series(out.hex(), 1, _0=Kind("u32")) == {0: [(2, 0xFFFFFFF0), (2, 0xFFFFFFFE), (0, 0xFFFFFFFF)]}
    floats = opened(1).number(0, 1).number(7, 32).number(0x41280000, 32).number(0, 2).number(0, 2)
    floats.number(0, 1).number(1, 8).number(0, 2).code("00").code("10000000111").number(0xC1280000, 32).code("1101111")
    assert series(floats.hex(), 1, _0=Kind("f32")) == {0: [(0, 10.5), (0, -10.5)]}


def test_two_samples_of_one_instant_are_one_reading():
    out = opened(1).number(0, 1).number(100, 32).number(5, 24).number(1, 2).number(0, 2)
    out.number(0, 1).number(1, 8).number(0, 2).code("00").code("01").number(1, 1).code("1101111")
    assert told("smartplug", out.hex()) == {("active_energy_index", 0): [(0, 7)]}


def refused(payload: str, model: str = "smartplug", at: int = AT) -> tuple[Reason, str]:
    with pytest.raises(Undecodable) as caught:
        decoded(model, payload, at)
    return caught.value.reason, caught.value.message


def test_bits_that_are_no_batch_are_refused():
    assert "series 1" in refused(opened(1).number(1, 1).number(0, 40).hex())[1]
    first = opened(2, 4).number(0, 1).number(9, 32).number(0, 24)
    assert "twice" in refused(first.number(0, 1).number(0, 40).hex())[1]
    foreign = opened(1).number(0, 3).number(9, 32).number(0, 16).number(0, 4).number(4, 3).number(0, 40)
    assert "did not begin" in refused(foreign.hex(), "ventilo")[1]
    no_table = opened(1).number(0, 1).number(9, 32).number(0, 24).number(0, 2).number(3, 2).number(0, 1).number(1, 8)
    assert "table 3" in refused(no_table.number(0, 2).code("00").number(0, 32).hex())[1]


def test_every_row_of_bits_is_a_code():
    """So a reader always finds one, at most 11 bits on."""
    for table in TABLES:
        assert sorted(table.values()) == list(range(16))
        assert sum(2.0 ** -len(code) for code in table) == 1


def test_instants_that_cannot_be_are_refused():
    started = opened(1, 4).number(0, 1).number(400 * 86_400, 32).number(0, 24).code("11011100010")
    assert "later than its batch" in refused(started.number(9, 32).hex())[1]
    old = opened(1, 4).number(0, 1).number(1, 32).number(0, 24).code("11011100010").number(400 * 86_400, 32)
    assert "s old" in refused(old.hex())[1]
    assert "of no time" in refused("100180e3c61800202614b45b16bb65b15b16bb65b15b1613", at=0)[1]


def test_a_bomb_stops_where_its_bits_do():
    """The counts of a frame of 4 bytes promise 3825 samples."""
    assert refused("f2ffffff", "pulse-senso")[0] in (Reason.TRUNCATED, Reason.BAD_PAYLOAD)
    assert refused("10" + "00" * 10 + "ff")[0] is Reason.TRUNCATED
    longest = decoded("smartplug", ("10" + "00" * 10_000))
    assert len(longest.readings) <= 256


@pytest.mark.parametrize("length", range(1, 24))
def test_a_batch_cut_short_is_refused(length):
    payload = "100180e3c61800202614b45b16bb65b15b16bb65b15b1613"
    assert refused(payload[: 2 * length])[0] is Reason.TRUNCATED


def test_every_model_reads_standard_frames_too():
    for model in MODELS:
        assert [one.value for one in decoded(model, "110a00500006410503040e6804").readings] == [3688]


def test_what_a_model_cannot_have_measured_is_kept_but_is_no_reading():
    found = decoded("flasho", "310a04020000290b89")
    assert (found.readings, found.warnings) == ([], ["UNKNOWN_FIELD"])
    assert found.extras["other_air_temperature_1"] == "29.53"
    assert [one.value for one in decoded("tempo", "310a04020000290b89").readings] == [29.53]
    for model in MODELS.values():
        assert {one.name for one in model.series.values() if one.name in BY_NAME} <= set(model.gives)


def test_the_flat_values_of_a_published_batch_are_excused_for_their_missing_instants():
    data = {"temperature": 28.7, "humidity": 37, "battery_voltage": 3.707}
    verdict = judge(
        "watteco", "hygrotempo", 9, 125, bytes.fromhex("362100808098c31ecb824d7b07ba3d"), {"data": data}, AT
    )
    assert verdict.outcome == "excused"


@pytest.mark.parametrize(("model", "tag_bits", "battery"), [("tempo-remote-1", 1, 1), ("tempo-outdoor", 3, 5)])
def test_series_of_their_own_instants_below_zero_and_in_steps_of_the_model(model, tag_bits, battery):
    out = opened(2).number(0, tag_bits).number(100, 32).number(0x10000 - 500, 16).number(0, 2).number(0, 2)
    out.number(battery, tag_bits).code("1101111").number(3600, 16).number(0, 2).number(0, 2)
    out.number(0, tag_bits).number(1, 8).number(0, 2).code("11").number(0, 2).code("01").number(
        0, 1
    )  # 3 s on, a step down
    out.number(battery, tag_bits).number(1, 8).number(0, 2).code("01").number(0, 1).code("01").number(
        1, 1
    )  # 1 s on, up
    out.code("1101111")  # sent with the later of the two
    assert told(model, out.hex()) == {
        ("air_temperature", 0): [(3, -5.0), (0, -5.1)], ("battery_voltage", 0): [(3, 3600), (2, 3700)],
    }  # fmt: skip
