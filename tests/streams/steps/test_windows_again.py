"""Windows made again from the store, on a real Kafka and a real PostgreSQL."""

from pathlib import Path

import numpy as np
import pytest
from streams.steps.windows_played import DAY, HOUR, MIDNIGHT, QUARTER, Play, observed, quarters

pytestmark = pytest.mark.parts
LATER = MIDNIGHT + 30 * DAY


def test_a_dirty_day_is_made_again_from_the_complete_set(kafka: str, database: str, tmp_path: Path):
    values = np.random.default_rng(1).normal(20, 5, 2 * 96)
    with Play(kafka, tmp_path, database) as play:
        play.points("P1", "P2")
        store, role = play.start("store"), play.start("recompute")
        store.wait_ready(), role.wait_ready()
        readings = quarters("P1", MIDNIGHT, values)
        play.observations(*readings[:50], *readings[60:], *reversed(readings[50:60]), *readings[20:30])
        play.dirty("P1", MIDNIGHT, MIDNIGHT + DAY, LATER)
        play.dirty("P1", MIDNIGHT + DAY, MIDNIGHT + 2 * DAY, MIDNIGHT + DAY + 2 * HOUR)
        play.wait_done(30, store, role)

        found = play.standing()
        assert {key[:2] for key in found} == {("point:P1", "air_temperature")}
        quarter = {start: row for (_, _, code, start), row in found.items() if code == "15m"}
        assert len(quarter) == 96 + 8, "windows that begin after `before` are the owner's"
        assert [quarter[MIDNIGHT + n * QUARTER][0] for n in range(96)] == pytest.approx(values[:96], abs=1e-9)
        hours = [found["point:P1", "air_temperature", "1h", MIDNIGHT + n * HOUR] for n in range(24)]
        assert [row[0] for row in hours] == pytest.approx(values[:96].reshape(24, 4).mean(axis=1), abs=1e-9)
        day = found["point:P1", "air_temperature", "1d", MIDNIGHT]
        assert day == (pytest.approx(values[:96].mean(), abs=1e-9), 96, 0, "late", 1.0, "")

        play.observations(observed("P1", MIDNIGHT + 10 * HOUR + 60_000, 99.0))
        play.dirty("P1", MIDNIGHT + 10 * HOUR, MIDNIGHT + 10 * HOUR + 120_000, LATER, "quality")
        play.wait_done(30, store, role)
        after = play.standing()
        changed = {key[2:]: row[2:4] for key, row in after.items() if row != found.get(key)}
        assert changed == {
            ("15m", MIDNIGHT + 10 * HOUR): (1, "quality"),
            ("1h", MIDNIGHT + 10 * HOUR): (1, "quality"),
            ("1d", MIDNIGHT): (1, "quality"),
        }
