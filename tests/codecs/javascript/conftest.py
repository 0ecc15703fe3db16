"""Codec folders written by tests, and a runner for all of them."""

import contextlib
import hashlib
import json
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from real_parts import require_part

from vigie.codecs.javascript.codec_file import CodecFile
from vigie.codecs.javascript.runner import Runner
from vigie.codecs.javascript.try_file import Trial
from vigie.streams.settings import Settings

PAPERS = {"id": "ours", "version": "1", "maker": "Ours", "source": "this test", "licence": "Apache-2.0", "file": "x.js"}


@pytest.fixture(scope="module")
def runner():
    with Runner() as one:
        yield one


@pytest.fixture
def write_codec(tmp_path):
    """write(javascript, tables, folder=..., **papers) -> the folder of a codec."""

    def write(script, tables="", folder="ours", **papers):
        where = tmp_path / folder
        where.mkdir(exist_ok=True)
        (where / "x.js").write_text(script, "utf-8")
        lines = [f"{key} = {json.dumps(value)}" for key, value in {**PAPERS, **papers}.items() if value is not None]
        (where / "codec.toml").write_text("\n".join(lines) + "\n" + tables, "utf-8")
        return where

    return write


@pytest.fixture
def codec(write_codec, runner):
    """codec(javascript, tables, **papers) -> a codec that is executed."""
    return lambda script, tables="", **papers: CodecFile.read(write_codec(script, tables, **papers)).codec(runner)


@pytest.fixture
def trial(tmp_path, runner):
    """trial(javascript) -> the file tried as it is."""

    def of(script, **options):
        path = tmp_path / f"tried-{len(list(tmp_path.iterdir()))}.js"
        path.write_text(script, "utf-8")
        return Trial(path, runner, **options)

    return of


def npm_package(name: str, version: str, sha256: str) -> Path:
    """The unpacked folder of a package, fetched once into the cache of the project by npm, with npm's own settings."""
    where = Settings().cache / "npm" / f"{name.replace('/', '-').lstrip('@')}-{version}"
    if (where / "package.json").is_file():
        return where
    where.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=where.parent) as folder:
        try:
            packed = subprocess.run(
                ["npm", "pack", f"{name}@{version}", "--silent"],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=120,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            packed = subprocess.CompletedProcess([], 1, "", str(error))
        why = packed.stderr.strip().splitlines()[-1:] or ["npm pack failed"]
        require_part(f"{name} {version} from npm", packed.returncode == 0, why[0])
        (archive,) = Path(folder).glob("*.tgz")
        assert hashlib.sha256(archive.read_bytes()).hexdigest() == sha256, (
            f"{archive.name} is not the one that was read"
        )
        with tarfile.open(archive) as content:
            content.extractall(folder, filter="data")
        with contextlib.suppress(OSError):  # another test process was quicker
            Path(folder, "package").rename(where)
    return where


@pytest.fixture(scope="session")
def adeunis():
    return npm_package("@adeunis/codecs", "1.6.1", "06967c3581e0d72f2e53281a445bdde7788c66e5cfd5d1a63e446e18395e719b")
