"""A codec that hangs, eats memory, overflows, throws or answers nonsense costs one dead letter, and no more."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from vigie.codecs.decoder import Decoded
from vigie.codecs.javascript.codec_file import CodecFile
from vigie.codecs.javascript.runner import CHUNK, SET_ASIDE_AFTER, SET_ASIDE_S, Runner
from vigie.topics.reason import Reason, Undecodable

AT = 1_795_600_800_123
TEMPERATURE = '[fields]\ntemperature = { property = "air_temperature" }\n'
BAD = 7


def script(fault):
    return f"""
    function decodeUplink(input) {{
        if (input.bytes[0] === {BAD}) {{ {fault} }}
        return {{ data: {{ temperature: input.bytes[0] }} }};
    }}"""


def values(found):
    return [one.readings[0].value if isinstance(one, Decoded) else one.reason for one in found]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("while (true);", Reason.CODEC_STOPPED),
        ("for (;;) try { while (true); } catch (e) {} finally { continue; }", Reason.CODEC_STOPPED),
        ("/(a+)+b/.test('a'.repeat(60));", Reason.CODEC_STOPPED),
        ("var a = []; while (true) a.push(new Array(1000).fill(1));", Reason.CODEC_STOPPED),
        (
            "leak = []; for (;;) try { leak.push(new Array(1000).fill(1)); } catch (e) { throw e; }",
            Reason.CODEC_STOPPED,
        ),
        ("return { data: 'x'.repeat(100e6) };", Reason.CODEC_STOPPED),
        ("return decodeUplink(input);", Reason.CODEC_STOPPED),
        ("return (function down(n) { return [n].map(down); })(1);", Reason.CODEC_STOPPED),
        ("var o = {}; for (var i = 0; i < 1e5; i++) o = { o: o }; return { data: o };", Reason.CODEC_STOPPED),
        ("return { get data() { while (true); } };", Reason.CODEC_STOPPED),
        ("return new Proxy({}, { get() { while (true); } });", Reason.CODEC_STOPPED),
        ("throw { get message() { while (true); }, toJSON() { while (true); } };", Reason.CODEC_STOPPED),
        ("throw new Error('no such channel');", Reason.CODEC_FAILED),
        ("throw 'text';", Reason.CODEC_FAILED),
        ("throw null;", Reason.CODEC_STOPPED),  # as the engine does without memory even for an error
        ("throw Symbol('s');", Reason.CODEC_FAILED),
        ("throw { toString() { throw 1; }, toJSON() { throw 2; } };", Reason.CODEC_FAILED),
        ("undefinedFunction();", Reason.CODEC_FAILED),
        ("null.length;", Reason.CODEC_FAILED),
        ("new Array(-1);", Reason.CODEC_FAILED),
        ("var o = {}; o.o = o; return { data: o };", Reason.CODEC_FAILED),
        ("return { data: 'x'.repeat(1e6) };", Reason.CODEC_FAILED),
        ("var o = {}; for (var i = 0; i < 1e5; i++) o['k' + i] = i; return { data: o };", Reason.CODEC_FAILED),
        ("return { data: { toJSON() { throw new Error('x'); } } };", Reason.CODEC_FAILED),
        ("return { data: Symbol.iterator };", Reason.CODEC_FAILED),
        ("return function () {};", Reason.CODEC_FAILED),
        ("return { data: { temperature: Infinity } };", Reason.CODEC_FAILED),
        ("return Promise.resolve({ data: { temperature: 1 } });", Reason.CODEC_FAILED),
        ("return {};", Reason.CODEC_FAILED),
        ("Object.prototype.toJSON = () => 1; return { data: { temperature: 5 } };", Reason.CODEC_FAILED),
        ("Array.prototype.toJSON = () => 'x'; return { data: { temperature: 5 } };", Reason.CODEC_FAILED),
        ("Array.prototype.toJSON = () => ({ values: 5 }); return { data: { temperature: 5 } };", Reason.CODEC_FAILED),
    ],
)
def test_it_costs_one_payload_whatever_it_does(codec, fault, reason):
    one = codec(script(fault), TEMPERATURE)
    payloads = [1, 2, BAD, 4, 5]
    assert values(one.batch([(bytes([n]), 1, AT) for n in payloads])) == [1, 2, reason, 4, 5]
    with pytest.raises(Undecodable) as caught:
        one.decode(bytes([BAD]), 1, AT)
    assert caught.value.reason is reason
    assert len(caught.value.message) < 200
    assert caught.value.message.isprintable()
    assert one.decode(b"\x03", 1, AT).readings[0].value == 3


@pytest.mark.parametrize("json", ["5", "undefined", "'n'", "[{}]", "['1', '2']", "this.map(() => ({}))", "[[1]]"])
def test_answers_of_numbers_that_were_tampered_with(codec, json):
    """The short form of an answer, which comes after one with a displayName: it is refused, or read as what it says."""
    text = f"""
    function decodeUplink(input) {{
        const temperature = {{ value: input.bytes[0], displayName: "T", unit: "x" }};
        if (input.bytes[0] === {BAD}) Array.prototype.toJSON = function () {{ return {json}; }};
        return {{ data: {{ temperature }} }};
    }}"""
    found = codec(text, TEMPERATURE).batch([(bytes([n]), 1, AT) for n in (1, 2, BAD, 4)])
    assert values(found[:2]) == [1, 2]
    assert all(isinstance(one, Decoded | Undecodable) for one in found[2:])


def test_async_code_is_told_apart_from_nonsense(codec):
    (found,) = codec("async function decodeUplink(i) { return { data: { t: 1 } }; }").batch([(b"1", 1, AT)])
    assert "gave a promise" in found.message
    (found,) = codec("function decodeUplink(i) { return {}; }").batch([(b"1", 1, AT)])
    assert "neither data nor errors" in found.message


def test_faults_in_several_chunks(codec):
    one = codec(script("while (true);"), TEMPERATURE)
    places = {3, CHUNK + 1, 3 * CHUNK}
    jobs = [(bytes([BAD if place in places else 1]), 1, AT) for place in range(4 * CHUNK)]
    found = values(one.batch(jobs))
    assert {place for place, value in enumerate(found) if value is Reason.CODEC_STOPPED} == places
    assert found.count(1) == len(jobs) - 3


def test_what_others_left_behind_does_not_stop_a_good_payload(codec):
    """A codec that keeps what it has seen comes to its limit in the end: that is not the fault of the next payload."""
    leaky = """
    var kept = [];
    function decodeUplink(input) {
        kept.push(new Array(100000).fill(input.bytes[0]));
        return { data: { temperature: input.bytes[0] } };
    }"""
    found = codec(leaky, TEMPERATURE).batch([(b"\x05", 1, AT)] * 100)
    assert values(found) == [5] * 100


def test_a_file_that_hangs_while_it_is_loaded(codec):
    one = codec("while (true);")
    started = time.monotonic()
    found = one.batch([(b"1", 1, AT)] * 500)
    assert values(found) == [Reason.CODEC_STOPPED] * 500
    assert time.monotonic() - started < 8, "it is loaded once, not 500 times"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("function (", "SyntaxError"),
        ("throw new Error('not today')", "not today"),
        ("var other = 1;", "decodeUplink"),
        ("require('./other.js')", "other.js"),
    ],
)
def test_a_file_that_cannot_be_loaded(codec, runner, text, why):
    found = codec(text).batch([(b"1", 1, AT)] * 3)
    assert values(found) == [Reason.CODEC_FAILED] * 3
    assert why in found[0].message


def test_a_codec_that_is_stopped_again_and_again_is_set_aside(write_codec):
    now = [0.0]
    file = CodecFile.read(write_codec(script("while (true);"), TEMPERATURE))
    with Runner(clock=lambda: now[0]) as runner:
        one = file.codec(runner)
        started = time.monotonic()
        found = one.batch([(bytes([BAD]), 1, AT)] * 500)
        assert time.monotonic() - started < 0.2 * SET_ASIDE_AFTER + 4
        assert values(found) == [Reason.CODEC_STOPPED] * 500
        assert "set aside" in found[-1].message
        assert "set aside" not in found[0].message
        assert values(one.batch([(b"\x01", 1, AT)])) == [Reason.CODEC_STOPPED]
        now[0] += SET_ASIDE_S
        assert values(one.batch([(b"\x01", 1, AT)])) == [1]
        assert values(one.batch([(bytes([BAD]), 1, AT)] * 2)) == [Reason.CODEC_STOPPED] * 2
        assert values(one.batch([(b"\x01", 1, AT)])) == [1], "once is not twenty times"


def test_other_codecs_go_on_while_one_is_set_aside(codec):
    bad = codec(script("while (true);"), TEMPERATURE)
    bad.batch([(bytes([BAD]), 1, AT)] * (SET_ASIDE_AFTER + 5))
    assert values(codec(script(""), TEMPERATURE).batch([(b"\x01", 1, AT)])) == [1]


def test_a_worker_that_was_killed_is_replaced_and_nothing_is_lost(codec, runner):
    one = codec(script(""), TEMPERATURE)
    assert one.decode(b"\x01", 1, AT).readings[0].value == 1
    (worker,) = runner.workers
    before, started = worker.pid, worker.started
    os.kill(before, signal.SIGKILL)
    assert values(one.batch([(b"\x02", 1, AT)] * 3)) == [2, 2, 2]
    assert worker.started == started + 1
    assert worker.pid != before


def test_a_worker_that_does_not_answer_is_killed_by_the_watchdog(write_codec):
    """The engine's own limit stops codecs: this is for what it does not reach, here a worker that stands still."""
    file = CodecFile.read(write_codec(script(""), TEMPERATURE))
    with Runner(call_s=0.2) as runner:
        one = file.codec(runner)
        one.decode(b"\x01", 1, AT)
        (worker,) = runner.workers
        still = worker.pid
        os.kill(still, signal.SIGSTOP)
        started = time.monotonic()
        with pytest.raises(Undecodable) as caught:
            one.decode(b"\x02", 1, AT)
        assert caught.value.reason is Reason.CODEC_STOPPED
        assert "did not answer" in caught.value.message
        assert 0.2 <= time.monotonic() - started < 6
        assert not Path(f"/proc/{still}").exists()
        assert one.decode(b"\x03", 1, AT).readings[0].value == 3


def test_a_worker_that_had_no_processor_is_waited_for(write_codec):
    file = CodecFile.read(write_codec(script(""), TEMPERATURE))
    with Runner(call_s=0.3) as runner:
        one = file.codec(runner)
        one.decode(b"\x01", 1, AT)
        (worker,) = runner.workers
        os.kill(worker.pid, signal.SIGSTOP)
        waker = threading.Timer(0.8, os.kill, (worker.pid, signal.SIGCONT))
        waker.start()
        assert one.decode(b"\x02", 1, AT).readings[0].value == 2
        assert worker.started == 1
        waker.join()


def test_several_workers_share_a_batch(write_codec):
    file = CodecFile.read(write_codec(script("while (true);"), TEMPERATURE))
    with Runner(workers=2) as runner:
        jobs = [(bytes([n % 200 if n % 200 != BAD else 1]), 1, AT) for n in range(1000)]
        jobs[321] = (bytes([BAD]), 1, AT)
        found = values(file.codec(runner).batch(jobs))
        assert [worker.started for worker in runner.workers] == [1, 1]
    expected = [float(job[0][0]) for job in jobs]
    expected[321] = Reason.CODEC_STOPPED
    assert found == expected


def test_long_payloads(codec):
    one = codec("function decodeUplink(i) { return { data: { temperature: i.bytes.length } } }", TEMPERATURE)
    sizes = [0, 1, 255, 10_000, 200_000, 10_000, 3] * 20
    assert values(one.batch([(bytes(size), 1, AT) for size in sizes])) == sizes
