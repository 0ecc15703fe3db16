"""The report on a network that a partner lends: as a page of its own at `/networks/{name}`, as JSON, and for a file."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vigie.serving.negotiation import split_suffix, wants_page
from vigie.serving.network_words import NETWORK_WORDS
from vigie.serving.page import Pages, data_answer
from vigie.serving.parameters import suffix_of, text_of
from vigie.serving.problem import Problem
from vigie.serving.store import OpenStore, Store
from vigie.serving.wording import number_text, property_label
from vigie.streams.core.local_time import duration_text
from vigie.streams.sinks.network_queries import NetworkReport
from vigie.topics.property import BY_NAME

DAYS = 7
"""How many days a report spans that nobody asked otherwise."""
MOST_DAYS = 366
MOST_DEVICES = 200
"""How many devices stand on the page: those that exceed first, then those that send most; JSON has all."""


class NetworkPages:
    """Routes of `/networks`.

    Args:
        open_store: opens the store for one request.
        pages: renders.
    """

    def __init__(self, open_store: OpenStore, pages: Pages) -> None:
        self._open_store = open_store
        self._pages = pages
        self._own = NETWORK_WORDS[pages.language]

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/networks", self._list),
            Route("/networks{suffix}", self._list),
            Route("/networks/{id:path}", self._network),
        ]

    def _list(self, request: Request) -> Response:
        suffix = suffix_of(request, self._pages.words)
        with self._open_store() as store:
            found = store.networks()
        if not wants_page(request, suffix):
            return data_answer({"networks": [one.id for one in found]})
        return self._pages.render("networks.html", networks=found, own=self._own)

    def _network(self, request: Request) -> Response:
        first, last = (text_of(request, name, self._pages.words) for name in ("from", "to"))
        span = read_span(first, last, datetime.now(ZoneInfo(self._pages.timezone)).date())
        if span is None:
            raise Problem(400, self._own["bad_span"])
        with self._open_store() as store:
            found, suffix = self._looked_up(store, request.path_params["id"], span)
        if not wants_page(request, suffix):
            return data_answer(report_data(found))
        query = urlencode({"from": span[0].isoformat(), "to": span[1].isoformat()})
        return self._pages.render("network.html", **report_values(found, self._pages.language), query=query)

    def _looked_up(self, store: Store, name: str, span: tuple[date, date]) -> tuple[NetworkReport, str]:
        """The report and suffix of an address; the whole name first, for a network may be called x.json."""
        for network, suffix in dict.fromkeys([(name, ""), split_suffix(name)]):
            if found := store.network(network, *span, self._pages.timezone):
                return found, suffix
        raise Problem(404, self._own["missing"])


def read_span(first: str, last: str, today: date) -> tuple[date, date] | None:
    """Days from first to last; without them, the last DAYS that are over. None if they cannot be read.

    >>> read_span("", "", date(2026, 6, 8))
    (datetime.date(2026, 6, 1), datetime.date(2026, 6, 7))
    >>> read_span("2026-06-03", "2026-06-01", date(2026, 6, 8))
    """
    try:
        end = date.fromisoformat(last) if last else today - timedelta(days=1)
        begin = date.fromisoformat(first) if first else end - timedelta(days=DAYS - 1)
    except (ValueError, OverflowError):
        return None
    usable = date(1971, 1, 1) <= begin <= end < date(9000, 1, 1) and (end - begin).days < MOST_DAYS
    return (begin, end) if usable else None


def report_values(found: NetworkReport, language: str) -> dict[str, Any]:
    """What the template of a report is filled with; numbers are texts already."""
    own, volume, agreed = NETWORK_WORDS[language], found.volume, found.agreed
    over_days = [one for one in volume.days if one.over_uplinks or one.over_bytes]
    exceeding = [one for one in volume.devices if one.exceeds]
    shown = (exceeding + [one for one in volume.devices if not one.exceeds])[:MOST_DEVICES]
    period = None if agreed.shortest_period_s is None else duration_text(agreed.shortest_period_s * 1000, language)
    return {
        "own": own,
        "title": own["title"].format(name=found.network.id, first=_day(found.first, language),
                                     last=_day(found.last, language)),
        "report": found,
        "party": found.party.get("name", found.party.id) if found.party else found.network.get("party", ""),
        "agreed": [
            (own["uplinks_per_day"], _number(agreed.uplinks_per_day, language) or own["nothing_agreed"]),
            (own["bytes_per_day"], _number(agreed.bytes_per_day, language) or own["nothing_agreed"]),
            (own["shortest_period"], period or own["nothing_agreed"]),
        ],
        "verdict": own["exceeded"].format(days=len(over_days), devices=len(exceeding))
        if over_days or exceeding
        else own["within"],
        "days": [
            [_day(one.day, language), *[number_text(n, language) for n in (one.devices, one.uplinks, one.bytes)],
             _over(one.over_uplinks, one.over_bytes, language)]
            for one in volume.days
        ],
        "devices": [
            [one.device, found.models.get(one.device, own["unknown"]) or "–",
             *[number_text(n, language) for n in (one.uplinks, one.most_per_day, one.bytes)],
             duration_text(round(one.airtime_ms), language),
             "–" if one.shortest_s is None else duration_text(round(one.shortest_s * 1000), language),
             f"{number_text(one.too_short, language)} / {number_text(one.intervals, language)}",
             own["yes"] if one.exceeds else own["no"]]
            for one in shown
        ],
        "gateways": [[name, number_text(count, language)] for name, count in found.gateways.items()],
        "relayed": own["relayed"].format(
            relayed=number_text(found.relayed, language),
            total=number_text(sum(one.uplinks for one in volume.days), language),
        ),
        "properties": [
            [property_label(BY_NAME[name].id, language) if name in BY_NAME else name, number_text(count, language)]
            for name, count in found.properties.items()
        ],
        "fields": own["fields"].format(names=", ".join(found.fields)) if found.fields else own["no_fields"],
        "without_payload": own["without_payload"].format(count=number_text(volume.without_payload, language))
        if volume.without_payload
        else "",
    }  # fmt: skip


def report_data(found: NetworkReport) -> dict[str, Any]:
    """A report as JSON; every device."""
    return {
        "network": found.network.id,
        "party": found.party.id if found.party else found.network.get("party"),
        "from": found.first.isoformat(),
        "to": found.last.isoformat(),
        "agreed": found.agreed._asdict(),
        "days": [one._asdict() | {"day": one.day.isoformat()} for one in found.volume.days],
        "devices": [one._asdict() | {"model": found.models.get(one.device)} for one in found.volume.devices],
        "without_payload": found.volume.without_payload,
        "gateways": found.gateways,
        "relayed": found.relayed,
        "properties": found.properties,
        "fields": list(found.fields),
    }


def _day(day: date, language: str) -> str:
    return day.strftime("%d/%m/%Y") if language == "fr" else day.isoformat()


def _number(value: int | None, language: str) -> str:
    return "" if value is None else number_text(value, language)


def _over(uplinks: int, size: int, language: str) -> str:
    own = NETWORK_WORDS[language]
    parts = [(uplinks, own["uplinks"].lower()), (size, own["bytes"].lower())]
    return ", ".join(f"+{number_text(count, language)} {what}" for count, what in parts if count) or "–"
