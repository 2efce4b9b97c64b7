"""The rules and the dashboard that are shipped ask for what the panel says, as Prometheus would read both."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.operations.alerting import settle
from leadengine_ctl.panel.watch import Watch
from leadengine_ctl.planning.alerts import Finding
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.seed import Reporting, a_beat, a_stack
from tests.unit.panel.visitors import Panel

FOLDER = Path("templates/monitoring")
OF_PROMETHEUS = {"up"}
"""What Prometheus itself knows of a target."""

Labels = dict[str, set[str]]


def selectors(expression: str) -> list[tuple[str, dict[str, str]]]:
    """Each metric that an expression asks for, with the labels it has to have.

    Raises:
        ValueError: Prometheus would not read it.
    """
    found: list[tuple[str, dict[str, str]]] = []

    def visit(node: Any) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            wanted = {each.name: each.value for each in node.matchers.matchers}
            found.append((node.name or "", wanted))
        return True

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / "grafana.json").read_text())["panels"]
    return found


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"] for panel in panels() for target in panel["targets"])


@pytest.fixture
def said(fleet: Fleet, panel: Panel) -> Labels:
    """Metric -> `label=value` of all its samples, of a panel with something to say of everything."""
    fleet.add("acme", "beta")
    fleet.publish("1.1.0")
    assert fleet.update("acme").code == 0
    reporting = Reporting(fleet.world.store)
    reporting.report("host-acme", a_beat(a_stack("acme")))
    reporting.use("host-acme", "acme", 7)
    settle(fleet.world, [Finding("client", "beta", "critical", "beta is red.")])
    assert Watch(panel.desk.world, panel.desk.index).work()
    answer = panel.program(Role.VIEWER).get("/metrics")
    assert answer.status_code == 200
    found: Labels = {}
    for family in text_string_to_metric_families(answer.text):
        assert family.documentation, family.name
        assert family.samples, f"{family.name} has nothing to say"
        for sample in family.samples:
            pairs = {f"{name}={value}" for name, value in sample.labels.items()}
            found.setdefault(sample.name, set()).update(pairs)
    return found


def test_every_metric_and_label_that_is_asked_for_is_said(said: Labels) -> None:
    asked = [each for text in expressions() for each in selectors(text)]
    assert len(asked) >= 16
    for name, labels in asked:
        if name in OF_PROMETHEUS:
            continue
        assert name in said, f"nobody says {name}"
        for label, value in labels.items():
            assert f"{label}={value}" in said[name], (name, label, value)


def test_every_metric_that_is_said_is_shown(said: Labels) -> None:
    shown = {name for text in expressions() for name, _ in selectors(text)}
    assert set(said) <= shown


def test_each_rule_says_how_bad_it_is_and_what_it_means(said: Labels) -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    for rule in rules():
        assert rule["labels"]["severity"] in {"critical", "warning"}, rule["alert"]
        assert rule["annotations"]["summary"].endswith("."), rule["alert"]
        if "for" in rule:
            assert promql_parser.parse_duration(rule["for"]), rule["alert"]
        if "$labels.client" in rule["annotations"]["summary"]:
            ((name, _),) = selectors(rule["expr"])
            assert any(each.startswith("client=") for each in said[name]), rule["alert"]


def test_the_dashboard_has_its_own_name_and_no_panel_stands_in_another() -> None:
    dashboard = json.loads((FOLDER / "grafana.json").read_text())
    assert dashboard["uid"]
    assert dashboard["title"]
    taken: set[tuple[int, int]] = set()
    for each in panels():
        place = each["gridPos"]
        squares = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not squares & taken, each["title"]
        assert place["x"] + place["w"] <= 24, each["title"]
        taken |= squares


@pytest.mark.parametrize("broken", ["rate(x)", "sum(x", "x{a=b}", "x[5m] > 1"])
def test_the_reader_refuses_what_prometheus_refuses(broken: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the library's
        selectors(broken)
