"""One target under the fuzzer, in a process of its own: `python -m fuzz.one_target <target> <folder> <seconds>`.

What an input finds is kept, and fuzzing goes on; only what ends the process (a hang, memory, a crash in C) stops it.
Each two seconds the process writes how far it is into `<folder>/<target>/progress.json`.
"""

import json
import sys
import time
from pathlib import Path

HANG_S, MOST_MB = 20, 2000


def main() -> None:
    """Run one target for some seconds."""
    import atheris  # Linux only, and tests import this file

    target, folder, seconds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    with atheris.instrument_imports(include=["vigie"], enable_loader_override=False):
        from fuzz import mutation
        from fuzz.findings import checked, keep, outcome
        from fuzz.targets import TARGETS, codec_ids, forms

        codec_ids(), forms()
        if target == "sources":
            from vigie.streams.connector import connectors
            from vigie.streams.sources import load

            connectors(), load(None)
    home = folder / target
    progress = home / "progress.json"
    count, found, next_at = 0, 0, 0.0
    others = [path.read_bytes() for path in sorted((home / "seeds").iterdir())[:2000]]
    plan = TARGETS[target]

    def one_input(data: bytes) -> None:
        nonlocal count, found, next_at
        count += 1
        error = outcome(lambda: checked(target, data))
        if error is not None:
            found += keep(folder / "findings", target, data, error)
        now = time.monotonic()
        if now >= next_at:
            next_at = now + 2
            progress.write_text(json.dumps({"executions": count, "new": found}))

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        return mutation.mutated(data, most, seed, plan.head, atheris.Mutate, others)

    arguments = [
        f"-max_total_time={seconds}", f"-max_len={plan.most + plan.head}", f"-timeout={HANG_S}",
        f"-rss_limit_mb={MOST_MB}", f"-artifact_prefix={home}/ended-", "-report_slow_units=3600",
        f"-dict={home / 'words.dict'}", "-reload=0",
        str(home / "corpus"), str(home / "seeds"),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *arguments], one_input, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
