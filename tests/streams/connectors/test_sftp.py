"""SFTP against a real server: the machine must be the one it says it is, names that lead elsewhere are refused."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import asyncssh
import pytest
from streams.connectors.receiving import Receiving, headers, wait_until

from vigie.streams.connectors import sftp

SOURCE = """
[[source]]
name = "stations"
kind = "sftp"
net = "cellular"
format = "logger-csv"
host = "127.0.0.1"
port = {port}
user = "vigie"
password = "env:SFTP_PASSWORD"
{known}
path = "out"
pattern = "*.csv"
layout = "station"
every_s = 0.5

[[layout]]
name = "station"
time = "Date"
columns = [{{ name = "h", property = "water_depth" }}]
"""
PASSWORD = "sftp-s3cret"
HEAD = "Date;h\n"


class Server:
    """An SFTP server on a thread of its own."""

    def __init__(self, root: Path, *, evil: bool = False) -> None:
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.root, self.evil = root, evil
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._loop.run_forever()

    async def _listen(self) -> None:
        root, evil = self.root, self.evil

        class Login(asyncssh.SSHServer):
            def password_auth_supported(self):
                return True

            def validate_password(self, username, password):
                return (username, password) == ("vigie", PASSWORD)

        class Files(asyncssh.SFTPServer):
            def __init__(self, chan):
                super().__init__(chan, chroot=str(root))

            async def scandir(self, path):
                if evil:
                    attributes = asyncssh.SFTPAttrs(
                        type=asyncssh.FILEXFER_TYPE_REGULAR, size=4, mtime=1, permissions=0o100644
                    )
                    yield asyncssh.SFTPName(b"../../etc/passwd.csv", b"", attributes)
                    yield asyncssh.SFTPName(b"..\\boot.csv", b"", attributes)
                async for entry in super().scandir(path):
                    yield entry

        self._server = await asyncssh.listen(
            "127.0.0.1", 0, server_host_keys=[self.key], server_factory=Login, sftp_factory=Files
        )
        self.port = self._server.get_port()
        self._ready.set()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    @property
    def fingerprint(self) -> str:
        return f'fingerprint = "{self.key.get_fingerprint("sha256")}"'


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "root/out").mkdir(parents=True)
    return tmp_path / "root/out"


@pytest.fixture
def server(out: Path) -> Iterator[Server]:
    one = Server(out.parent)
    yield one
    one.close()


def receiving(kafka: str, tmp_path: Path, server: Server, known: str, password: str = PASSWORD) -> Receiving:
    text = SOURCE.format(port=server.port, known=known)
    return Receiving(kafka, tmp_path, text, env={"SFTP_PASSWORD": password})


def test_new_lines_are_sent_once_over_connections_and_restarts(kafka, tmp_path, server, out):
    (out / "a.csv").write_text(HEAD + "2026-11-23T10:00:00Z;1\n")
    with receiving(kafka, tmp_path, server, server.fingerprint) as role:
        (record,) = role.wait_bodies(1, "raw.cellular")
        assert record.value().decode() == HEAD + "2026-11-23T10:00:00Z;1\n"
        assert headers(record)["file"] == "a.csv"
        assert role.end() == 0
        with (out / "a.csv").open("a") as more:
            more.write("2026-11-23T10:15:00Z;2\n2026-")
        role.start()
        bodies = {record.value().decode() for record in role.wait_bodies(2, "raw.cellular")}
        assert bodies == {HEAD + "2026-11-23T10:00:00Z;1\n", HEAD + "2026-11-23T10:15:00Z;2\n"}
        assert len(role.bodies("raw.cellular")) == 2
        assert PASSWORD not in role.log.read_text()


def test_known_hosts_are_enough(kafka, tmp_path, server, out):
    (out / "a.csv").write_text(HEAD + "2026-11-23T10:00:00Z;1\n")
    line = f"[127.0.0.1]:{server.port} {server.key.export_public_key().decode()}"
    (tmp_path / "known_hosts").write_text(line)
    with receiving(kafka, tmp_path, server, f'known_hosts = "{tmp_path}/known_hosts"') as role:
        role.wait_bodies(1, "raw.cellular")


def test_another_machine_gets_no_password(kafka, tmp_path, server, out):
    (out / "a.csv").write_text(HEAD + "2026-11-23T10:00:00Z;1\n")
    other = asyncssh.generate_private_key("ssh-ed25519").get_fingerprint("sha256")
    with receiving(kafka, tmp_path, server, f'fingerprint = "{other}"') as role:
        wait_until(lambda: "is not the machine" in role.text(), 20, role.text)
        assert role.bodies("raw.cellular") == []


def test_a_wrong_password_is_told(kafka, tmp_path, server):
    with receiving(kafka, tmp_path, server, server.fingerprint, "wr0ng-s3cret") as role:
        wait_until(lambda: "does not let vigie in" in role.text(), 20, role.text)
        assert "wr0ng-s3cret" not in role.log.read_text()


def test_links_and_names_that_lead_elsewhere_are_refused(kafka, tmp_path, out):
    (tmp_path / "secret.csv").write_text("s3cret\n")
    (out / "link.csv").symlink_to("../../secret.csv")
    (out / "a.csv").write_text(HEAD + "2026-11-23T10:00:00Z;1\n")
    server = Server(out.parent, evil=True)
    with receiving(kafka, tmp_path, server, server.fingerprint) as role:
        role.wait_bodies(1, "raw.cellular")
        assert role.metric("vigie_receive_refused_total", source="stations", reason="bad_name") >= 1
        assert role.metric("vigie_receive_refused_total", source="stations", reason="no_file") >= 1
        assert all(b"s3cret" not in body and b"root:" not in body for body in role.bodies("raw.cellular"))
    server.close()


def test_a_server_that_lives_and_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(sftp, "_READ_LIMIT_S", 0.1)
    monkeypatch.setattr(sftp, "_ANSWER_LIMIT_S", 0.1)

    async def never(*_):
        await asyncio.sleep(30)

    async def opened(*_):
        return SimpleNamespace(read=never, close=never)

    async def read():
        file = sftp._Remote(SimpleNamespace(open=opened), "out/a.csv", "a.csv", 10, 1.0)
        with pytest.raises(TimeoutError):
            await file.read(0, 10)
        await file.close()

    asyncio.run(asyncio.wait_for(read(), 10))
