"""`vigie replay raw`: decode what was received a period ago again, under a replay number."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager

import click

from vigie.deploy import replays
from vigie.deploy.installation import settings_here
from vigie.deploy.instants_typed import typed_instant
from vigie.deploy.replay_number import next_number
from vigie.deploy.replay_report import COLON, devices_line
from vigie.streams.settings import Settings


@click.group(
    epilog="""\b
    Examples:
      vigie replay raw --from 2026-03-02 --to "2026-03-03 12:00"
      vigie replay raw --device eui:24e124136b000001 --from 2026-03-02
    """
)
def command() -> None:
    """Decode again what was decoded wrongly."""


@command.command(
    "raw",
    epilog="""\b
    Example:
      vigie replay raw --device eui:24e124136b000001 --from 2026-03-02 --to 2026-03-03
    """,
)
@click.option("--device", help="Only this device id, such as eui:24e124136b000001; default: all.")
@click.option("--from", "since", required=True, help="Bodies that arrived at or after this legal time.")
@click.option("--to", "until", help="Bodies that arrived before this legal time; default: all.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken up, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def raw(device: str | None, since: str, until: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Decode the bodies of a period again, after a codec or a model was corrected.

    The same uplinks come out under a higher revision and take the place of what stood there.

    With nothing to do it says so.
    """
    settings = settings_here()
    chosen = replays.Chosen(
        device=device, since_at=typed_instant(since, settings), until_at=typed_instant(until, settings)
    )
    asyncio.run(_replay(settings, chosen, dry_run=dry_run, as_json=as_json))


async def _replay(settings: Settings, chosen: replays.Chosen, *, dry_run: bool, as_json: bool) -> None:
    number, sent, incomplete = None, 0, 0
    devices: Counter[str] = Counter()
    replay: replays.Replay | None = None
    with _progress(settings, shown=not as_json) as tell:
        async with AsyncExitStack() as stack:
            async for body in replays.raw_bodies(settings, settings.kafka, chosen):
                if not body.value:
                    incomplete += 1
                    continue
                sent += 1
                devices[(body.key or b"").decode("utf-8", "backslashreplace")] += 1
                tell(sent)
                if dry_run:
                    continue
                if replay is None:  # the number is taken once it is known that there is something to do
                    number = next_number(settings)
                    replay = await stack.enter_async_context(replays.Replay(settings, settings.kafka, number))
                await replay.send(body)
    if as_json:
        found = {"replay": number, "bodies": sent, "devices": devices, "left_out": {"incomplete": incomplete}}
        click.echo(json.dumps(found))
        return
    french = settings.language == "fr"
    colon = COLON[settings.language]
    if not sent:
        click.echo("Rien à reprendre." if french else "Nothing to take up.")
    else:
        done = (
            (f"reprise n° {number}" if french else f"replay {number}")
            if number
            else ("à blanc" if french else "dry run")
        )
        click.echo(f"{done}{colon} {sent} {'corps' if french else 'bodies'}")
        click.echo(devices_line(devices, settings.language))
    if incomplete:
        left = "Laissées de côté, corps trop grands" if french else "Left out, bodies too large"
        click.echo(f"{left}{colon} {incomplete}")


@contextmanager
def _progress(settings: Settings, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """A counter on the terminal of the error output, else nothing."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = SpinnerColumn(), TextColumn("{task.description} {task.completed}"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not shown or not console.is_terminal) as bar:
        task = bar.add_task("corps lus" if settings.language == "fr" else "bodies read", total=None)
        yield lambda count: bar.update(task, completed=count) if count % 500 == 0 else None
