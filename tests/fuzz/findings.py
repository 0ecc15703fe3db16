"""What was found: one file per place and kind of failure, beside it what it is and how to see it again."""

import re
import time
import traceback
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from fuzz.targets import TARGETS, describe

MOST_S = 1.0
"""Processor time of one input of up to 10 kB."""
MEASURED_UP_TO = 10_002


class SlowError(AssertionError):
    """An input took more processor time than any may."""


def checked(target: str, data: bytes) -> None:
    """Give an input to a target.

    Raises:
        SlowError: it took over a second.
        BaseException: what it finds.
    """
    check = TARGETS[target].check
    begin = time.thread_time()
    check(data)
    took_s = time.thread_time() - begin
    if took_s > MOST_S and len(data) <= MEASURED_UP_TO:
        raise SlowError(f"{len(data)} bytes took {took_s:.1f} s")


def place_of(error: BaseException) -> str:
    """Kind of an error and the innermost line of ours that it came from, the same for inputs that find the same."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if "vigie" in Path(one.filename).parts[-4:] and "site-packages" not in one.filename]
    inner = frames[-1]
    where = f"{Path(inner.filename).name}:{inner.lineno}"
    if ours and ours[-1] is not inner:
        where = f"{Path(ours[-1].filename).name}:{ours[-1].lineno} > {Path(inner.filename).name}"
    return f"{type(error).__name__} at {where}"


def keep(folder: Path, target: str, data: bytes, error: BaseException) -> bool:
    """Keep an input that found something, the shortest of each place; whether the place is new."""
    place = place_of(error)
    text = describe(target, data)
    if target in ("payloads", "envelopes"):  # one per codec or form: the same line may serve many
        place = f"{place}, {re.split('[, ]', text, maxsplit=2)[1]}"
    file = folder / f"{target}-{sha256(place.encode()).hexdigest()[:10]}"
    is_new = not file.exists()
    if is_new or len(data) < file.stat().st_size:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        trace = "".join(traceback.format_exception(error))[-6000:]
        again = f'See it again, without a fuzzer: make fuzz ARGS="--again {file}"'
        file.with_suffix(".txt").write_text(
            f"{place}\n{error}\n\n{text[:5000]}\n\n{again}\n\n{trace}", "utf-8", "replace"
        )
    return is_new


def target_of(file: Path) -> str | None:
    """The target that a kept input is for, by the beginning of its name."""
    return next((one for one in TARGETS if file.name.removeprefix("hang-").startswith(f"{one}-")), None)


def again(file: Path) -> BaseException | None:
    """Give a kept input to its target once more; what it finds, or None."""
    target = target_of(file)
    assert target is not None, file
    return outcome(lambda: checked(target, file.read_bytes()))


def outcome(run: Callable[[], None]) -> BaseException | None:
    """What comes out of a call."""
    try:
        run()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever comes out is the finding
        return error
    return None
