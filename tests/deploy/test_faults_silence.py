"""What is mailed when a gateway fails, when the platform does, when a logger sends three days at once: played whole."""

import numpy as np
import pytest

from vigie.deploy.faults import part_silence as part
from vigie.deploy.faults.part import parts
from vigie.deploy.faults.silence_town import DAY_MS, HOUR_MS, START_AT, Device, Off, arrivals


def played(make):
    (figure,) = parts()["silence"].play(make, 1, 4)
    return figure


def test_a_gateway_with_sixty_containers_is_two_mails_and_sixty_explained_alerts():
    figure = played(part.gateway_loss)
    assert (figure.mails, figure.device_mails, figure.suppressed, figure.found) == (2, 0, 60, 60)
    assert figure.held()
    assert not figure._replace(mails=3).held()
    assert not figure._replace(open=1).held()
    assert not figure._replace(found=50).held()


@pytest.mark.long
@pytest.mark.parametrize(
    "make",
    [make for make in part.SCENARIOS if make is not part.gateway_loss],
    ids=lambda make: make.__name__,
)
def test_what_is_promised_holds(make):
    assert played(make).held()


def test_what_is_away_brings_nothing_and_what_it_kept_comes_when_it_is_back():
    rng = np.random.default_rng(1)
    one, two = Device(1, "waste", "distance", 3600, ("g1",)), Device(2, "waste", "distance", 3600, ("g1", "g2"))
    day = START_AT + DAY_MS
    came = arrivals([one, two], 3, [Off("g1", day, day + DAY_MS)], rng)
    assert not [each for each in came if each.device is one and day <= each.measured_at < day + DAY_MS]
    assert {each.gateways for each in came if day <= each.measured_at < day + DAY_MS} == {("g2",)}
    kept = arrivals([one], 3, [Off(one.address, day, day + DAY_MS, kept=True)], rng)
    assert len(kept) == 72
    assert sum(each.at == day + DAY_MS for each in kept) == 24


def test_losses_are_as_many_as_asked_and_as_bursty():
    device = Device(1, "waste", "distance", 900, (), 0.2, 0.6)
    came = arrivals([device], 200, (), np.random.default_rng(2))
    gaps = np.diff([round((each.measured_at - came[0].measured_at) / 900_000) for each in came])
    lost = int((gaps - 1).sum())
    assert abs(lost / (lost + len(came)) - 0.2) < 0.02
    assert abs(1 - (gaps > 1).sum() / lost - 0.6) < 0.03
    assert came[0].at - START_AT < HOUR_MS
