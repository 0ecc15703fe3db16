"""The jar cache: a damaged or half file is fetched again, a wrong one is refused."""

import shutil
from pathlib import Path

import pytest

from vigie.deploy.embedded import jars
from vigie.deploy.embedded.jars import is_sound, provide_jars, read_lock
from vigie.deploy.operator_error import Exit, OperatorError

SMALL = "org.slf4j:slf4j-simple:1.7.36"


@pytest.fixture
def one_jar(tmp_path: Path) -> Path:
    line = next(line for line in jars.LOCK.read_text().splitlines() if line.startswith(SMALL))
    lock = tmp_path / "one.lock"
    lock.write_text(line + "\n")
    return lock


def test_every_line_is_pinned_by_sha256() -> None:
    locked = read_lock()
    assert {"kafka_2.13", "slf4j-simple", "zstd-jni"} <= {jar.name for jar in locked}
    assert all(len(bytes.fromhex(jar.sha256)) == 32 for jar in locked)
    assert len({jar.file_name for jar in locked}) == len(locked), "two jars would share a file"


def test_a_damaged_jar_is_fetched_again(one_jar: Path, tmp_path: Path) -> None:
    (path,) = provide_jars(tmp_path / "cache", lock=one_jar)
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:-1] + b"!", b""):
        path.write_bytes(damaged)
        assert provide_jars(tmp_path / "cache", lock=one_jar) == [path]
        assert path.read_bytes() == whole
    assert not list(path.parent.glob("fetching-*")), "nothing half-done stays"


def test_what_is_fetched_again_is_named(one_jar: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (path,) = provide_jars(tmp_path / "cache", lock=one_jar)
    assert capsys.readouterr().err.startswith("Fetching 1 jars of Apache Kafka, once (43 MB)\n")
    path.write_bytes(b"")
    provide_jars(tmp_path / "cache", lock=one_jar)
    said = "Fetching 1 of 1 jars of Apache Kafka, 1 damaged and 0 missing: slf4j-simple-1.7.36.jar\n"
    assert capsys.readouterr().err.startswith(said)


def test_another_file_than_the_pinned_one_is_refused(one_jar: Path, tmp_path: Path) -> None:
    one_jar.write_text(f"{SMALL} sha256:{'0' * 64}\n")
    with pytest.raises(OperatorError, match=r"slf4j-simple:1\.7\.36 arrived with another SHA-256") as caught:
        provide_jars(tmp_path / "cache", lock=one_jar)
    assert caught.value.exit_code == Exit.DOWNLOAD
    assert not list((tmp_path / "cache").rglob("*.jar"))


def test_a_jar_that_cannot_be_fetched_is_a_sentence(one_jar: Path, tmp_path: Path) -> None:
    one_jar.write_text(f"org.slf4j:slf4j-simple:0.0.0-never sha256:{'0' * 64}\n")
    with pytest.raises(OperatorError, match=r"slf4j-simple:0\.0\.0-never could not be downloaded.*Check the network"):
        provide_jars(tmp_path / "cache", lock=one_jar)


def test_a_full_disk_is_named_before_the_download(
    one_jar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(jars.shutil, "disk_usage", lambda _: usage._replace(free=1_000_000))
    with pytest.raises(OperatorError, match="VIGIE_CACHE") as caught:
        provide_jars(tmp_path / "cache", lock=one_jar)
    assert caught.value.exit_code == Exit.DISK_FULL


def test_the_progress_is_told_of_every_byte(one_jar: Path, tmp_path: Path) -> None:
    from contextlib import contextmanager

    told: list[int] = []

    @contextmanager
    def progress(_name: str, size: int):
        told.append(-size)
        yield told.append

    (path,) = provide_jars(tmp_path / "cache", lock=one_jar, progress=progress)
    assert sum(told) == 0
    assert -told[0] == path.stat().st_size
    assert is_sound(path, read_lock(one_jar)[0].sha256)
