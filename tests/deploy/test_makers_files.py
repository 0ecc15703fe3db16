"""Makers' files as their collections lay them out, tried against examples with `vigie codecs test --javascript`."""

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from vigie.deploy.cli import main
from vigie.deploy.makers_files import MakersFiles

GOOD = "function decodeUplink(input) { return { data: { n: input.bytes[0] } }; }\n"


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(GOOD, "utf-8")


@pytest.mark.parametrize(
    ("files", "asked", "expected"),
    [
        (["vendor/a/x.js", "vendor/b/x.js"], ("b", "the-x", "x.js"), "vendor/b/x.js"),
        (["vendors/a/codecs/x.js", "vendors/b/codecs/x.js"], ("b", "x"), "vendors/b/codecs/x.js"),
        (["vendors/B/codecs/X.js"], ("b", "x"), "vendors/B/codecs/X.js"),
        (["x.js"], ("b", "x"), "x.js"),
        (["distrib/p'o/main.js", "distrib/p'o/main-thingsboard.js"], ("w", "p'o"), "distrib/p'o/main.js"),
        (["w/distrib/p'o/main.js", "w/distrib/q'o/main.js"], ("w", "q'o", "main.js"), "w/distrib/q'o/main.js"),
        (["distrib/p'o/main.js", "distrib/q'o/main.js"], ("w", "q'o", "distrib/q'o/main.js"), "distrib/q'o/main.js"),
        (
            ["node_modules/pk/dist/cli.js", "node_modules/pk/dist/index.js"],
            ("v", "pk"),
            "node_modules/pk/dist/index.js",
        ),
        (["v/x.mjs"], ("v", "x"), "v/x.mjs"),
        (["v/x.cjs"], ("v", "x"), "v/x.cjs"),
        (["a/x.js", "c/x.js"], ("b", "x"), None),
        (["b/q/one.js", "b/q/two.js"], ("b", "q"), None),
    ],
)
def test_a_file_is_found_where_its_collection_puts_it(tmp_path: Path, files, asked, expected):
    write(tmp_path, *files)
    assert MakersFiles(tmp_path).find(*asked) == (tmp_path / expected if expected else None)


def test_five_hundred_files_do_not_start_five_hundred_processes(tmp_path: Path):
    examples = []
    for n in range(500):
        write(tmp_path, f"vendor/v{n % 20}/c{n}.js")
        own = {"vendor": f"v{n % 20}", "codec": f"c{n}", "bytes_hex": "05", "recv_time": "2026-11-25T10:00:00Z"}
        examples += [own | {"index": place, "output": {"data": {"n": 5}}} for place in range(3)]
    vectors = tmp_path / "vectors.json"
    vectors.write_text(json.dumps(examples), "utf-8")
    started = time.monotonic()
    done = CliRunner().invoke(main, ["codecs", "test", str(vectors), "--javascript", str(tmp_path), "--json"])
    assert json.loads(done.output)["outcomes"] == {"equal": 1500}
    assert time.monotonic() - started < 20


def test_a_file_that_hangs_costs_its_own_examples_only(tmp_path: Path):
    write(tmp_path, "v/a.js", "v/b.js")
    (tmp_path / "v/bad.js").write_text("function decodeUplink() { while (true); }", "utf-8")
    vectors = tmp_path / "vectors.json"
    own = [
        {"vendor": "v", "codec": codec, "bytes_hex": "05", "output": {"data": {"n": 5}}} for codec in ("a", "bad", "b")
    ]
    vectors.write_text(json.dumps(own), "utf-8")
    done = CliRunner().invoke(main, ["codecs", "test", str(vectors), "--javascript", str(tmp_path), "--json"])
    assert json.loads(done.output)["outcomes"] == {"equal": 2, "unequal": 1}
    assert done.exit_code == 17


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "holds no examples"), (b"[]", "holds no examples"), (b"[" * 100_000, "as JSON"), (b"\xff", "as JSON")],
)
def test_a_file_without_examples_is_no_success(tmp_path: Path, content: bytes, says: str):
    (tmp_path / "vectors.json").write_bytes(content)
    done = CliRunner().invoke(main, ["codecs", "test", str(tmp_path / "vectors.json")])
    assert done.exit_code == 2, done.output
    assert says in done.output


def test_names_of_examples_command_no_terminal(tmp_path: Path):
    vectors = tmp_path / "vectors.json"
    one = {"vendor": "v\x1b[2J[/red]", "codec": "c\x07", "bytes_hex": "05", "output": {"data": {"n": 5}}}
    vectors.write_text(json.dumps([one]), "utf-8")
    done = CliRunner().invoke(main, ["codecs", "test", str(vectors), "--javascript", str(tmp_path)])
    assert done.exit_code == 17, done.output
    assert not set(done.output) & {"\x1b", "\x07"}
