"""Who may send to a source over HTTP: a bearer token, a name and password, or a signature with its instant.

Every comparison takes the same time whatever was given. A signature is HMAC-SHA256 over the request's instant (the text
of its header), a full stop and the body as it was sent; a signed request is taken once, within the window around its
instant. What was taken is kept over a restart, so that a restart is no way around it.
"""

import base64
import binascii
import hmac
import logging
import time
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

log = logging.getLogger(__name__)

INSTANT_HEADER = "x-vigie-timestamp"
SIGNATURE_HEADER = "x-vigie-signature"
_MOST_LINES = 50_000


class Refused(Exception):  # noqa: N818 -- an answer
    """A request that is not let in.

    Args:
        reason: label of the metric.
        sentence: for the sender.
        status: of the answer.
    """

    def __init__(self, reason: str, sentence: str, status: int = 401) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.status = status


def sign(secret: str, instant: str, body: bytes) -> str:
    """The signature of a request.

    >>> sign("s3cret", "1764105600", b"{}")[:24]
    'sha256=...'
    """
    return "sha256=" + hmac.new(secret.encode(), instant.encode() + b"." + body, sha256).hexdigest()


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


class Callers:
    """The rule of one source; whichever of the three it has lets a caller in.

    Args:
        token: of a bearer; empty: none.
        user, password: of basic authentication; empty: none.
        secret: of signatures; empty: none.
        window_s: how far a signed request's instant may be from now.
        memory: file of the signatures that were taken.
    """

    def __init__(
        self, *, token: str = "", user: str = "", password: str = "", secret: str = "", window_s: float = 300,
        memory: Path | None = None,
    ) -> None:  # fmt: skip
        self._token, self._user, self._password, self._secret = token, user, password, secret
        self._window_s = window_s
        self._taken = _Taken(memory, window_s)
        self._under_way: set[str] = set()

    def check_headers(self, headers: Mapping[str, str]) -> bool:
        """Look at what stands before the body.

        Returns:
            True where the caller is known; False where the body's signature is still to be checked.

        Raises:
            Refused: the body need not be read.
        """
        scheme, _, value = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._token:
            if _same(value.strip(), self._token):
                return True
            raise Refused("wrong_token", "The token is wrong")
        if scheme.lower() == "basic" and self._user:
            if _same(_decoded(value), f"{self._user}:{self._password}"):
                return True
            raise Refused("wrong_token", "The name or the password is wrong")
        if self._secret and SIGNATURE_HEADER in headers:
            self._check_instant(headers.get(INSTANT_HEADER, ""))
            return False
        raise Refused("unauthenticated", "Say who you are: see docs/connectors.md")

    def check_signature(self, headers: Mapping[str, str], body: bytes) -> str:
        """Check a signature, and hold it until `taken` or `not_taken` is said.

        Raises:
            Refused: it is wrong, or was taken before.
        """
        given = headers.get(SIGNATURE_HEADER, "")
        expected = sign(self._secret, headers.get(INSTANT_HEADER, ""), body)
        if not _same(given, expected):
            raise Refused("wrong_signature", "The signature is wrong")
        if expected in self._under_way or expected in self._taken:
            raise Refused("replayed", "This signed request was received before: sign each request anew", 409)
        self._under_way.add(expected)
        return expected

    def taken(self, signature: str) -> None:
        """Kafka has the body: the same request is not taken again."""
        self._taken.add(signature)
        self._under_way.discard(signature)

    def not_taken(self, signature: str) -> None:
        """It was not kept: the sender may send it again."""
        self._under_way.discard(signature)

    def _check_instant(self, text: str) -> None:
        if not (text.isascii() and text.isdigit() and len(text) <= 12):
            raise Refused("wrong_signature", f"{INSTANT_HEADER} must be whole seconds since 1970")
        if abs(int(text) - time.time()) > self._window_s:
            raise Refused("outdated", f"{INSTANT_HEADER} is not within {self._window_s:.0f} s of the time here")


class _Taken:
    """Signatures within twice the window, in memory and in a file that only grows until it is written anew."""

    def __init__(self, file: Path | None, window_s: float) -> None:
        self._file = file
        self._keep_s = 2 * window_s + 1  # instants in the file are whole seconds
        self._lines, self._most_lines = 0, _MOST_LINES
        self._at: dict[str, float] = {}
        if file is not None and file.exists():
            for line in file.read_text("ascii", "replace").splitlines():
                at, _, signature = line.partition(" ")
                if at.isdigit() and signature:
                    self._at[signature] = float(at)
            self._write_anew()

    def __contains__(self, signature: str) -> bool:
        return self._at.get(signature, 0.0) > time.time() - self._keep_s

    def add(self, signature: str) -> None:
        now = time.time()
        self._at[signature] = now
        if self._file is None:
            return
        try:
            self._keep(now, signature)
        except OSError as error:  # Kafka has the body; the sender must not be told otherwise
            log.warning("%s cannot be written (%s): a restart would forget what was taken", self._file, error.strerror)

    def _keep(self, now: float, signature: str) -> None:
        assert self._file is not None
        if self._lines >= self._most_lines or not self._file.exists():
            self._write_anew()
            return
        with self._file.open("a", encoding="ascii") as file:
            file.write(f"{now:.0f} {signature}\n")
        self._lines += 1

    def _write_anew(self) -> None:
        assert self._file is not None
        since = time.time() - self._keep_s
        self._at = {signature: at for signature, at in self._at.items() if at > since}
        self._lines = len(self._at)
        self._most_lines = max(_MOST_LINES, 2 * self._lines)  # else a busy source would write it anew for each request
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self._file.with_name(f".{self._file.name}.new")
        fresh.write_text("".join(f"{at:.0f} {signature}\n" for signature, at in self._at.items()), "ascii")
        fresh.replace(self._file)


def _decoded(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


class Rate:
    """So many requests a second, and a burst of twice as many.

    Args:
        per_s: on average.
        now: monotonic seconds.

    >>> rate = Rate(1, now=0.0)
    >>> [round(rate.wait_s(0.0)) for _ in range(3)], rate.wait_s(1.0)
    ([0, 0, 1], 0.0)
    """

    def __init__(self, per_s: float, *, now: float) -> None:
        self._per_s = per_s
        self._most = max(2 * per_s, 1.0)
        self._left = self._most
        self._at = now

    def wait_s(self, now: float) -> float:
        """0 where a request may pass, which is counted; else after how long to ask again."""
        self._left = min(self._most, self._left + (now - self._at) * self._per_s)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / self._per_s
