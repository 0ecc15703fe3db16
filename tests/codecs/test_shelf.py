"""Versions of codecs: which there are, which decodes, which looks on, and that it is kept."""

import json
import os

import pytest

from vigie.codecs.decoder import Runner as RunBy
from vigie.codecs.registry import codecs
from vigie.codecs.shelf import Shelf, ShelfError

AT = 1_795_600_800_123
OWN = "elsys"


def add(folder, name, **papers):
    where = folder / name
    where.mkdir(parents=True, exist_ok=True)
    script = papers.pop("script", "function decodeUplink(i) { return { data: { n: i.bytes.length } } }")
    (where / "x.js").write_text(script)
    papers = {"id": name, "version": "1", "maker": "M", "source": "s", "licence": "MIT", "file": "x.js", **papers}
    (where / "codec.toml").write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in papers.items()))
    return where


@pytest.fixture
def folder(tmp_path):
    add(tmp_path, "new-1.9", id="new", version="1.9", models=["N1"])
    add(tmp_path, "new-1.10", id="new", version="1.10")
    add(tmp_path, "own", id=OWN, version="makers-3")
    return tmp_path


def chosen(shelf):
    return {one.codec.id: one.codec.version for one in shelf.versions() if one.active}


def test_without_a_folder_there_are_the_native_codecs():
    shelf = Shelf.load()
    assert shelf.active() == codecs()
    assert shelf.shadows() == {}
    assert shelf.problems == []
    assert not shelf.changed()
    with pytest.raises(ShelfError, match="no codec folder"):
        shelf.promote(OWN, codecs()[OWN].version)


def test_native_is_active_and_else_the_highest(folder):
    shelf = Shelf.load(folder)
    assert shelf.problems == []
    active = shelf.active()
    assert active[OWN] is codecs()[OWN]
    assert active["new"].version == "1.10"
    assert set(active) == {*codecs(), "new"}
    assert [(one.codec.version, one.active, one.models) for one in shelf.versions() if one.codec.id == "new"] == [
        ("1.9", False, ("N1",)),
        ("1.10", True, ()),
    ]


def test_promote_is_kept_and_ends_the_shadow(folder):
    shelf = Shelf.load(folder)
    shelf.shadow(OWN, "makers-3")
    assert shelf.shadows()[OWN].version == "makers-3"
    assert shelf.shadows()[OWN].runner is RunBy.JAVASCRIPT
    assert Shelf.load(folder).shadows()[OWN].version == "makers-3"
    shelf.promote(OWN, "makers-3")
    shelf.promote("new", "1.9")
    for one in (shelf, Shelf.load(folder)):
        assert (one.active()[OWN].version, one.active()["new"].version) == ("makers-3", "1.9")
        assert one.shadows() == {}
        assert one.problems == []
    shelf.promote(OWN, codecs()[OWN].version)
    assert Shelf.load(folder).active()[OWN] is codecs()[OWN]
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == ["active.toml"], "nothing half-written"
    assert (folder / "active.toml").stat().st_mode & 0o777 == 0o644


def test_a_shadow_is_taken_away(folder):
    shelf = Shelf.load(folder)
    shelf.shadow("new", "1.9")
    shelf.shadow("new", None)
    assert Shelf.load(folder).shadows() == {}


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (lambda shelf: shelf.promote("none", "1"), "There is no codec 'none'"),
        (lambda shelf: shelf.promote("new", "2"), "There is no new '2'; there is 1.9, 1.10"),
        (lambda shelf: shelf.shadow("new", "1.10"), "is the active version"),
        (lambda shelf: shelf.shadow("none", None), "There is no codec 'none'"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(folder, ask, why):
    shelf = Shelf.load(folder)
    before = chosen(shelf)
    with pytest.raises(ShelfError, match=why):
        ask(shelf)
    assert chosen(shelf) == before
    assert not (folder / "active.toml").exists()


def test_a_broken_entry_does_not_take_the_others_away(folder):
    add(folder, "broken", style="odd")
    (folder / "empty").mkdir()
    add(folder, "twice", id="new", version="1.9")
    add(folder, "clash", id=OWN, version=codecs()[OWN].version)
    (folder / ".hidden").mkdir()
    (folder / "active.toml").write_text(
        '[active]\nnone = "1"\nnew = "7"\nelsys = "makers-3"\n[shadow]\nelsys = "makers-3"\nnew = "1.9"\n'
    )
    shelf = Shelf.load(folder)
    assert len(shelf.problems) == 7
    text = "\n".join(shelf.problems)
    for part in (
        "style is 'odd'",
        "empty/codec.toml",
        "name another version",
        "this program's own",
        "'none' '1'",
        "'new' '7'",
    ):
        assert part in text
    assert "elsys makers-3 is active, so it cannot look on" in text
    assert shelf.active()["new"].version == "1.10"
    assert shelf.active()[OWN].version == "makers-3"
    assert {name: one.version for name, one in shelf.shadows().items()} == {"new": "1.9"}


@pytest.mark.parametrize("text", ["[active", "active = 1\n", "\xff"])
def test_choices_that_cannot_be_read(folder, text):
    (folder / "active.toml").write_bytes(text.encode("latin-1"))
    shelf = Shelf.load(folder)
    assert len(shelf.problems) == 1
    assert shelf.active()[OWN] is codecs()[OWN]


def test_a_folder_that_is_none(tmp_path):
    shelf = Shelf.load(tmp_path / "absent")
    assert "is no folder" in shelf.problems[0]
    assert shelf.active() == codecs()


def test_changed(folder):
    shelf = Shelf.load(folder)
    assert not shelf.changed()
    Shelf.load(folder).promote("new", "1.9")
    assert shelf.changed()
    shelf = Shelf.load(folder)
    assert not shelf.changed()
    (folder / "new-1.9/x.js").write_text("function decodeUplink() { return { data: {} } }")
    assert shelf.changed()
    shelf = Shelf.load(folder)
    add(folder, "another")
    assert shelf.changed()
    shelf = Shelf.load(folder)
    os.utime(folder / "own/codec.toml", (1, 1))
    assert shelf.changed()


def test_makers_codecs_decode_and_a_file_that_cannot_be_loaded_is_found(folder):
    add(folder, "wrong", script="function (")
    shelf = Shelf.load(folder)
    try:
        assert shelf.problems == []
        (found,) = shelf.check()
        assert "wrong/codec.toml: wrong 1 failed: SyntaxError" in found
        assert shelf.active()["new"].decode(b"123", 1, AT).extras == {"n": "3"}
        one = shelf.active()["new"].batch([(b"1", 1, AT), (b"12", 1, AT)])
        assert [found.extras["n"] for found in one] == ["1", "2"]
    finally:
        shelf.close()


def test_models_and_files_of_any_name_are_seen(folder):
    """A worker looks at `changed` only: a file that it overlooks is a codec that never comes."""
    for name in ("models.toml", "dist.cjs"):
        shelf = Shelf.load(folder)
        (folder / "own" / name).write_text("# new")
        assert shelf.changed(), name
        shelf = Shelf.load(folder)
        (folder / "own" / name).write_text("# another one")
        assert shelf.changed(), name


def test_a_file_that_is_just_being_written_leaves_the_codec_as_it_was(folder):
    first = Shelf.load(folder)
    first.promote(OWN, "makers-3")
    papers = (folder / "own/codec.toml").read_text()
    for half in ("", papers[:30], 'id = ["'):
        (folder / "own/codec.toml").write_text(half)
        then = Shelf.load(folder, before=first)
        assert then.active()[OWN].version == "makers-3"
        assert then.active()[OWN].file == str(folder / "own/x.js")
        assert "own/codec.toml" in then.problems[0]
        assert "elsys makers-3 goes on as it was read before" in then.problems[0]
    assert Shelf.load(folder, before=then).active()[OWN].version == "makers-3", "also the second time"
    (folder / "own/codec.toml").unlink()
    assert Shelf.load(folder, before=then).active()[OWN] is codecs()[OWN], "what was taken away is away"


def test_choices_that_are_just_being_written_leave_the_versions_as_they_were(folder):
    first = Shelf.load(folder)
    first.promote(OWN, "makers-3")
    first.shadow("new", "1.9")
    (folder / "active.toml").write_text("[active")
    then = Shelf.load(folder, before=first)
    assert then.active()[OWN].version == "makers-3"
    assert then.shadows()["new"].version == "1.9"
    assert "as before" in then.problems[0]


def test_a_choice_of_what_cannot_be_used_today_is_not_forgotten(folder):
    Shelf.load(folder).promote(OWN, "makers-3")
    papers = (folder / "own/codec.toml").read_text()
    (folder / "own/codec.toml").write_text("id = [")
    Shelf.load(folder).promote("new", "1.9")
    (folder / "own/codec.toml").write_text(papers)
    shelf = Shelf.load(folder)
    assert shelf.active()[OWN].version == "makers-3"
    assert shelf.active()["new"].version == "1.9"
    (folder / "own/codec.toml").write_text("id = [")
    Shelf.load(folder).promote(OWN, codecs()[OWN].version)
    (folder / "own/codec.toml").write_text(papers)
    assert Shelf.load(folder).active()[OWN] is codecs()[OWN], "another choice takes its place"


def test_what_no_reader_should_wait_for_or_fall_over(folder):
    """All of it is one sentence each: the worker that looks at the folder decodes for everybody."""
    for name in ("pipe", "device", "deep", "nul", "pipe-js"):
        add(folder, name)
    for path in (folder / "pipe/codec.toml", folder / "device/codec.toml", folder / "pipe-js/x.js"):
        path.unlink()
    os.mkfifo(folder / "pipe/codec.toml")
    os.mkfifo(folder / "pipe-js/x.js")
    (folder / "device/codec.toml").symlink_to("/dev/zero")
    (folder / "deep/codec.toml").write_text("a = " + "[" * 100_000)
    (folder / "nul/codec.toml").write_text((folder / "nul/codec.toml").read_text() + 'after = "a\\u0000"\n')
    shelf = Shelf.load(folder)
    assert sorted(one.partition("/codec.toml")[0].rpartition("/")[2] for one in shelf.problems) == [
        "deep", "device", "nul", "pipe", "pipe-js"
    ]  # fmt: skip
    assert "regular file" in "".join(shelf.problems)
    assert shelf.active()["new"].version == "1.10"


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "codecs").write_text("x")
    shelf = Shelf.load(tmp_path / "codecs")
    assert "is no folder" in shelf.problems[0]
    assert not shelf.changed()
    with pytest.raises(ShelfError, match="cannot be written"):
        shelf.promote(OWN, codecs()[OWN].version)
