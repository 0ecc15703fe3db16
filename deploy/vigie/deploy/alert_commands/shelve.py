"""`vigie alerts shelve`: an alert is put aside for a while, with a reason."""

import re
from typing import Any

import click

from vigie.deploy.alert_order_command import give, order_options
from vigie.deploy.instants_typed import typed_instant
from vigie.streams.settings import Settings

_UNITS_MS = {"m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "j": 86_400_000}


def duration_ms(text: str) -> int:
    """A duration as it is typed.

    Raises:
        click.BadParameter: it is none.

    >>> duration_ms("2h"), duration_ms("30 min"), duration_ms("3d") == duration_ms("3 j")
    (7200000, 1800000, True)
    """
    found = re.fullmatch(r"\s*([0-9]{1,5})\s*(min|[mhdj])\s*", text)
    if found is None:
        raise click.BadParameter(f"{text!r} is no duration: 30min, 4h or 3d")
    return int(found[1]) * _UNITS_MS[found[2]]


@click.command(
    epilog="""\b
    Examples:
      vigie alerts shelve 9f3a1c04 --for 24h --reason "crue annoncée, seuil relevé demain"
      vigie alerts shelve 9f3a1c04 --until "2026-03-09 08:00" --reason "travaux sur le pont"
    """
)
@order_options
@click.option("--reason", required=True, help="Why; it stands in the archive.")
@click.option("--for", "lasting", help="For how long: 30min, 4h, 3d; at most 7 days.")
@click.option("--until", help="Until when, in legal time; at most 7 days away.")
def command(alert: str, reason: str, lasting: str | None, until: str | None, **given: Any) -> None:
    """Shelve ALERT, and what its alarm raises meanwhile: archived and not mailed. Exit code 19: refused."""
    if (lasting is None) == (until is None):
        raise click.UsageError("give either --for or --until")
    length = 0 if lasting is None else duration_ms(lasting)

    def end(settings: Settings, now: int) -> int:
        return now + length if until is None else typed_instant(until, settings) or 0

    give(alert, "shelve", reason=reason, until=end, **given)
