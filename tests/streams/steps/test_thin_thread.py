"""From uplinks and ticks to alert events and mails, on a real Kafka, with workers killed in between."""

import signal
import time
from pathlib import Path

import pytest
from streams.steps.installation import MINUTE, START, Installation, uplink, wait_until

from vigie.deploy.demo.mail_sink import MailSink
from vigie.topics.identity import alert_id

pytestmark = pytest.mark.parts

DEVICES = [f"eui:24e124136b0000{number:02x}" for number in range(8)]
SILENT = DEVICES[3]
"""Heard at 00:17:30, then not before 02:17:30; its period is 15 min, and with a million
false alarms tolerated two missed slots are a silence. The jitter of a device that is hardly known is half its period,
so that the second is missed at 00:55."""


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
        Installation(kafka, tmp_path, smtp_port=sink.port, session_timeout_s=6, false_silences=1e6) as place,
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
        play(place, 81, 170)
        wait_until(lambda: place.answered() == 170, 60, roles["observe"].text)
        wait_until(lambda: len(place.alerts()) == 2, 30, roles["alarm"].text)
        time.sleep(1)

        raised, cleared = place.alerts()
        last_arrival_at = int(START + 17.5 * MINUTE)
        assert raised.alert_id == cleared.alert_id == alert_id(f"silence:{SILENT}:no_arrival", str(last_arrival_at))
        assert (raised.transition, cleared.transition) == ("raised", "cleared")
        assert raised.decided_at == START + 70 * MINUTE  # 17.5 min + 2.5 x 15 min, and 15 min for a cause
        assert raised.explanation.sentence_fr.startswith(
            f"Le capteur {SILENT} (EM300-TH) n'a rien envoyé depuis le 18/06"
        )
        mail = sink.mails()[0]
        assert mail["X-Vigie-Event"] == raised.event_id
