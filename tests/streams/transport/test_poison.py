"""A record that crashes the code does not stop its partition."""

import time

import msgspec
import pytest
from churn import read_all

from vigie.topics.alarm_input import PlatformSignal, decode
from vigie.topics.avro import Framer
from vigie.topics.dead_letter import DeadLetter

pytestmark = pytest.mark.parts


CRASHES = {"poison": 4, "poison_kill": 5}
"""By an exception, and by a death that no handler sees: how often the worker ends before the record is known."""


@pytest.fixture(scope="module")
def played(side_by_side):
    return dict(zip(CRASHES, side_by_side(isolate, CRASHES), strict=True))


@pytest.mark.parametrize("how", CRASHES)
def test_a_poison_record_is_isolated(played, how: str) -> None:
    played[how].result()


def isolate(lab, how: str) -> None:
    worker = lab.worker("A", f'{how}="n":777}}', session_timeout_s=6)
    feeder, checker = lab.feeder(rate=2000), lab.checker()
    feeder.start()
    time.sleep(1)
    feeder.close()
    with lab.supervised():
        worker.start()
        checker.wait_for(feeder.sent - 1, limit_s=100)
        assert len(checker.seen) == feeder.sent - 1
        (letter,) = letters(lab)
        assert (letter.reason, letter.step, letter.topic) == ("internal_error", "forward", "raw.lora")
        assert msgspec.json.decode(letter.body) == {"n": 777}
        assert letter.traceback is not None
        assert ("planted bug" if how == "poison" else "without a traceback") in letter.traceback
        signals = [decode(message.value()) for message in read_all(lab.broker, lab.topic("alarm-inputs"), 1)]
        (signal,) = [s for s in signals if isinstance(s, PlatformSignal)]
        assert signal.rule == "poison_record"
        assert signal.subject == f"forward raw.lora/{letter.partition}"
        assert len(worker.exits) == CRASHES[how]
        time.sleep(2)
        assert len(worker.exits) == CRASHES[how], "and the worker goes on"
    checker.close()


def letters(lab) -> list[DeadLetter]:
    deadline = time.monotonic() + 10
    found: list[DeadLetter] = []
    while not found and time.monotonic() < deadline:
        framer = Framer("dead-letters.v1")
        found = [
            framer.decode(message.value(), DeadLetter) for message in read_all(lab.broker, lab.topic("dead-letters.v1"))
        ]
    return found
