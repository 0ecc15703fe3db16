"""Log lines of a worker: what an outage repeats many times a second is written once in a while."""

import logging
import time

REPEAT_EVERY_S = 15.0
UPSTREAM = ("faust", "mode", "aiokafka", *(f"vigie.streams.transport.{name}" for name in ("consumer", "producer")))
"""Loggers of the libraries, and of the classes of ours that they log for."""
ADDRESSES = ("httpx", "httpcore")
"""Loggers that write each address that is asked; those of a webhook or of a dead man's switch are secrets."""


class OnceInAWhile(logging.Filter):
    """Lets a line of the same logger and template through once per 15 s, and says how many it kept back."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this line is written."""
        key = record.name, str(record.msg)
        written_at, kept_back = self._last.get(key, (-REPEAT_EVERY_S, 0))
        now = time.monotonic()
        if now - written_at < REPEAT_EVERY_S:
            self._last[key] = written_at, kept_back + 1
            return False
        self._last[key] = now, 0
        if kept_back:
            record.msg = f"{record.msg} (and {kept_back} more like this)"
        return True


def configure() -> None:
    """One line per event on standard error; of libraries only warnings, of Faust and aiokafka not over and over."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    upstream = OnceInAWhile()
    for name in (*UPSTREAM, *ADDRESSES):
        logging.getLogger(name).setLevel(logging.WARNING)
    handler.addFilter(
        lambda record: not record.name.startswith(("faust", "mode", "aiokafka")) or upstream.filter(record)
    )
