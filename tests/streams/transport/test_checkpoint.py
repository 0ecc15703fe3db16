"""Killed between any two stages of a checkpoint: nothing is lost, and the state counts each record once."""

import time

import pytest

pytestmark = pytest.mark.parts


RECORDS = 3000
STAGES = {
    "processed": None,  # what had left by then comes twice
    "outputs confirmed": RECORDS,  # all had
    "state sent": None,
    "state confirmed": 0,  # from here on a repeat knows that it is one
    "acked": 0,
    "committed": 0,
}
"""How many records come twice; None where that depends on the moment."""


@pytest.fixture(scope="module")
def deaths(side_by_side):
    return dict(zip(STAGES, side_by_side(die_at, STAGES), strict=True))


def die_at(lab, stage: str) -> tuple[int, int]:
    """All records stand in the log, and are processed in one checkpoint, at a stage of which the worker dies.

    Returns:
        Records sent, and records that came twice.
    """
    feeder, checker = lab.feeder(rate=20_000), lab.checker()
    feeder.start()
    while feeder.sent < RECORDS:
        time.sleep(0.001)
    feeder.close()
    dying = lab.worker("dying", "state=1", f"crash={stage}", f"crash_after={feeder.sent}", checkpoint_interval_s=3)
    dying.start()
    assert dying.process is not None
    assert dying.process.wait(60) == -9, dying.tail()
    heir = lab.worker("heir", "state=1")
    heir.join()
    found = lab.verdict(feeder, checker, doubled_limit=feeder.sent)
    heir.stop()
    checker.close()
    return feeder.sent, found["doubled"]


@pytest.mark.parametrize(("stage", "again"), STAGES.items())
def test_killed_at(deaths, stage: str, again: int | None) -> None:
    sent, doubled = deaths[stage].result()
    assert again is None or doubled == (sent if again else 0)
