"""The API: described as it is, never an error of its own, and lectl works through it as a person."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from leadengine_ctl.fleet.panel_records import Role
from leadengine_ctl.panel.api.description import describe
from tests.unit.ctl.cli import Cli
from tests.unit.ctl.fleet import Fleet
from tests.unit.panel.serving import served
from tests.unit.panel.visitors import Panel

pytestmark = pytest.mark.long

EXAMPLES, MANY = 15, 150


def test_the_description_in_the_documents_is_the_one_that_is_served(panel: Panel) -> None:
    shown = json.loads(Path("docs/reference/openapi.json").read_text())
    assert shown == json.loads(json.dumps(describe(panel.app))), "run: make docs"


@pytest.mark.parametrize(
    "examples", [EXAMPLES, pytest.param(MANY, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])]
)
def test_every_route_of_the_api_survives_what_a_fuzzer_thinks_of(
    fleet: Fleet, panel: Panel, examples: int
) -> None:
    """For each route: no 5xx for an owner, and nothing but 401 for somebody without a token."""
    fleet.add("acme")
    owner = panel.program(Role.OWNER)
    stranger = panel.stranger().client
    schema = schemathesis.openapi.from_dict(describe(panel.app))
    seen = 0
    for result in schema.get_all_operations():
        operation = result.ok()  # type: ignore[union-attr]

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: Any) -> None:
            nonlocal seen
            seen += 1
            kwargs = case.as_transport_kwargs(base_url="https://panel.test")
            kwargs.pop("cookies", None)
            kwargs.pop("auth", None)
            headers = {
                name: value
                for name, value in dict(kwargs.pop("headers", {})).items()
                if name.lower() not in {"authorization", "host", "cookie", "content-length"}
                and str(value).isascii()
                and str(value).isprintable()
            }
            for client in (owner, stranger):
                answer = client.request(headers=headers, **kwargs)
                assert answer.status_code < 500, (case.formatted_path, answer.text)
                if client is stranger:
                    assert answer.status_code == 401, (case.formatted_path, answer.status_code)

        given(case=operation.as_strategy())(ask)()
    assert seen >= len(describe(panel.app)["paths"])


def test_lectl_works_through_a_panel_as_a_person_and_without_it_again(
    fleet: Fleet, panel: Panel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    person = panel.person(Role.OPERATOR, name="ann")
    _, token = panel.desk.world.store.tokens.create(person.id, "laptop", Role.OPERATOR, 1)
    lectl = fleet.lectl
    with served(fleet) as url:
        # The desk of somebody else: a data folder with nothing in it.
        monkeypatch.setenv("LECTL_DATA_FOLDER", str(tmp_path / "laptop"))
        monkeypatch.setattr("sys.stdin", io.StringIO("lectl_wrong\n"))
        assert lectl("login", url).code == 12
        monkeypatch.setattr("sys.stdin", io.StringIO(token.get_secret_value() + "\n"))
        assert "as ann@panel.test (operator)" in lectl("login", url).err
        kept = tmp_path / "laptop" / "panel-login.json"
        assert kept.stat().st_mode & 0o077 == 0
        for words in (("--prove-by", "auto"), ("--no-wildcard",), ("--on", "memory:m2")):
            refused = lectl("deploy", "acme", "leads.acme.test", *words)
            assert (refused.code, "neither rents servers nor changes DNS" in refused.err) == (
                2,
                True,
            )
        deployed = lectl.deploy("acme", "leads.acme.test")
        assert deployed.code == 0, deployed.err
        assert "Admin: " in deployed.out
        assert "pixel.js" in deployed.out
        status = lectl("status")
        assert status.code == 3, "nothing reports, and what is not known is not green"
        assert "unknown" in status.out
        assert "deploy" in lectl("operations", "list").out
        fleet.publish("1.1.0")
        updated = lectl("update", "--all", "--yes", "--soak", "0s", "--bake", "0s")
        assert updated.code == 0, updated.err
        assert "1 of 1 updated" in lectl("rollout", "list").out
        assert lectl("rollback", "acme").code == 0
        assert lectl("logs", "acme").code == 0
        assert lectl("update", "--all", "--plan", "--json").json
        actors = {each.actor for each in panel.desk.world.store.operations.recent(20)}
    assert actors == {"ann@panel.test"}
    check_without_a_panel(lectl, monkeypatch)


def check_without_a_panel(lectl: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The panel is dead: lectl says so and what to do, and works by itself again."""
    dead = lectl("status")
    assert dead.code == 1
    assert "does not answer" in dead.err
    assert "lectl logout" in dead.err
    monkeypatch.setenv("LECTL_PANEL_LOGIN", "off")
    assert "There are no clients yet" in lectl("status").err
    monkeypatch.delenv("LECTL_PANEL_LOGIN")
    assert lectl("logout").code == 0
    assert lectl("status").code == 0


def test_prometheus_gets_its_gauges_with_a_token(fleet: Fleet, panel: Panel) -> None:
    fleet.add("acme")
    text = panel.program(Role.VIEWER).get("/metrics").text
    assert 'leadengine_clients{health="unknown"} 1' in text
    assert "leadengine_jobs_open 0" in text
    assert panel.stranger().get("/metrics").status_code == 401
