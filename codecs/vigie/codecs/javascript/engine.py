"""A maker's file in an engine of its own: QuickJS, with limits of memory, stack and processor time, and no clock.

It runs in the worker process. The engine's limit of time counts the processor time of the whole process, so nothing
else may work in it; and a call that is stopped leaves a context that is not used again.
"""

import re
from pathlib import Path
from typing import Any

import _quickjs  # type: ignore[import-not-found]  # the package quickjs around it starts a thread

from vigie.codecs.javascript.messages import FAILED, MEMORY, STACK, TIME, Script
from vigie.codecs.javascript.modules import as_script

MEMORY_BYTES = 32 << 20
STACK_BYTES = 256 << 10
CALL_S = 0.1
LOAD_S = 1.0

_here = Path(__file__).parent
_PRELUDE = _here.joinpath("prelude.js").read_text("utf-8")
_DATES = _here.joinpath("dates.js").read_text("utf-8")
_SHIMS = _here.joinpath("shims.js").read_text("utf-8")

_NAMES_SHIM = re.compile(r"(?<!\w)(?:Buffer|TextDecoder|TextEncoder)\b")
_TS013 = (
    "decodeUplink",
    "module.exports.decodeUplink",
    "exports.decodeUplink",
    "driver.decodeUplink",
    "module.exports.driver.decodeUplink",
    "exports.driver.decodeUplink",
)
_OLDER = "Decoder", "Decode", "module.exports.Decoder", "module.exports.Decode"
_STYLES = {"": (*_TS013, *_OLDER, "module.exports"), "ts013": (*_TS013, "module.exports"), "decoder": _OLDER}


class StoppedError(Exception):
    """The engine gave up, or the file's own code did.

    Args:
        why: TIME, MEMORY, STACK or FAILED.
        text: what the engine said.
    """

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why
        self.text = text


class Engine:
    """One script in one context.

    Raises:
        StoppedError: the file cannot be loaded, or holds no function of a known name.
    """

    def __init__(self, script: Script) -> None:
        text = script.text.removeprefix("\ufeff")
        try:
            self._load(script, text)
        except StoppedError as error:
            plain = as_script(text)
            if not error.text.startswith("SyntaxError") or plain == text:
                raise
            self._load(script, plain)

    def run(self, jobs: str) -> bytes:
        """JSON text of what each of the jobs gives (messages.py).

        Raises:
            StoppedError: one of them went over a limit; the engine is not used again then.
        """
        return b"[%b]" % _checked(self._run, jobs).encode("utf-8", "replace")

    def _load(self, script: Script, text: str) -> None:
        context = _quickjs.Context()
        context.set_memory_limit(MEMORY_BYTES)
        context.set_max_stack_size(STACK_BYTES)
        bind = context.eval(_PRELUDE)
        context.eval(_DATES)
        if _NAMES_SHIM.search(text) or _NAMES_SHIM.search(script.after):
            context.eval(_SHIMS)
        context.set_time_limit(LOAD_S)
        _checked(context.eval, text + "\n;void 0")
        if script.after:
            _checked(context.eval, script.after + "\n;void 0")
        name = self._named(context, _STYLES[script.style])
        last = name.rpartition(".")[2]
        self.style = last if last in ("Decoder", "Decode") else "ts013"
        owner = name.rpartition(".")[0]
        decode = _checked(context.eval, f"({name}).bind({owner})" if owner else name)
        self._run = _checked(bind, decode, self.style, script.recv_text, script.marked)
        context.set_time_limit(CALL_S)
        self._context = context

    @staticmethod
    def _named(context: Any, names: tuple[str, ...]) -> str:
        for name in names:
            if _checked(context.eval, f'(() => {{ try {{ return typeof {name} === "function" }} catch (_) {{}} }})()'):
                return name
        raise StoppedError(FAILED, f"it has none of the functions {', '.join(n for n in names if '.' not in n)}")


def _checked(function: Any, *arguments: Any) -> Any:
    """Call into the engine; its errors become ours."""
    try:
        return function(*arguments)
    except _quickjs.StackOverflow as error:
        raise StoppedError(STACK, _first_line(error)) from None
    except _quickjs.JSException as error:
        text = _first_line(error)
        why = FAILED
        if text.startswith("InternalError: interrupted"):
            why = TIME
        elif text.startswith("InternalError: out of memory") or text == "null":  # no memory even for the error
            why = MEMORY
        raise StoppedError(why, text) from None
    except MemoryError:
        raise StoppedError(MEMORY, "out of memory") from None
    except UnicodeError:  # a text with half a character
        raise StoppedError(FAILED, "it gave a text that is none") from None


def _first_line(error: Exception) -> str:
    return str(error)[:1000].partition("\n")[0][:300]
