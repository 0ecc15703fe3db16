"""What is looked at before anything starts: each trouble is one sentence that names its setting."""

import errno
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner
from supervised import dummy_supervisor

from vigie.deploy import preflight
from vigie.deploy.cli import main
from vigie.deploy.embedded import ports
from vigie.deploy.operator_error import Exit, OperatorError
from vigie.streams.settings import Settings


@pytest.mark.parametrize("host", ["300.1.1.1", "192.0.2.9", "2001:db8::9", "a..b"])
@pytest.mark.parametrize("port", [0, 18_080])
def test_a_host_that_is_not_of_this_machine_is_named_before_anything_starts(host: str, port: int, tmp_path: Path):
    settings = Settings(data=tmp_path, host=host, http_port=port, registry_port=port)
    with pytest.raises(OperatorError, match=f"VIGIE_HOST est {host}, où cette machine ne peut pas écouter") as caught:
        dummy_supervisor(tmp_path, "one", settings=settings).start()
    assert caught.value.exit_code == Exit.USAGE
    assert not (tmp_path / "order").exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_a_host_of_this_machine_passes(host: str, tmp_path: Path):
    preflight.check_host(Settings(data=tmp_path, host=host))


def test_a_port_that_may_not_be_opened_is_not_said_to_be_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refused)  # root, who may run this, is refused no port
    with pytest.raises(OperatorError, match=r"Port 80 \(VIGIE_HTTP_PORT\) cannot be opened: Permission denied"):
        preflight.check_ports(Settings(data=tmp_path, http_port=80, language="en"), ["http_port"])


def test_the_search_for_a_free_port_ends(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ports, "is_taken", lambda *_: True)
    with pytest.raises(OperatorError, match="No free port"):
        ports.free_port()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("host=127.0.0.1 foo=bar password=s3cret", 'PostgreSQL: invalid connection option "foo". Correct it'),
        ("postgresql://me:s3cret@127.0.0.1/x?foo=1", 'PostgreSQL: invalid URI query parameter: "foo". Correct it'),
        ("postgresql://me:s3cret%zz@127.0.0.1/x", "PostgreSQL. Correct it"),
    ],
)
def test_a_connection_string_that_postgresql_refuses_is_a_sentence(text: str, told: str, tmp_path: Path):
    with pytest.raises(OperatorError) as caught:
        preflight.check_external(Settings(data=tmp_path, database=text))
    assert caught.value.message.startswith(f"VIGIE_DATABASE is no connection string of {told}")
    assert "s3cret" not in caught.value.message
    assert caught.value.exit_code == Exit.USAGE


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "No such file"), ("model = [", "cannot be read"), ('[[model]]\nname = "x"', "model 1")],
)
def test_a_models_file_that_cannot_be_used_is_told_before_anything_starts(
    content: str | None, told: str, tmp_path: Path
):
    models = tmp_path / "models.toml"
    if content is not None:
        models.write_text(content)
    with pytest.raises(OperatorError, match=f"{models}.*{told}.*VIGIE_MODELS") as caught:
        dummy_supervisor(tmp_path, "one", settings=Settings(data=tmp_path, models=models)).start()
    assert caught.value.exit_code == Exit.USAGE
    assert not (tmp_path / "order").exists()


def test_no_port_is_given_twice(monkeypatch):
    """Roles get theirs before any of them listens."""
    monkeypatch.setattr(ports, "SERVER_PORTS", range(20_000, 20_020))
    monkeypatch.setattr(ports, "_given", set())
    monkeypatch.setattr(ports, "is_taken", lambda *_: False)
    assert len({ports.free_port() for _ in range(15)}) == 15


@pytest.mark.parametrize("command", [["alerts", "list"], ["psql"]])
def test_the_commands_refuse_such_a_connection_string_too(command: list[str], tmp_path: Path):
    environment = {"VIGIE_DATA": str(tmp_path), "VIGIE_KAFKA": "127.0.0.1:1", "VIGIE_DATABASE": "host=h foo=bar"}
    said = CliRunner().invoke(main, command, env=environment)
    assert said.exit_code == Exit.USAGE
    assert 'invalid connection option "foo"' in said.output
