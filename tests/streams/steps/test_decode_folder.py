"""The codec folder of a running worker: what is dropped into it comes, what is broken there changes nothing."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from vigie.streams.settings import Settings
from vigie.streams.steps.decode import Folder

PAPERS = 'id = "t1"\nversion = "VERSION"\nmaker = "M"\nsource = "s"\nlicence = "MIT"\nfile = "x.js"\n'
MODEL = '[[model]]\nprofile = "T1 profile"\nname = "NAME"\ncodec = "t1"\n'


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "codecs" / "t1"
    folder.mkdir(parents=True)
    (folder / "x.js").write_text("function decodeUplink(i) { return { data: { n: i.bytes.length } } }")
    (folder / "codec.toml").write_text(PAPERS.replace("VERSION", "1"))
    (folder / "models.toml").write_text(MODEL.replace("NAME", "first"))
    return folder


@pytest.fixture
def folder(own: Path):
    found = Folder(replace(Settings(), codecs=own.parent))
    yield found
    found.shelf.close()


def test_a_models_file_that_is_changed_alone_is_read(folder, own):
    assert folder.refresh() is None
    (own / "models.toml").write_text(MODEL.replace("NAME", "second"))
    _, models = folder.refresh()
    assert models.find("T1 profile", None).name == "second"
    assert folder.refresh() is None


def test_a_broken_models_file_does_not_keep_a_codec_back(folder, own):
    (own / "models.toml").write_text("broken [")
    (own / "codec.toml").write_text(PAPERS.replace("VERSION", "2"))
    shelf, models = folder.refresh()
    assert models is None
    assert shelf.active()["t1"].version == "2"
    (own / "models.toml").write_text(MODEL.replace("NAME", "second"))
    _, models = folder.refresh()
    assert models.find("T1 profile", None).name == "second"


def test_a_broken_codec_file_goes_on_as_it_was(folder, own, caplog):
    (own / "codec.toml").write_text("id = [")
    shelf, _ = folder.refresh()
    assert shelf.active()["t1"].decode(b"12", 1, 0).extras == {"n": "2"}
    assert "goes on as it was read before" in caplog.text


def test_a_pipe_and_a_hidden_folder_hold_no_models(folder, own):
    (own.parent / "pipe").mkdir()
    os.mkfifo(own.parent / "pipe" / "models.toml")
    (own.parent / ".git").mkdir()
    (own.parent / ".git" / "models.toml").write_text("broken [")
    _, models = folder.refresh()
    assert models.find("T1 profile", None).name == "first"


def test_a_folder_that_is_a_file_is_told(tmp_path, caplog):
    (tmp_path / "codecs").write_text("x")
    found = Folder(replace(Settings(), codecs=tmp_path / "codecs"))
    assert found.refresh() is None
    assert "is no folder" in caplog.text
