"""The role `serve`: pages, data and files about devices and alerts, at addresses that stay.

`/devices/{id}`, `/points/{id}` and `/alerts/{id}` are permanent: mails and exports carry them. Each answers as a page
or as JSON, by its suffix (.html, .json) or by the Accept header.
"""

import asyncio
import logging
import tempfile
from collections.abc import Callable, Iterator
from typing import TextIO
from urllib.parse import quote

import psycopg
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from vigie.serving.alert_export import PROFILES, Export, write_text
from vigie.serving.alert_page import alert_values
from vigie.serving.as_data import of_alert, of_alerts, of_device
from vigie.serving.authentication import CHALLENGE, Authenticate, by_token
from vigie.serving.negotiation import split_suffix, wants_page
from vigie.serving.network_pages import NetworkPages
from vigie.serving.page import HEADERS, Pages, data_answer
from vigie.serving.parameters import number_of, suffix_of, text_of
from vigie.serving.part import Part
from vigie.serving.point_pages import PointPages, wall_clock
from vigie.serving.problem import Problem, answer
from vigie.serving.store import OpenStore, Store, readings_of, store_of
from vigie.serving.web_server import WebServer, address, bind, on_stop_signals, watched
from vigie.streams.settings import Settings, SettingsError
from vigie.streams.sinks.database import dsn
from vigie.streams.sinks.queries import StoredUplink

PAGE = 100
"""How many alerts or devices stand on one page."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")
UPLINKS = 20
"""How many uplinks the page of a device shows."""

log = logging.getLogger(__name__)


class Serve:
    """The addresses of `serve`.

    Its routes are plain functions, so Starlette runs each in a thread: a slow question to the store blocks no other.

    Args:
        settings: of the installation.
        open_store: opens the store for one request.
        authenticate: names the caller, or refuses.
    """

    def __init__(self, settings: Settings, open_store: OpenStore, authenticate: Authenticate) -> None:
        self._settings = settings
        self._open_store = open_store
        self._authenticate = authenticate
        self._pages = Pages(settings.language, settings.timezone)
        self._words = self._pages.words

    def application(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/", self._home),
                Route("/accessibility", self._accessibility),
                Route("/alerts", self._alerts),
                Route("/alerts.csv", self._alerts_csv),
                Route("/alerts{suffix}", self._alerts),
                Route("/alerts/{id}", self._alert),
                Route("/devices", self._devices),
                Route("/devices{suffix}", self._devices),
                Route("/devices/{id:path}", self._device),
                *PointPages(self._open_store, self._pages).routes(),
                *NetworkPages(self._open_store, self._pages).routes(),
                Mount("/static", StaticFiles(packages=[("vigie.serving", "static")])),
            ],
            middleware=[Middleware(_Guard, check=self._refusal)],
            exception_handlers={
                Problem: self._on_problem,
                HTTPException: self._on_http_exception,
                psycopg.OperationalError: self._on_store_away,
                # Until `store` has made its tables.
                psycopg.errors.UndefinedTable: self._on_store_away,
                Exception: self._on_error,
            },
        )

    # Pages and data

    def _home(self, request: Request) -> Response:
        offset = number_of(request, "offset", 0, self._words)
        with self._open_store() as store:
            found, total = store.open_alerts(PAGE, offset), store.count_alerts(only_open=True)
        alerts = Part(items=found, offset=offset, total=total, address="/")
        if not wants_page(request):
            return data_answer(of_alerts("open_alerts", alerts))
        return self._pages.render("home.html", alerts=alerts)

    def _accessibility(self, _: Request) -> Response:
        return self._pages.render("accessibility.html")

    def _alerts(self, request: Request) -> Response:
        suffix = suffix_of(request, self._words)
        offset = number_of(request, "offset", 0, self._words)
        with self._open_store() as store:
            found, total = store.alerts(PAGE, offset), store.count_alerts()
        alerts = Part(items=found, offset=offset, total=total, address=f"/alerts{suffix}")
        if not wants_page(request, suffix):
            return data_answer(of_alerts("alerts", alerts))
        return self._pages.render("alerts.html", alerts=alerts)

    def _alert(self, request: Request) -> Response:
        alert_id, suffix = split_suffix(request.path_params["id"])
        with self._open_store() as store:
            events = store.alert(alert_id)
            children = [store.alert(one) for one in events[-1].children[:PAGE]] if events else []
        if not events:
            raise Problem(404, self._words["missing_alert"])
        if not wants_page(request, suffix):
            return data_answer(of_alert(events))
        facts, last = events[0].explanation.fields, events[-1]
        device = facts.get("address") or _device_of(last.alarm_key) or _device_of(f":{last.device}:")
        return self._pages.render("alert.html", **alert_values(events, children, self._settings), device=device)

    def _devices(self, request: Request) -> Response:
        suffix = suffix_of(request, self._words)
        with self._open_store() as store:
            devices = store.devices(PAGE + 1, text_of(request, "after", self._words))
        more = len(devices) > PAGE
        devices = devices[:PAGE]
        older = f"/devices{suffix}?after={quote(devices[-1][0], safe='')}" if more else None
        if not wants_page(request, suffix):
            return data_answer({"devices": [device for device, _ in devices], "next": older})
        return self._pages.render("devices.html", devices=devices, older=older)

    def _device(self, request: Request) -> Response:
        name, offset = request.path_params["id"], number_of(request, "offset", 0, self._words)
        if not name:
            return RedirectResponse("/devices")
        with self._open_store() as store:
            device, suffix, uplinks = self._looked_up(store, name)
            readings = store.last_readings(device)
            found, total = store.alerts_of_device(device, PAGE, offset), store.count_alerts(device=device)
            points = store.points_of_device(device, wall_clock())
        alerts = Part(items=found, offset=offset, total=total, address=f"/devices/{quote(name, safe='')}")
        if not wants_page(request, suffix):
            return data_answer(of_device(device, readings, uplinks, alerts) | {"points": [one for one, _ in points]})
        shown = [(uplink, readings_of(device, uplink)) for uplink in uplinks]
        return self._pages.render(
            "device.html", device=device, readings=readings, uplinks=shown, alerts=alerts, points=points
        )

    def _looked_up(self, store: Store, name: str) -> tuple[str, str, list[StoredUplink]]:
        """The device and suffix of an address; the whole name first, for a device may be called x.json."""
        for device, suffix in dict.fromkeys([(name, ""), split_suffix(name)]):
            if uplinks := store.last_uplinks(device, UPLINKS):
                return device, suffix, uplinks
        raise Problem(404, self._words["missing_device"])

    def _alerts_csv(self, request: Request) -> Response:
        profile = request.query_params.get("profile", "tableur")
        if profile not in PROFILES:
            raise Problem(400, self._words["bad_parameter"].format(detail=f"profile={profile}"))
        # Written whole before the first byte leaves: a store that fails midway is an error, not a shorter file.
        file = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115 -- _chunks closes it
        with self._open_store() as store:
            export = Export(profile=profile, zone=self._settings.timezone)
            write_text(store.events(), file, "csv", export)
        file.seek(0)
        name = {"Content-Disposition": 'attachment; filename="alertes.csv"'}
        return StreamingResponse(_chunks(file), media_type="text/csv; charset=utf-8", headers=HEADERS | name)

    # Errors

    def _refusal(self, request: Request) -> Response | None:
        if self._authenticate(request) is None:
            headers = {"WWW-Authenticate": CHALLENGE}
            return answer(request, Problem(401, self._words["unauthorized"], headers=headers), self._pages)
        if "\0" in request.scope["path"]:  # no text of the store, and no file, holds one
            return answer(request, Problem(404, self._words["missing_page"]), self._pages)
        return None

    def _on_problem(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return answer(request, error, self._pages)

    def _on_http_exception(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        word = {404: "missing_page", 405: "bad_method"}.get(error.status_code)
        detail = self._words[word] if word else error.detail
        return answer(request, Problem(error.status_code, detail, headers=error.headers), self._pages)

    def _on_store_away(self, request: Request, error: Exception) -> Response:
        log.warning("the store does not answer: %s", error)
        return answer(request, Problem(503, self._words["store_away"], headers={"Retry-After": "10"}), self._pages)

    def _on_error(self, request: Request, _: Exception) -> Response:
        # Starlette raises the error again after this answer, so the log has its traceback.
        return answer(request, Problem(500, self._words["internal"]), self._pages)


class _Guard:
    """Middleware: a request that the check answers goes no further."""

    def __init__(self, app: ASGIApp, check: Callable[[Request], Response | None]) -> None:
        self._app = app
        self._check = check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._check(Request(scope)) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)


def application(settings: Settings, open_store: OpenStore, authenticate: Authenticate | None = None) -> Starlette:
    """The application of `serve`; another authentication than the settings' token may be given."""
    return Serve(settings, open_store, authenticate or by_token(settings.token)).application()


def run(settings: Settings) -> int:
    """Serves until SIGTERM or SIGINT.

    Returns:
        Exit code: 0 when told to end, 1 when it cannot start (the log says why).
    """
    try:
        return asyncio.run(_serve(settings))
    except (OSError, SettingsError) as error:
        log.error("serve cannot start: %s", error)  # noqa: TRY400 -- a sentence, not a traceback
        return 1


async def _serve(settings: Settings) -> int:
    dsn(settings)
    listener = bind(settings.host, settings.http_port, "VIGIE_HTTP_PORT")
    if not settings.token and settings.host not in LOOPBACK:
        log.warning("serve listens on %s and VIGIE_TOKEN is not set: whoever reaches it can read it", settings.host)
    async with watched(settings, "serve") as health:
        server = WebServer(application(settings, store_of(settings)), "serve")
        on_stop_signals(server.stop)
        log.info("Pages and data answer at %s", address(listener))
        health.ready()
        await server.serve(sockets=[listener])
    return 0


def _device_of(alarm_key: str) -> str | None:
    """The device that an alarm key (kind:subject:rule) is about, if it is about one."""
    subject = alarm_key.partition(":")[2].rpartition(":")[0]
    return subject if subject.startswith(("eui:", "imei:", "src:")) else None


def _chunks(file: TextIO) -> Iterator[str]:
    with file:
        while chunk := file.read(64 * 1024):
            yield chunk
