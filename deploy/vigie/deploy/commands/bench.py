"""`vigie bench`: measure, print one JSON object per figure, and keep it."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import click

FOLDER = Path(__file__).resolve().parents[4] / "bench"


def _modules() -> dict[str, Path]:
    return {path.stem: path for path in sorted(FOLDER.glob("*.py")) if "def figures(" in path.read_text("utf-8")}


def _load(path: Path) -> ModuleType:
    sys.path.insert(0, str(FOLDER))
    spec = importlib.util.spec_from_file_location(f"bench_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@click.command(
    epilog="""\b
    Example:
      vigie bench decode          # one benchmark
      vigie bench all --json      # all of them, one JSON object per figure
    """
)
@click.argument("name", default="all")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per figure and nothing else.")
def command(name: str, *, as_json: bool) -> None:
    """Measure NAME (or all) and append each figure to bench/results.jsonl.

    Works from a checkout of the project, where bench/ stands. Exit code 1: a benchmark failed; 2: no such name.
    """
    found = _modules()
    if not found:
        raise click.UsageError("No benchmark here: run this from a checkout of the project")
    if name != "all" and name not in found:
        raise click.UsageError(f"No benchmark is named {name!r}: there are {', '.join(found)}, all")
    for chosen in found if name == "all" else [name]:
        if not as_json:
            click.echo(f"{chosen} …", err=True)
        _run(_load(found[chosen]), as_json=as_json)


def _run(module: Any, *, as_json: bool) -> None:
    keep = sys.modules["figures"].keep if "figures" in sys.modules else importlib.import_module("figures").keep
    figures: Iterator[Any] = module.figures()
    for figure in figures:
        line = keep(figure)
        ratio = f"  ({figure.ratio:.2f} x {figure.ratio_to})" if figure.ratio is not None else ""
        click.echo(
            line if as_json else f"  {figure.name:<46} {figure.value:>12,.1f} {figure.unit}{ratio}  {figure.note}"
        )
