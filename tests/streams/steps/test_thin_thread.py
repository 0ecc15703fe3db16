"""From uplinks and ticks to alert events and mails, on a real Kafka, with workers killed in between."""

import signal
import time
from pathlib import Path

import pytest
from streams.steps.installation import MINUTE, START, Installation, Role, uplink, wait_until

from vigie.deploy.demo.mail_sink import MailSink
from vigie.topics.alarm_input import SilenceSignal
from vigie.topics.identity import alert_id

pytestmark = pytest.mark.parts

DEVICES = [f"eui:24e124136b0000{number:02x}" for number in range(8)]
SILENT = DEVICES[3]
"""Heard at 00:17:30, then not before 02:17:30; its period is 15 min, so it is due at 01:02:30."""


def play(place: Installation, first: int, last: int) -> None:
    """The minutes of the day, each with its uplinks before its tick."""
    for minute in range(first, last + 1):
        for number, device in enumerate(DEVICES):
            if minute % 15 == number and not (device == SILENT and 30 < minute < 130):
                place.uplinks(uplink(device, minute - 0.5, minute, [20.0 + number]))
        place.tick(minute)


def test_a_silence_becomes_one_alert_and_one_mail_whoever_is_killed(kafka: str, tmp_path: Path):
    with (
        MailSink(tmp_path / "mails") as sink,
        Installation(kafka, tmp_path, smtp_port=sink.port, session_timeout_s=6) as place,
    ):
        roles = {name: place.start(name) for name in ("observe", "alarm", "notify")}
        for role in roles.values():
            role.wait_ready()
        play(place, 0, 80)
        wait_until(lambda: len(place.alerts()) == 1, 60, roles["observe"].text)
        wait_until(lambda: len(sink.files()) == 1, 30, roles["notify"].text)

        for name, role in roles.items():
            role.end(signal.SIGKILL)
            roles[name] = place.start(name)
        for role in roles.values():
            role.wait_ready()
        play(place, 81, 150)
        wait_until(lambda: place.answered() == 150, 60, roles["observe"].text)
        wait_until(lambda: len(place.alerts()) == 2, 30, roles["alarm"].text)
        time.sleep(1)

        raised, cleared = place.alerts()
        last_arrival_at = int(START + 17.5 * MINUTE)
        assert raised.alert_id == cleared.alert_id == alert_id(f"silence:{SILENT}:no_arrival", str(last_arrival_at))
        assert (raised.transition, cleared.transition) == ("raised", "cleared")
        assert raised.decided_at == START + 63 * MINUTE  # 17.5 min + 3 x 15 min, at the next tick
        assert raised.explanation.sentence_fr.startswith(
            f"Le capteur {SILENT} (EM300-TH) n'a rien envoyé depuis le 18/06"
        )
        (mail,) = sink.mails()
        assert mail["X-Vigie-Event"] == raised.event_id


def silence(number: int) -> SilenceSignal:
    device = f"eui:24e124136b0001{number:02x}"
    return SilenceSignal(
        address=device, silent=True, last_arrival_at=START, due_at=START + 45 * MINUTE, arrival_at=None,
        decided_at=START + 45 * MINUTE, period_s=900, model="EM300-TH", network="metropole",
    )  # fmt: skip


def owns(role: Role) -> bool | str:
    """Whether an alarm worker is the active one; a word while that is open."""
    said = [line for line in role.text().splitlines() if "alarm has " in line]
    return "stands by" not in said[-1] if said else "unknown"


def test_the_standby_takes_over_and_the_frozen_one_is_fenced(kafka: str, tmp_path: Path):
    with Installation(kafka, tmp_path) as place:
        workers = [place.start("alarm"), place.start("alarm")]
        wait_until(
            lambda: {owns(worker) for worker in workers} == {False, True},
            60,
            lambda: "\n".join(w.text() for w in workers),
        )
        first, second = sorted(workers, key=owns, reverse=True)
        place.inputs(*map(silence, range(10)))
        wait_until(lambda: len(place.alerts()) == 10, 20, first.text)

        first.process.send_signal(signal.SIGSTOP)
        frozen_at = time.monotonic()
        place.inputs(*map(silence, range(10, 20)), *map(silence, range(10)))  # and the first ten once more
        wait_until(lambda: len(place.alerts()) == 20, 30, second.text)
        took_s = time.monotonic() - frozen_at
        first.process.send_signal(signal.SIGCONT)
        place.inputs(*map(silence, range(20, 30)))
        wait_until(lambda: len(place.alerts()) == 30, 30, second.text)
        time.sleep(3)

        alerts = place.alerts()
        assert [alert.alarm_key for alert in alerts] == [f"silence:{silence(n).address}:no_arrival" for n in range(30)]
        generation = alerts[0].generation
        assert [alert.generation for alert in alerts] == [generation] * 10 + [generation + 1] * 20
        assert took_s < 30
