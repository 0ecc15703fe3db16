"""SFTP: files on another machine, looked at again and again, with the same offsets as those of a folder.

The other machine must be known, by a file of known hosts or by the fingerprint of its key: else anybody could stand in
for it and learn the password. Its file names are not trusted: one that leads elsewhere is refused, links are not
followed.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta

from vigie.streams.connector import (
    Connector,
    ConnectorDownError,
    Port,
    Seconds,
    SecretInFile,
    SecretInVariable,
    plain_name,
    register_connector,
    unreadable,
)
from vigie.streams.connectors.folder import FileSource, files_of
from vigie.streams.feed import Feed
from vigie.streams.intake.files import File, Files, GoneError, Pattern
from vigie.streams.intake.raw_log import NotKeptError

_ANSWER_LIMIT_S = 60.0
_READ_LIMIT_S = 600.0
"""For one list, or one piece of 16 MB: keepalives do not tell of a server that lives and never answers."""


class SftpSource(FileSource, frozen=True, kw_only=True, tag="sftp"):
    """A folder of another machine.

    Attributes:
        host, port: of the machine.
        path: of the folder there.
        user: name there.
        password: `password = "env:NAME"`, or `password_file`.
        key: file of a private key; `passphrase` or `passphrase_file` opens it.
        known_hosts: file in the form of OpenSSH's.
        fingerprint: of the machine's key, `SHA256:…` as `ssh-keygen -l` shows it; instead of known_hosts.
    """

    host: Annotated[str, Meta(min_length=1)]
    user: Annotated[str, Meta(min_length=1)]
    port: Port = 22
    path: str = "."
    password: SecretInVariable | None = None
    password_file: SecretInFile | None = None
    key: str = ""
    passphrase: SecretInVariable | None = None
    passphrase_file: SecretInFile | None = None
    known_hosts: str = ""
    fingerprint: Annotated[str, Meta(pattern=r"^(SHA256:[A-Za-z0-9+/]{43}=?)?$")] = ""
    every_s: Seconds = 300

    def problem(self) -> tuple[str, str] | None:
        """The machine must be known, and we to it."""
        if bool(self.known_hosts) == bool(self.fingerprint):
            return "host", "expected known_hosts or fingerprint, so that nobody else can stand in for this machine"
        if not (self.password or self.password_file or self.key):
            return "user", "expected password, password_file or key"
        return FileSource.problem(self)

    def trouble(self) -> tuple[str, str] | None:
        """The key or the file of known hosts cannot be read."""
        import asyncssh

        if wrong := unreadable("key", self.key) or unreadable("known_hosts", self.known_hosts):
            return wrong
        try:
            if self.key:
                asyncssh.read_private_key(self.key, self.secret("passphrase") or None)
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
            return "key", f"key: {self.key} is no private key, or its passphrase is another: {error}"
        try:
            if self.known_hosts:
                asyncssh.read_known_hosts(self.known_hosts)
        except ValueError as error:
            return "known_hosts", f"known_hosts: {self.known_hosts} is not of OpenSSH's form: {error}"
        return None


class _Remote:
    """A file there, opened when it is read."""

    def __init__(self, sftp: Any, path: str, name: str, size: int, mtime: float) -> None:
        self._sftp, self._path = sftp, path
        self._file: Any = None
        self.name, self.size, self.mtime = name, size, mtime

    async def read(self, offset: int, size: int) -> bytes:
        import asyncssh

        try:
            async with asyncio.timeout(_READ_LIMIT_S):
                if self._file is None:
                    self._file = await self._sftp.open(self._path, "rb")
                return bytes(await self._file.read(size, offset))
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPPermissionDenied, asyncssh.SFTPFailure) as error:
            raise GoneError from error

    async def close(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ANSWER_LIMIT_S):
                    await file.close()


async def run(feed: Feed, stop: asyncio.Event) -> None:
    """Look at the folder until told to stop; each look has a connection of its own.

    Raises:
        ConnectorDownError: the machine is away, not the one it should be, lets us not in, or Kafka does not confirm.
    """
    import asyncssh

    source = feed.source
    assert isinstance(source, SftpSource)
    files = files_of(feed, source)
    where = f"{source.host}:{source.port}"
    while not stop.is_set():
        try:
            async with asyncio.timeout(_ANSWER_LIMIT_S):
                connection = await _connect(source)
            async with connection, connection.start_sftp_client() as sftp:
                await _look(feed, sftp, source, files)
        except NotKeptError as error:
            raise ConnectorDownError(str(error)) from None
        except asyncssh.HostKeyNotVerifiable:
            raise ConnectorDownError(f"{where} is not the machine of known_hosts or fingerprint") from None
        except asyncssh.PermissionDenied:
            raise ConnectorDownError(f"{where} does not let {source.user} in") from None
        except (asyncssh.Error, OSError, TimeoutError, ValueError) as error:
            raise ConnectorDownError(f"{where}: {error or type(error).__name__}") from None
        feed.up()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(source.every_s):
                await stop.wait()


async def _connect(source: SftpSource) -> Any:
    import asyncssh

    class Client(asyncssh.SSHClient):
        def validate_host_public_key(self, host: str, addr: str, port: int, key: Any) -> bool:
            del host, addr, port
            return bool(source.fingerprint) and key.get_fingerprint("sha256").rstrip("=") == source.fingerprint.rstrip(
                "="
            )

    password = source.secret("password")
    options: dict[str, Any] = {"password": password} if password else {}
    if source.key:
        options |= {"client_keys": [source.key], "passphrase": source.secret("passphrase") or None}
    else:
        options |= {"client_keys": None}
    return await asyncssh.connect(
        source.host, source.port, username=source.user, known_hosts=source.known_hosts or ([], [], []),
        client_factory=Client, agent_path=None, config=[], login_timeout=30, keepalive_interval=15, **options,
    )  # fmt: skip


async def _look(feed: Feed, sftp: Any, source: SftpSource, files: Files) -> None:
    """Two looks where files are new, so that one that still grows is left alone."""
    for _ in range(2):
        async with asyncio.timeout(_READ_LIMIT_S):
            found = await _listed(feed, sftp, source)
        await files.look(found)
        await asyncio.sleep(min(2.0, source.every_s))


async def _listed(feed: Feed, sftp: Any, source: SftpSource) -> Sequence[File]:
    import asyncssh

    pattern, found = Pattern(source.pattern, source.name), []
    async for entry in sftp.scandir(source.path):
        name = entry.filename if isinstance(entry.filename, str) else entry.filename.decode("utf-8", "replace")
        if name in (".", "..") or not pattern.fits(name.rpartition("/")[2]):
            continue
        if not plain_name(name):
            feed.refused("bad_name")
            continue
        attributes = entry.attrs
        if attributes.type != asyncssh.FILEXFER_TYPE_REGULAR:
            feed.refused("no_file")
            continue
        path = f"{source.path.rstrip('/')}/{name}" if source.path != "." else name
        found.append(_Remote(sftp, path, name, attributes.size or 0, float(attributes.mtime or 0)))
    return sorted(found, key=lambda file: file.name)


register_connector(
    Connector(
        kind="sftp",
        source=SftpSource,
        title="Files on another machine, over SFTP",
        confirms="nothing is told; the offset is kept once Kafka has the records",
        run=run,
    )
)
