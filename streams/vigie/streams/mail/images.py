"""An image from an address that the fleet states: small, an image indeed, and never from this machine's inside.

The address is stated by users, so it is not trusted: names are resolved once and the connection goes to what was
checked; loopback and link-local addresses (a cloud's metadata) are refused; another host is not followed to.
"""

import asyncio
import ipaddress
import socket
from typing import NamedTuple

import httpx

MOST_BYTES = 2_000_000
LIMIT_S = 5.0
_REDIRECTS = 3
_MAGIC = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}


class NoImageError(Exception):
    """There is none; a sentence says why."""


class Image(NamedTuple):
    """Bytes, and what they are (`image/jpeg`)."""

    content: bytes
    type: str


async def fetch(url: str, allowed: frozenset[str] = frozenset()) -> Image:
    """The image at an address.

    Args:
        url: http or https.
        allowed: hosts that may be this machine itself.

    Raises:
        NoImageError: why there is none.
    """
    try:
        async with asyncio.timeout(LIMIT_S):
            return await _fetch(httpx.URL(url), allowed)
    except TimeoutError:
        raise NoImageError(f"no image within {LIMIT_S:g} s") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoImageError(f"no image: {error or type(error).__name__}") from None


async def _fetch(url: httpx.URL, allowed: frozenset[str]) -> Image:
    first = url
    # Proxies of the environment are not asked: they would reach what is refused here.
    async with httpx.AsyncClient(timeout=LIMIT_S, follow_redirects=False, trust_env=False) as client:
        for _ in range(_REDIRECTS + 1):
            if url.scheme not in ("http", "https") or not url.host:
                raise NoImageError("the address must begin with http:// or https://")
            if (url.host, url.port) != (first.host, first.port):
                raise NoImageError(f"the address leads to another host ({url.host}): state that one")
            address = await _checked(url, allowed)
            async with client.stream(
                "GET", url.copy_with(host=address), headers={"Host": url.netloc.decode("ascii")},
                extensions={"sni_hostname": url.host},
            ) as answer:  # fmt: skip
                if not answer.is_redirect:
                    return await _read(answer)
                url = url.join(answer.headers.get("location", ""))
    raise NoImageError("the address leads from one to another without end")


async def _checked(url: httpx.URL, allowed: frozenset[str]) -> str:
    """An address of the host, if all that it has may be asked."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NoImageError(f"the host {url.host} is not known") from None
    addresses = [str(entry[4][0]) for entry in found]
    if url.host not in allowed:
        for text in addresses:
            one = ipaddress.ip_address(text.partition("%")[0])
            inner = getattr(one, "ipv4_mapped", None) or one
            if inner.is_loopback or inner.is_link_local or inner.is_unspecified or inner.is_multicast:
                raise NoImageError(f"the host {url.host} is this machine or its neighbourhood: not asked")
    return addresses[0]


async def _read(answer: httpx.Response) -> Image:
    if answer.status_code != httpx.codes.OK:
        raise NoImageError(f"the address answers {answer.status_code}")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _MAGIC:
        raise NoImageError(f"the address answers no image ({kind[:40]!r}): JPEG, PNG, GIF or WebP are taken")
    content = bytearray()
    async for chunk in answer.aiter_bytes():
        content += chunk
        if len(content) > MOST_BYTES:
            raise NoImageError(f"the image has more than {MOST_BYTES:,} bytes")
    if not content.startswith(_MAGIC[kind]):
        raise NoImageError(f"what the address answers is no {kind}")
    return Image(bytes(content), kind)
