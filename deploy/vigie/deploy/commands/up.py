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
    _stop_on_signals(supervisor)
    supervisor.begin()
    if live:
        with Live(console=shown, refresh_per_second=2, get_renderable=lambda: _table(supervisor)):
            _wait(supervisor)
    else:
        _wait(supervisor)
        shown.print(status_table(supervisor.status(), settings.language))
    supervisor.stop()


def _table(supervisor: Supervisor) -> Table:
    return status_table(supervisor.status(), supervisor.settings.language, title=True)


def _wait(supervisor: Supervisor) -> None:
    while supervisor.alive():
        time.sleep(0.2)


def _stop_on_signals(supervisor: Supervisor) -> None:
    asked: list[int] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        if len(asked) > 1 and number == signal.SIGINT:
            supervisor.kill()  # the second Ctrl-C: who types it cannot wait
        else:
            supervisor.ask_to_stop()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handle)
