"""The supervisor: starts services and roles, keeps them alive, stops them in reverse order."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Self

from vigie.deploy import preflight, topic_admin
from vigie.deploy.embedded.kafka import EmbeddedKafka
from vigie.deploy.embedded.ports import free_port
from vigie.deploy.embedded.postgres import EmbeddedPostgres
from vigie.deploy.installation import ChildStatus, RunRecord, end_orphans, exclusive
from vigie.deploy.kept import LOOK_S, Event, Kept, Service
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.deploy.role_process import RoleProcess, reachable, worker_command
from vigie.deploy.roles import ROLES, Role
from vigie.streams.settings import Settings

READY_LIMIT_S = 120.0
RECORD_S = 2.0


class Supervisor:
    """One installation while it runs; `start` returns when everything answers, `stop` when everything has ended.

    Everything is started by one thread of ours, because the kernel's signal at the parent's death is bound to the
    thread that made the child.

    Args:
        settings: of the installation; empty addresses mean the embedded services. Complete once `start` has returned.
        roles: which, in the order of starting.
        on_event: told what happens, from another thread.
        services: instead of the embedded ones, for tests.
        command: how a role is started.
        prepare: called with the complete settings when the services answer; makes the topics.
    """

    def __init__(
        self,
        settings: Settings,
        roles: Iterable[Role] = ROLES.values(),
        *,
        on_event: Callable[[Event], None] = lambda event: None,  # noqa: ARG005
        services: Sequence[Service] | None = None,
        command: Callable[[Role], list[str]] = worker_command,
        prepare: Callable[[Settings], object] = topic_admin.create,
    ) -> None:
        self.settings = settings
        self._roles = [
            role
            for role in roles
            if not (role.instead and getattr(settings, role.instead))
            and not (role.needs and not getattr(settings, role.needs))
        ]
        self._tell = on_event
        self._services = services
        self._command = command
        self._prepare = prepare
        self._kept: list[Kept] = []
        self._recorded = True
        self._stopping = threading.Event()
        self._settled = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._live, name="supervisor")

    def start(self) -> None:
        """Start everything and wait until it answers.

        Raises:
            OperatorError: what is in the way; everything that was started has been stopped.
        """
        self._thread.start()
        self._settled.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error

    def begin(self) -> None:
        """Start without waiting; `alive` and `status` tell how it goes on."""
        self._thread.start()

    def started(self) -> bool:
        """Whether everything has answered once."""
        return self._settled.is_set() and self._error is None

    def stop(self) -> None:
        """Stop everything in reverse order.

        Raises:
            OperatorError, or whatever has ended the supervisor before it was asked to stop.
        """
        self._stopping.set()
        self._thread.join()
        if self._error is not None:
            raise self._error

    def ask_to_stop(self) -> None:
        """Begin to stop, without waiting; may be called in a signal handler."""
        self._stopping.set()

    def kill(self) -> None:
        """End everything by kill -9, for who cannot wait."""
        self._stopping.set()
        for kept in self._kept:
            if (process := kept.service.process) is not None:
                process.kill()

    def alive(self) -> bool:
        """Whether it runs, starts or stops."""
        return self._thread.is_alive()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def status(self) -> list[ChildStatus]:
        """How each service and role fares, in the order of starting."""
        return [kept.status() for kept in self._kept]

    def _live(self) -> None:
        try:
            with exclusive(self.settings.data, self.settings.language):
                end_orphans(self.settings.data)
                try:
                    self._start_all()
                    self._record()
                    self._settled.set()
                    self._keep()
                finally:
                    self._stop_all()
        except BaseException as error:  # handed to the thread that waits in start() or stop()
            self._error = error
        finally:
            self._settled.set()

    def _start_all(self) -> None:
        preflight.check_room(self.settings)
        preflight.check_models(self.settings)
        listens = preflight.check_sources(self.settings)
        preflight.check_host(self.settings)
        self._roles = [
            role if listens or role.port_field != "receive_port" else replace(role, port_field="")
            for role in self._roles
        ]
        fields = [role.port_field for role in self._roles if role.port_field]
        preflight.check_ports(self.settings, ["kafka_port", "database_port", *fields])
        preflight.check_external(self.settings)
        self._start_services()
        if self._stopping.is_set():
            return
        self._prepare(self.settings)
        roles = [self._role_process(number, role) for number, role in enumerate(self._roles)]
        self._kept += [Kept(process, self._tell, probed=True) for process in roles]
        for kept in self._kept:
            if kept.state == "waiting":
                self._launch(kept)
                if kept.service.name in (role.name for role in self._roles if role.instead):
                    self._wait_for(kept)  # it stands in for a service that the others talk to
        for kept in self._kept:
            self._wait_for(kept)

    def _start_services(self) -> None:
        settings = self.settings
        services = self._embedded() if self._services is None else self._services
        self._kept = [Kept(service, self._tell, probed=False) for service in services]
        for kept in self._kept:
            self._launch(kept)
        for kept in self._kept:
            self._wait_for(kept)
            if isinstance(kept.service, EmbeddedPostgres) and kept.state == "up":
                kept.service.ensure_database()
                settings = replace(settings, database=kept.service.address)
            elif isinstance(kept.service, EmbeddedKafka):
                settings = replace(settings, kafka=kept.service.address)
        settings = replace(
            settings,
            registry_port=settings.registry_port or free_port(settings.host),
            http_port=settings.http_port or free_port(settings.host),
            receive_port=settings.receive_port or free_port(settings.receive_host),
        )
        if any(role.instead == "schema_registry" for role in self._roles):
            settings = replace(settings, schema_registry=_url(settings, settings.registry_port))
        self.settings = settings

    def _embedded(self) -> list[Service]:
        data, settings = self.settings.data, self.settings
        services: list[Service] = []
        if not settings.database:
            services.append(
                EmbeddedPostgres(data / "postgres", port=settings.database_port, programs=settings.postgres_bin)
            )
        if not settings.kafka:
            services.append(EmbeddedKafka(data / "kafka", settings.cache, port=settings.kafka_port))
        return services

    def _role_process(self, number: int, role: Role) -> RoleProcess:
        base = self.settings.metrics_port
        port = base + number if base else free_port(self.settings.host)
        return RoleProcess(
            role,
            replace(self.settings, metrics_port=port),
            log=self.settings.data / "logs" / f"{role.name}.log",
            command=self._command(role),
            url=_role_url(self.settings, role),
        )

    def _launch(self, kept: Kept) -> None:
        if not self._stopping.is_set():
            kept.launch()
            self._record()

    def _wait_for(self, kept: Kept) -> None:
        deadline = time.monotonic() + READY_LIMIT_S
        while kept.state != "up" and not self._stopping.is_set():
            for other in self._kept:
                other.look()
            kept.give_up_if_hopeless()
            if kept.state != "up" and time.monotonic() > deadline:
                raise OperatorError(
                    f"{kept.service.name} did not answer on port {kept.service.port} within {READY_LIMIT_S:.0f} s "
                    f"({kept.restarts} restarts); its log is {kept.service.log}.",
                    Exit.NOT_READY,
                )
            time.sleep(LOOK_S / 4)

    def _keep(self) -> None:
        recorded_at = 0.0
        while not self._stopping.wait(LOOK_S):
            for kept in self._kept:
                kept.look()
            if time.monotonic() - recorded_at > RECORD_S:
                recorded_at = time.monotonic()
                self._record()

    def _stop_all(self) -> None:
        for kept in reversed(self._kept):
            kept.stop()
        self._record()

    def _record(self) -> None:
        settings = self.settings
        record = RunRecord(
            pid=os.getpid(),
            kafka=settings.kafka,
            database=settings.database,
            schema_registry=settings.schema_registry,
            http_port=settings.http_port,
            registry_port=settings.registry_port,
            ticks=settings.ticks,
            partitions=settings.partitions,
            children=self.status(),
        )
        try:
            record.write(settings.data)
            self._recorded = True
        except OSError as error:  # a full disk must not end what still runs
            if self._recorded:
                self._tell(Event("unrecorded", "run.json", f"{settings.data}: {error.strerror}"))
            self._recorded = False


def _role_url(settings: Settings, role: Role) -> str:
    """Where a role's public server answers; empty if it has none."""
    if not role.port_field:
        return ""
    host = settings.receive_host if role.port_field == "receive_port" else settings.host
    path = "/in/" if role.port_field == "receive_port" else ""
    return f"http://{reachable(host)}:{getattr(settings, role.port_field)}{path}"


def _url(settings: Settings, port: int) -> str:
    return f"http://{reachable(settings.host)}:{port}"
