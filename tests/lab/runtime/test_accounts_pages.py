"""Signing in and out, and the one-time link, as a browser does it."""

import re

import httpx
import pytest

from tests.lab.container import Container
from tests.lab.mail import MailSink
from tests.lab.runtime.stack import ADMIN, PASSWORD, RuntimeStack
from tests.lab.waiting import until

NEW = "quiet-otter-paints-maps"
SESSION = "__Host-le-session"


def form_of(client: httpx.Client, path: str) -> str:
    """The hidden value of a page's form."""
    found = re.search(r'name="form" value="(\w+)"', client.get(path).text)
    assert found, path
    return found.group(1)


def sign_in(client: httpx.Client, password: str = PASSWORD, email: str = ADMIN) -> httpx.Response:
    form = form_of(client, "/sign-in")
    return client.post("/sign-in", data={"email": email, "password": password, "form": form})


def test_dashboard_is_behind_the_sign_in(client: httpx.Client) -> None:
    for path in ("/", "/install"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")


def test_initial_password_opens_the_dashboard(client: httpx.Client) -> None:
    answer = sign_in(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(SESSION))
    for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert word in cookie
    assert "Sign out" in client.get("/").text


def test_sign_out_ends_the_session_in_the_database(client: httpx.Client) -> None:
    sign_in(client)
    stolen = client.cookies[SESSION]
    assert client.post("/sign-out", data={"form": form_of(client, "/")}).status_code == 303
    assert SESSION not in client.cookies
    client.cookies.set(SESSION, stolen)
    assert client.get("/").status_code == 303


def test_wrong_password_and_unknown_address_get_the_same_answer(client: httpx.Client) -> None:
    wrong = sign_in(client, "not the password")
    unknown = sign_in(client, "not the password", "nobody@acme.test")
    assert wrong.status_code == unknown.status_code == 401
    sentence = "The address and the password do not belong together."
    assert sentence in wrong.text
    assert sentence in unknown.text


def test_sixth_attempt_has_to_wait_even_with_the_right_password(client: httpx.Client) -> None:
    assert [sign_in(client, "guess").status_code for _ in range(5)] == [401] * 5
    locked = sign_in(client)
    assert locked.status_code == 429
    assert "Too many attempts. Try again in 15 minutes." in locked.text


def test_guesses_from_elsewhere_do_not_lock_the_owner_out(
    stack: RuntimeStack, client: httpx.Client
) -> None:
    """N = 8 wrong passwords from inside the network, where the address is another one."""
    assert stack.api is not None
    guess = (
        "import urllib.request, urllib.parse, http.cookiejar, re\n"
        "jar = http.cookiejar.CookieJar()\n"
        "page = urllib.request.urlopen('http://127.0.0.1:3000/sign-in')\n"
        "cookie = page.headers['Set-Cookie'].split(';')[0]\n"
        'form = re.search(rb\'name="form" value="(\\w+)\', page.read()).group(1).decode()\n'
        f"data = urllib.parse.urlencode(dict(email='{ADMIN}', password='guess', form=form)).encode()\n"
        "for _ in range(8):\n"
        "    request = urllib.request.Request('http://127.0.0.1:3000/sign-in', data, {'Cookie': cookie})\n"
        "    try: urllib.request.urlopen(request)\n"
        "    except urllib.error.HTTPError as error: print(error.code)\n"
    )
    codes = stack.api.run("python", "-c", guess).stdout.split()
    assert codes == ["401"] * 5 + ["429"] * 3
    assert sign_in(client).status_code == 303


@pytest.mark.parametrize("kind", ["no token", "wrong token", "other browser", "other site"])
def test_form_of_another_site_is_refused(
    stack: RuntimeStack, client: httpx.Client, kind: str
) -> None:
    good = form_of(client, "/sign-in")
    with stack.client() as other:
        foreign = form_of(other, "/sign-in")
    token = {"no token": "", "wrong token": "0" * 64, "other browser": foreign}.get(kind, good)
    headers = {"Sec-Fetch-Site": "cross-site"} if kind == "other site" else {}
    data = {"email": ADMIN, "password": PASSWORD, "form": token}
    assert client.post("/sign-in", data=data, headers=headers).status_code == 403
    assert SESSION not in client.cookies


def test_sign_out_from_another_site_does_nothing(client: httpx.Client) -> None:
    sign_in(client)
    client.post("/sign-out", data={"form": "0" * 64})
    assert client.get("/").status_code == 200


def test_incomplete_form_is_a_sentence(client: httpx.Client) -> None:
    answer = client.post("/sign-in", data={"email": ADMIN})
    assert answer.status_code == 422
    assert "incomplete" in answer.text


def test_pages_carry_their_protection(client: httpx.Client) -> None:
    headers = client.get("/sign-in").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "server" not in headers or "uvicorn" not in headers["server"]


def invite(stack: RuntimeStack, mail: MailSink, email: str) -> str:
    """Seed one more administrator; return the token of the mailed link."""
    using = {"SMTP_HOST": mail.address, "SMTP_PORT": str(mail.port), "SMTP_SECURITY": "none"}
    stack.seed(**using, SMTP_FROM="hello@acme.test", ADMIN_EMAIL=email)
    found = re.search(r"/set-password#([\w-]+)", mail.wait_for(email).get_content())
    assert found
    return found.group(1)


def choose(client: httpx.Client, token: str, password: str = NEW) -> httpx.Response:
    form = form_of(client, "/set-password")
    data = {"token": token, "password": password, "repeated": password, "form": form}
    return client.post("/set-password", data=data)


def test_link_works_once_and_ends_other_sessions(
    stack: RuntimeStack, client: httpx.Client, mail: MailSink
) -> None:
    token = invite(stack, mail, "linked@acme.test")
    with stack.client() as other:
        assert sign_in(other, email="linked@acme.test").status_code == 303
        assert choose(client, token, "short").status_code == 422
        assert choose(client, token).headers["Location"] == "/sign-in?notice=password-set"
        assert other.get("/").status_code == 303
    assert sign_in(client, NEW, "linked@acme.test").status_code == 303
    again = choose(client, token, "another-long-password")
    assert again.status_code == 422
    assert "used before" in again.text


def test_old_link_is_refused(stack: RuntimeStack, client: httpx.Client, mail: MailSink) -> None:
    token = invite(stack, mail, "late@acme.test")
    stack.sql("UPDATE password_links SET expires_at = now() WHERE used_at IS NULL")
    assert "72 hours" in choose(client, token).text


def test_token_is_not_in_the_database(stack: RuntimeStack, mail: MailSink) -> None:
    token = invite(stack, mail, "hashed@acme.test")
    dump = stack.db.run("pg_dump", "-U", "le", "--data-only", "leadengine").stdout
    assert token not in dump
    assert token.encode().hex() not in dump


def test_database_outage_is_a_sentence_and_mends_itself(
    stack: RuntimeStack, client: httpx.Client
) -> None:
    stack.db.stop()
    try:
        answer = client.get("/readyz", timeout=15)
        assert (answer.status_code, answer.text) == (503, "database: not reachable\n")
        assert client.get("/healthz").status_code == 200
    finally:
        stack.db.start()
    until(lambda: client.get("/readyz").raise_for_status(), "the api")
    assert sign_in(client).status_code == 303


def test_logs_hold_no_secret(stack: RuntimeStack, worker: Container) -> None:
    assert stack.api is not None
    for text in (stack.api.logs(), worker.logs(), stack.db.logs(), stack.redis.logs()):
        assert "canary" not in text
