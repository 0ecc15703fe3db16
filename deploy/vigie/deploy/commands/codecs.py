"""`vigie codecs`: which there are, whether they give what their makers' examples say, and which version is active."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from vigie.codecs.shelf import Shelf, ShelfError
from vigie.deploy.installation import settings_here
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.terminal_text import cell
from vigie.streams.codec_shelf import shelf_of
from vigie.streams.settings import Settings


@click.group(
    epilog="""\b
    Examples:
      vigie codecs list
      vigie codecs test vectors.json
      vigie codecs shadow elsys 2.0.0
    """
)
def command() -> None:
    """List, test and switch payload codecs."""


@command.command(
    "list",
    epilog="""\b
    Examples:
      vigie codecs list --maker adeunis
      vigie codecs list --json
    """,
)
@click.option("--maker", help="Only codecs of makers whose name holds this.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per version.")
def list_(maker: str | None, *, as_json: bool) -> None:
    """List every version of every codec, with its maker, runner, licence and state."""
    settings = Settings.from_env(os.environ)
    shelf = _shelf(settings)
    french = settings.language == "fr"
    rows = [
        (one.codec, "active" if one.active else "shadow" if one.shadow else "")
        for one in shelf.versions()
        if not maker or maker.lower() in one.codec.maker.lower()
    ]
    if as_json:
        for codec, state in rows:
            click.echo(
                json.dumps(
                    {
                        "id": codec.id, "version": codec.version, "maker": codec.maker, "runner": codec.runner.value,
                        "licence": codec.licence, "hash": codec.hash, "state": state, "source": codec.source,
                        "properties": codec.properties,
                    },
                    ensure_ascii=False,
                )
            )  # fmt: skip
    else:
        from rich.console import Console
        from rich.table import Table

        heads = ("codec", "version", "maker", "runner", "licence", "state")
        table = Table(
            *(("codec", "version", "fabricant", "exécution", "licence", "état") if french else heads), box=None
        )
        for codec, state in rows:
            table.add_row(*map(cell, (codec.id, codec.version, codec.maker, codec.runner.value, codec.licence, state)))
        Console().print(table, markup=False, highlight=False)
    for problem in shelf.problems:
        click.echo(problem, err=True)


@command.command(
    "test",
    epilog="""\b
    Examples:
      vigie codecs test                              # the vectors that each codec brings with it
      vigie codecs test vectors.json                 # a maker's examples against our codecs
      vigie codecs test vectors.json --javascript lorawan-devices/vendor
    """,
)
@click.argument("path", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--javascript", "folder", type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Run the makers' own files, found in this folder by the vectors' vendor and file, instead of our codecs.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: counts, and each example that differs.")
def test(path: Path | None, folder: Path | None, *, as_json: bool) -> None:
    """Compare codecs with examples.

    PATH is a JSON file of examples (or one per line): vendor, codec, index, fport, bytes_hex, recv_time, output with
    data, and perhaps file. Without PATH each codec is held to the vectors that it brings with it.

    Exit code 0 if every example agrees (or is excused, with the reason printed), 17 if one differs.
    """
    from vigie.deploy.codec_trials import Report, own_vectors, published, with_javascript

    settings = Settings.from_env(os.environ)
    if path is None:
        if folder is not None:
            raise click.UsageError("--javascript needs PATH: the examples to run the files with.")
        report: Report = own_vectors(_shelf(settings))
    elif folder is None:
        report = published(path)
    else:
        report = with_javascript(path, folder)
    if as_json:
        click.echo(json.dumps(report.as_data(), ensure_ascii=False))
    else:
        report.show(settings.language)
    if report.failed:
        sys.exit(int(Exit.DIFFERENT))


@command.command(
    "shadow",
    epilog="""\b
    Examples:
      vigie codecs shadow elsys 2.0.0      # let it decode beside the active version
      vigie codecs shadow                  # where they disagreed
      vigie codecs shadow elsys --off
    """,
)
@click.argument("codec_id", required=False, metavar="[CODEC]")
@click.argument("version", required=False)
@click.option("--off", is_flag=True, help="No version of CODEC decodes in shadow any more.")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1), help="Differences shown, the latest.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per difference.")
def shadow(codec_id: str | None, version: str | None, last: int, *, off: bool, as_json: bool) -> None:
    """Let a version decode in shadow, or show where it disagreed with the active one.

    With CODEC and VERSION: that version decodes beside the active one from now on; nothing that it says reaches an
    uplink. With CODEC alone, or nothing: the differences so far.
    """
    from vigie.deploy.codec_differences import show_differences

    if off and version is not None:
        raise click.UsageError("--off stands without VERSION: no version of CODEC looks on any more.")
    settings = Settings.from_env(os.environ)
    shelf = _shelf(settings)
    if version is not None and codec_id is not None:
        with _refusals():
            shelf.shadow(codec_id, version)
        click.echo(_said(settings, "shadow").format(codec=codec_id, version=version))
    elif off:
        if codec_id is None:
            raise click.UsageError("--off needs CODEC.")
        with _refusals():
            shelf.shadow(codec_id, None)
        click.echo(_said(settings, "off").format(codec=codec_id))
    else:
        show_differences(settings_here(), codec_id, last, as_json=as_json)


@command.command(
    "promote",
    epilog="""\b
    Example:
      vigie codecs promote elsys 2.0.0
    """,
)
@click.argument("codec_id", metavar="CODEC")
@click.argument("version")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def promote(codec_id: str, version: str, *, as_json: bool) -> None:
    """Make VERSION the active one of CODEC; it leaves the shadow.

    Running workers take it within seconds. Uplinks decoded before keep the version that decoded them; `vigie replay
    raw` decodes them again.
    """
    settings = Settings.from_env(os.environ)
    shelf = _shelf(settings)
    before = shelf.active().get(codec_id)
    with _refusals():
        shelf.promote(codec_id, version)
    if as_json:
        was = None if before is None else before.version
        click.echo(json.dumps({"codec": codec_id, "version": version, "before": was}))
    else:
        click.echo(_said(settings, "promoted").format(codec=codec_id, version=version))


@command.command(
    "doc",
    epilog="""\b
    Example:
      vigie codecs doc > docs/sensors.md
    """,
)
def doc() -> None:
    """Print the catalogue of supported sensors as Markdown."""
    from vigie.deploy.sensor_catalogue import markdown

    click.echo(markdown(), nl=False)


_SAID = {
    "fr": {
        "shadow": "{codec} {version} décode dans l'ombre ; « vigie codecs shadow {codec} » montre les écarts.",
        "off": "Aucune version de {codec} ne décode plus dans l'ombre.",
        "promoted": "{codec} {version} est la version active.",
    },
    "en": {
        "shadow": "{codec} {version} decodes in shadow; `vigie codecs shadow {codec}` shows the differences.",
        "off": "No version of {codec} decodes in shadow any more.",
        "promoted": "{codec} {version} is the active version.",
    },
}


def _said(settings: Settings, key: str) -> str:
    return _SAID[settings.language][key]


def _shelf(settings: Settings) -> Shelf:
    return shelf_of(settings)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except ShelfError as error:
        raise OperatorError(f"{error}.", Exit.USAGE) from None
