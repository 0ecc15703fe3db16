"""The filter drops only what it is sure of, and forgets nothing it promised to remember."""

from hypothesis import given
from hypothesis import strategies as st

from vigie.streams.core.duplicate_filter import (
    COUNTER_REUSED,
    RECENT,
    RESET,
    WIDTH,
    DeviceFilter,
    Session,
    dump,
    load,
)  # fmt: skip

frames = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3)), max_size=200)


def offer(session, f_cnt, payload):
    """Whether the frame passes; then it is remembered."""
    identity = hash((f_cnt, payload)) & 0xFFFFFFFF
    if session.is_repeat(f_cnt, identity):
        return False
    session.add(f_cnt, identity)
    return True


@given(frames)
def test_never_drops_a_frame_it_has_not_seen(sequence):
    session, seen = Session(), set()
    for frame in sequence:
        passed = offer(session, *frame)
        assert passed or frame in seen
        seen.add(frame)


@given(st.lists(st.tuples(st.integers(0, WIDTH - 1), st.integers(0, 3)), max_size=200))
def test_drops_each_repeat_of_the_last_64(sequence):
    session, order = Session(), []
    for frame in sequence:
        repeat = frame in order[-RECENT:]
        passed = offer(session, *frame)
        assert not (repeat and passed)
        if passed:
            order.append(frame)


@given(frames, st.integers(0, 200))
def test_a_restart_changes_nothing(sequence, cut):
    straight, restarted = DeviceFilter(), DeviceFilter()
    for place, frame in enumerate(sequence):
        if place == cut:
            restarted = load(dump(restarted))
        name = f"session-{frame[1] % 3}"
        assert offer(straight.session(name), *frame) == offer(restarted.session(name), *frame)
    assert dump(straight) == dump(restarted)


def test_counter_far_below_is_a_reset_and_published():
    session = Session()
    assert session.add(5000, 1) is None
    assert not session.is_repeat(5000 - WIDTH, 2)
    assert session.add(5000 - WIDTH, 2) == RESET
    assert session.highest == 5000 - WIDTH


def test_same_counter_with_another_payload_is_published_with_a_warning():
    session = Session()
    session.add(7, 1)
    assert not session.is_repeat(7, 2)
    assert session.add(7, 2) == COUNTER_REUSED


def test_size_is_bounded():
    device = DeviceFilter()
    for f_cnt in range(5000):
        for name in ("00d20001", "00d20002", "00d20003"):
            device.session(name).add(f_cnt, f_cnt)
    assert len(dump(device)) <= 2 * 410
