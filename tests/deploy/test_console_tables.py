"""Tables of codecs and dead letters: places stand whole, and nobody else's text commands the terminal."""

import asyncio
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from vigie.deploy import codec_differences
from vigie.deploy.cli import main
from vigie.deploy.dead_letter_text import full_text, table
from vigie.streams.settings import Settings
from vigie.topics.codec_difference import CodecDifference
from vigie.topics.dead_letter import DeadLetter

EVIL = "\x1b[2J[/red]\x07\n"


def letter(offset: int, **changes: object) -> DeadLetter:
    values: dict[str, object] = {
        "step": "decode", "topic": "raw.cellular", "partition": 11, "offset": offset, "key": EVIL.encode(),
        "headers": {EVIL: EVIL}, "reason": "no_codec", "message": EVIL * 5, "traceback": EVIL, "ingested_at": 0,
        "body_size": 7, "body_hash": "0" * 64, "body": EVIL.encode(), "replayed_as": None,
    }  # fmt: skip
    return DeadLetter(**(values | changes))  # type: ignore[arg-type]


def test_the_place_of_a_letter_can_be_copied_from_a_narrow_terminal():
    out = io.StringIO()
    letters = [letter(1), letter(123456789)]
    Console(file=out, width=60).print(table(letters, Settings()), markup=False, highlight=False)
    assert "raw.cellular/11/123456789" in out.getvalue()
    assert not set(out.getvalue()) & {"\x1b", "\x07"}


def test_a_letter_shown_whole_commands_no_terminal():
    assert not set(full_text(letter(1), Settings())) & {"\x1b", "\x07"}


def test_differences_command_no_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    one = CodecDifference(
        codec="c", active="1", shadow="2", device="src:" + EVIL, uplink="0" * 32, ingested_at=0, f_port=1, payload="01",
        active_says={EVIL: "[/blue]"}, shadow_says={EVIL: EVIL},
    )  # fmt: skip

    async def found(*_: object) -> list[CodecDifference]:
        await asyncio.sleep(0)
        return [one]

    monkeypatch.setattr(codec_differences, "differences", found)
    codec_differences.show_differences(Settings(), None, 20, as_json=False)
    said = capsys.readouterr().out
    assert "[/blue]" in said
    assert not set(said) & {"\x1b", "\x07"}


def test_brackets_in_a_makers_name_are_no_markup(tmp_path: Path):
    own = tmp_path / "codecs" / "one"
    own.mkdir(parents=True)
    papers = {"id": "one", "version": "1", "maker": "[/red]", "source": "s", "licence": "[bold]", "file": "x.js"}
    (own / "codec.toml").write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in papers.items()))
    (own / "x.js").write_text("function decodeUplink() { return { data: {} } }")
    environment = {"VIGIE_CODECS": str(own.parent), "COLUMNS": "160"}
    done = CliRunner().invoke(main, ["codecs", "list", "--maker", "red"], env=environment)
    assert done.exit_code == 0, done.output
    assert "[/red]" in done.output
    assert "[bold]" in done.output
