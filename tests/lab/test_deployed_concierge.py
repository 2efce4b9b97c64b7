"""A deployed client's concierge asks a language model: set by `lectl`, quoted with sources."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.lab.acme import Pebble
from tests.lab.names import Names
from tests.lab.operator import CANARY_KEY, Operator, certificate_settings, wait_until
from tests.lab.run import Run
from tests.lab.runtime import anthropic_server as service
from tests.lab.runtime.firm import PAGES
from tests.lab.runtime.library import hand_in_all
from tests.lab.runtime.speaking import events, last, text_of
from tests.lab.runtime.test_accounts_pages import sign_in
from tests.lab.stack import STACKS, Stack
from tests.lab.vps import Vps

pytestmark = pytest.mark.soak

CLIENT, DOMAIN = "talker", "talker.acme.test"
FEES = "How much does it cost to sell my house with you?"
MODEL = "claude-sonnet-5-5"
SET = ("config", "set", f"llm.model={MODEL}", "llm.monthly_budget=50")


@contextmanager
def visiting(stack: Stack, pebble: Pebble) -> Iterator[httpx.Client]:
    with stack.visitor(pebble.root) as visitor:
        visitor.base_url = httpx.URL(f"https://{stack.vps.address}")
        yield visitor


def asked(stack: Stack, visitor: httpx.Client) -> list[tuple[str, dict[str, object]]]:
    """What the widget is told when a visitor asks."""
    client = stack.query("SELECT client_id FROM tenants")
    sent = {"client": client, "question": FEES, "url": "https://www.acme.test/fees"}
    return events(visitor.post("/v1/chat", json=sent, timeout=60))


def test_question_in_the_widget_is_answered_by_the_model_that_was_set(
    lab_operator: Operator, stocked_vps: Vps, names: Names, pebble: Pebble, run: Run
) -> None:
    names.point(DOMAIN, stocked_vps.address, stocked_vps.address6)
    settings = {"LLM_API_KEY": CANARY_KEY, **certificate_settings(pebble, lab_operator.home)}
    operator = lab_operator.with_settings(**settings)
    with service.anthropic_server(run.gateway) as model:
        deployed = operator.deploy(stocked_vps, CLIENT, DOMAIN)
        assert deployed.code == 0, deployed.text
        password = operator.first_password(stocked_vps, CLIENT, DOMAIN)
        changed = operator.must(
            *SET, f"llm.base_url={model.url}", CLIENT, "--yes", "--bake", "1s", "--soak", "1s"
        )
        stack = Stack(stocked_vps, CLIENT, DOMAIN)
        with visiting(stack, pebble) as visitor:
            assert sign_in(visitor, password, f"ops@{DOMAIN}").status_code == 303
            hand_in_all(visitor, PAGES)
            wait_until(lambda: _live(stack), 120)
            told = asked(stack, visitor)
            _is_the_models(told, model)
            _is_kept(stack, visitor)
            model.status = 529
            assert last(asked(stack, visitor)) == {"mode": "quote", "answered": True}
    _stays_a_secret(stack, changed.text)


def _live(stack: Stack) -> bool:
    waiting = "SELECT count(*) FROM intake WHERE state NOT IN ('failed', 'left out')"
    return stack.query(waiting) == "0" and stack.query("SELECT count(*) FROM documents") != "0"


def _is_the_models(told: list[tuple[str, dict[str, object]]], model: service.Anthropic) -> None:
    assert told[0][1]["ai"] is True
    assert text_of(told).startswith("Here is what I found")
    assert "1.5 per cent" in text_of(told)
    cited = [data for kind, data in told if kind == "cite"]
    assert [(one["source"], one["title"]) for one in cited] == [("fees.md", "Our fees")]
    assert "1.5 per cent" in str(cited[0]["quote"])
    assert last(told) == {"mode": "model", "answered": True}
    assert model.requests[-1]["model"] == MODEL
    assert model.headers[-1]["authorization"] == f"Bearer {CANARY_KEY}"
    assert CANARY_KEY not in json.dumps(model.requests)


def _is_kept(stack: Stack, visitor: httpx.Client) -> None:
    """The conversation, and what it cost, stand in the dashboard."""
    assert FEES in visitor.get("/conversations").text
    assert stack.query("SELECT count(*) FROM model_spend") == "1"


def _stays_a_secret(stack: Stack, said: str) -> None:
    settings = stack.vps.run("cat", f"{STACKS}/{CLIENT}/current/stack.env").stdout
    assert f'LLM_MODEL="{MODEL}"' in settings
    assert CANARY_KEY not in settings + said
