"""What goes with a letter, as the engine of `notify` asks for it: a chart, a second source, an image."""

from typing import Protocol

from vigie.streams.core.mail.letter import Beside, Letter
from vigie.topics.alert_event import AlertEvent


class Besides(Protocol):
    """Who finds what goes with a letter. No method raises because the store or the other side is away."""

    def noticed(self, event: AlertEvent) -> None:
        """An event was read: what must be asked at once, a second source or an image, is asked beside."""
        ...

    async def of(self, letter: Letter, limit_s: float) -> Beside:
        """What could be had within `limit_s` seconds; an empty Beside if nothing."""
        ...

    async def stop(self) -> None:
        """Let go of connections."""
        ...


class NoBesides:
    """Nothing goes with any letter."""

    def noticed(self, _event: AlertEvent) -> None:
        """Nothing is asked."""

    async def of(self, _letter: Letter, _limit_s: float) -> Beside:
        """An empty one."""
        return Beside()

    async def stop(self) -> None:
        """Nothing to end."""
