"""The one form of an error: RFC 9457 problem details for machines, a plain page for people."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from vigie.serving.negotiation import split_suffix, wants_page
from vigie.serving.page import HEADERS, Pages

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):  # noqa: N818 -- an answer, which a route may raise
    """A request that is answered with an error.

    Args:
        status: HTTP status.
        detail: a sentence for the person who asked.
        headers: further headers of the answer.
    """

    def __init__(self, status: int, detail: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}


def answer(request: Request, problem: Problem, pages: Pages) -> Response:
    """The error in the form that the caller wants."""
    if wants_page(request, split_suffix(request.url.path)[1]):
        response: Response = pages.render("error.html", problem.status, detail=problem.detail, status=problem.status)
    else:
        body = {
            "type": "about:blank",
            "title": HTTPStatus(problem.status).phrase,
            "status": problem.status,
            "detail": problem.detail,
            "instance": request.url.path,
        }
        response = JSONResponse(body, problem.status, headers=HEADERS, media_type=MEDIA_TYPE)
    response.headers.update(problem.headers)
    return response
