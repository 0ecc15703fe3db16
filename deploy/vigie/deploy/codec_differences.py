"""Where codecs in shadow disagreed with the active ones, from the topic `codec-differences`."""

import asyncio
import json
from collections import Counter

import click
import msgspec

from vigie.deploy.replay_report import shown
from vigie.deploy.replays import records
from vigie.deploy.terminal_text import cell
from vigie.serving.wording import local_text
from vigie.streams.settings import Settings
from vigie.topics import codec_difference
from vigie.topics.codec_difference import CodecDifference


async def differences(settings: Settings, codec: str | None) -> list[CodecDifference]:
    """The differences that the topic holds, by arrival; None for all codecs."""
    found = [
        codec_difference.decode(record.value)
        async for record in records(settings, settings.kafka, ["codec-differences"])
    ]
    return sorted((one for one in found if codec in (None, one.codec)), key=lambda one: one.ingested_at)


def show_differences(settings: Settings, codec: str | None, last: int, *, as_json: bool) -> None:
    """Print how many there are by codec and versions, and the latest of them field by field."""
    found = asyncio.run(differences(settings, codec))
    if as_json:
        for one in found[-last:]:
            click.echo(json.dumps(msgspec.to_builtins(one), ensure_ascii=False))
        return
    french = settings.language == "fr"
    if not found:
        click.echo("Aucun écart." if french else "No difference.")
        return
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for (name, active, shadow), many in Counter((one.codec, one.active, one.shadow) for one in found).most_common():
        word = "écarts" if french else "differences"
        console.print(f"{name} {active} / {shadow}: {many} {word}", markup=False, highlight=False)
    heads = ("arrivée", "capteur", "charge utile", "champ", "active", "ombre")
    table = Table(*(heads if french else ("arrival", "device", "payload", "field", "active", "shadow")), box=None)
    for one in found[-last:]:
        at = local_text(one.ingested_at, settings.timezone, settings.language)
        first = cell(at), cell(shown(one.device)), cell(one.payload, 40)
        for name in sorted(one.active_says.keys() | one.shadow_says.keys()):
            left, right = one.active_says.get(name, "–"), one.shadow_says.get(name, "–")
            if left != right:
                table.add_row(*first, cell(name, 80), cell(left, 80), cell(right, 80))
                first = cell(""), cell(""), cell("")
    console.print(table, markup=False, highlight=False)
