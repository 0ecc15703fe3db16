"""Posts what is mailed to a webhook too, in Alertmanager's form; each post waits in the outbox until it is taken."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

import httpx
from prometheus_client import Counter

from vigie.streams import metrics
from vigie.streams.core.mail.alertmanager import body
from vigie.streams.core.mail.dispatch import Dispatch, Mail
from vigie.streams.mail.outbox_state import OutboxState
from vigie.streams.settings import Settings

log = logging.getLogger(__name__)

ANSWER_LIMIT_S = 10.0
FIRST_RETRY_S, LAST_RETRY_S = 1.0, 300.0
LOOK_AGAIN_S = 5.0
GIVE_UP_MS = 3 * 86_400_000
"""A post that the other side refuses, or never takes, is given up when it is so old."""

posts = Counter(
    "vigie_webhook_posts", "Posts to the webhook, by what became of them.", ["outcome"], registry=metrics.REGISTRY
)


class Webhook:
    """Posts what waits for the webhook, in order.

    Args:
        settings: its address and token, and the address of the pages.
        outbox: where marks are saved.
        dispatch: that offers posts.
        now: epoch ms UTC, of the clock by which letters are made.

    Attributes:
        oldest_s: age of the oldest post that waits.
    """

    def __init__(self, settings: Settings, outbox: OutboxState, dispatch: Dispatch, now: Callable[[], int]) -> None:
        self._settings, self._outbox, self._dispatch, self._now = settings, outbox, dispatch, now
        self.oldest_s = 0.0
        self.wake, self.stopping = asyncio.Event(), asyncio.Event()

    async def run(self) -> None:
        """Post until `stopping` is set."""
        token = self._settings.webhook_token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        retry_s = 0.0
        async with httpx.AsyncClient(headers=headers, timeout=ANSWER_LIMIT_S) as client:
            while not self.stopping.is_set():
                said = await self._round(client)
                self.oldest_s = max((self._now() - mail.made_at for mail in self._dispatch.posts()), default=0) / 1000
                retry_s = min(max(retry_s * 2, FIRST_RETRY_S), LAST_RETRY_S) if said else 0.0
                if said:
                    log.warning("The webhook cannot be used (%s); next try in %.0f s", said, retry_s)
                await _first(self.stopping if said else self.wake, retry_s or LOOK_AGAIN_S)
                self.wake.clear()

    async def _round(self, client: httpx.AsyncClient) -> str:
        """Post what waits; returns why that ended before all was taken."""
        while not self.stopping.is_set() and (waiting := self._dispatch.posts()):
            for mail in waiting:
                said = await self._post(client, mail)
                if said and self._now() - mail.made_at <= GIVE_UP_MS:
                    posts.labels(outcome="refused").inc()
                    return said
                if said:
                    log.warning("A post to the webhook is given up after 3 days: %s", said)
                posts.labels(outcome="given_up" if said else "sent").inc()
                self._dispatch.done(mail, self._now(), counts=False)
                await self._outbox.save()
        return ""

    async def _post(self, client: httpx.AsyncClient, mail: Mail) -> str:
        """Post one letter; returns what went wrong."""
        letter = self._dispatch.letter(mail)
        try:
            answer = await client.post(
                self._settings.webhook_url, json=body(mail, letter, self._settings.public_url),
                headers={"Idempotency-Key": mail.id},
            )  # fmt: skip
        except httpx.HTTPError as error:
            return str(error) or type(error).__name__
        return "" if answer.is_success else f"it answers {answer.status_code}"


async def _first(event: asyncio.Event, limit_s: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            await event.wait()
