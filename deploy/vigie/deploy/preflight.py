"""What is looked at before anything is started, so that each trouble is one sentence and not a log to search."""

import shutil
import time

import httpx
import psutil
import psycopg

from vigie.codecs.model_map import ModelsError
from vigie.deploy.connection_string import check_connection_string
from vigie.deploy.console_words import say
from vigie.deploy.embedded.kafka import metadata_answer
from vigie.deploy.embedded.ports import is_taken
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams import sources
from vigie.streams.codec_shelf import models_of
from vigie.streams.settings import Settings

ROOM_BYTES = 200_000_000
EXTERNAL_LIMIT_S = 20.0


def check_room(settings: Settings) -> None:
    """Raise if the data folder's disk is all but full.

    Raises:
        OperatorError: with what to do.
    """
    free = shutil.disk_usage(settings.data).free
    if free < ROOM_BYTES:
        room = {"free_mb": free // 1_000_000, "least_mb": ROOM_BYTES // 1_000_000}
        raise OperatorError(say(settings.language, "disk_full", data=settings.data, **room), Exit.DISK_FULL)


def check_models(settings: Settings) -> None:
    """Raise if the models file cannot be used.

    Raises:
        OperatorError: what is wrong with it.
    """
    try:
        models_of(settings)
    except ModelsError as error:
        raise OperatorError(f"{error}. Correct it, or set VIGIE_MODELS to another file.", Exit.USAGE) from None


def check_sources(settings: Settings) -> bool:
    """Raise if the sources file cannot be used.

    Returns:
        Whether a source of it listens on the HTTP endpoint.

    Raises:
        OperatorError: what is wrong with it, and on which line.
    """
    try:
        return bool(sources.load(settings.sources, secrets=True).of_kind("http"))
    except sources.SourcesError as error:
        raise OperatorError(f"{error}. Correct it; docs/connectors.md shows each kind of source.", Exit.USAGE) from None


def check_host(settings: Settings) -> None:
    """Raise if no server of ours could listen on VIGIE_HOST.

    Raises:
        OperatorError: with what to do.
    """
    try:
        is_taken(0, settings.host)
    except (OSError, UnicodeError) as error:  # UnicodeError: what can be no name of a host
        reason = getattr(error, "strerror", None) or error
        sentence = say(settings.language, "host_unusable", host=settings.host, reason=reason)
        raise OperatorError(sentence, Exit.USAGE) from error


def check_ports(settings: Settings, port_fields: list[str]) -> None:
    """Raise if a port of the settings belongs to another program, or cannot be opened.

    Args:
        settings: a port 0 takes any free one and is not looked at.
        port_fields: settings that hold the ports.

    Raises:
        OperatorError: names the port, whose it is, and the setting.
    """
    for field in port_fields:
        port: int = getattr(settings, field)
        hosts = {"http_port": settings.host, "registry_port": settings.host, "receive_port": settings.receive_host}
        host = hosts.get(field, "127.0.0.1")
        setting = f"VIGIE_{field.upper()}"
        try:
            taken = port and is_taken(port, host)
        except OSError as error:
            sentence = say(settings.language, "port_refused", port=port, setting=setting, reason=error.strerror)
            raise OperatorError(sentence, Exit.NO_PERMISSION) from error
        if taken:
            sentence = say(settings.language, "port_taken", port=port, setting=setting, whose=_whose(port))
            raise OperatorError(sentence, Exit.PORT_TAKEN)


def _whose(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                return f" ({psutil.Process(connection.pid).name()}, pid {connection.pid})" if connection.pid else ""
    except psutil.Error:  # an ordinary user may not see other users' programs
        pass
    return ""


def check_external(settings: Settings) -> None:
    """Raise if an external service of the settings does not answer within EXTERNAL_LIMIT_S, or cannot be asked.

    Raises:
        OperatorError: names the service, its address and the setting.
    """
    check_connection_string(settings.database)
    for name, setting, address, answers in (
        ("Kafka", "VIGIE_KAFKA", settings.kafka, metadata_answer),
        ("PostgreSQL", "VIGIE_DATABASE", settings.database, _database_answers),
        ("The schema registry", "VIGIE_SCHEMA_REGISTRY", settings.schema_registry, _registry_answers),
    ):
        deadline = time.monotonic() + EXTERNAL_LIMIT_S
        while address and not answers(address):
            if time.monotonic() > deadline:
                raise OperatorError(
                    f"{name} does not answer at {_without_password(address)}, which {setting} names. Start it, correct "
                    f"{setting}, or unset it to use the embedded one.",
                    Exit.UNREACHABLE,
                )
            time.sleep(0.5)


def _database_answers(dsn: str) -> bool:
    try:
        with psycopg.connect(dsn, connect_timeout=5) as connection:
            connection.execute("select 1")
    except psycopg.OperationalError:
        return False
    return True


def _registry_answers(url: str) -> bool:
    try:
        return httpx.get(f"{url.rstrip('/')}/subjects", timeout=5).is_success
    except httpx.HTTPError:
        return False


def _without_password(address: str) -> str:
    """What may be shown of an address.

    >>> _without_password("postgresql://vigie:secret@db:5432/vigie")
    'db:5432/vigie'
    """
    return address.rsplit("@", 1)[-1] if "://" in address and "@" in address else address
