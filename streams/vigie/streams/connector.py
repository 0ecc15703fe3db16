"""What a connector is: the settings of its sources, and what runs them. Each registers itself at its file's end."""

import asyncio
import errno
import importlib
import os
import pkgutil
import re
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct

from vigie.codecs.values.device_names import device_address

if TYPE_CHECKING:
    from vigie.streams.feed import Feed

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
Port = Annotated[int, Meta(ge=0, le=65_535)]
Seconds = Annotated[float, Meta(gt=0, le=864_000)]


class ConnectorDownError(Exception):
    """The other side cannot be reached, or lets us not in.

    Args:
        sentence: without any secret.
        pause_s: how long the other side asks to be left alone.
    """

    def __init__(self, sentence: str, pause_s: float = 0.0) -> None:
        super().__init__(sentence)
        self.pause_s = pause_s


class SecretError(ValueError):
    """A secret is not where the sources file says; the message says where it was looked for."""


class Secret:
    """Where a secret stands; its text is read when it is used, and never shown.

    Args:
        variable: name of an environment variable; empty where it stands in a file.
        file: its file.

    >>> Secret(variable="TTS_TOKEN")
    Secret(env:TTS_TOKEN)
    """

    __slots__ = ("_file", "_variable")

    def __init__(self, *, variable: str = "", file: Path | None = None) -> None:
        self._variable = variable
        self._file = file

    def __repr__(self) -> str:
        return f"Secret({f'env:{self._variable}' if self._variable else self._file})"

    def read(self) -> str:
        """The secret, without the line end that an editor puts behind it.

        Raises:
            SecretError: it is not there, or empty.
        """
        if self._variable:
            found = os.environ.get(self._variable, "")
            if not found:
                raise SecretError(f"the environment variable {self._variable} is not set")
            return _one_line(found, f"the environment variable {self._variable}")
        assert self._file is not None
        try:
            found = self._file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8"
            raise SecretError(f"the file {self._file} cannot be read ({reason})") from None
        if not found:
            raise SecretError(f"the file {self._file} is empty")
        return _one_line(found, f"the file {self._file}")


def _one_line(secret: str, where: str) -> str:
    """The secret; libraries show a header whole, with the secret in it, that has a line end within."""
    if any(sign < " " or sign == "\x7f" for sign in secret):
        raise SecretError(f"{where} holds a line end or another control character")
    return secret


class SecretInVariable(Secret):
    """`token = "env:NAME"`."""

    __slots__ = ()


class SecretInFile(Secret):
    """`token_file = "path"`, from the folder of the sources file."""

    __slots__ = ()


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every source says, whatever its kind.

    Attributes:
        name: of the source; stands in ids `src:<name>:...`, in headers, metrics and addresses.
        net: which family of topics its bodies go to, `raw.<net>`.
        format: form of its bodies, one of the envelopes.
        network: name of the network for people, which uplinks carry; empty: what the envelope says.
        model: declared device model, where bodies name none.
        layout: name of a [[layout]] of the same file.
    """

    name: Name
    net: Literal["lora", "nbiot", "cellular", "other"]
    format: str
    network: str = ""
    model: str = ""
    layout: str = ""

    def problem(self) -> tuple[str, str] | None:
        """(key, what is expected there) where the settings contradict each other; None where they do not."""
        return None

    def trouble(self) -> tuple[str, str] | None:
        """The same of what lies outside the file, where `receive` runs: files to be read, ports to listen on."""
        return None

    def alone(self) -> tuple[str, str] | None:
        """(key, what) of something that one source alone can have; None where there is no such thing."""
        return None

    def secret(self, key: str) -> str:
        """The secret of a key, from its variable or its file; empty if neither is given.

        Raises:
            SecretError: it is not there.
        """
        found: Secret | None = getattr(self, key) or getattr(self, f"{key}_file")
        return found.read() if found is not None else ""


Run = Callable[["Feed", asyncio.Event], Awaitable[None]]
"""Runs one source until the event is set; raises ConnectorDownError to be started again after a pause."""

RunTogether = Callable[[Sequence["Feed"], asyncio.Event], Awaitable[None]]
"""Runs all sources of a kind, where they share a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """A kind of source.

    Attributes:
        kind: as the sources file says it.
        source: the settings of one.
        title: for people.
        confirms: what the sender is told once Kafka has the record, for people.
        run: runs one source; None where nothing runs.
        run_together: runs all of them.
    """

    kind: str
    source: type[Source]
    title: str
    confirms: str
    run: Run | None = None
    run_together: RunTogether | None = None


_connectors: dict[str, Connector] = {}


def register_connector(connector: Connector) -> None:
    """Make a kind of source known."""
    if connector.kind in _connectors:
        raise ValueError(f"Two files register the connector {connector.kind!r}: rename one")
    _connectors[connector.kind] = connector


@cache
def connectors() -> Mapping[str, Connector]:
    """All kinds of sources, by name.

    >>> "mqtt" in connectors()
    True
    """
    from vigie.streams import connectors as package

    for entry in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{entry.name}")
    return _connectors


_EUI = re.compile(r"(?:eui-)?([0-9a-f]{2}(?:[-:]?[0-9a-f]{2}){7})")


def device_id(source: str, name: str) -> str:
    """What a device is called that only a topic, a path or a query names.

    Returns:
        The id; empty for a name that cannot be one.

    >>> device_id("ville", "24E124136B000001"), device_id("nb", "868508064807350"), device_id("nb", "mat-3")
    ('eui:24e124136b000001', 'imei:868508064807350', 'src:nb:mat-3')
    """
    if found := _EUI.fullmatch(name.lower()):
        return "eui:" + found[1].replace("-", "").replace(":", "")
    return device_address(name, source) or ""


def plain_name(name: str) -> bool:
    """Whether a file's name, as another machine gives it, is a name and leads nowhere.

    >>> plain_name("station 7.csv"), plain_name("../../etc/passwd"), plain_name(".."), plain_name("a" * 300)
    (True, False, False, False)
    """
    return (
        0 < len(name.encode("utf-8", "surrogatepass")) <= 200
        and name not in (".", "..")
        and "/" not in name
        and "\\" not in name
        and name.isprintable()
    )


def unreadable(key: str, path: str) -> tuple[str, str] | None:
    """(key, what is wrong) with a file that must be read; None where it can be, or none is named."""
    if path:
        try:
            Path(path).read_bytes()
        except (OSError, ValueError) as error:
            return key, f"{key}: the file {path} cannot be read ({getattr(error, 'strerror', None) or error})"
    return None


def wrong_listener(host: str, port: int) -> tuple[str, str] | None:
    """(key, what is wrong) with an address to listen on for datagrams; None where that can be."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((host, port))
    except (OSError, UnicodeError) as error:
        taken = isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, errno.EACCES)
        reason = getattr(error, "strerror", None) or error
        return "port" if taken else "host", f"nothing can listen on UDP {host}:{port} ({reason})"
    return None


def decode_hook(folder: Path) -> Callable[[type, Any], Any]:
    """How msgspec makes a Secret of a text; paths begin at `folder`."""

    def hook(kind: type, given: Any) -> Any:
        if kind is SecretInFile and isinstance(given, str) and given:
            return SecretInFile(file=folder / Path(given).expanduser())
        if kind is SecretInVariable and isinstance(given, str):
            variable = given.removeprefix("env:")
            if variable == given or not variable or variable.startswith("VIGIE_"):  # never the text: it may be a secret
                raise ValueError(
                    'Expected "env:NAME", a variable of the environment whose name does not begin with VIGIE_; '
                    "or the same key with _file and the path of a file"
                )
            return SecretInVariable(variable=variable)
        raise ValueError("Expected a text that says where the secret stands")

    return hook
