"""Asking an HTTP API: OAuth 2 client credentials, a limit of requests, the pauses that it asks for, limits of answers.

Sources: RFC 6749 section 4.4 (client credentials), RFC 6750 (bearer tokens), RFC 9110 (429 and Retry-After).
"""

import asyncio
import time
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from vigie.streams.connector import ConnectorDownError

ANSWER_MOST_BYTES = 32_000_000
_ANSWER_LIMIT_S = 60.0
"""Between two pieces of an answer."""
_WHOLE_LIMIT_S = 300.0
_MOST_PAUSE_S = 3600.0
_REFRESH_BEFORE_S = 60.0


class NotThereError(ConnectorDownError):
    """What was asked for is unknown to the API; anything else that it is asked for may be known."""


class Api:
    """One API, on one host.

    Args:
        source: whose settings say how often and who we are (vigie.streams.connectors.poll.PollSource).
        base: where the API begins; nothing is asked of another host, whatever an answer says.
        token_url: where tokens are given.
    """

    def __init__(self, source: Any, base: str, token_url: str) -> None:
        self._source, self._base, self._token_url = source, base, token_url
        self._pause_s = 60.0 / source.per_minute
        self._next_at = 0.0
        self._token = source.secret("token")
        self._expires_at = float("inf")
        self._client = httpx.AsyncClient(timeout=_ANSWER_LIMIT_S, headers={"Accept": "application/json"})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get(self, url: str, parameters: dict[str, str] | None = None) -> bytes:
        """The body of an answer.

        Raises:
            NotThereError: an error that is about what was asked for.
            ConnectorDownError: no answer, another error, one over 32 MB, or one that does not end.
        """
        try:
            elsewhere = urlsplit(url)[:2] != urlsplit(self._base)[:2]
        except ValueError:
            elsewhere = True
        if elsewhere:
            raise ConnectorDownError(f"{self._base} leads to another host: {self._shown(url)[:100]!r}")
        for attempt in range(2):
            status, body = await self._request("GET", url, params=parameters, headers=await self._authorization())
            if status == httpx.codes.UNAUTHORIZED and self._source.client_id and attempt == 0:
                self._token = ""  # withdrawn before its time
                continue
            if status in (400, 404, 410, 422):
                raise NotThereError(f"{self._shown(url)} answers {status}")
            if status >= 300:
                raise ConnectorDownError(f"{self._shown(url)} answers {status}")
            return body
        raise AssertionError

    async def _authorization(self) -> dict[str, str]:
        if self._source.client_id and (not self._token or time.monotonic() > self._expires_at - _REFRESH_BEFORE_S):
            await self._ask_for_token()
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    async def _ask_for_token(self) -> None:
        import msgspec

        who = httpx.BasicAuth(self._source.client_id, self._source.secret("client_secret"))
        status, body = await self._request("POST", self._token_url, data={"grant_type": "client_credentials"}, auth=who)
        try:
            given = msgspec.json.decode(body, type=dict[str, Any]) if status < 300 else {}
            token = str(given["access_token"])
            if not (token.isascii() and token.isprintable()):  # the library would show such a header in its error
                raise ValueError
            self._token = token
            self._expires_at = time.monotonic() + float(given.get("expires_in", 3600))
        except (KeyError, ValueError, TypeError, RecursionError):  # and nothing of the answer is shown
            raise ConnectorDownError(f"{self._shown(self._token_url)} gives no token (status {status})") from None

    async def _request(self, method: str, url: str, **options: Any) -> tuple[int, bytes]:
        await self._wait_turn()
        try:
            async with asyncio.timeout(_WHOLE_LIMIT_S), self._client.stream(method, url, **options) as answer:
                if answer.status_code in (429, 503):
                    pause_s = _retry_after_s(answer.headers.get("retry-after", ""))
                    sentence = f"{self._shown(url)} answers {answer.status_code}; next try in {pause_s:.0f} s"
                    raise ConnectorDownError(sentence, pause_s)
                body = bytearray()
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > ANSWER_MOST_BYTES:
                        raise ConnectorDownError(f"{self._shown(url)} answers more than {ANSWER_MOST_BYTES} bytes")
                return answer.status_code, bytes(body)
        except TimeoutError:
            raise ConnectorDownError(
                f"{self._shown(url)} has not answered whole within {_WHOLE_LIMIT_S:.0f} s"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ConnectorDownError(f"{self._shown(url)}: {error or type(error).__name__}") from None

    async def _wait_turn(self) -> None:
        now = time.monotonic()
        if self._next_at > now:
            await asyncio.sleep(self._next_at - now)
        self._next_at = time.monotonic() + self._pause_s

    @staticmethod
    def _shown(url: str) -> str:
        """What may stand in a log: no query, which may hold a key."""
        return url.partition("?")[0]


def _retry_after_s(text: str) -> float:
    """Seconds of a header Retry-After; a minute where it says none in seconds.

    >>> _retry_after_s("120"), _retry_after_s("Wed, 21 Oct 2026 07:28:00 GMT"), _retry_after_s("99999999")
    (120.0, 60.0, 3600.0)
    """
    return min(float(text), _MOST_PAUSE_S) if text.isascii() and text.isdigit() and len(text) < 12 else 60.0
