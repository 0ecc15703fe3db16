"""Metrics, rules and scrape targets: checked by promtool, the rules evaluated by a real Prometheus."""

import json
import re
import shutil
import subprocess
import sys

import metrics_speaker
import pytest
import yaml
from prometheus_server import CONFIG, ROOT, RULES, promtool, result

from vigie.deploy.commands.scrape_targets import CONTAINER_PORT
from vigie.deploy.roles import ROLES

RULE_TESTS = ROOT / "deploy/prometheus/vigie.rules.test.yml"
DASHBOARD = json.loads((ROOT / "deploy/grafana/vigie.json").read_text("utf-8"))
EVERY_RULE = [rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]]
ALERTS = [rule for rule in EVERY_RULE if "alert" in rule]
METRIC = re.compile(r"\b((?:vigie|process)_[a-z_]+|up)\b(?!:)")
RECORDED = re.compile(r"\w+:vigie\w+:\w+")


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
    queries = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])]
    used = {name for text in queries for name in METRIC.findall(text)}
    used |= {name for rule in EVERY_RULE for name in METRIC.findall(RECORDED.sub("", rule["expr"]))}
    assert len(used) > 20
    assert used - exposed == set()
    asked = {name for rule in EVERY_RULE for name in RECORDED.findall(rule["expr"])}
    assert asked
    assert asked <= {rule.get("record") for rule in EVERY_RULE}


def test_every_metric_of_the_code_is_spoken(metrics_text):
    """What the speaker does not say, no test of a rule or panel can miss."""
    rooms = [ROOT / room / "vigie" for room in ("streams", "serving", "deploy")]
    code = "\n".join(file.read_text("utf-8") for room in rooms for file in room.rglob("*.py"))
    declared = set(re.findall(r'(?:Counter|Count|Gauge|Histogram)\(\s*"(vigie_\w+)"', code))
    assert {"vigie_mails", "vigie_http_requests", "vigie_delay_seconds", "vigie_outbox_waiting"} <= declared
    spoken = {name.removesuffix("_total") for name in re.findall(r"^# TYPE (vigie_\w+) ", metrics_text, re.MULTILINE)}
    assert declared - spoken == set()


@pytest.mark.parametrize("name", ["process_start_time_seconds", "process_resident_memory_bytes"])
def test_the_process_itself_is_spoken_of(metrics_text, name):
    assert re.search(rf"^{name} \d", metrics_text, re.MULTILINE)


def test_no_label_names_a_device(metrics_text):
    labels = set(re.findall(r"[{,]([a-z_]+)=", metrics_text))
    assert labels <= {"le", "generation", "role", *metrics_speaker.LABELS}


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
