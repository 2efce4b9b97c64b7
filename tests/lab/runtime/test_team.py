"""Roles, invitations, and the second step of signing in."""

import base64
import re
import time

import httpx
import pytest

from leadengine.accounts.totp import STEP_SECONDS, code_at
from tests.lab.runtime.stack import ADMIN, RuntimeStack
from tests.lab.runtime.test_accounts_pages import NEW, SESSION, choose, form_of, sign_in
from tests.lab.runtime.typing_in import post


def invited(stack: RuntimeStack, client: httpx.Client, email: str, role: str) -> None:
    """Somebody of this role, with a password; where no mail leaves, the link is shown once."""
    stack.sql(f"DELETE FROM users WHERE email = '{email}'")  # noqa: S608 - a constant of the test
    page = post(client, "/settings/team", email=email, role=role, name="Somebody")
    found = re.search(r"/set-password#([\w-]+)", page.text)
    assert found, page.text
    with stack.client() as other:
        assert choose(other, found[1]).status_code == 303


def test_viewer_looks_and_changes_nothing(stack: RuntimeStack, client: httpx.Client) -> None:
    sign_in(client)
    invited(stack, client, "viewer@acme.test", "viewer")
    with stack.client() as viewer:
        assert sign_in(viewer, NEW, "viewer@acme.test").status_code == 303
        for path in ("/", "/leads", "/insights", "/conversations", "/settings/account"):
            assert viewer.get(path).status_code == 200, path
        for path in ("/settings/team", "/settings/privacy", "/install", "/settings/requests"):
            refused = viewer.get(path)
            assert refused.status_code == 403, path
            assert "not for your role" in refused.text
        assert post(viewer, "/settings/team", email="x@acme.test", role="admin").status_code == 403
        assert viewer.post("/knowledge", data={"form": form_of(viewer, "/")}).status_code == 403
    assert stack.sql("SELECT count(*) FROM users WHERE email = 'x@acme.test'") == "0"


def test_last_administrator_stays(stack: RuntimeStack, client: httpx.Client) -> None:
    stack.sql(f"DELETE FROM users WHERE email <> '{ADMIN}'")  # noqa: S608 - a constant
    sign_in(client)
    me = stack.sql("SELECT id FROM users")
    for change in ({"do": "remove"}, {"do": "save", "role": "viewer"}):
        assert (
            "somebody has to be administrator"
            in post(client, f"/settings/team/{me}", **change).text
        )
    assert stack.sql("SELECT role FROM users") == "admin"


def code(text: str) -> str:
    """The code an authenticator app would show for a secret as the page spells it."""
    secret = base64.b32decode(text.replace(" ", ""))
    return code_at(secret, int(time.time() // STEP_SECONDS))


def test_code_is_asked_for_once_it_is_set_up(stack: RuntimeStack, client: httpx.Client) -> None:
    sign_in(client)
    invited(stack, client, "totp@acme.test", "member")
    with stack.client() as person:
        sign_in(person, NEW, "totp@acme.test")
        page = post(person, "/settings/account/code").text
        assert "<svg" in page
        found = re.search(r"<code>([A-Z2-7 ]{30,})</code>", page)
        assert found
        secret = found[1]
        assert post(person, "/settings/account/code/confirm", code="000000").status_code == 422
        first = code(secret)
        confirmed = post(person, "/settings/account/code/confirm", code=first)
        codes = re.findall(r"[0-9a-f]{6}-[0-9a-f]{6}", confirmed.text)
        assert len(codes) == 8
    with stack.client() as person:
        given = passed_first_step(person)
        assert person.get("/").status_code == 303, "the password alone opens nothing"
        assert person.post("/sign-in/code", data={**given, "code": "000000"}).status_code == 401
        used = person.post("/sign-in/code", data={**given, "code": first})
        assert used.status_code == 401, "a code works once"
        assert person.post("/sign-in/code", data={**given, "code": codes[0]}).status_code == 303
        assert person.get("/").status_code == 200
    with stack.client() as person:
        again = {**passed_first_step(person), "code": codes[0]}
        assert person.post("/sign-in/code", data=again).status_code == 401
    dump = stack.db.run("pg_dump", "-U", "le", "--data-only", "leadengine").stdout
    assert secret.replace(" ", "") not in dump
    assert codes[1] not in dump


def passed_first_step(person: httpx.Client) -> dict[str, str]:
    """The fields of the page that asks for a code; nobody is signed in yet."""
    asked = sign_in(person, NEW, "totp@acme.test")
    assert asked.status_code == 200
    assert SESSION not in person.cookies
    fields = re.findall(r'name="(proof|form)" value="([^"]+)"', asked.text)
    assert len(fields) == 2
    return dict(fields)


@pytest.mark.parametrize("path", ["/settings/team", "/settings/webhooks", "/settings/privacy"])
def test_form_of_another_site_changes_nothing(
    stack: RuntimeStack, client: httpx.Client, path: str
) -> None:
    sign_in(client)
    answer = client.post(path, data={"form": "0" * 64, "email": "evil@acme.test", "role": "admin"})
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
