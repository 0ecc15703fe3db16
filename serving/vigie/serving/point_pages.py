"""The pages of measuring points: the list, a point as it is now, and the audit of its commissioning.

`/points/{id}` is permanent: the id stays when a point is renamed.
"""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from vigie.serving.audit_text import audit_data, line_text
from vigie.serving.audit_words import AUDIT_WORDS
from vigie.serving.negotiation import SUFFIXES, split_suffix, wants_page
from vigie.serving.page import Pages, data_answer
from vigie.serving.parameters import suffix_of, text_of
from vigie.serving.point_text import heard_text, point_data, position_text
from vigie.serving.point_words import POINT_WORDS
from vigie.serving.problem import Problem
from vigie.serving.store import OpenStore, Store
from vigie.serving.wording import choice_text, number_text
from vigie.streams.core.commissioning import overall
from vigie.streams.sinks.audit_queries import Audit, NoPlacementError
from vigie.streams.sinks.point_queries import PointFacts

PAGE = 100


def wall_clock() -> int:
    """Now, epoch ms UTC."""
    return round(time.time() * 1000)


class PointPages:
    """Routes of `/points`.

    Args:
        open_store: opens the store for one request.
        pages: renders.
        clock: now, epoch ms UTC.
    """

    def __init__(self, open_store: OpenStore, pages: Pages, clock: Callable[[], int] = wall_clock) -> None:
        self._open_store = open_store
        self._pages = pages
        self._clock = clock
        self._words = pages.words
        self._own = POINT_WORDS[pages.language]

    def routes(self) -> list[Route]:
        """Its addresses."""
        return [
            Route("/points", self._list),
            Route("/points{suffix}", self._list),
            Route("/points/{id:path}/audit", self._audit),
            *[Route("/points/{id:path}/audit" + suffix, self._audit) for suffix in SUFFIXES],
            Route("/points/{id:path}", self._point),
        ]

    def _list(self, request: Request) -> Response:
        suffix = suffix_of(request, self._words)
        with self._open_store() as store:
            points = store.points(PAGE + 1, text_of(request, "after", self._words), self._clock())
        more = len(points) > PAGE
        points = points[:PAGE]
        older = f"/points{suffix}?after={quote(points[-1].id, safe='')}" if more else None
        if not wants_page(request, suffix):
            return data_answer({"points": [one._asdict() for one in points], "next": older})
        return self._pages.render("points.html", points=points, older=older, own=self._own)

    def _point(self, request: Request) -> Response:
        name, now = request.path_params["id"], self._clock()
        if not name:
            return RedirectResponse("/points")
        with self._open_store() as store:
            facts, suffix = self._looked_up(store, name, now)
        if not wants_page(request, suffix):
            return data_answer(point_data(facts, now))
        return self._pages.render("point.html", own=self._own, **self._shown(facts, now))

    def _looked_up(self, store: Store, name: str, now: int) -> tuple[PointFacts, str]:
        """The point and suffix of an address; the whole name first, for a point may be called x.json."""
        for point, suffix in dict.fromkeys([(name, ""), split_suffix(name)]):
            if facts := store.point(point, now):
                return facts, suffix
        raise Problem(404, self._own["missing_point"])

    def _shown(self, facts: PointFacts, now: int) -> dict[str, Any]:
        language, support = self._pages.language, facts.support
        parts = [] if support is None else [
            choice_text(support.get(field), "support", field, language)
            for field in ("type", "soil", "sun_exposure")
            if support.get(field)
        ]  # fmt: skip
        height_m = facts.placement.get("height_m") if facts.placement else None
        return {
            "point": facts.point,
            "commune": facts.commune.get("name", facts.commune.id) if facts.commune else facts.point.get("commune", ""),
            "site": facts.site.get("name", facts.site.id) if facts.site else "",
            "zones": list(facts.zones.values()),
            "position": position_text(facts.point, language),
            "support": ", ".join(parts),
            "placement": facts.placement,
            "device": facts.device,
            "addresses": facts.device.get("addresses", []) if facts.device else [],
            "height": "" if height_m is None else number_text(height_m, language) + " m",
            "heard": heard_text(facts.heard, now, language) if facts.heard else "",
            "values": facts.values,
            "interventions": facts.interventions,
            "placements": facts.placements,
            "documents": facts.documents,
        }

    def _audit(self, request: Request) -> Response:
        suffix = split_suffix(request.url.path)[1]
        language = self._pages.language
        with self._open_store() as store:
            try:
                placement = text_of(request, "placement", self._words)
                found = store.audit(request.path_params["id"], self._clock(), placement)
            except NoPlacementError as error:
                raise Problem(404, no_audit(error, language)) from None
        if not wants_page(request, suffix):
            return data_answer(audit_data(found))
        return self._pages.render("audit.html", **audit_values(found, language))


def audit_values(found: Audit, language: str) -> dict[str, Any]:
    """What the template of an audit is filled with."""
    return {
        "own": AUDIT_WORDS[language],
        "point_words": POINT_WORDS[language],
        "audit": found,
        "verdict": overall(found.lines).value,
        "lines": [line_text(line, language) for line in found.lines],
    }


def no_audit(error: NoPlacementError, language: str) -> str:
    """Why there is no audit, in a sentence."""
    what = str(error)
    if what == "point":
        return POINT_WORDS[language]["missing_point"]
    return AUDIT_WORDS[language]["no_start" if what == "start" else "no_placement"]
