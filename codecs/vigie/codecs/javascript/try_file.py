"""A maker's file tried as it is, without a map of its fields: what it gives, in the maker's own words.

For `vigie codecs test --javascript`, which compares that with the maker's published examples.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from vigie.codecs.instants import epoch_ms
from vigie.codecs.javascript.messages import Loaded, Script, Stopped
from vigie.codecs.javascript.runner import Job, Runner, sentence

Raw = dict[str, Any]
"""`data`, `errors` and `warnings` where the codec gives them; `error`, a sentence, where it gave none of all that."""


class Trial:
    """One file, and a worker for it.

    Args:
        path: the maker's file.
        runner: shared with other trials; None: one of its own, which `close` ends.
        style: as in codec.toml.
        after: JavaScript that is evaluated after it.
        recv_text: `recvTime` is a text; else a Date that also acts as one. Makers' examples are written for either.
    """

    def __init__(
        self, path: Path, runner: Runner | None = None, *, style: str = "", after: str = "", recv_text: bool = False
    ) -> None:
        text = path.read_bytes().decode("utf-8", "replace")
        self._script = Script(name=path.name, text=text, after=after, style=style, recv_text=recv_text, marked=False)
        self._runner = runner or Runner()
        self._own = runner is None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker, if it is its own."""
        if self._own:
            self._runner.close()

    def problem(self) -> str:
        """Why the file cannot be loaded; empty: it can."""
        found = self._runner.load(self._script)
        return "" if isinstance(found, Loaded) else sentence(found)

    def run(self, payload: bytes, f_port: int = 1, recv_time: str | None = None) -> Raw:
        """What the file gives for a payload.

        Args:
            payload: the bytes.
            f_port: LoRaWAN port.
            recv_time: when it arrived, ISO 8601, given to the codec letter by letter; None: it is not given.
        """
        return self.run_many([(payload, f_port, recv_time)])[0]

    def run_many(self, jobs: Iterable[tuple[bytes, int, str | None]]) -> list[Raw]:
        """The same for many payloads."""
        asked: list[Job] = []
        for payload, f_port, recv_time in jobs:
            if recv_time is None:
                asked.append((payload, f_port, None))
            else:
                asked.append((payload, f_port, _instant(recv_time), recv_time))
        found: list[Raw] = [{} for _ in asked]

        def take(place: int, answer: Any) -> None:
            found[place] = _raw(answer)

        self._runner.run(self._script, asked, take)
        return found


def _instant(text: str) -> int:
    """Epoch ms of what an example names as its arrival; 0 where that is no instant.

    >>> _instant("2026-11-25T10:00:00Z"), _instant("2026-11-25 10:00:00"), _instant("20261125T110000+0100")
    (1795600800000, 1795600800000, 1795600800000)
    """
    try:
        return epoch_ms(text)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return 0
    return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)


def run_file(path: Path, jobs: Iterable[tuple[bytes, int, str | None]], runner: Runner | None = None) -> list[Raw]:
    """What a maker's file gives for (payload, f_port, recv_time) each."""
    with Trial(path, runner) as trial:
        return trial.run_many(jobs)


def _raw(answer: Any) -> Raw:
    if isinstance(answer, Stopped):
        return {"error": sentence(answer)}
    if isinstance(answer, list) and len(answer) <= 3:
        return {
            name: value
            for name, value in zip(("data", "errors", "warnings"), answer, strict=False)
            if value is not None
        }
    return {"error": f"threw {answer.get('thrown') if isinstance(answer, dict) else answer}"}
