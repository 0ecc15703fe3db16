"""The role `registry`: a small schema registry beside the embedded Kafka, on 127.0.0.1:8085 unless set otherwise."""

import asyncio
import logging
from collections.abc import Mapping

from aiokafka.errors import KafkaError, ProducerFenced
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_exponential

from vigie.serving.registry_api import Registry
from vigie.serving.registry_content import Content, Refused, seeded
from vigie.serving.registry_log import RegistryLog
from vigie.serving.registry_writer import TAKEN_OVER, RegistryWriter
from vigie.serving.web_server import WebServer, address, bind, on_stop_signals, watched
from vigie.streams.settings import Settings
from vigie.topics.avro import schema_ids, schema_of_topic, schema_text

log = logging.getLogger(__name__)


def run(settings: Settings) -> int:
    """Serves the registry until SIGTERM or SIGINT.

    Returns:
        Exit code: 0 when told to end, 1 when it cannot go on (the log says why).
    """
    try:
        return asyncio.run(_serve(settings))
    except asyncio.CancelledError:
        return 0  # told to end while Kafka was still away
    except ProducerFenced:
        log.error(TAKEN_OVER)  # noqa: TRY400 -- a sentence, not a traceback
        return 1
    except (OSError, Refused, KafkaError) as error:
        log.error("The schema registry cannot start: %s", error)  # noqa: TRY400 -- a sentence, not a traceback
        return 1


async def _serve(settings: Settings) -> int:
    listener = bind(settings.host, settings.registry_port, "VIGIE_REGISTRY_PORT")
    registry_log = RegistryLog(settings)
    starting = asyncio.current_task()
    assert starting is not None
    on_stop_signals(starting.cancel)
    async with watched(settings, "registry") as health:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception(_may_pass), wait=wait_exponential(max=10), before_sleep=_say, reraise=True
        ):
            with attempt:
                content = await _loaded(settings, registry_log)
        try:
            writer = RegistryWriter(content, registry_log)
            server = WebServer(Registry(content, writer).application(), "registry")
            on_stop_signals(server.stop)
            log.info("The schema registry answers at %s", address(listener))
            health.ready()
            watch = asyncio.create_task(_stop_when_fenced(writer, server))
            await server.serve(sockets=[listener])
            watch.cancel()
        finally:
            await registry_log.close()
    return 1 if writer.fenced.is_set() else 0


def _may_pass(error: BaseException) -> bool:
    return isinstance(error, KafkaError) and bool(error.retriable)


def _say(state: RetryCallState) -> None:
    assert state.outcome is not None
    log.warning("Kafka does not answer yet (%s); trying again", state.outcome.exception())


async def _loaded(settings: Settings, registry_log: RegistryLog) -> Content:
    content = Content(settings.prefix)
    await registry_log.open()
    await registry_log.load(content)
    for name, subject in seeded(content, packaged(settings.prefix)):
        await registry_log.write(name, subject)
        log.info("seeded: subject %s", name)
    return content


async def _stop_when_fenced(writer: RegistryWriter, server: WebServer) -> None:
    await writer.fenced.wait()
    log.error(TAKEN_OVER)
    server.stop()


def packaged(prefix: str) -> Mapping[str, tuple[int, str]]:
    """Subject on the cluster -> (id, schema) of the schemas that this release carries.

    >>> packaged("vigie.")["vigie.alerts.v1-value"][0]
    3
    """
    found: dict[str, tuple[int, str]] = {}
    for subject, schema_id in schema_ids().items():
        name = schema_of_topic(subject.removesuffix("-value"))
        assert name is not None, f"schema_ids.json: {subject} is not the subject of an Avro topic"
        found[prefix + subject] = (schema_id, schema_text(name))
    return found
