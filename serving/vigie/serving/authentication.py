"""Who may ask: a hook in front of every address of `serve`."""

import base64
import binascii
import hmac
from collections.abc import Callable

from starlette.requests import Request

Authenticate = Callable[[Request], str | None]
"""Names the caller of a request, or None to refuse it. Another one (OpenID Connect, a proxy's header) takes this place
by being given to `vigie.serving.http.application`."""

CHALLENGE = 'Bearer realm="Vigie", Basic realm="Vigie", charset="UTF-8"'


def by_token(token: str) -> Authenticate:
    """Callers who know the installation's token; everybody where it has none.

    Programs send it as a bearer token. A browser can only ask its user for a name and a password, so the password may
    be the token, with any name.
    """

    def authenticate(request: Request) -> str | None:
        if not token:
            return "anonymous"
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        given = value.strip() if scheme.lower() == "bearer" else _password(value) if scheme.lower() == "basic" else ""
        return "token" if hmac.compare_digest(given.encode(), token.encode()) else None

    return authenticate


def _password(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
