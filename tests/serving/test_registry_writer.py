"""Changes while Kafka is slow, away or somebody else's."""

import asyncio

import pytest
from aiokafka.errors import KafkaTimeoutError, ProducerFenced

from vigie.serving import registry, registry_writer
from vigie.serving.registry_content import Content, Refused
from vigie.serving.registry_writer import RegistryWriter
from vigie.streams.settings import Settings

SCHEMA = '"int"'


class SlowLog:
    """A log that confirms when it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.confirm = asyncio.Event()
        self.error = error
        self.written: list[str] = []

    async def write(self, name, _subject) -> None:
        await self.confirm.wait()
        if self.error is not None:
            raise self.error
        self.written.append(name)


def register(content: Content, writer: RegistryWriter, name: str = "s", schema: str = SCHEMA):
    return writer.change(name, lambda: content.registered(name, schema))


async def test_nothing_is_in_effect_before_it_is_safe():
    content, log = Content("vigie."), SlowLog()
    writing = asyncio.create_task(register(content, RegistryWriter(content, log)))
    await asyncio.sleep(0.01)
    assert content.names() == []
    log.confirm.set()
    assert (await writing).id == 1000
    assert content.names() == ["s"]


async def test_a_caller_who_gives_up_loses_no_change(monkeypatch):
    monkeypatch.setattr(registry_writer, "ANSWER_LIMIT_S", 0.01)
    content, log = Content("vigie."), SlowLog()
    writer = RegistryWriter(content, log)
    with pytest.raises(Refused, match="has not confirmed") as refused:
        await register(content, writer)
    assert refused.value.code == 50002
    log.confirm.set()
    await asyncio.sleep(0.01)
    assert (content.names(), log.written) == (["s"], ["s"])


async def test_two_at_once_never_share_an_id():
    content, log = Content("vigie."), SlowLog()
    writer = RegistryWriter(content, log)
    both = asyncio.gather(register(content, writer, "s", '"int"'), register(content, writer, "t", '"string"'))
    await asyncio.sleep(0.01)
    log.confirm.set()
    assert [version.id for version in await both] == [1000, 1001]


async def test_what_kafka_refuses_does_not_take_effect():
    content, log = Content("vigie."), SlowLog(KafkaTimeoutError("slow"))
    log.confirm.set()
    with pytest.raises(Refused, match="nothing changed"):
        await register(content, RegistryWriter(content, log))
    assert content.names() == []


async def test_a_fenced_registry_says_so():
    content, log = Content("vigie."), SlowLog(ProducerFenced())
    log.confirm.set()
    writer = RegistryWriter(content, log)
    with pytest.raises(Refused, match=r"Another schema registry has taken over.*set VIGIE_SCHEMA_REGISTRY"):
        await register(content, writer)
    assert writer.fenced.is_set()


def test_a_registry_fenced_while_it_starts_ends_with_the_sentence(monkeypatch, caplog):
    async def fenced(_settings) -> int:
        raise ProducerFenced

    monkeypatch.setattr(registry, "_serve", fenced)
    assert registry.run(Settings()) == 1
    assert "Another schema registry has taken over" in caplog.messages[-1]
