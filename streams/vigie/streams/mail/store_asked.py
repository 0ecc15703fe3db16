"""What mails ask the store: 48 h as a chart and in words, another point's latest values, explained alerts.

All of it in one thread with short limits; after a failure the store is left alone for a while, so that mails which
leave while the database is down do not wait for it one after the other.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from vigie.streams.core.mail.facts import label
from vigie.streams.core.mail.letter import Beside, Child
from vigie.streams.core.mail.second_source import HOURS, Kept, latest
from vigie.streams.core.mail.series import SPAN_MS, Arrivals, Series, arrivals_text, series_text
from vigie.streams.mail import chart
from vigie.streams.settings import Settings, SettingsError
from vigie.streams.sinks import beside_queries, observation_queries
from vigie.streams.sinks.database import UNLESS_SAID_OTHERWISE, dsn
from vigie.streams.sinks.refusals import in_words
from vigie.topics.alert_event import AlertEvent
from vigie.topics.property import BY_NAME

log = logging.getLogger(__name__)
T = TypeVar("T")
Connection = psycopg.Connection[Any]

STATEMENT_LIMIT_MS = 3000
CONNECT_LIMIT_S = 2
LEFT_ALONE_S = 60.0
_GOOD = (1, 2)
_OF_DEVICES = ("silence", "communication")


class StoreAsked:
    """The store, for mails.

    Args:
        settings: database, legal time.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="beside")
        self._not_before_s = 0.0
        self._warm = threading.Event()

    def ask(self, work: Callable[[Connection], T], otherwise: T) -> "Future[T]":
        """Begin some work; its result, or `otherwise` where the store does not answer in time."""
        return self._thread.submit(self._ask, work, otherwise)

    def warm(self) -> None:
        """Load what draws, once, before the first chart is wanted."""
        if not self._warm.is_set():
            self._warm.set()
            self._thread.submit(chart.load)

    def close(self) -> None:
        """Take no more work; what runs ends within its limits."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _ask(self, work: Callable[[Connection], T], otherwise: T) -> T:
        if time.monotonic() < self._not_before_s:
            return otherwise
        try:
            wanted = UNLESS_SAID_OTHERWISE | {"connect_timeout": CONNECT_LIMIT_S}
            conninfo = make_conninfo("", **(wanted | conninfo_to_dict(dsn(self._settings))))
            with psycopg.connect(conninfo, autocommit=True) as connection:
                connection.execute(f"SET statement_timeout = {STATEMENT_LIMIT_MS}".encode())
                return work(connection)
        except (psycopg.Error, SettingsError) as error:
            self._not_before_s = time.monotonic() + LEFT_ALONE_S
            said = in_words(error) if isinstance(error, psycopg.Error) else str(error)
            log.warning("Mails go without charts for %.0f s: %s", LEFT_ALONE_S, said)
            return otherwise


def charted(connection: Connection, event: AlertEvent, end_at: int, zone: str, language: str) -> Beside:
    """The chart of an alert and its text; empty where there is nothing to show.

    Args:
        connection: to the store.
        event: of the alert.
        end_at: epoch ms UTC: the 48 h before it are shown.
        zone: IANA name of the legal time.
        language: fr or en.
    """
    kind, _, rest = event.alarm_key.partition(":")
    if kind in _OF_DEVICES:
        arrivals = _arrivals(connection, event, rest.rpartition(":")[0], end_at)
        text = arrivals_text(arrivals, zone, language)
        return Beside(chart_png=chart.arrivals_png(arrivals, zone, language), chart_text=text)
    series = _series(connection, event, end_at, language)
    if series is None:
        return Beside()
    return Beside(chart_png=chart.series_png(series, zone, language), chart_text=series_text(series, zone, language))


def _arrivals(connection: Connection, event: AlertEvent, subject: str, end_at: int) -> Arrivals:
    device = subject.removeprefix("device:")
    found = beside_queries.arrivals(
        connection, beside_queries.addresses_of(connection, device), end_at - SPAN_MS, end_at
    )  # fmt: skip
    named = " ".join(part for part in (event.explanation.fields.get("model", ""), device) if part)
    last_at = found[-1] if found else 0
    return Arrivals(named[:60], end_at - SPAN_MS, end_at, found, last_at)


def _series(connection: Connection, event: AlertEvent, end_at: int, language: str) -> Series | None:
    fields = event.explanation.fields
    name, _, channel = fields.get("property", "").partition("#")
    point, entry = event.point or fields.get("point", ""), BY_NAME.get(name)
    channel = fields.get("channel", channel or "0")
    if not point or entry is None or not channel.isdecimal():
        return None
    found = observation_queries.series(connection, point, (entry.id, int(channel)), end_at - SPAN_MS, end_at + 1)
    if not found:
        return None
    what = entry.label_fr if language == "fr" else entry.name.replace("_", " ")
    return Series(
        label=f"{what[:1].upper()}{what[1:]}, {fields.get('point_code', point)}"[:60],
        unit=entry.unit,
        start_at=end_at - SPAN_MS,
        end_at=end_at,
        at=[one.observed_at for one in found],
        values=[one.value for one in found],
        good=[one.flag in _GOOD for one in found],
        thresholds=_threshold(fields, language),
        raised_at=event.raised_at,
    )


def _threshold(fields: dict[str, str], language: str) -> dict[str, float]:
    try:
        return {label("threshold", language): float(fields["threshold"])}
    except (KeyError, ValueError):
        return {}


def upstream(connection: Connection, event: AlertEvent, point: str) -> Kept:
    """The latest good values of another point, of the property that the alert is about; none where it has none."""
    name = event.explanation.fields.get("property", "").partition("#")[0]
    entry, at = BY_NAME.get(name), event.decided_at
    source = beside_queries.point_name(connection, point, at)
    if entry is None:
        return Kept(source=source)
    found = observation_queries.series(connection, point, (entry.id, 0), at - HOURS * 3_600_000, at + 1)
    instants, values = latest([(one.observed_at, one.value) for one in found if one.flag in _GOOD])
    return Kept(source=source, unit=entry.unit, at=instants, values=values)


def explained(connection: Connection, alert_ids: tuple[str, ...]) -> tuple[Child, ...]:
    """Alerts that a root cause explains, by name."""
    return tuple(beside_queries.children(connection, alert_ids))
