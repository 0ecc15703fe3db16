"""Every setting of an installation, once: its default, its unit and one sentence."""

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from email.utils import parseaddr
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

PREFIX = "VIGIE_"
OUTSIDE = ("VIGIE_STRICT", "VIGIE_RESTARTS", "VIGIE_TEST")
"""Variables (and beginnings of variables) that are read elsewhere: by the tests, and by the supervisor's children."""


class SettingsError(ValueError):
    """A setting that cannot be understood; the message says which and what is expected."""


def _data_folder() -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/vigie")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "vigie"


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vigie"


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (KeyError, ValueError, OSError):  # no such zone; a path that leads out of the zones; a folder of them
        return False


def _is_address(text: str) -> bool:
    name, _, domain = parseaddr(text)[1].rpartition("@")
    return bool(name and domain) and text.isprintable()


def _is_connection(text: str) -> bool:
    uri, pairs = r"postgres(ql)?://\S+", r"(\s*\w+\s*=\s*('(\\.|[^'\\])*'|[^\s']*))+\s*"
    return text == "" or bool(re.fullmatch(f"{uri}|{pairs}", text))


def _is_prefix(text: str) -> bool:
    return bool(re.fullmatch(r"[a-zA-Z0-9._-]{0,200}", text))  # Kafka's own limit for a whole name is 249


def _is_duration(seconds: float) -> bool:
    return math.isfinite(seconds) and seconds > 0


def _is_url(text: str) -> bool:
    return text == "" or bool(re.fullmatch(r"https?://[^\s/]+(/\S*)?", text))


def _is_port(number: int) -> bool:
    return 0 <= number <= 65_535


_DURATION = (_is_duration, "a number of seconds above 0")
_URL = (_is_url, "an address that begins with http:// or https://, or nothing")
_PORT = (_is_port, "a port, 0 to 65535")

_EXPECTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "database": (_is_connection, "postgresql://user:password@host:port/name, or host=… dbname=…"),
    "prefix": (
        _is_prefix,
        "letters, digits, dots, hyphens and underscores, as in names of Kafka's topics, 200 at most",
    ),
    "partitions": (lambda number: 1 <= number <= 1000, "a whole number from 1 to 1000"),
    "ticks": (("live", "log").__contains__, "one of live, log"),
    "language": (("fr", "en").__contains__, "one of fr, en"),
    "timezone": (_is_zone, "an IANA zone name such as Europe/Paris"),
    "kafka_port": _PORT,
    "database_port": _PORT,
    "registry_port": _PORT,
    "http_port": _PORT,
    "metrics_port": _PORT,
    "receive_port": _PORT,
    "smtp_port": _PORT,
    "mail_from": (_is_address, "an address such as vigie@metropole.example, or Vigie <vigie@metropole.example>"),
    "checkpoint_interval_s": _DURATION,
    "session_timeout_s": _DURATION,
    "stall_limit_s": _DURATION,
    "repair_rate": (lambda rate: 1 <= rate <= 1_000_000, "a whole number from 1 to 1000000"),
    "mails_per_hour": (lambda number: 1 <= number <= 1000, "a whole number from 1 to 1000"),
    "digest_at": (
        lambda text: bool(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text)),
        "a time of day such as 07:00",
    ),
    "webhook_url": _URL,
    "dead_man_url": _URL,
    "hubeau_url": _URL,
    "false_silences": (lambda number: math.isfinite(number) and number > 0, "a number above 0"),
    "window_rate": (lambda rate: 1 <= rate <= 1_000_000, "a whole number from 1 to 1000000"),
    "memory_hours": (lambda hours: 1 <= hours <= 32, "a whole number from 1 to 32"),
}
"""What a setting's value must be, where not every value of its type will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings; each field is the variable VIGIE_<FIELD IN CAPITALS>.

    Raises:
        SettingsError: a value is none that the setting can have.
    """

    kafka: str = ""
    """Bootstrap servers of an external Kafka, host:port[,host:port]; empty: the embedded one is started."""
    database: str = ""
    """Connection string of an external PostgreSQL; empty: the embedded one is started."""
    schema_registry: str = ""
    """URL of an external Confluent-compatible schema registry; empty: the embedded one is started."""
    data: Path = None  # type: ignore[assignment]
    """Data folder of the installation; default /var/lib/vigie for root, else the user's data folder."""
    cache: Path = None  # type: ignore[assignment]
    """Folder of downloaded jars, shared by installations; default the user's cache folder."""
    prefix: str = "vigie."
    """What every topic's name begins with on the cluster."""
    partitions: int = 12
    """Partitions of each topic keyed by device or point."""
    ticks: str = "live"
    """live: the active alarm writes a tick a minute; log: the player of a recorded day does, and
    the header vigie-ingested-at is obeyed on raw.*."""
    language: str = "fr"
    """Language of consoles, mails, exports and alert sentences: fr or en."""
    timezone: str = "Europe/Paris"
    """Legal time of the installation, an IANA zone name."""
    models: Path | None = None
    """TOML file that says which codec and period a device model has; empty: the packaged one."""
    sources: Path | None = None
    """TOML file of the sources that `receive` listens to (docs/connectors.md); empty: `receive` is not started."""
    receive_host: str = "127.0.0.1"
    """Address that the HTTP endpoint of `receive` listens on."""
    receive_port: int = 8090
    """Port of the HTTP endpoint of `receive`, where a source of kind http exists; 0 takes a free one."""
    codecs: Path | None = None
    """Folder of makers' own JavaScript codecs, and of the choice of active versions; empty: `codecs` in the data
    folder."""
    kafka_port: int = 0
    """Port of the embedded Kafka; 0 takes a free one."""
    database_port: int = 0
    """Port of the embedded PostgreSQL; 0 takes a free one."""
    postgres_bin: Path | None = None
    """Folder of the programs (initdb, postgres) of the embedded PostgreSQL; empty: the wheel's, else the system's."""
    registry_port: int = 8085
    """Port of the embedded schema registry; 0 takes a free one."""
    http_port: int = 8080
    """Port of `serve`: pages and exports; 0 takes a free one."""
    metrics_port: int = 0
    """Port of a worker's /metrics and /healthz; 0 takes a free one, the supervisor gives each worker its own."""
    host: str = "127.0.0.1"
    """Address that HTTP servers listen on."""
    token: str = ""
    """If set, `serve` asks for it as a bearer token."""
    public_url: str = ""
    """What links in mails begin with; empty: the address `serve` listens on."""
    smtp_host: str = "127.0.0.1"
    """Mail server."""
    smtp_port: int = 0
    """Port of the mail server; 0: no mail is sent, and `notify` says so; on 465 the connection begins with TLS."""
    smtp_user: str = ""
    """User at the mail server; empty: no authentication."""
    smtp_password: str = ""
    """Password at the mail server."""
    smtp_starttls: bool = False
    """Whether the connection to the mail server must turn to TLS; if not, `notify` warns of a password in clear."""
    mail_from: str = "vigie@localhost"
    """Sender of alert mails."""
    mail_to: str = "astreinte@localhost"
    """Recipients of alert mails, separated by commas: of all while the fleet has no mailing list, and always of those
    about the platform itself that no list takes."""
    mails_per_hour: int = 6
    """Mails that a recipient gets in an hour at most, where the mailing list does not say; more go into one digest."""
    digest_at: str = "07:00"
    """Legal time of the daily digest."""
    webhook_url: str = ""
    """Where alert events are posted too, as Alertmanager's webhooks are (version 4); empty: nowhere."""
    webhook_token: str = ""
    """Bearer token of the webhook."""
    dead_man_url: str = ""
    """Address that is called each minute while all goes well, for a watch from outside; empty: none."""
    hubeau_url: str = "https://hubeau.eaufrance.fr/api/v2/hydrometrie"
    """Where the API of Hub'Eau begins, asked when an alert is raised whose rule names a station; empty: never."""
    image_hosts: str = ""
    """Hosts, separated by commas, whose images may be fetched although they are this machine or its neighbourhood
    (loopback and link-local addresses, refused otherwise)."""
    false_silences: float = 1.0
    """False alarms of silence that the whole fleet may raise in 30 days: from this each device's threshold is made."""
    checkpoint_interval_s: float = 1.0
    """How often a stream role confirms its output, its state and its offsets."""
    session_timeout_s: float = 30.0
    """After how long without a heartbeat Kafka gives a worker's partitions to another."""
    stall_limit_s: float = 120.0
    """A worker with lag that gets no batch for so long ends, to be started again."""
    memory_hours: int = 26
    """For how long `observe` remembers the readings of points, 1 to 32 h: a window that begins within it is repaired
    at once when readings come late. What comes later is repaired from the store, by `recompute`."""

    repair_rate: int = 2000
    """Stored uplinks a second that `recompute` hands on at most, after a correction of the fleet, to be placed and
    qualified again beside those that come in."""
    window_rate: int = 20_000
    """Windows a second that `recompute` publishes again at most, after late readings, corrections and requests, so that
    the store has time for what comes in."""

    def __post_init__(self) -> None:
        if self.data is None:
            object.__setattr__(self, "data", _data_folder())
        if self.codecs is None:
            object.__setattr__(self, "codecs", self.data / "codecs")
        if self.cache is None:
            object.__setattr__(self, "cache", _cache_folder())
        for name, (fits, expected) in _EXPECTED.items():
            value = getattr(self, name)
            if not fits(value):
                shown = "no connection string" if name == "database" else repr(value)  # it may hold a password
                raise SettingsError(f"{PREFIX}{name.upper()} is {shown}: expected {expected}")

    def group(self, role: str) -> str:
        """The consumer group of a role.

        >>> Settings().group("decode")
        'vigie-decode'
        """
        return self.prefix.replace(".", "-") + role

    def topic(self, name: str) -> str:
        """A topic's name on the cluster.

        >>> Settings().topic("raw.lora")
        'vigie.raw.lora'
        """
        return self.prefix + name

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """The settings that an environment gives; an unknown VIGIE_ variable is refused.

        Raises:
            SettingsError: a variable is unknown or its value cannot be read.

        >>> Settings.from_env({"VIGIE_PARTITIONS": "6"}).partitions
        6
        >>> Settings.from_env({"VIGIE_PARTITION": "6"})
        Traceback (most recent call last):
        vigie.streams.settings.SettingsError: VIGIE_PARTITION is not a setting of Vigie: did you mean VIGIE_PARTITIONS?
        """
        hints = get_type_hints(cls)
        known = {PREFIX + entry.name.upper(): entry.name for entry in fields(cls)}
        values: dict[str, Any] = {}
        for variable, text in env.items():
            if not variable.startswith(PREFIX) or variable.startswith(OUTSIDE):
                continue
            if variable not in known:
                raise SettingsError(_unknown(variable, list(known)))
            if text != "":
                values[known[variable]] = _read(variable, text, hints[known[variable]])
        return cls(**values)

    def to_env(self) -> dict[str, str]:
        """The variables that give these settings to a child process."""
        return {PREFIX + entry.name.upper(): _write(getattr(self, entry.name)) for entry in fields(self)}


def _unknown(variable: str, known: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(variable, known, n=1)
    return f"{variable} is not a setting of Vigie: " + (f"did you mean {near[0]}?" if near else "see docs/settings.md")


def _read(variable: str, text: str, kind: Any) -> Any:
    try:
        if kind is bool:
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
        if kind in (int, float):
            return kind(text)
    except (KeyError, ValueError):
        expected = {bool: "1 or 0", int: "a whole number", float: "a number"}[kind]
        raise SettingsError(f"{variable} is {text!r}: expected {expected}") from None
    return text if kind is str else Path(text).expanduser().absolute()  # children run in other folders


def _write(value: Any) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)
