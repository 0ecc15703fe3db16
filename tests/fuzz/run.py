"""`make fuzz`: coverage-guided fuzzing of envelopes, decoders, field maps and sources, two processes at a time.

Usage: python -m fuzz.run [--seconds 600] [--only TARGET] [--json] [--again FILE] [--folder .vigie/fuzz]

The corpus grows under .vigie/fuzz/<target>/corpus, so a later run goes on where this one ended; what was found stands
in .vigie/fuzz/findings and is tried again at the beginning of each run. Exit code 1: something was found.
"""

import argparse
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

from fuzz import findings, seeds
from fuzz.targets import LANES, TARGETS, describe
from rich.console import Console
from rich.table import Table

_LINE = re.compile(rb"cov: (\d+) ft: (\d+) corp: (\d+)")
_REPORT_EVERY_S = 30
_LEAST_S = 5
_HANG_S = 40
"""After this the fuzzer, which ends itself after 20 s without an answer, does so no more."""


class Lane:
    """One of the two processes: it runs its targets one after the other, and again where a process ended early."""

    def __init__(self, folder: Path, names: list[str], seconds: float) -> None:
        self.folder = folder
        total = sum(TARGETS[name].share for name in names) or 1
        self.plan = [(name, seconds * TARGETS[name].share / total) for name in names]
        self.process: subprocess.Popen[bytes] | None = None
        self.target, self.ends_at, self.began_at = "", 0.0, 0.0
        self.done: dict[str, dict[str, float]] = {}

    def step(self) -> bool:
        """Start what is to be started; whether there is still something to do."""
        now = time.monotonic()
        if self.process is not None:
            if self.process.poll() is None:
                if now < self.ends_at + _HANG_S:  # the fuzzer ends itself, except in C code that does not return
                    return True
                self.process.kill()
                self.process.wait()
            self._ended(self.process.returncode)
            self.process = None
            if self.ends_at - now > _LEAST_S:
                self._start(self.ends_at - now)
                return True
        if not self.plan:
            return False
        self.target, seconds = self.plan.pop(0)
        self.ends_at = now + seconds
        self.done[self.target] = {"executions": 0, "seconds": 0.0}
        self._start(seconds)
        return True

    def _start(self, seconds: float) -> None:
        home = self.folder / self.target
        (home / "progress.json").unlink(missing_ok=True)
        self.began_at = time.monotonic()
        with (home / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fuzz.one_target", self.target, str(self.folder), str(max(int(seconds), 1))],
                stdout=log, stderr=log, env=_environment(),
            )  # fmt: skip

    def _ended(self, code: int) -> None:
        done, home = self.done[self.target], self.folder / self.target
        done["executions"] += _progress(home)
        done["seconds"] += time.monotonic() - self.began_at
        left = sorted(home.glob("ended-*"))
        for file in left:  # a hang, or more memory than allowed
            kept = self.folder / "findings" / f"hang-{self.target}-{sha256(file.read_bytes()).hexdigest()[:10]}"
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.with_suffix(".txt").write_text(
                f"{file.name.removeprefix('ended-').partition('-')[0]} (exit code {code})\n"
                f"{describe(self.target, file.read_bytes())[:5000]}\n\n"
                f'See it again, without a fuzzer: make fuzz ARGS="--again {kept}"\n'
            )
            shutil.move(file, kept)
        if code and not left:
            text = (home / "log").read_bytes()[-2000:].decode("utf-8", "replace")
            raise SystemExit(f"The fuzzer of {self.target} ended with {code}; the end of {home / 'log'} says:\n{text}")

    def figures(self, target: str) -> dict[str, float]:
        """What a target has done until now."""
        done = dict(self.done.get(target, {"executions": 0, "seconds": 0.0}))
        if self.process is not None and target == self.target:
            done["executions"] += _progress(self.folder / target)
            done["seconds"] += time.monotonic() - self.began_at
        return done


def _progress(home: Path) -> int:
    try:
        return int(json.loads((home / "progress.json").read_text())["executions"])
    except (OSError, ValueError):  # not there yet, or being written
        return 0


def _features(home: Path) -> int:
    try:
        with (home / "log").open("rb") as log:
            log.seek(max(log.seek(0, 2) - 20_000, 0))
            said = _LINE.findall(log.read())
    except OSError:
        return 0
    return int(said[-1][1]) if said else 0


def prepare(folder: Path, target: str) -> None:
    """Write the seeds and the words of a target."""
    home = folder / target
    shutil.rmtree(home / "seeds", ignore_errors=True)
    for name in ("seeds", "corpus"):
        (home / name).mkdir(parents=True, exist_ok=True)
    for one in seeds.of(target):
        (home / "seeds" / sha256(one).hexdigest()[:16]).write_bytes(one)
    with (home / "words.dict").open("w") as words:
        for word in sorted(seeds.words_of(target)):
            words.write('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n')
    (home / "log").unlink(missing_ok=True)


def try_again(folder: Path) -> None:
    """Remove findings of earlier runs that find nothing any more."""
    for file in _found(folder):
        if file.name.startswith("hang-"):  # which may hang again
            command = [sys.executable, "-m", "fuzz.run", "--again", str(file)]
            try:
                ended = subprocess.run(command, env=_environment(), capture_output=True, timeout=_HANG_S, check=False)
            except subprocess.TimeoutExpired:
                continue
            still = ended.returncode != 0
        else:
            still = findings.again(file) is not None
        if not still:
            file.unlink()
            file.with_suffix(".txt").unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


def main() -> int:
    """Fuzz, and say what was found."""
    asked = argparse.ArgumentParser(prog="make fuzz", description=__doc__.partition("\n")[0])
    asked.add_argument("--seconds", type=int, default=600, help="how long, for all targets together")
    asked.add_argument("--only", choices=sorted(TARGETS), help="one target alone")
    asked.add_argument("--json", action="store_true", help="figures as JSON")
    asked.add_argument("--again", type=Path, help="give one kept input to its target once more")
    asked.add_argument("--folder", type=Path, default=seeds.ROOT / ".vigie" / "fuzz")
    given = asked.parse_args()
    if given.again is not None:
        return _again(given.again)
    if importlib.util.find_spec("atheris") is None:
        print(
            "Fuzzing needs atheris, which exists for Linux only: run `make fuzz` there. "
            'Here `make test` gives random and damaged inputs to the same checks, and `make fuzz ARGS="--again FILE"` '
            "shows an input that was found.",
            file=sys.stderr,
        )
        return 2
    names = [given.only] if given.only else list(TARGETS)
    out = Console(stderr=True, highlight=False)
    try_again(given.folder)
    with out.status("Gathering messages of the tests as seeds"):
        for name in names:
            prepare(given.folder, name)
    lanes = [
        Lane(given.folder, mine, given.seconds) for lane in LANES if (mine := [name for name in lane if name in names])
    ]
    is_whole = _run(lanes, names, given.folder, out, given.seconds)
    return _report(lanes, names, given.folder, as_json=given.json) or (0 if is_whole else 130)


def _again(file: Path) -> int:
    if not file.is_file():
        print(f"{file} is not there; findings stand in .vigie/fuzz/findings", file=sys.stderr)
        return 2
    target = findings.target_of(file)
    if target is None:
        print(f"{file} does not begin with the name of a target ({', '.join(TARGETS)})", file=sys.stderr)
        return 2
    print(describe(target, file.read_bytes())[:5000])
    error = findings.again(file)
    if error is None:
        print("It finds nothing (any more).")
        return 0
    import traceback

    traceback.print_exception(error)
    return 1


def _run(lanes: list[Lane], names: list[str], folder: Path, out: Console, seconds: int) -> bool:
    """Fuzz until the time is over; False if somebody interrupted it."""
    began_at = time.monotonic()
    told_at = began_at
    try:
        with out.status("Fuzzing") as status:
            while True:
                working = [lane.step() for lane in lanes]
                if not any(working):
                    return True
                time.sleep(0.5)
                spent = int(time.monotonic() - began_at)
                line = f"{spent} of {seconds} s: " + ", ".join(
                    f"{name} {int(lane.figures(name)['executions']):,}"
                    for lane in lanes for name in names if name in lane.done
                ) + f" executions, {len(_found(folder))} findings"  # fmt: skip
                status.update(line)
                if not out.is_terminal and time.monotonic() - told_at >= _REPORT_EVERY_S:
                    told_at = time.monotonic()
                    out.print(line, soft_wrap=True)
    except KeyboardInterrupt:
        out.print("Interrupted: the table is of what was done.")
        return False
    finally:
        for lane in lanes:
            if lane.process is not None and lane.process.poll() is None:
                lane.process.kill()
                lane.process.wait()


def _found(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("findings/*") if file.suffix != ".txt")


def _report(lanes: list[Lane], names: list[str], folder: Path, *, as_json: bool) -> int:
    found = _found(folder)
    rows = []
    for name in names:
        done = next((lane.figures(name) for lane in lanes if name in lane.done), {"executions": 0, "seconds": 0.0})
        rows.append({
            "target": name,
            "executions": int(done["executions"]),
            "executions_per_s": round(done["executions"] / max(done["seconds"], 1)),
            "features": _features(folder / name),
            "corpus": sum(1 for _ in (folder / name / "corpus").iterdir()),
            "findings": sum(file.name.startswith((f"{name}-", f"hang-{name}-")) for file in found),
        })  # fmt: skip
    if as_json:
        print(json.dumps({"targets": rows, "findings": [str(file) for file in found]}, indent=2))
        return 1 if found else 0
    table = Table()
    for heading in ("target", "executions", "executions/s", "coverage (features)", "corpus", "findings"):
        table.add_column(heading, justify="left" if heading == "target" else "right")
    for row in rows:
        table.add_row(*(one if isinstance(one, str) else f"{one:,}" for one in row.values()))
    out = Console(highlight=False)
    out.print(table)
    for file in found:
        said = file.with_suffix(".txt")
        out.print(f"{file}: {said.read_text().splitlines()[0] if said.exists() else ''}", markup=False, soft_wrap=True)
    out.print(
        f'See one again with make fuzz ARGS="--again {found[0]}"' if found else "Nothing was found.",
        markup=False, soft_wrap=True,
    )  # fmt: skip
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
