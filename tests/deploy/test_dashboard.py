"""The dashboard: held to its code and to a linter's rules, each query executed by a real Prometheus."""

import json
import re
import subprocess
import sys
from itertools import combinations

import pytest
from prometheus_server import ROOT, result

GENERATOR = ROOT / "deploy/grafana/dashboard.py"
DASHBOARD = json.loads((ROOT / "deploy/grafana/vigie.json").read_text("utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]


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
