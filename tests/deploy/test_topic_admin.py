"""Topics made from the catalogue, compared with the cluster, and told on a page."""

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import NodeNotReadyError

from vigie.deploy import topic_admin
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings
from vigie.topics.catalogue import TOPICS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def settings(kafka: str, tmp_path: Path) -> Settings:
    return Settings(kafka=kafka, prefix=f"t{uuid4().hex[:8]}.", partitions=3, data=tmp_path)


def on_cluster(settings: Settings, job) -> None:
    async def run() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka)
        await admin.start()
        try:
            await job(admin)
        finally:
            await admin.close()

    asyncio.run(run())


def test_a_broker_that_has_not_named_itself_yet_is_asked_again(settings: Settings, monkeypatch) -> None:
    asked, list_topics = [], AIOKafkaAdminClient.list_topics

    async def at_second(admin: AIOKafkaAdminClient) -> list[str]:
        asked.append(admin)
        if len(asked) == 1:
            raise NodeNotReadyError
        return await list_topics(admin)

    monkeypatch.setattr(AIOKafkaAdminClient, "list_topics", at_second)
    assert topic_admin.create(settings)
    assert len(asked) == 2


def test_created_topics_are_as_the_catalogue_says(settings: Settings) -> None:
    made = topic_admin.create(settings)
    assert made == [settings.topic(name) for name in TOPICS]
    assert topic_admin.create(settings) == [], "a second time makes nothing"
    assert topic_admin.differences(settings) == []


def test_each_kind_of_difference_is_a_sentence(settings: Settings) -> None:
    topic_admin.create(settings)

    async def change(admin: AIOKafkaAdminClient) -> None:
        await admin.create_partitions({settings.topic("uplinks.lora.v1"): NewPartitions(total_count=5)})
        await admin.create_partitions({settings.topic("platform"): NewPartitions(total_count=2)})
        await admin.create_topics([NewTopic(settings.topic("stray"), 1, 1)])
        await admin.delete_topics([settings.topic("receptions")])
        resource = ConfigResource(
            ConfigResourceType.TOPIC,
            settings.topic("raw.lora"),
            configs=TOPICS["raw.lora"].config() | {"message.timestamp.type": "CreateTime"},
        )
        await admin.alter_configs([resource])

    on_cluster(settings, change)
    deadline = time.monotonic() + 10
    while len(topic_admin.differences(settings)) < 5 and time.monotonic() < deadline:
        time.sleep(0.1)  # the broker learns of each change a moment after the controller's answer
    found = "\n".join(topic_admin.differences(settings))
    prefix = settings.prefix
    assert f"{prefix}receptions does not exist: `vigie topics create` makes it." in found
    assert f"{prefix}stray is not in the catalogue." in found
    assert f"5: {prefix}uplinks.lora.v1" in found, "device topics with another count than the rest"
    assert f"{prefix}platform: 2 partitions on the cluster, 1 in the catalogue." in found
    assert f"{prefix}raw.lora has message.timestamp.type=CreateTime; the catalogue says LogAppendTime." in found
    assert len(found.splitlines()) == 5, found


def test_another_partition_count_everywhere_names_the_setting(settings: Settings) -> None:
    topic_admin.create(settings)
    found = topic_admin.differences(replace(settings, partitions=4))
    assert any("3 partitions on the cluster, 4 by VIGIE_PARTITIONS" in sentence for sentence in found), found


def test_the_command_checks_and_prints_json(settings: Settings) -> None:
    def vigie(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "vigie.deploy.cli", "topics", *arguments],
            env=settings.to_env(), capture_output=True, text=True,
        )  # fmt: skip

    before = vigie("check", "--json")
    assert before.returncode == Exit.DIFFERENT, before.stderr
    assert len(json.loads(before.stdout)["differences"]) == len(TOPICS)
    made = vigie("create", "--json")
    assert json.loads(made.stdout)["created"] == [settings.topic(name) for name in TOPICS]
    after = vigie("check")
    assert (after.returncode, after.stdout) == (0, "Le cluster est conforme au catalogue.\n")


def test_a_cluster_that_does_not_answer_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"Kafka does not answer at 127\.0\.0\.1:1 .*VIGIE_KAFKA") as caught:
        topic_admin.create(Settings(kafka="127.0.0.1:1", data=tmp_path))
    assert caught.value.exit_code == Exit.UNREACHABLE


def test_the_page_is_what_the_catalogue_says() -> None:
    page = (ROOT / "docs/topics.md").read_text("utf-8")
    assert page == topic_admin.catalogue_page(), "run: vigie topics doc > docs/topics.md"
    assert all(f"| `{name}` |" in page for name in TOPICS)
