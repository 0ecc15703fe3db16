"""Killed between any two stages of a checkpoint: nothing is lost, and the state counts each record once."""

import time

import pytest

pytestmark = pytest.mark.parts


RECORDS = 3000


@pytest.mark.parametrize(
    ("stage", "again"),
    [
        ("processed", None),  # what had left by then comes twice
        ("outputs confirmed", RECORDS),  # all had
        ("state sent", None),
        ("state confirmed", 0),  # from here on a repeat knows that it is one
        ("acked", 0),
        ("committed", 0),
    ],
)
def test_killed_at(lab, stage: str, again: int | None) -> None:
    """All records stand in the log, and are processed in one checkpoint, at a stage of which the worker dies."""
    feeder, checker = lab.feeder(rate=20_000), lab.checker()
    feeder.start()
    while feeder.sent < RECORDS:
        time.sleep(0.001)
    feeder.close()
    dying = lab.worker("dying", "state=1", f"crash={stage}", f"crash_after={feeder.sent}", checkpoint_interval_s=3)
    dying.start()
    assert dying.process is not None
    assert dying.process.wait(30) == -9, dying.tail()
    heir = lab.worker("heir", "state=1")
    heir.join()
    found = lab.verdict(feeder, checker, doubled_limit=feeder.sent)
    assert again is None or found["doubled"] == (feeder.sent if again else 0)
    heir.stop()
    checker.close()
