"""The mail server of an installation, and the contacts that stand for the addresses of VIGIE_MAIL_TO."""

from email.utils import parseaddr

import aiosmtplib

from vigie.streams.settings import Settings

SERVER_TIMEOUT_S = 30.0
IMPLICIT_TLS_PORT = 465
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def mail_server(settings: Settings) -> aiosmtplib.SMTP:
    """The mail server of an installation, not yet connected; on port 465 the connection begins with TLS."""
    implicit_tls = settings.smtp_port == IMPLICIT_TLS_PORT
    return aiosmtplib.SMTP(
        hostname=settings.smtp_host, port=settings.smtp_port, use_tls=implicit_tls,
        start_tls=settings.smtp_starttls and not implicit_tls, username=settings.smtp_user or None,
        password=settings.smtp_password or None, timeout=SERVER_TIMEOUT_S,
    )  # fmt: skip


def password_in_clear(settings: Settings) -> bool:
    """Whether the password crosses a network unprotected.

    >>> password_in_clear(Settings(smtp_host="mail.example", smtp_port=25, smtp_password="x"))
    True
    >>> password_in_clear(Settings(smtp_host="mail.example", smtp_port=465, smtp_password="x"))
    False
    """
    protected = settings.smtp_starttls or settings.smtp_port == IMPLICIT_TLS_PORT
    return bool(settings.smtp_password) and not protected and settings.smtp_host not in LOOPBACK


def fallback_addresses(settings: Settings) -> tuple[str, ...]:
    """The addresses of VIGIE_MAIL_TO; none where no mail is sent.

    >>> fallback_addresses(Settings(smtp_port=25, mail_to="Ann <ann@vigie.example>, bob@vigie.example"))
    ('Ann <ann@vigie.example>', 'bob@vigie.example')
    """
    if not settings.smtp_port:
        return ()
    return tuple(part.strip() for part in settings.mail_to.split(",") if parseaddr(part)[1])
