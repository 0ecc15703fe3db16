"""The latest values of a hydrometric station, in the shape of Hub'Eau's `observations_tr`.

Source: Hub'Eau hydrometry 2, `GET /observations_tr?code_entite=&grandeur_hydro=&date_debut_obs=&sort=desc&size=`:
heights in mm, flows in l/s, instants in UTC.
"""

import asyncio
from datetime import datetime

import httpx
import msgspec
from msgspec import Struct

from vigie.streams.core.local_time import utc_text
from vigie.streams.core.mail.second_source import HOURS

LIMIT_S = 5.0
MOST_BYTES = 1_000_000
_SIZE = 100
QUANTITIES = {"water_level": "H", "water_depth": "H", "flow": "Q"}
"""Property of the catalogue -> quantity of Hub'Eau; both are in thousandths of our unit."""


class NoStationError(Exception):
    """No value could be had; a sentence says why."""


class _Row(Struct):
    date_obs: str
    resultat_obs: float | None


class _Page(Struct):
    data: list[_Row]


async def ask(base: str, station: str, quantity: str, at: int) -> list[tuple[int, float]]:
    """Instants (epoch ms UTC) and values (m, m³/s) of the hours before an instant.

    Args:
        base: where the API begins.
        station: its code.
        quantity: H or Q.
        at: epoch ms UTC.

    Raises:
        NoStationError: why there are none.
    """
    parameters = {
        "code_entite": station, "grandeur_hydro": quantity, "sort": "desc", "size": str(_SIZE),
        "date_debut_obs": utc_text(at - HOURS * 3_600_000), "date_fin_obs": utc_text(at),
    }  # fmt: skip
    try:
        async with (
            asyncio.timeout(LIMIT_S),
            httpx.AsyncClient(timeout=LIMIT_S) as client,
            client.stream("GET", f"{base.rstrip('/')}/observations_tr", params=parameters) as answer,
        ):
            if answer.status_code not in (200, 206):  # 206 while there are more pages
                raise NoStationError(f"the API answers {answer.status_code}")
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise NoStationError(f"the API answers more than {MOST_BYTES:,} bytes")
        rows = msgspec.json.decode(body, type=_Page).data
        return sorted((_instant(row.date_obs), row.resultat_obs / 1000) for row in rows if row.resultat_obs is not None)
    except TimeoutError:
        raise NoStationError(f"the API does not answer within {LIMIT_S:g} s") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoStationError(f"the API cannot be asked: {error or type(error).__name__}") from None
    except (ValueError, OverflowError, RecursionError) as error:
        raise NoStationError(f"the API answers no page of observations: {error}") from None


def _instant(text: str) -> int:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = datetime.fromisoformat(text + "+00:00")
    return round(moment.timestamp() * 1000)
