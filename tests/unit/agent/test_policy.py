"""What the executor obeys of what comes through the panel: the host's own policy, and an operator's name."""

import base64
import json
import time
from pathlib import Path

import pytest
from nacl import bindings

from leadengine_agent.assertions import digest, encode
from leadengine_agent.connect import Connection, connect
from leadengine_agent.executor.gate import RefusedError, admit
from leadengine_agent.layout import HostLayout
from leadengine_agent.policy import Policy
from leadengine_agent.protocol import Acme, Brand, Mail, StackSpec, Task, encode_task
from leadengine_agent.records import Record
from leadengine_agent.vault import Vault
from tests.unit.agent.builders import a_spec

REPORTER = 65532
PUBLIC, SECRET = bindings.crypto_sign_seed_keypair(b"7" * 32)
_, STRANGER = bindings.crypto_sign_seed_keypair(b"8" * 32)


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HostLayout:
    """A connected host with the stack of acme; who owns files is not what is tested."""
    monkeypatch.setattr("os.chown", lambda *_: None)
    monkeypatch.setattr("os.fchown", lambda *_: None)
    layout = HostLayout(tmp_path)
    layout.agent.mkdir(parents=True)
    operators = {"ann": base64.b64encode(PUBLIC).decode()}
    policy = Policy(host="one", operators=operators, domains=("acme.test",))
    connect(layout, Connection(url="https://panel.test", policy=policy))
    stack = layout.stack("acme")
    stack.create()
    record = Record(number=1, colour="blue", key="k", release="1.0.0", spec=a_spec())
    (stack.generations / "1").mkdir()
    (stack.generations / "1/generation.json").write_text(record.model_dump_json())
    stack.current.symlink_to("generations/1")
    Vault(stack.secrets).accept({})
    (stack.secrets / "smtp_pass").write_text("as it is")
    return layout


def order(verb: str, **words: object) -> str:
    return json.dumps({"id": "task-0001", "actor": "panel", "order": {"verb": verb, **words}})


def activation(spec: StackSpec, **words: object) -> str:
    return order("activate", spec=spec.model_dump(mode="json"), release="1.0.0", **words)


def changed(**words: object) -> str:
    return activation(a_spec().model_copy(update=words))


def line(task: str, signature: str = "") -> bytes:
    return json.dumps({"queued": {"task": task, "signature": signature}}).encode() + b"\n"


def signature(task: str, secret: bytes = SECRET, **claims: object) -> str:
    said = {
        "iss": "ann", "aud": "host:one", "task": digest(task.encode()), "exp": int(time.time()) + 3600,
    }  # fmt: skip
    return encode({**said, **claims}, lambda text: bindings.crypto_sign(text, secret)[:64])


def refusal(host: HostLayout, sent: bytes, user: int = REPORTER) -> str:
    with pytest.raises(RefusedError) as caught:
        admit(sent, user, host)
    return f"{caught.value.failure.code}: {caught.value.failure.why}"


@pytest.mark.parametrize(
    "task",
    [
        order("inspect"),
        order("logs", client="acme"),
        order("certify", client="acme"),
        order("rollback", client="acme"),
        activation(a_spec()),
        changed(brand=Brand(primary="#000000")),
        activation(a_spec(), secrets={"smtp_pass": "as it is"}),
        activation(a_spec().model_copy(update={"client": "blue", "domain": "leads.acme.test"})),
    ],
    ids=["inspect", "logs", "certify", "rollback", "as it is", "brand", "same secret", "new stack"],
)  # fmt: skip
def test_what_is_done_every_day_comes_through(host: HostLayout, task: str) -> None:
    assert admit(line(task), REPORTER, host) == Task.model_validate_json(task)


@pytest.mark.parametrize(
    ("task", "why"),
    [
        (order("decommission", client="acme"), "asks an operator"),
        (changed(domain="leads.evil.test"), "it changes domain"),
        (changed(email="evil@evil.test"), "it changes email"),
        (changed(mail=Mail(host="smtp.evil.test")), "it changes mail"),
        (changed(acme=Acme(directory="https://evil.test/d")), "it changes acme"),
        (changed(client_id="0" * 24), "it changes client_id"),
        (activation(a_spec(), secrets={"smtp_pass": "another"}), "it changes the secret smtp_pass"),
        (activation(a_spec(), secrets={"slack_webhook": "https://evil.test"}), "slack_webhook"),
        (activation(a_spec(), contract=True), "older code"),
        (changed(client="blue", domain="leads.evil.test"), "not below acme.test"),
    ],
    ids=[
        "destroy", "domain", "email", "mail", "ca", "client id", "secret", "new secret", "contract",
        "foreign domain",
    ],
)  # fmt: skip
def test_what_destroys_or_diverts_wants_a_signature(host: HostLayout, task: str, why: str) -> None:
    assert why.lower() in refusal(host, line(task)).lower()
    assert admit(line(task, signature(task)), REPORTER, host) == Task.model_validate_json(task)


DESTROY = order("decommission", client="acme")


@pytest.mark.parametrize(
    "bad",
    [
        signature(DESTROY, STRANGER),
        signature(DESTROY, iss="bob"),
        signature(DESTROY, aud="host:two"),
        signature(DESTROY, exp=int(time.time()) - 1),
        signature(DESTROY, exp=int(time.time()) + 90_000),
        signature(DESTROY, exp="never"),
        signature(order("decommission", client="blue")),
        signature(DESTROY)[:-8] + "AAAAAAAA",
        "e30.e30.e30",
        "nonsense",
    ],
    ids=[
        "a stranger's", "an unknown name", "another host's", "expired", "good for a day", "no time",
        "another task's", "altered", "no algorithm", "nonsense",
    ],
)  # fmt: skip
def test_a_signature_that_is_not_good_is_refused_even_where_none_was_needed(
    host: HostLayout, bad: str
) -> None:
    assert "signature:" in refusal(host, line(DESTROY, bad))
    harmless = order("inspect")
    assert "signature:" in refusal(host, line(harmless, bad))


def test_the_reporter_itself_orders_nothing(host: HostLayout) -> None:
    assert "may only inspect" in refusal(host, encode_task(Task.model_validate_json(DESTROY)))
    assert "may only inspect" in refusal(host, activation(a_spec()).encode() + b"\n")


def test_a_host_that_was_never_connected_takes_nothing_from_a_panel(tmp_path: Path) -> None:
    layout = HostLayout(tmp_path)
    assert "no policy" in refusal(layout, line(order("inspect")))


def test_a_policy_may_allow_less(host: HostLayout) -> None:
    policy = Policy.model_validate_json(host.policy.read_text())
    host.policy.write_text(
        policy.model_copy(
            update={"verbs": frozenset({"inspect", "decommission"}), "new_stacks": False}
        ).model_dump_json()
    )
    assert admit(line(order("inspect")), REPORTER, host)
    assert "asks an operator" in refusal(host, line(order("logs", client="acme")))
    # What is not a verb of every day is not made one by a line in a file.
    assert "asks an operator" in refusal(host, line(DESTROY))
