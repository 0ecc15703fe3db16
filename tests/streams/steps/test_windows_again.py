"""Windows made again from the store, on a real Kafka and a real PostgreSQL: one journey of a point of heat."""

import json
import signal
from pathlib import Path

import numpy as np
import pytest
from churn import read_all
from fleet_objects import fleet_object, point
from roles_by_hand import vigie
from streams.steps.installation import PARTITIONS, Role, wait_until
from streams.steps.windows_played import DAY, HOUR, MIDNIGHT, QUARTER, Play, observed, quarters

from vigie.topics import baseline

pytestmark = pytest.mark.parts
JUNE = 1_748_728_800_000
"""1 June 2025, 00:00 in Paris, a Sunday."""
JULY = JUNE + 30 * DAY
SPREAD = "max(air_temperature) - min(air_temperature)"
P1 = "point:P1", "air_temperature"


def stated(expression: str) -> object:
    return fleet_object(
        "indicator", "spread", name="Amplitude", definition="Écart du jour", owner="c", expression=expression,
        unit="°C", windows=["1d"], use_case="heat",
    )  # fmt: skip


def of_zones() -> object:
    return fleet_object(
        "indicator", "warmest", name="Maximum", definition="De la zone", owner="c",
        expression="max(air_temperature)", unit="°C", windows=["1d"], zones=["Z1", "Z2"],
    )  # fmt: skip


def reigning(*roles: Role) -> Role | None:
    return next((role for role in roles if "is the active one now" in role.text()), None)


def test_windows_follow_what_comes_late_from_the_complete_set(kafka: str, database: str, tmp_path: Path):
    values = np.random.default_rng(1).normal(20, 5, (30, 96))
    with Play(kafka, tmp_path, database) as play:
        zones = (fleet_object("zone", name, name=name, role="other") for name in ("Z1", "Z2"))
        play.outbox.apply(1, *zones, point("P1", zones=("Z1",)), stated(SPREAD), of_zones())
        store, first, second = play.start("store"), play.start("recompute"), play.start("recompute")
        for role in (store, first, second):
            role.wait_ready()
        wait_until(lambda: reigning(first, second), 20)

        # What its owner no longer holds is made from the store, whatever the order in which it came.
        readings = quarters("P1", JUNE, values.ravel())
        late = readings.pop(17 * 96 + 40)
        play.observations(*readings[1000:], *reversed(readings[:1000]), *readings[20:30])
        mark = JUNE + 29 * DAY + 2 * HOUR
        for day in range(30):
            play.dirty("P1", JUNE + day * DAY, JUNE + (day + 1) * DAY, mark)
        play.wait_done(40, store, first, second)
        found = play.standing()
        quarter = [found[*P1, "15m", one.observed_at] for one in readings if one.observed_at < mark]
        assert [row[0] for row in quarter] == pytest.approx(
            [one.readings[0].value for one in readings if one.observed_at < mark], abs=1e-9
        )
        assert sum(key[:3] == (*P1, "15m") for key in found) == len(quarter), "the rest is the owner's"
        hours = [found[*P1, "1h", JUNE + n * HOUR][0] for n in range(24)]
        assert hours == pytest.approx(values[0].reshape(24, 4).mean(axis=1), abs=1e-9)
        assert found[*P1, "1d", JUNE] == (pytest.approx(values[0].mean(), abs=1e-9), 96, 0, "late", 1.0, "")
        for subject in ("zone:Z1", "commune:13055", "use_case:heat", "network:metropole"):
            assert found[subject, P1[1], "1d", JUNE][:2] == (pytest.approx(values[0].mean(), abs=1e-9), 1), subject
        assert not [key for key in found if key[2] in ("1w", "1mo", "1y") or key[1] == "spread"]

        # What closes between two ticks is made without a last reading.
        play.ticks(JUNE)
        wait_until(lambda: play.swept() == JUNE, 10, first.text)
        play.ticks(JULY + DAY)
        wait_until(lambda: play.swept() == JULY + DAY, 20, first.text)
        play.wait_done(20, store, first, second)
        found = play.standing()
        told = np.concatenate([values[:17].ravel(), np.delete(values[17], 40), values[18:].ravel()])
        assert found[*P1, "1mo", JUNE] == (
            pytest.approx(told.mean(), abs=1e-9), 2879, 0, "closed", pytest.approx(2879 / 2880), "",
        )  # fmt: skip
        assert found[*P1, "1w", JUNE + DAY][0] == pytest.approx(values[1:8].mean(), abs=1e-9)
        day = JUNE + 17 * DAY
        assert day == MIDNIGHT
        assert found["point:P1", "spread", "1d", day][0] == pytest.approx(np.ptp(np.delete(values[17], 40)), abs=1e-9)

        # A reading that comes two weeks late changes what holds it, and nothing else; the worker is killed meanwhile.
        warm = observed("P1", late.observed_at, 60.0)
        play.observations(warm)
        play.dirty("P1", warm.observed_at, warm.observed_at + QUARTER, JULY, "quality")
        active = reigning(first, second)
        assert active is not None
        other = second if active is first else first
        wait_until(lambda: play.standing()[*P1, "1d", day][2] == 1, 20, active.text)
        active.end(signal.SIGKILL)
        play.wait_done(40, store, first, second)
        wait_until(lambda: play.standing()["point:P1", "spread", "1d", day][2] == 1, 20, other.text)
        after = play.standing("subject = 'point:P1'")
        changed = {key[1:]: row[2:4] for key, row in after.items() if row != found.get(key)}
        again = (1, "quality")
        assert {key: said for key, said in changed.items() if key[0] in (P1[1], "spread") and key[2] < mark} == {
            (P1[1], "15m", warm.observed_at): (0, "quality"), (P1[1], "1h", day + 10 * HOUR): again,
            (P1[1], "1d", day): again, (P1[1], "1w", JUNE + 15 * DAY): again, (P1[1], "1mo", JUNE): again,
            ("spread", "1d", day): again,
        }  # fmt: skip
        told = values.ravel().copy()
        told[17 * 96 + 40] = 60.0
        assert after[*P1, "1mo", JUNE][0] == pytest.approx(told.mean(), abs=1e-9)
        assert after["point:P1", "spread", "1d", day][0] == pytest.approx(60 - values[17].min(), abs=1e-9)

        # Another definition is computed when somebody asks.
        play.outbox.apply(2, stated(f"({SPREAD}) / 2"))
        wait_until(lambda: "Revision 2 of the fleet is in force" in other.text(), 10, other.text)
        play.store.execute("INSERT INTO fleet_object (kind, id) VALUES ('indicator', 'spread')")
        said = json.loads(vigie(play.settings, "recompute", "--indicator", "spread", "--from", "2025-06-01",
                                "--to", "2025-07-01", "--json"))  # fmt: skip
        assert (said["state"], said["windows"], said["changed"]) == ("done", 30, 30)
        play.wait_done(20, store, other)
        half = play.standing("indicator = 'spread'")["point:P1", "spread", "1d", day]
        assert half[0] == pytest.approx((60 - values[17].min()) / 2, abs=1e-9)
        assert half[2:4] == (2, "definition")
        assert half[5] != after["point:P1", "spread", "1d", day][5]

        # So are baselines, as of the last tick: of all good values there are.
        said = json.loads(vigie(play.settings, "recompute", "--baselines", "--json"))
        assert (said["state"], said["points"], said["series"]) == ("done", 1, 1)
        messages = read_all(kafka, play.settings.topic("baselines"), PARTITIONS)
        (usual,) = baseline.decode([one.value() for one in messages if one.key() == b"P1"][-1])
        assert usual.to_at == JULY + DAY
        assert usual.median[0] == pytest.approx(
            np.median(np.concatenate([told[at : at + 4] for at in range(96, 2880, 672)]))
        )

        # The point lay in another zone: its own windows stay, those of both zones and what is computed of them do not.
        assert play.standing("indicator = 'warmest'")["zone:Z1", "warmest", "1d", day][:2] == (60.0, 96)
        play.outbox.apply(3, point("P1", zones=("Z2",)))
        wait_until(lambda: "Revision 3 of the fleet is in force" in other.text(), 10, other.text)
        play.dirty("P1", day, day + DAY, JULY, "placement")
        wait_until(lambda: ("zone:Z2", "warmest", "1d", day) in play.standing("indicator = 'warmest'"), 30, other.text)
        play.wait_done(20, store, other)
        moved = play.standing("subject LIKE 'zone:%'")
        assert moved["zone:Z1", P1[1], "1d", day][:4] == (None, 0, 2, "placement")
        assert moved["zone:Z2", P1[1], "1d", day][:4] == (
            pytest.approx(told[17 * 96 : 18 * 96].mean()),
            1,
            0,
            "placement",
        )
        assert moved["zone:Z1", "warmest", "1d", day][:2] == (None, 0)
        assert moved["zone:Z2", "warmest", "1d", day][:4] == (60.0, 96, 0, "placement")
        assert play.standing("indicator = 'air_temperature'")[*P1, "1d", day] == after[*P1, "1d", day]

        # A point that measures each second: its owner leaves even what it holds, once that is closed.
        levels = np.concatenate([np.full(3600, 80.0), np.random.default_rng(2).normal(60, 8, 3600).round(1)])
        play.outbox.apply(4, point("N1", zones=("Z1",), use_case="noise", properties=[{"property": "laeq"}], step_s=1,
                                   upload_s=60))  # fmt: skip
        wait_until(lambda: "Revision 4 of the fleet is in force" in other.text(), 10, other.text)
        play.observations(*(observed("N1", day + n * 1000, level, "laeq") for n, level in enumerate(levels.tolist())))
        play.dense("N1", day, closed_by=day + 2 * HOUR + 59_000)
        play.wait_done(30, store, other)
        hours = play.standing("subject = 'point:N1' AND window_code = '1h' AND indicator = 'laeq'")
        assert list(hours) == [("point:N1", "laeq", "1h", day)], "that of one o'clock has not come a minute later"
        play.dense("N1", day, closed_by=day + 2 * HOUR + 60_000)
        play.wait_done(30, store, other)
        wait_until(lambda: len(play.standing("indicator = 'noise_l10' AND window_code = '1h'")) == 2, 20, other.text)
        loud = play.standing("subject = 'point:N1'")
        energy = 10 * np.log10(np.mean(10 ** (levels[3600:] / 10)))
        assert loud["point:N1", "laeq", "1h", day + HOUR][:2] == (pytest.approx(energy, abs=1e-9), 3600)
        assert loud["point:N1", "noise_l10", "1h", day + HOUR][0] == pytest.approx(np.percentile(levels[3600:], 90))
        assert loud["point:N1", "noise_harmonica", "1h", day][0] == pytest.approx(10.0)
        assert not [key for key in loud if key[1:3] == ("laeq", "1d")], "the day has not closed"
        parts = {(one.subject, one.window_start): one for one in play.parts() if one.point == "N1"}
        assert {subject for subject, _ in parts} == {"zone:Z1", "commune:13055", "use_case:noise", "network:metropole"}
        [part] = parts["zone:Z1", day + HOUR].parts
        assert (part.count, part.value) == (3600, pytest.approx(energy, abs=1e-9))
