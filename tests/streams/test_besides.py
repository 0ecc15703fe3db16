"""What goes with a mail: a chart, another point, Hub'Eau, an image; within limits, kept, and told to the archive."""

import asyncio
import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from uuid import uuid4

import pytest
from churn import read_all
from letters_by_hand import DEVICE, HOUR, MINUTE, MORNING, RIVER_FACTS, event, letter, river
from store_by_hand import COMMUNE, MODEL, empty_store, observation, point, state, uplink

from vigie.deploy import topic_admin
from vigie.streams.core.local_time import utc_text
from vigie.streams.mail import images
from vigie.streams.mail.besides import StoreBesides
from vigie.streams.mail.commands_given import CommandsGiven
from vigie.streams.mail.images import NoImageError, fetch
from vigie.streams.settings import Settings
from vigie.topics import alarm_input
from vigie.topics.alarm_input import Command

JPEG = b"\xff\xd8\xff" + b"0" * 100
ANSWERS = {
    "/pont.jpg": (200, {"Content-Type": "image/jpeg"}, JPEG),
    "/page": (200, {"Content-Type": "text/html"}, b"<html>"),
    "/lie.png": (200, {"Content-Type": "image/png"}, b"<html>"),
    "/large.jpg": (200, {"Content-Type": "image/jpeg"}, b"\xff\xd8\xff" + b"0" * images.MOST_BYTES),
    "/moved": (302, {"Location": "/pont.jpg"}, b""),
    "/away": (302, {"Location": "http://other.example/pont.jpg"}, b""),
    "/round": (302, {"Location": "/round"}, b""),
    "/hubeau/observations_tr": (206, {"Content-Type": "application/json"}, json.dumps({"data": [
        {"code_station": "Y4424040", "date_obs": utc_text(MORNING), "resultat_obs": 2840.0},
        {"code_station": "Y4424040", "date_obs": utc_text(MORNING - HOUR), "resultat_obs": 2340.0},
        {"code_station": "Y4424040", "date_obs": utc_text(MORNING - 2 * HOUR), "resultat_obs": None},
    ]}).encode()),
}  # fmt: skip


@contextmanager
def server():
    """A server of ANSWERS; gives its address and the paths that were asked for."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, headers, body = ANSWERS.get(self.path.partition("?")[0], (404, {}, b""))
            self.send_response(status)
            for name, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as there:
        Thread(target=there.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{there.server_port}", asked
        there.shutdown()


class Given(list):
    """Commands that were given."""

    async def __call__(self, command):
        self.append(command)

    async def stop(self):
        pass


LOCAL = frozenset({"127.0.0.1"})


@pytest.mark.parametrize(
    ("path", "why"),
    [("/page", "no image"), ("/lie.png", "is no image/png"), ("/large.jpg", "more than"), ("/away", "another host"),
     ("/round", "without end"), ("/none", "answers 404")],
)  # fmt: skip
async def test_what_is_no_image_is_refused_with_its_reason(path, why):
    with server() as (base, _):
        with pytest.raises(NoImageError, match=why):
            await fetch(base + path, LOCAL)
        assert (await fetch(f"{base}/moved", LOCAL)).content == JPEG


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{}/", "http://localhost:{}/", "http://[::1]:{}/", "http://169.254.169.254/", "http://0.0.0.0:{}/",
            "http://[::ffff:127.0.0.1]:{}/", "ftp://x.example/", "file:///etc/passwd", "http://", "http://x\ry"],
)  # fmt: skip
async def test_nothing_inside_this_machine_is_asked(url):
    with server() as (base, asked):
        with pytest.raises(NoImageError):
            await fetch(url.format(base.rpartition(":")[2]))
        assert asked == []


async def test_hubeau_and_the_image_are_asked_once_kept_and_attached(tmp_path):
    with server() as (base, asked):
        settings = Settings(data=tmp_path, database="", hubeau_url=f"{base}/hubeau", image_hosts="127.0.0.1")
        given, facts = Given(), RIVER_FACTS | {"second_source": "hubeau:Y4424040", "image": f"{base}/pont.jpg"}
        raised = river(facts=facts)
        besides = StoreBesides(settings, given)
        besides.noticed(raised)
        first = await besides.of(letter(raised), 5.0)
        second = await besides.of(letter(raised, name="l2"), 5.0)
        await besides.stop()
    assert first.second_source_fr == (
        "Hub'Eau Y4424040 mesure 2,84\u202fm (le 18/06/2025 à 09:12), en hausse de 0,5\u202fm en 1 h."
    )
    assert (first.image, first.image_type) == (JPEG, "image/jpeg") == (second.image, second.image_type)
    assert sorted(path.partition("?")[0] for path in asked) == ["/hubeau/observations_tr", "/pont.jpg"]
    (command,) = given
    assert (command.action, command.author, command.alert_id) == ("attach", "system", raised.alert_id)
    assert command.facts["second_source_value"] == "2.84"
    assert command.facts["second_source_at"] == "2025-06-18T07:12:00Z"
    (file,) = (tmp_path / "incidents" / raised.incident_id).glob("*.jpeg")
    assert command.facts["image_file"] == file.name
    file.write_bytes(b"other")
    assert besides._files.image(raised, besides._files.load(raised)) == b"", "another image than was kept is not sent"


async def test_a_mail_waits_for_nobody_longer_than_its_limit(tmp_path):
    settings = Settings(data=tmp_path, database="host=127.0.0.1 port=1", hubeau_url="http://127.0.0.1:1")
    besides = StoreBesides(settings, Given())
    async with asyncio.timeout(4):
        found = await besides.of(letter(river(facts=RIVER_FACTS | {"second_source": "hubeau:Y1"})), 3.0)
    assert found.chart_png == b""
    assert found.second_source_fr == "Hub'Eau Y1\u00a0: aucune valeur depuis 6 h."
    await besides.stop()


@pytest.mark.parts
async def test_charts_upstream_points_and_explained_alerts_from_the_store(services, tmp_path):
    with empty_store(services) as connection:
        state(connection, COMMUNE, MODEL, point("HUV-AMONT", code="HUV-01"), point("HUV-00", name="amont"))
        for step in range(12):
            at = utc_text(MORNING - step * 15 * MINUTE)
            observation(connection, "HUV-AMONT", at, {"water_level": 2.0 - step / 10}, [3 if step == 5 else 1])
            observation(connection, "HUV-00", at, {"water_level": 3.0 - step / 10})
            uplink(connection, DEVICE, at)
        info = " ".join(f"{name}={value}" for name, value in connection.info.get_parameters().items())
        given = Given()
        besides = StoreBesides(Settings(data=tmp_path, database=f"{info} password='{connection.info.password}'"), given)
        besides.noticed(raised := river(facts=RIVER_FACTS | {"second_source": "point:HUV-00"}))
        level = await besides.of(letter(raised, minutes=2), 30.0)
        heard = await besides.of(letter(event(), minutes=2), 30.0)
        other = await besides.of(letter(event("platform:x:blind", facts={}), kind="digest"), 30.0)
        await besides.stop()
    for found in (level, heard):
        assert found.chart_png.startswith(b"\x89PNG")
        assert len(found.chart_png) <= 40_000
    assert "de 0,9\u202fm à 2\u202fm" in level.chart_text
    assert "1 valeur douteuse" in level.chart_text
    assert level.second_source_fr.startswith("HUV-00 (amont) mesure 3\u202fm")
    assert given[0].facts["second_source_value"] == "3"
    assert "12 messages, le dernier le 18/06/2025 à 09:12" in heard.chart_text
    assert other.chart_png == b""


@pytest.mark.parts
async def test_a_command_stands_on_alarm_inputs_once_it_is_given(kafka):
    settings = Settings(kafka=kafka, prefix=f"beside-{uuid4().hex[:8]}.", partitions=1)
    await asyncio.to_thread(topic_admin.create, settings)
    give, facts = CommandsGiven(settings), {"second_source_value": "2.84"}
    command = Command(id="c", alert_id="a", alert_revision=0, action="attach", author="system", at=1, facts=facts)
    await give(command)
    await give.stop()
    found = await asyncio.to_thread(read_all, kafka, settings.topic("alarm-inputs"), 1)
    assert [alarm_input.decode(record.value()) for record in found] == [command]
