"""`vigie down`: stop what runs on this data folder."""

import os
import signal
import time

import click

from vigie.deploy.console_words import say
from vigie.deploy.installation import end_orphans, holder
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings


@click.command(epilog="\b\nExample:\n  VIGIE_DATA=/srv/vigie vigie down")
@click.option("--timeout", "timeout_s", default=180, show_default=True, help="Seconds to wait.")
def command(*, timeout_s: int) -> None:
    """Stop the `vigie up` of this data folder and wait until everything has ended.

    Exit code 0 also when nothing runs; 14: it did not end in time.
    """
    settings = Settings.from_env(os.environ)
    pid = holder(settings.data)
    if not pid:
        end_orphans(settings.data)
        click.echo(say(settings.language, "nothing_runs", data=settings.data))
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + timeout_s
    while holder(settings.data) == pid:
        if time.monotonic() > deadline:
            late = say(settings.language, "not_ended", pid=pid, limit_s=timeout_s, logs=settings.data / "logs")
            raise OperatorError(late, Exit.NOT_READY)
        time.sleep(0.1)
    click.echo(say(settings.language, "stopped", pid=pid))
