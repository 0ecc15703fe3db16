"""`vigie nab`: the detector of novelty on the Numenta Anomaly Benchmark."""

import json
import sys
from pathlib import Path

import click

from vigie.deploy.operator_error import Exit

_FILE_WIDTH = 160


@click.command(
    epilog="""\b
    Examples:
      vigie nab --data ../NAB                  # a clone of github.com/numenta/NAB: scores, then a line per file
      vigie nab --data nab --json              # one JSON object per detector, then one per file
      vigie nab --file 'Twitter_*' --told      # what was told of these files, and why
    """
)
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A clone of numenta/NAB, or a folder with series and combined_windows.json. [default: ../shared/data/nab]",
)
@click.option("--file", "pattern", default="*", show_default=True, help="Only these files, as in a shell.")
@click.option("--told", is_flag=True, help="Each detection by the standard profile, with what it rests on, instead.")
@click.option("--json", "as_json", is_flag=True, help="JSON objects, one per line, and nothing else.")
@click.option("--markdown", "as_markdown", is_flag=True, help="The tables as docs/nab.md holds them.")
def command(data: Path | None, pattern: str, *, told: bool, as_json: bool, as_markdown: bool) -> None:
    """Score the detector of novelty as the Numenta Anomaly Benchmark does, beside a windowed Gaussian and chance.

    Each series is read value by value, as a stream; nothing of the detector is set by file, and one threshold per
    profile holds for all files. Needs no running installation. Exit code 0 if standard ≥ 60, low FP ≥ 50 and low FN ≥
    65 are reached or only some files were asked for, 17 if not.
    """
    from rich.console import Console

    from vigie.deploy.nab import corpus, table
    from vigie.deploy.nab.measured import detections, measure

    read = corpus.read(data or corpus.found_folder(), pattern)
    if read.missing:
        click.echo(f"labelled, but not in the folder, and left out: {', '.join(read.missing)}", err=True)
    found = measure(read)
    standard = found[0].bests[0]
    if told:
        lines = [[*table.told(one.name, detections(one, standard.threshold))] for one in read.series]
        tables = [[lines[0][0], *(line for part in lines for line in part[1:])]]
    else:
        tables = [table.totals(found), table.files(read, found[0])]
    if as_json:
        objects = (
            [dict(zip(tables[0][0], line, strict=True)) for line in tables[0][1:]]
            if told
            else table.as_json(read, found)
        )
        for one in objects:
            click.echo(json.dumps(one, ensure_ascii=False))
    elif as_markdown:
        click.echo("\n\n".join(table.markdown(one) for one in tables))
    else:
        console = Console(width=None if sys.stdout.isatty() else _FILE_WIDTH)
        for lines_ in tables:
            console.print(table.terminal(lines_))
    promised = [(best.score, table.PROMISED.get(best.profile, 0.0)) for best in found[0].bests]
    if pattern == "*" and not told and any(score < least for score, least in promised):
        sys.exit(int(Exit.DIFFERENT))
