"""A real mosquitto with TLS, passwords and access rules, which tests kill and start again; and a way to cut it off."""

import contextlib
import datetime as dt
import ipaddress
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from real_parts import require_part

ACL = """\
user vigie
topic read application/#
topic read city/#

user network
topic readwrite #
"""
PASSWORDS = {"vigie": "reader-s3cret", "network": "writer-s3cret"}


def program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    require_part(name, found, f"no program {name} (Debian package mosquitto)")
    assert found is not None
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certificates(folder: Path) -> None:
    """ca.pem, server.pem and server.key for 127.0.0.1."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    now = dt.datetime.now(dt.UTC)

    def built(name: str, issuer: str, key, signer, *extensions) -> x509.Certificate:
        builder = x509.CertificateBuilder(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]),
            key.public_key(), x509.random_serial_number(), now - dt.timedelta(days=1),
            now + dt.timedelta(days=2),
        )  # fmt: skip
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(signer, hashes.SHA256())

    authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    subject = x509.SubjectKeyIdentifier.from_public_key(authority.public_key())
    ca = built("ca", "ca", authority, authority, x509.BasicConstraints(ca=True, path_length=None), usage, subject)
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    own = built("127.0.0.1", "ca", server, authority, names, signed_by)
    (folder / "server.pem").write_bytes(own.public_bytes(serialization.Encoding.PEM))
    (folder / "server.key").write_bytes(
        server.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )


class Mosquitto:
    """One broker: a plain port for the network server, a TLS port for us; its sessions survive kill -9."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.port, self.tls_port = free_port(), free_port()
        certificates(folder)
        passwords = folder / "passwords"
        passwords.touch(0o600)
        for user, password in PASSWORDS.items():
            subprocess.run([program("mosquitto_passwd"), "-b", str(passwords), user, password], check=True)
        (folder / "acl").write_text(ACL)
        (folder / "acl").chmod(0o600)
        (folder / "mosquitto.conf").write_text(
            f"""\
{"user root" if os.geteuid() == 0 else ""}
persistence true
persistence_location {folder}/
autosave_interval 50
autosave_on_changes true
max_queued_messages 100000
max_inflight_messages 100
password_file {passwords}
acl_file {folder / "acl"}
allow_anonymous false
listener {self.port} 127.0.0.1
listener {self.tls_port} 127.0.0.1
cafile {folder / "ca.pem"}
certfile {folder / "server.pem"}
keyfile {folder / "server.key"}
"""
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [program("mosquitto"), "-c", str(self.folder / "mosquitto.conf")], stdout=log, stderr=log
            )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.02)
        raise AssertionError((self.folder / "log").read_text())

    def kill9(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def mosquitto(folder: Path) -> Iterator[Mosquitto]:
    """A broker of a test's own."""
    program("mosquitto")
    broker = Mosquitto(folder)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill9()


class Cable:
    """Forwards connections of one port to another, until it is cut: then nothing passes, and nobody is told."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._whole = threading.Event()
        self._whole.set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                inner, _ = self._server.accept()
                threading.Thread(target=self._join, args=(inner,), daemon=True).start()

    def _join(self, inner: socket.socket) -> None:
        self._whole.wait()
        try:
            outer = socket.create_connection(("127.0.0.1", self._target))
        except OSError:
            inner.close()
            return
        for one, other in ((inner, outer), (outer, inner)):
            threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                self._whole.wait()
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
