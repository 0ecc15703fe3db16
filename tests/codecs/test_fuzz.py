"""What `make fuzz` runs, without its fuzzer: the seeds find nothing, and what lies or is slow is found and kept."""

import json
import random
import time

import cbor2
import pytest
from fuzz import findings, mutation, promises, seeds
from fuzz.targets import HINTS, TARGETS, codec_ids, describe, forms

from vigie.codecs.decoder import Decoded
from vigie.codecs.registry import codecs, envelopes
from vigie.topics.reason import Reason, Undecodable
from vigie.topics.uplink import Reading


@pytest.fixture(scope="module")
def of_each():
    return {target: sorted(seeds.of(target)) for target in TARGETS}


@pytest.mark.parametrize("target", TARGETS)
def test_seeds_and_some_mutations_of_them_find_nothing(target, of_each):
    plan, begin = TARGETS[target], of_each[target]
    assert len(begin) > 20
    for number, seed in enumerate(begin):
        findings.checked(target, seed)
        changed = mutation.mutated(seed, plan.most, number, plan.head, lambda data, most: data[:most][1:], begin)
        findings.checked(target, changed)


@pytest.mark.parametrize(
    ("target", "data"),
    [
        ("sources", b"a = " + b"[" * 3000),  # tomllib's RecursionError came out
        ("sources", b'[[layout]]\nname = "l"\ntime = "t"\ntime_format = "%d/%d/%Y"\ncolumns = []\n'),  # re.error did
    ],
)
def test_what_was_found_once_is_found_no_more(target, data):
    findings.checked(target, data)


def test_each_codec_and_each_envelope_has_a_seed_that_is_read(of_each):
    chosen = {codec_ids()[int.from_bytes(one[:2]) % len(codec_ids())] for one in of_each["payloads"]}
    assert chosen == set(codecs())
    read = {
        forms()[one[0]]
        for one in of_each["envelopes"]
        if promises.envelope(forms()[one[0]], one[2:], HINTS[one[1] % len(HINTS)])
    }
    assert read == set(envelopes())


LIES = [
    Decoded([Reading(1, 0, float("nan"))], {}, []),
    Decoded([Reading(1, 0, 7)], {}, []),
    Decoded([Reading(0, 0, 7.0)], {}, []),
    Decoded([Reading(1, 2**15, 7.0)], {}, []),
    Decoded([Reading(1, 0, 7.0, 5)], {}, []),
    Decoded([Reading(1, 0, 7.0), Reading(1, 0, 8.0)], {}, []),
    Decoded([], {"co2_ppm": 7}, []),
    Decoded([], {"name": "\ud800"}, []),
    Decoded([], {}, ["unknown field"]),
    Undecodable(Reason.BAD_PAYLOAD, "x" * 200),
    Undecodable(Reason.NOT_JSON, "a payload is none"),
    KeyError("channel"),
    RecursionError(),
]


def lying(answer, wait_s=0.0):
    def decode(_payload, _f_port, _received_at):
        until = time.thread_time() + wait_s
        while time.thread_time() < until:
            pass
        if isinstance(answer, Exception):
            raise answer
        return answer

    return decode


def replaced(monkeypatch, decode):
    class Lying:
        pass

    Lying.decode = staticmethod(decode)
    monkeypatch.setattr(promises, "codecs", lambda: dict.fromkeys(codec_ids(), Lying))


@pytest.mark.parametrize("answer", LIES, ids=repr)
def test_a_lie_or_an_undeclared_error_is_found_kept_and_seen_again(answer, monkeypatch, tmp_path):
    replaced(monkeypatch, lying(answer))
    error = findings.outcome(lambda: findings.checked("payloads", b"\0\0\1\0\xaa\xbb"))
    assert error is not None
    assert findings.keep(tmp_path, "payloads", b"\0\0\1\0\xaa\xbb", error)
    assert not findings.keep(tmp_path, "payloads", b"\0\0\1\0\xaa", error), "the same place again"
    [file] = [one for one in tmp_path.iterdir() if one.suffix != ".txt"]
    assert file.read_bytes() == b"\0\0\1\0\xaa", "the shortest is kept"
    assert f'make fuzz ARGS="--again {file}"' in file.with_suffix(".txt").read_text()
    assert type(findings.again(file)) is type(error)
    monkeypatch.undo()
    assert findings.again(file) is None, "the bug is no more"


def test_what_takes_more_than_a_second_is_found(monkeypatch):
    replaced(monkeypatch, lying(Decoded([], {}, []), wait_s=1.05))
    with pytest.raises(findings.SlowError, match="6 bytes took 1"):
        findings.checked("payloads", b"\0\0\1\0\xaa\xbb")


def test_a_peek_that_names_another_device_is_found(monkeypatch):
    envelope = envelopes()["bare-payload"]

    class Lying:
        parse = staticmethod(envelope.parse)
        peek = staticmethod(lambda _body, _hints: "src:ville:another")

    monkeypatch.setattr(promises, "envelopes", lambda: {"bare-payload": Lying})
    with pytest.raises(AssertionError, match="peek gives src:ville:another"):
        promises.envelope("bare-payload", b"\x01", HINTS[1])


def test_mutations_keep_json_json_and_cbor_cbor():
    def never(data, _most):
        raise ZeroDivisionError(data)

    for body, read in (
        (b'{"a": [1, {"b": "c"}], "d": null}', json.loads),
        (cbor2.dumps([{-2: "urn:dev:mac:0024befffe804ff1_", 2: 1.5}]), cbor2.loads),
    ):
        others, made = [b"\1" + body], set()
        for number in random.Random(7).sample(range(10_000), 200):
            try:
                changed = mutation.mutated(b"\1" + body, 1000, number, 1, never, others)
            except ZeroDivisionError:  # the other half: bytes
                continue
            read(changed[1:])
            made.add(changed)
        assert len(made) > 50


def test_an_input_is_described_by_what_it_goes_to():
    assert describe("payloads", b"\0\0\7\0\xaa").startswith(f"codec {codec_ids()[0]}, f_port 7,")
    assert describe("envelopes", b"\0\0{}").startswith(f"envelope {forms()[0]}, ")
