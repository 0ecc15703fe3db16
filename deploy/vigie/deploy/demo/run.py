"""Runs the demo: services and roles under the supervisor, the day played, the counts compared, the report shown."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType

import psutil
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from vigie.deploy import kept as supervised
from vigie.deploy.demo import begin_fleet, further, indicators, readings, seen, standing_clock, told
from vigie.deploy.demo.broker import Broker
from vigie.deploy.demo.city import City, city
from vigie.deploy.demo.expected import Counts, Event
from vigie.deploy.demo.folder import wipe
from vigie.deploy.demo.intake import write_sources
from vigie.deploy.demo.mail_sink import MailSink
from vigie.deploy.demo.player import Played, Player
from vigie.deploy.demo.probe import DelayProbe
from vigie.deploy.demo.report import Report, number, show
from vigie.deploy.demo.schedule import DAY_END_AT, DAY_START_AT
from vigie.deploy.demo.senders import Senders
from vigie.deploy.demo.vectors import vector_events
from vigie.deploy.roles import ROLES
from vigie.deploy.status_table import event_line
from vigie.deploy.supervisor import Supervisor
from vigie.streams.settings import Settings

DAY_S = 45.0
"""How long the day should take."""
SETTLE_S = 15.0
"""After the last tick, how long nothing may change before the counts are taken as they are."""
LOOK_S = 0.5


@dataclass(slots=True, kw_only=True)
class Demo:
    """One run.

    Attributes:
        settings: of the environment; addresses, ports, data folder and ticks are the demo's own.
        seed: of the day.
        console: where people read.
        stay: stay up at the end until Ctrl-C.
        broker_port: of the MQTT broker once it runs; None where none is installed.
    """

    settings: Settings
    seed: int
    console: Console
    stay: bool
    broker_port: int | None = None

    def run(self) -> Report:
        """Play the day and compare; everything that was started has ended when this returns or raises.

        Raises:
            OperatorError: something is in the way; the sentence says what.
        """
        wipe(self.settings.data)
        data = self.settings.data
        with MailSink(data / "mails") as mails, Broker(data / "mqtt") as broker, ThreadPoolExecutor(1) as pool:
            making = pool.submit(city, self.seed)
            self.broker_port = broker.port
            self._tell_of_broker()
            settings = replace(
                self.settings, smtp_host="127.0.0.1", smtp_port=mails.port,
                sources=write_sources(data, broker.port),
            )  # fmt: skip
            supervisor = Supervisor(settings, on_event=self._tell)
            with _interrupt_on_sigterm():
                try:
                    supervisor.start()
                    report = self._judge(supervisor, making.result(), mails)
                    show(report, self.console, settings.language)
                    if self.stay:
                        self._wait(supervisor)
                finally:
                    supervisor.stop()
        return report

    def _judge(self, supervisor: Supervisor, day: City, mails: MailSink) -> Report:
        begin_fleet.begin(supervisor.settings, day, lambda: _metrics_port(supervisor, "observe"))
        vectors = vector_events()
        expected = day.expected(vectors)
        played, probe, first_uplink_s = asyncio.run(self._play(supervisor.settings, [*vectors, *day.events]))
        settings = supervisor.settings
        found = asyncio.run(self._settle(settings, mails, expected))
        report = Report(seed=self.seed, expected=expected, seen=found)
        self._measure(report, played, probe, first_uplink_s, supervisor)
        report.readings = readings.last(settings, day)
        asyncio.run(indicators.at_rest(settings, day))
        report.indicators = indicators.page(settings)
        report.repaired, report.repaired_windows = asyncio.run(indicators.repaired(settings, day))
        report.data = further.short(settings.data)
        report.told = told.told(settings, mails.files(), round(time.time() * 1000))
        report.further = further.commands(supervisor, report.told.chosen, stays=self.stay)
        return report

    async def _play(self, settings: Settings, events: list[Event]) -> tuple[Played, DelayProbe, float | None]:
        probe = DelayProbe(settings.database)
        with self._progress(settings.language) as progress:
            watching = [asyncio.create_task(probe.watch()), asyncio.create_task(_first_uplink(settings))]
            try:
                async with Senders(settings, self.broker_port) as senders:
                    player = Player(
                        settings, settings.kafka, senders.send, seconds=DAY_S, progress=progress, handing=probe.handing
                    )
                    played = await player.play(events, DAY_START_AT, DAY_END_AT)
                first_uplink_s = await asyncio.wait_for(watching[1], 60.0)
            finally:
                for task in watching:
                    task.cancel()
                await asyncio.gather(*watching, return_exceptions=True)
        return played, probe, first_uplink_s

    async def _settle(self, settings: Settings, mails: MailSink, expected: Counts) -> Counts:
        """Wait until the counts are the expected ones, or until nothing changes any more; then count once more."""
        before: tuple[int, ...] = ()
        changed_at = time.monotonic()
        while time.monotonic() < changed_at + SETTLE_S:
            stored = await seen.stored(settings.database)
            if (now := (*stored, len(mails.files()))) != before:
                before, changed_at = now, time.monotonic()
            alerts = expected.alerts_raised + expected.alerts_cleared
            if now == (expected.stored, expected.observations, expected.windows, alerts, expected.mails):
                break
            await asyncio.sleep(LOOK_S)
        await asyncio.sleep(2 * settings.checkpoint_interval_s)  # what is one too many comes late as well
        return await seen.count(settings, settings.kafka, settings.database, len(mails.files()))

    def _measure(
        self, report: Report, played: Played, probe: DelayProbe, first_uplink_s: float | None, supervisor: Supervisor
    ) -> None:
        language = self.settings.language
        p50, p95 = probe.quantile(0.5), probe.quantile(0.95)
        rate = report.seen.decoded / played.seconds if played.seconds else 0.0
        children = supervisor.status()
        restarts = sum(child.restarts for child in children)
        memory_mb = {child.name: child.memory_mb for child in children if child.name in ROLES}
        largest = max(memory_mb, key=memory_mb.__getitem__)
        report.numbers = {
            "delay_p50_s": _rounded(p50, 3),
            "delay_p95_s": _rounded(p95, 3),
            "uplinks_per_s": _rounded(rate, 1),
            "day_played_s": _rounded(played.seconds, 1),
            "first_uplink_s": _rounded(first_uplink_s, 1),
            "restarts": restarts,
            "memory_mb": memory_mb,
        }
        french = language == "fr"
        names = FIGURES[language]
        shown = [
            f"{number(value, language, 2)} s" if value is not None else "–" for value in (p50, p95, first_uplink_s)
        ]
        report.figures = {
            names[0]: f"{shown[0]} (p50), {shown[1]} (p95)",
            names[1]: f"{number(rate, language)} {'trames/s' if french else 'uplinks/s'}, "
            + (f"un jour en {played.seconds:.0f} s" if french else f"a day in {played.seconds:.0f} s"),
            names[2]: shown[2],
            names[3]: str(restarts),
            names[4]: f"{memory_mb[largest]} {'Mo' if french else 'MB'} ({largest})",
        }

    def _tell_of_broker(self) -> None:
        french = self.settings.language == "fr"
        if self.broker_port is not None:
            line = f"mosquitto répond (:{self.broker_port})" if french else f"mosquitto answers (:{self.broker_port})"
        else:
            line = "mosquitto n'est pas installé : tout passe par HTTP" if french else "no mosquitto: all is posted"
        self.console.print(f"  {line}", highlight=False, markup=False)

    def _tell(self, event: supervised.Event) -> None:
        if event.kind != "stopped":
            line = event_line(event, self.settings.language)
            self.console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def _progress(self, language: str) -> Iterator[Callable[[int, int], None]]:
        """A bar on a terminal, else a line every three hours of the day."""
        label, colon = ("Une journée passe", " :") if language == "fr" else ("A day goes by", ":")
        if self.console.is_terminal:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[clock]}"),
                TimeElapsedColumn(),
            )
            with Progress(*columns, console=self.console) as bar:
                task = bar.add_task(label, clock=_clock(0))
                yield lambda done, total: bar.update(task, completed=done, total=total, clock=_clock(done - 1))
        else:
            started = time.monotonic()

            def line(done: int, _total: int) -> None:
                if done > 1 and (done - 1) % 180 == 0:
                    self.console.print(f"  {label}{colon} {_clock(done - 1)} ({time.monotonic() - started:.0f} s)")

            yield line

    def _wait(self, supervisor: Supervisor) -> None:
        french = self.settings.language == "fr"
        self.console.print(
            "\nTout reste en marche ; Ctrl-C arrête tout." if french else "\nEverything stays up; Ctrl-C stops it all.",
            style="bold",
        )
        settings = supervisor.settings
        with contextlib.suppress(KeyboardInterrupt):
            with contextlib.suppress(KafkaError):
                asyncio.run(standing_clock.keep(settings, settings.kafka, DAY_END_AT, supervisor.alive))
            while supervisor.alive():
                time.sleep(0.3)


FIGURES = {
    "fr": (
        "délai de l'envoi à la base",
        "débit, cadencé",
        "première trame décodée après",
        "redémarrages",
        "mémoire du plus grand rôle",
    ),
    "en": (
        "delay from sender to database",
        "rate, paced",
        "first decoded uplink after",
        "restarts",
        "memory of the largest role",
    ),
}


@contextmanager
def _interrupt_on_sigterm() -> Iterator[None]:
    """SIGTERM and SIGHUP are taken as Ctrl-C, so that everything is stopped in order."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _first_uplink(settings: Settings) -> float:
    """Seconds from the start of this process to the first decoded uplink."""
    while not await seen.end_of(settings, settings.kafka, seen.UPLINKS):  # noqa: ASYNC110 -- Kafka tells no event
        await asyncio.sleep(0.2)
    return time.time() - psutil.Process().create_time()


def _metrics_port(supervisor: Supervisor, role: str) -> int:
    return next(child.port for child in supervisor.status() if child.name == role)


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d} h {minutes % 60:02d}"


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)


def on_terminal() -> bool:
    """Whether a person sits there, who can type Ctrl-C."""
    return sys.stdin.isatty() and sys.stdout.isatty()
