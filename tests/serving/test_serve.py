"""The role `serve` as a process, on a real PostgreSQL."""

import signal
from dataclasses import replace

import httpx
import pytest

from vigie.serving.page_words import WORDS
from vigie.streams.settings import Settings

pytestmark = pytest.mark.parts

DEVICE = "eui:24e124136b000001"


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(kafka="127.0.0.1:1", http_port=0, data=tmp_path)


def test_pages_and_data_of_a_real_store(settings, history, start_role):
    with start_role("serve", replace(settings, database=history)) as serve:
        web = httpx.Client(base_url=serve.url)
        device = web.get(f"/devices/{DEVICE}").json()
        readings = {entry["property"]: entry["value"] for entry in device["readings"]}
        assert readings == {"air_temperature": 21.5, "battery_level": 91.0}, "impossible instants are passed over"
        assert [uplink["readings"][0]["value"] for uplink in device["uplinks"]] == [98.0, 99.0, 21.5, 20.5, 97.0]
        assert [uplink["observed_at"][:4] for uplink in device["uplinks"]] == ["9999", "2100", "2026", "2026", "0001"]
        assert [alert["alert_id"] for alert in device["alerts"]] == ["a" * 32]
        page = web.get(f"/devices/{DEVICE}.html").text
        assert "21,5\u202f°C" in page
        assert "29/03/2026 à 14:05:30 (UTC+02:00)" in page

        alert = web.get(f"/alerts/{'a' * 32}").json()
        assert alert["state"] == "normal"
        assert [entry["transition"] for entry in alert["transitions"]] == ["raised", "cleared"]
        assert alert["transitions"][0]["event_at"] == "2026-03-29T12:05:30Z"
        assert f'href="/devices/{DEVICE.replace(":", "%3A")}"' in web.get(f"/alerts/{'a' * 32}.html").text

        assert [entry["alert_id"][0] for entry in web.get("/alerts").json()["alerts"]] == ["a", "b"]
        assert [entry["alert_id"][0] for entry in web.get("/").json()["open_alerts"]] == ["b"]
        assert (web.get("/alerts").json()["total"], web.get("/").json()["total"], device["alerts_total"]) == (2, 1, 1)
        assert web.get(f"/devices/{DEVICE}?offset=1").json()["alerts"] == []
        assert web.get("/alerts/%00").status_code == 404
        assert web.get("/devices").json() == {"devices": [DEVICE], "next": None}
        assert len(web.get("/alerts.csv").text.splitlines()) == 4
        assert web.get("/alerts/none").status_code == 404
        assert web.get("/points").json() == {"points": [], "next": None}
        assert web.get("/networks").json() == {"networks": []}
        assert web.get("/points/none").status_code == web.get("/points/none/audit").status_code == 404
        assert web.get("/devices/eui:none").status_code == 404

        serve.process.send_signal(signal.SIGTERM)
        assert serve.process.wait(15) == 0


def test_while_the_database_is_down_it_says_so_and_comes_back_by_itself(
    settings, service_database, database_service, fill_database, start_role
):
    fill_database(service_database)
    with start_role("serve", replace(settings, database=service_database)) as serve:
        web = httpx.Client(base_url=serve.url, timeout=20)
        assert web.get("/alerts").status_code == 200
        database_service.kill9()
        down = web.get("/alerts")
        assert (down.status_code, down.json()["detail"]) == (503, WORDS["fr"]["store_away"])
        assert WORDS["fr"]["store_away"] in web.get("/alerts.html").text
        assert web.get("/accessibility").status_code == 200
        database_service.start()
        assert web.get("/alerts").status_code == 200


def test_before_the_store_has_made_its_tables_it_says_the_same(settings, database, start_role):
    with start_role("serve", replace(settings, database=database)) as serve:
        assert httpx.get(serve.url + "/alerts").status_code == 503


def test_it_writes_nothing(history, settings):
    import psycopg

    from vigie.serving.store import store_of

    with store_of(replace(settings, database=history))() as store, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        store._connection.execute("DELETE FROM uplink")


def test_metrics_and_health(settings, history, start_role):
    with start_role("serve", replace(settings, database=history)) as serve:
        httpx.get(serve.url + "/alerts/none")
        (line,) = [line for line in serve.log.read_text().splitlines() if "/metrics and /healthz on port" in line]
        port = line.rsplit(" ", 1)[1]
        text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        assert 'vigie_http_requests_total{method="GET",role="serve",status="404"} 1.0' in text
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").json() == {"role": "serve", "ready": True, "reason": ""}


def test_an_open_door_is_said(settings, history, start_role):
    with start_role("serve", replace(settings, database=history, host="127.0.0.2")) as serve:
        assert "VIGIE_TOKEN is not set" in serve.log.read_text()
    with start_role("serve", replace(settings, database=history, host="127.0.0.2", token="x")) as serve:
        assert "VIGIE_TOKEN is not set" not in serve.log.read_text()


def test_without_a_database_it_ends_with_a_sentence(settings, start_role):
    with pytest.raises(AssertionError, match="VIGIE_DATABASE is not set"), start_role("serve", settings):
        pass
