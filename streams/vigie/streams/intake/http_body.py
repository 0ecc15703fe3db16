"""A request's body, read within limits of size and time, and unpacked within the same limit of size."""

import asyncio
import zlib
from dataclasses import dataclass, field
from hashlib import sha256

from starlette.requests import ClientDisconnect, Request

from vigie.streams.core.dead_letters import BODY_LIMIT
from vigie.topics.dead_letter import KEPT_BYTES_OF_REFUSED

READ_LIMIT_S = 30.0
MOST_READ = 64_000_000
"""Of a body over the limit so much is read, for its size and hash; then the connection is closed."""


class SlowError(Exception):
    """The body did not come within READ_LIMIT_S."""


class GoneError(Exception):
    """The sender went away in the middle of it."""


class UnpackError(Exception):
    """The body is not packed as its header says; the message is for the sender."""


@dataclass(slots=True)
class Body:
    """What was read.

    Attributes:
        content: the whole, or the first 64 kB of what is over the limit.
        size: of the whole, as far as it was read.
        digest: SHA-256 of the same, hex.
        too_large: whether it is over the limit.
        sentence: why.
    """

    content: bytes
    size: int
    digest: str = ""
    too_large: bool = False
    sentence: str = field(default="")


async def read_body(request: Request, most: int = MOST_READ) -> Body:
    """Read the body as it was sent, chunked or not, and no more of it than `most` and one chunk.

    Raises:
        SlowError, GoneError: it did not come.
    """
    hashed, parts, size = sha256(), bytearray(), 0
    try:
        async with asyncio.timeout(READ_LIMIT_S):
            async for chunk in request.stream():
                size += len(chunk)
                hashed.update(chunk)
                if len(parts) <= BODY_LIMIT:
                    parts += chunk
                if size > most:
                    break
    except TimeoutError:
        raise SlowError from None
    except ClientDisconnect:
        raise GoneError from None
    if size <= BODY_LIMIT:
        return Body(bytes(parts), size)
    least = "at least " if size > most else ""
    sentence = f"The body has {least}{size} bytes, the limit is {BODY_LIMIT}"
    return Body(bytes(parts[:KEPT_BYTES_OF_REFUSED]), size, hashed.hexdigest(), too_large=True, sentence=sentence)


def unpack(sent: Body, encoding: str) -> Body:
    """The body without its packing; one that grows over the limit is `too_large`, with what was sent of it.

    Args:
        sent: within the limit.
        encoding: the header Content-Encoding; `gzip` and `deflate` are known, once each and not one in the other.

    Raises:
        UnpackError: another encoding, or not of it.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return sent
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise UnpackError("Content-Encoding must be gzip or deflate, once")
    bits = 31 if "gzip" in encoding else 15 if sent.content[:1] == b"\x78" else -15  # many send deflate without head
    machine = zlib.decompressobj(bits)
    try:
        content = machine.decompress(sent.content, BODY_LIMIT + 1)
    except zlib.error as error:
        raise UnpackError(f"The body is not {encoding}: {error}") from None
    if len(content) > BODY_LIMIT:
        digest = sha256(sent.content).hexdigest()
        sentence = f"The body of {sent.size} bytes grows over the limit of {BODY_LIMIT} bytes when it is unpacked"
        return Body(sent.content[:KEPT_BYTES_OF_REFUSED], sent.size, digest, too_large=True, sentence=sentence)
    if not machine.eof:
        raise UnpackError(f"The body is not whole: its {encoding} ends too early")
    if machine.unused_data:
        raise UnpackError(f"After the {encoding} something follows")
    return Body(content, len(content))
