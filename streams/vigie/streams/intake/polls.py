"""The APIs that are polled: how a question looks, where the rows stand, what a body of some rows is.

Sources: Eco-Visio API 1.0 (https://developers.eco-counter.com): `GET /data/site/<id>?begin=&end=&step=&complete=`, fair
use below 100 requests a minute. Hub'Eau hydrometry 2 (https://hubeau.eaufrance.fr/page/api-hydrometrie):
`GET /observations_tr?code_entite=&grandeur_hydro=&date_debut_obs=&sort=asc&size=`, status 206 while `next` leads on, no
answer reaches further back than a month.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256

import msgspec
from msgspec import Raw, Struct

from vigie.codecs.instants import epoch_ms
from vigie.streams.connector import ConnectorDownError
from vigie.streams.intake.api import Api

_MOST_PAGES = 200
_MONTH_S = 29 * 86_400
_STEP_S = {"15m": 900, "hour": 3600}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an answer.

    Attributes:
        text: its bytes.
        at_s: epoch s of its instant.
        digest: of its bytes, short.
    """

    text: Raw
    at_s: int
    digest: str


Ask = Callable[[Api, str, str, int, int, str], Awaitable[list[Row]]]
"""(api, base address, item, from epoch s, now epoch s, step) -> rows, oldest first."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An API.

    Attributes:
        url: its public address.
        token_url: where it gives tokens; empty where it needs none.
        ask: its questions.
        body: rows -> the body that its envelope reads.
    """

    url: str
    token_url: str
    ask: Ask
    body: Callable[[list[Raw]], bytes]


def _row(text: Raw, date: str) -> Row:
    offset = date[-5:]
    if len(offset) == 5 and offset[0] in "+-" and offset[1:].isdigit():  # +0100, which RFC 3339 writes +01:00
        date = f"{date[:-2]}:{date[-2:]}"
    try:
        at_s = epoch_ms(date) // 1000
    except (ValueError, OverflowError):
        at_s = 0  # decode says what is wrong with it
    return Row(text, at_s, sha256(bytes(text)).hexdigest()[:16])


class _Dated(Struct):
    date: str = ""


class _Observed(Struct):
    date_obs: str = ""


class _Page(Struct):
    data: list[Raw]
    next: str | None = None


def _iso(at_s: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at_s))


async def _ask_eco_visio(api: Api, base: str, item: str, since: int, now: int, step: str) -> list[Row]:
    # The API reads begin and end in the site's legal time; a day more on each side makes that all the same.
    parameters = {
        "begin": _iso(since - 86_400), "end": _iso(now + 86_400), "step": step, "complete": "false",
    }  # fmt: skip
    answer = await api.get(f"{base}/data/site/{item}", parameters)
    try:
        texts = msgspec.json.decode(answer, type=list[Raw])
        rows = [_row(text, msgspec.json.decode(text, type=_Dated).date) for text in texts]
    except (ValueError, RecursionError) as error:
        raise ConnectorDownError(f"{base} answers no list of counts: {error}") from None
    over = now - _STEP_S[step]  # an interval that is not over still counts
    return [row for row in rows if since <= row.at_s <= over or not row.at_s]


async def _ask_hubeau(api: Api, base: str, item: str, since: int, now: int, _step: str) -> list[Row]:
    parameters: dict[str, str] | None = {
        "code_entite": item, "grandeur_hydro": "H,Q", "sort": "asc", "size": "1000",
        "date_debut_obs": _iso(max(since, now - _MONTH_S)) + "Z",
    }  # fmt: skip
    url, rows = f"{base}/observations_tr", list[Row]()
    for _ in range(_MOST_PAGES):
        answer = await api.get(url, parameters)
        try:
            page = msgspec.json.decode(answer, type=_Page)
            rows += [_row(text, msgspec.json.decode(text, type=_Observed).date_obs) for text in page.data]
        except (ValueError, RecursionError) as error:
            raise ConnectorDownError(f"{base} answers no page of observations: {error}") from None
        if not page.next:
            break
        url, parameters = page.next, None
    return rows


SHAPES = {
    "eco-visio": Shape(
        "https://apieco.eco-counter-tools.com/api/1.0",
        "https://apieco.eco-counter-tools.com/token",
        _ask_eco_visio,
        msgspec.json.encode,
    ),
    "hubeau": Shape(
        "https://hubeau.eaufrance.fr/api/v2/hydrometrie",
        "",
        _ask_hubeau,
        lambda rows: msgspec.json.encode({"data": rows}),
    ),
}
"""By name."""
