"""`vigie recompute --baselines`: asks the role for baselines now, and waits until they are published."""

import json
import time

import click

from vigie.deploy.opened_database import told
from vigie.deploy.recompute_words import WORDS
from vigie.streams.settings import Settings
from vigie.streams.sinks.baseline_runs import Run, ask, run_of
from vigie.streams.sinks.database import connect_to_write

LOOK_S = 0.5
WAITS_S = 60.0
"""After so long somebody is told where to look."""


def make_baselines(settings: Settings, *, wait: bool, as_json: bool) -> None:
    """Ask, and wait if wanted."""
    words = WORDS[settings.language]
    with told(settings), connect_to_write(settings) as connection:
        number = ask(connection)
        if not as_json:
            click.echo(words["baselines_asked"].format(number=number))
        found, began, warned = run_of(connection, number), time.monotonic(), False
        try:
            while wait and found is not None and found.made_at is None:
                if not warned and time.monotonic() - began > WAITS_S:
                    warned = True
                    click.echo(words["baselines_wait"], err=True)
                time.sleep(LOOK_S)
                found = run_of(connection, number)
        except KeyboardInterrupt:
            click.echo(words["baselines_left"].format(number=number), err=True)
            raise click.Abort from None
    _told(found, number, words, as_json=as_json)


def _told(found: Run | None, number: int, words: dict[str, str], *, as_json: bool) -> None:
    done = found is not None and found.made_at is not None
    points, series = (found.points, found.series) if found is not None else (0, 0)
    if as_json:
        state = "done" if done else "asked"
        click.echo(json.dumps({"request": number, "state": state, "points": points, "series": series}))
    elif done:
        click.echo(words["baselines_done"].format(points=points, series=series))
