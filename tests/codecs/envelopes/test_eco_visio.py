"""Eco-Visio's counts: offsets of legal time, holes, whose they are."""

import json

import pytest

from vigie.codecs.envelopes.eco_visio import parse, peek
from vigie.codecs.frame import Frame, Hints, Refused
from vigie.topics.property import BY_NAME
from vigie.topics.reason import Reason, Undecodable

HINTS = Hints(source="velo", address="src:velo:100125331")


def body(*rows: dict) -> bytes:
    return json.dumps(rows).encode()


@pytest.mark.parametrize("offset", ["+0100", "+01:00"])
def test_an_interval_is_an_uplink_at_its_beginning(offset):
    (frame,) = parse(body({"date": f"2026-11-23T10:00:00{offset}", "counts": 12}), HINTS)
    assert frame.address == "src:velo:100125331"
    assert frame.observed_at == 1795424400000
    assert [(r.property, r.channel, r.value) for r in frame.decoded.readings] == [(BY_NAME["passages"].id, 0, 12.0)]


def test_the_hour_that_comes_twice_keeps_its_offsets():
    twice = parse(body(*({"date": f"2026-10-25T02:00:00{at}", "counts": 1} for at in ("+0200", "+0100"))), HINTS)
    assert twice[1].observed_at - twice[0].observed_at == 3_600_000


def test_a_hole_is_no_zero():
    hole, zero = parse(body({"date": "2026-11-23T10:00:00+0100", "counts": None},
                            {"date": "2026-11-23T10:15:00+0100", "counts": 0}), HINTS)  # fmt: skip
    assert (hole.decoded.readings, hole.decoded.warnings) == ([], ["MISSING_VALUE"])
    assert zero.decoded.readings[0].value == 0.0


def test_a_row_that_cannot_be_read_is_refused_alone():
    bad, good = parse(body({"date": "2026-11-23T10:00:00", "counts": 1},
                           {"date": "2026-11-23T10:00:00Z", "counts": 1}), HINTS)  # fmt: skip
    assert isinstance(bad, Refused)
    assert isinstance(good, Frame)


def test_nobody_guesses_whose_counts_they_are():
    with pytest.raises(Undecodable) as refused:
        parse(body(), Hints(source="velo"))
    assert refused.value.reason is Reason.BAD_HEADER
    assert peek(b"[]", Hints(source="velo")) is None
    assert peek(b"[]", HINTS) == HINTS.address


@pytest.mark.parametrize("broken", [b"{", b"{}", b"\xff", b"[" * 9000, b'[{"date": 1}]'])
def test_what_is_no_answer_is_refused(broken):
    try:
        said = parse(broken, HINTS)
    except Undecodable:
        return
    assert [one.reason for one in said] == [Reason.BAD_ENVELOPE]
