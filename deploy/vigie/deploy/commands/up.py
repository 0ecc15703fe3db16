"""`vigie up`: the whole platform on this machine."""

import os
import signal
import time
from types import FrameType

import click
from rich.live import Live
from rich.table import Table
from rich.text import Text

from vigie.deploy.kept import Event
from vigie.deploy.status_table import console, event_line, status_table
from vigie.deploy.supervisor import Supervisor
from vigie.streams.settings import Settings


@click.command(
    epilog="""\b
    Examples:
      vigie up                                        # embedded Kafka and PostgreSQL
      VIGIE_KAFKA=broker:9092 vigie up                # another Kafka: only PostgreSQL is embedded
      VIGIE_DATA=/srv/vigie VIGIE_HTTP_PORT=0 vigie up
    """
)
@click.option("--plain", is_flag=True, help="Lines instead of a live table, as when the output is not a terminal.")
def command(*, plain: bool) -> None:
    """Start Kafka, PostgreSQL and every role; restart what dies; stop all in order on Ctrl-C or SIGTERM.

    Returns when everything has stopped. `vigie status` and `vigie down` work from another terminal.
    """
    settings = Settings.from_env(os.environ)
    shown = console()
    live = not plain and shown.is_terminal

    def tell(event: Event) -> None:
        shown.print(Text(event_line(event, settings.language)), soft_wrap=True)

    supervisor = Supervisor(settings, on_event=tell)
    asked = _stop_signals()
    supervisor.begin()
    if live:
        with Live(console=shown, refresh_per_second=2, get_renderable=lambda: _table(supervisor)):
            _wait(supervisor, asked)
    else:
        _wait(supervisor, asked)
        shown.print(status_table(supervisor.status(), settings.language))
    supervisor.stop()


def _table(supervisor: Supervisor) -> Table:
    return status_table(supervisor.status(), supervisor.settings.language, title=True)


def _wait(supervisor: Supervisor, asked: list[int]) -> None:
    """Until everything has stopped; does what signals ask for."""
    while supervisor.alive():
        if asked:
            supervisor.ask_to_stop()
        if signal.SIGINT in asked[1:]:
            supervisor.kill()  # the second Ctrl-C: who types it cannot wait
        time.sleep(0.2)


def _stop_signals() -> list[int]:
    """A list that gets each signal to stop; no more is done in the handler.

    A second signal may come while the handler of the first runs (`timeout` sends two at once), and a lock that the
    first had taken would never be free again.
    """
    asked: list[int] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handle)
    return asked
