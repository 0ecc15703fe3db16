"""The worker process: what it may, and that it ends with its parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from vigie.codecs.javascript.runner import Runner
from vigie.codecs.javascript.try_file import Trial, run_file

PARENT = """
import sys, time
from pathlib import Path
from vigie.codecs.javascript.try_file import Trial
trial = Trial(Path(sys.argv[1]))
print(trial.run(b"1"), trial._runner.workers[0].pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "x.js"
    path.write_text("function decodeUplink(i) { return { data: { n: i.bytes.length } } }")
    return path


def test_it_has_no_secrets_no_files_and_no_processes(runner, file, monkeypatch):
    monkeypatch.setenv("VIGIE_PASSWORD", "secret")
    assert Trial(file, runner).run(b"12") == {"data": {"n": 2}}
    process = psutil.Process(runner.workers[0].pid)
    assert "VIGIE_PASSWORD" not in process.environ()
    assert set(process.environ()) <= {"PYTHONPATH", "TZ", "PYTHONDONTWRITEBYTECODE", "LC_CTYPE"}
    limits = Path(f"/proc/{process.pid}/limits").read_text()
    soft = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()[1:]}
    assert soft["Max open files"] == "3"
    assert soft["Max processes"] == "0"
    assert int(soft["Max address space"]) <= 1 << 30
    assert int(soft["Max cpu time"]) < 60
    assert process.cwd() == "/"
    assert process.num_threads() == 1


@pytest.mark.parametrize(
    ("number", "still"), [(signal.SIGKILL, False), (signal.SIGTERM, False), (signal.SIGKILL, True)]
)
def test_it_ends_with_its_parent_even_when_it_reads_nothing(file, number, still):
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(file)], stdout=subprocess.PIPE, text=True)
    line = parent.stdout.readline()
    worker = int(line.split()[-1])
    assert psutil.pid_exists(worker), line
    if still:
        os.kill(worker, signal.SIGSTOP)
    parent.send_signal(number)
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 5
    while psutil.pid_exists(worker) and psutil.Process(worker).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until, "the worker lives on"
        time.sleep(0.02)


def test_close_leaves_no_process_and_it_starts_again(file):
    with Runner() as runner:
        trial = Trial(file, runner)
        assert runner.workers[0].pid is None, "it is started with the first payload"
        trial.run(b"1")
        pid = runner.workers[0].pid
        runner.close()
        assert not psutil.pid_exists(pid)
        assert trial.run(b"1") == {"data": {"n": 1}}


def test_many_files_in_one_worker(tmp_path, runner):
    """More than it keeps: those that were not used for long are loaded again."""
    files = []
    for number in range(300):
        files.append(tmp_path / f"{number}.js")
        files[-1].write_text(f"function decodeUplink() {{ return {{ data: {number} }} }}")
    trials = [Trial(path, runner) for path in files]
    for _ in range(2):
        assert [trial.run(b"")["data"] for trial in trials] == list(range(300))


def test_a_file_tried_as_it_is(tmp_path, file):
    assert run_file(file, [(b"1", 1, None), (b"", 2, "2026-11-25T10:00:00Z")]) == [
        {"data": {"n": 1}},
        {"data": {"n": 0}},
    ]
    path = tmp_path / "raw.js"
    path.write_text(
        "function decodeUplink(i) { if (i.fPort > 1) throw new TypeError('port'); "
        "return { data: { a: NaN, b: [1, null], c: undefined }, warnings: [], errors: i.bytes.length ? ['e'] : [] } }"
    )
    with Trial(path) as trial:
        assert trial.problem() == ""
        assert trial.run(b"") == {"data": {"a": None, "b": [1, None]}, "warnings": [], "errors": []}
        assert trial.run(b"1")["errors"] == ["e"]
        assert trial.run(b"", 2) == {"error": "threw TypeError: port"}
    path.write_text("function decodeUplink(")
    with Trial(path) as trial:
        assert "SyntaxError" in trial.problem()
        assert "SyntaxError" in trial.run(b"1")["error"]


def test_no_descriptor_is_left_open(file):
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with Trial(file) as trial:
            trial.run(b"1")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
