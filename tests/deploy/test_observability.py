"""Metrics, rules and dashboard: checked by promtool, executed by a real Prometheus."""

import json
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import httpx
import pytest
import yaml
from real_parts import require_part

from vigie.deploy.commands.scrape_targets import CONTAINER_PORT
from vigie.deploy.roles import ROLES

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy/prometheus/vigie.rules.yml"
RULE_TESTS = ROOT / "deploy/prometheus/vigie.rules.test.yml"
CONFIG = ROOT / "deploy/prometheus/prometheus.yml"
GENERATOR = ROOT / "deploy/grafana/dashboard.py"
DASHBOARD = json.loads((ROOT / "deploy/grafana/vigie.json").read_text("utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]
ALERTS = [rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]]
ALERTS = [rule for rule in ALERTS if "alert" in rule]
METRIC = re.compile(r"\b((?:vigie|process)_[a-z_]+|up)\b(?!:)")


def program(name: str) -> str:
    found = shutil.which(name)
    require_part(name, found is not None, f"no program {name} (Debian package prometheus)")
    assert found is not None
    return found


def promtool(*arguments: str, stdin: str = "") -> None:
    result = subprocess.run(
        [program("promtool"), *arguments], input=stdin, capture_output=True, text=True, cwd=RULES.parent, timeout=120
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def speaker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a worker that has every metric."""
    port = free_port()
    log = tmp_path_factory.mktemp("speaker") / "log"
    command = [sys.executable, str(Path(__file__).with_name("metrics_speaker.py")), str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process, log)
        yield port
    finally:
        process.kill()
        process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path, limit_s: float = 30) -> None:
    end = time.monotonic() + limit_s
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} does not answer:\n{log.read_text()}")


@pytest.fixture(scope="module")
def metrics_text(speaker: int) -> str:
    return httpx.get(f"http://127.0.0.1:{speaker}/metrics").text


@pytest.fixture(scope="module")
def prometheus(speaker: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A real Prometheus with our rules that has scraped the speaker for some seconds, by our own configuration."""
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "targets").mkdir()
    shutil.copy(RULES, folder)
    config = re.sub(r"(scrape|evaluation)_interval: 15s", r"\1_interval: 1s", CONFIG.read_text("utf-8"))
    assert config.count("_interval: 1s") == 2
    (folder / "prometheus.yml").write_text(config)
    targets = [{"targets": [f"127.0.0.1:{speaker}"], "labels": {"role": "decode"}}]
    (folder / "targets" / "here.json").write_text(json.dumps(targets))
    port, log = free_port(), folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                program("prometheus"),
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=out,
            stderr=out,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/-/ready", process, log)
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20)
        end = time.monotonic() + 60
        while time.monotonic() < end and not result(client, "count_over_time(up[1m]) > 5"):
            time.sleep(0.5)
        yield client
    finally:
        process.terminate()
        process.wait(20)


def result(client: httpx.Client, query: str) -> list[dict]:
    answer = client.get("/api/v1/query", params={"query": query}).json()
    assert answer["status"] == "success", (query, answer)
    return answer["data"]["result"]


# Rules and configuration


@pytest.mark.parts
def test_promtool_takes_rules_and_configuration():
    promtool("check", "rules", RULES.name)
    promtool("check", "config", CONFIG.name)


@pytest.mark.parts
def test_each_alert_fires_where_it_must_and_is_silent_where_it_must_not():
    promtool("test", "rules", RULE_TESTS.name)


@pytest.mark.parts
def test_promtool_would_find_a_wrong_expectation(tmp_path):
    shutil.copy(RULES, tmp_path)
    wrong = RULE_TESTS.read_text("utf-8").replace("role: store, topic: uplinks.lora.v1", "role: store, topic: other")
    (tmp_path / "wrong.yml").write_text(wrong)
    with pytest.raises(AssertionError, match="VigieLag"):
        promtool("test", "rules", str(tmp_path / "wrong.yml"))


def test_each_alert_has_a_firing_and_a_silent_case():
    cases = [
        case
        for test in yaml.safe_load(RULE_TESTS.read_text("utf-8"))["tests"]
        for case in test.get("alert_rule_test", [])
    ]
    for alert in {rule["alert"] for rule in ALERTS} - {"VigieWatchdog"}:
        outcomes = {bool(case.get("exp_alerts")) for case in cases if case["alertname"] == alert}
        assert outcomes == {True, False}, alert


def test_each_alert_says_how_bad_it_is_and_where_to_read_on():
    anchors = {
        re.sub(r"[^\w -]", "", line.lstrip("# ")).lower().replace(" ", "-")
        for line in (ROOT / "docs/operate.md").read_text("utf-8").splitlines()
        if line.startswith("#")
    }
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("critical", "warning", "none")
        assert rule["annotations"]["summary"]
        assert "for" in rule, rule["alert"]
        page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        assert page == "docs/operate.md"
        assert anchor == rule["alert"].lower()
        assert anchor in anchors, f"docs/operate.md has no section {rule['alert']}"


# Metrics


@pytest.mark.parts
def test_promtool_takes_the_names_of_our_metrics(metrics_text):
    promtool("check", "metrics", stdin=metrics_text)


def test_rules_and_dashboard_name_only_metrics_that_exist(metrics_text):
    """A rule on a misspelt metric never fires, and a panel on one is empty; both look like good news."""
    exposed = set(re.findall(r"^([a-z_]+)[{ ]", metrics_text, re.MULTILINE)) | {"up"}
    used = {name for _, query in QUERIES for name in METRIC.findall(query)}
    rules = [rule["expr"] for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]]
    recorded = re.findall(r"\w+:vigie\w+:\w+", " ".join(rules))
    used |= {name for rule in rules for name in METRIC.findall(re.sub(r"\w+:vigie\w+:\w+", "", rule))}
    assert used
    assert recorded
    assert used - exposed == set()
    records = {rule.get("record") for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}
    assert set(recorded) <= records


def test_no_label_names_a_device(metrics_text):
    labels = set(re.findall(r"[{,]([a-z_]+)=", metrics_text))
    assert labels <= {"role", "topic", "reason", "step", "state", "method", "status", "le", "generation"}


# Dashboard


def test_the_dashboard_file_is_what_the_code_says():
    made = subprocess.run([sys.executable, str(GENERATOR)], capture_output=True, text=True, check=True).stdout
    assert made == (ROOT / "deploy/grafana/vigie.json").read_text("utf-8"), (
        "run: .venv/bin/python deploy/grafana/dashboard.py > deploy/grafana/vigie.json"
    )


def test_the_dashboard_keeps_the_rules_of_the_linter():
    assert 0 < len(DASHBOARD["uid"]) <= 40
    names = [variable["name"] for variable in DASHBOARD["templating"]["list"]]
    assert names == ["datasource", "job", "role"]
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(numbers) == len(set(numbers))
    boxes = []
    for panel in DASHBOARD["panels"]:
        box = panel["gridPos"]
        assert box["x"] >= 0
        assert box["x"] + box["w"] <= 24
        boxes.append(box)
    for one, two in combinations(boxes, 2):
        apart_x = one["x"] + one["w"] <= two["x"] or two["x"] + two["w"] <= one["x"]
        apart_y = one["y"] + one["h"] <= two["y"] or two["y"] + two["h"] <= one["y"]
        assert apart_x or apart_y, (one, two)
    for panel in PANELS:
        assert panel["title"]
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"]["uid"] == "${datasource}"
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == "${datasource}"
            assert target["legendFormat"]
            assert 'job="$job"' in target["expr"]
            if "rate(" in target["expr"]:
                assert "[$__rate_interval]" in target["expr"], target["expr"]
            assert not re.search(r"\brate\([^[]*\[\d", target["expr"]), "a rate over a fixed window lies when zoomed"


@pytest.mark.parts
@pytest.mark.parametrize(("title", "query"), QUERIES, ids=[f"{title} {n}" for n, (title, _) in enumerate(QUERIES)])
def test_each_query_of_the_dashboard_finds_something(prometheus, title, query):
    filled = query.replace("$__rate_interval", "10s").replace("$job", "vigie").replace("$role", ".*")
    assert "$" not in filled
    series = result(prometheus, filled)
    assert series, f"{title}: {filled} finds nothing"
    assert all(entry["value"][1] != "NaN" for entry in series)
    legends = [target["legendFormat"] for panel in PANELS for target in panel["targets"] if target["expr"] == query]
    for label in re.findall(r"{{(\w+)}}", legends[0]):
        assert all(label in entry["metric"] for entry in series), f"{title}: no label {label} for the legend"


@pytest.mark.parts
def test_the_choices_at_the_head_of_the_dashboard_are_not_empty(prometheus):
    for variable in DASHBOARD["templating"]["list"][1:]:
        metric, label = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]).groups()
        selector = metric.replace("$job", "vigie")
        answer = prometheus.get(f"/api/v1/label/{label}/values", params={"match[]": selector}).json()
        assert answer["data"], variable["query"]


@pytest.mark.parts
def test_each_rule_is_evaluated_without_an_error(prometheus):
    groups = prometheus.get("/api/v1/rules").json()["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) >= len(ALERTS)
    assert {rule["health"] for rule in rules} == {"ok"}
    assert "VigieWatchdog" in {
        alert["labels"]["alertname"] for alert in prometheus.get("/api/v1/alerts").json()["data"]["alerts"]
    }
    assert result(prometheus, 'up{job="vigie", role="decode"} == 1'), "the role of the target stands on `up`"
    assert {entry["metric"]["role"] for entry in result(prometheus, "role:vigie_records_in:rate5m")} == set(ROLES)


# Targets


def test_targets_of_the_containers():
    made = subprocess.run(
        [sys.executable, "-m", "vigie.deploy.cli", "scrape-targets", "--compose"],
        capture_output=True,
        text=True,
        check=True,
    )
    targets = json.loads(made.stdout)
    assert {entry["labels"]["role"] for entry in targets} == set(ROLES)
    services = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))["services"]
    assert all(entry["targets"][0].partition(":")[0] in services for entry in targets)
    assert f"VIGIE_METRICS_PORT={CONTAINER_PORT}" in (ROOT / "Dockerfile").read_text("utf-8")


@pytest.mark.parts
def test_every_metric_of_ours_is_told_in_the_docs(metrics_text):
    told = (ROOT / "docs/operate.md").read_text("utf-8")
    kinds = dict(re.findall(r"^# TYPE (vigie_\w+) (\w+)$", metrics_text, re.MULTILINE))
    ours = {name for name in kinds if not name.endswith("_created")}
    assert len(ours) > 15
    assert {name for name in ours if f"`{name}`" not in told} == set()
