"""The dashboard in another application, by HTTP: who is a guest, what a guest may see, and who is refused."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_accounts_pages import sign_in
from tests.lab.runtime.vouching import (
    PLATFORM,
    VIEWS,
    allow,
    ask,
    let_in,
    make_key,
    make_lead,
    show,
)

OTHER = "https://other.test"


@pytest.fixture(scope="module")
def admin(stack: RuntimeStack) -> Iterator[httpx.Client]:
    """An administrator, who put two applications on the list."""
    for name in stack.redis_cli("--scan", "--pattern", "le:sign-in:*").split():
        stack.redis_cli("del", name)
    with stack.client() as client:
        assert sign_in(client).status_code == 303
        assert allow(client, PLATFORM, OTHER).status_code == 303
        yield client
    stack.sql("TRUNCATE preferences, embedding_keys")


@pytest.fixture(scope="module")
def key(admin: httpx.Client) -> str:
    return make_key(admin, role="member")


def test_a_guest_sees_the_views_that_were_granted_without_a_cookie(
    client: httpx.Client, key: str
) -> None:
    guest = let_in(client, key)
    for path in ("/leads", "/insights", "/conversations", "/knowledge"):
        page = client.get(path, headers=guest)
        assert page.status_code == 200, path
        assert "Sign out" not in page.text
        assert "set-cookie" not in page.headers
    assert client.cookies == {}


def test_a_guest_token_is_good_once(client: httpx.Client, key: str) -> None:
    token = ask(client, key).json()["token"]
    assert show(client, token).status_code == 200
    again = show(client, token)
    assert again.status_code == 401
    assert "was used" in again.json()["error"]


def test_a_guest_token_lives_five_minutes(
    stack: RuntimeStack, client: httpx.Client, key: str
) -> None:
    asked = ask(client, key).json()
    assert asked["expires_in"] == 300
    names = stack.redis_cli("--scan", "--pattern", "le:embed:token:*").split()
    assert names
    assert all(0 < int(stack.redis_cli("ttl", name)) <= 300 for name in names)
    assert asked["token"] not in " ".join(names)
    for name in names:
        stack.redis_cli("pexpire", name, "1")
    assert show(client, asked["token"]).status_code == 401


def test_a_guest_token_is_good_for_its_audience_alone_and_used_up_elsewhere(
    client: httpx.Client, key: str
) -> None:
    token = ask(client, key).json()["token"]
    assert show(client, token, OTHER).status_code == 403
    assert show(client, token, PLATFORM).status_code == 401


@pytest.mark.parametrize(
    ("wanted", "status", "sentence"),
    [
        ({"audience": "https://evil.test"}, 403, "is not on the list"),
        ({"audience": "https://platform.test.evil.test"}, 403, "is not on the list"),
        ({"audience": "https://*.test"}, 422, "an origin is https://"),
        ({"audience": "http://platform.test"}, 422, "an origin is https://"),
        ({"role": "admin"}, 422, "role: Input should be 'viewer' or 'member'"),
        ({"views": ["settings"]}, 422, "views.0"),
        ({"views": []}, 422, "views"),
        ({"tenant": "another"}, 422, "tenant: Extra inputs are not permitted"),
    ],
)
def test_what_no_application_may_have_is_refused_in_a_sentence(
    client: httpx.Client, key: str, wanted: dict[str, Any], status: int, sentence: str
) -> None:
    answer = ask(client, key, **wanted)
    assert answer.status_code == status, answer.text
    assert sentence in answer.json()["error"]


def test_a_key_gives_no_more_than_it_was_made_for(
    admin: httpx.Client, client: httpx.Client
) -> None:
    small = make_key(admin, role="viewer", views=("leads",))
    role = ask(client, small, views=["leads"], role="member")
    assert (role.status_code, role.json()["error"]) == (
        403,
        "role: this key gives no more than viewer",
    )
    assert ask(client, small, views=["leads", "analytics"]).status_code == 403
    guest = let_in(client, small, views=["leads"])
    assert client.get("/leads", headers=guest).status_code == 200
    for path in ("/insights", "/conversations", "/knowledge", "/", "/settings/team", "/live"):
        assert client.get(path, headers=guest).status_code == 403, path
    lead = "/leads/00000000-0000-4000-8000-000000000001/owner"
    given = client.post(lead, headers=guest, data={"owner": str(lead[7:43])})
    assert given.status_code == 403


def test_a_view_is_not_widened_by_what_the_key_may_give(client: httpx.Client, key: str) -> None:
    guest = let_in(client, key, views=["analytics"])
    assert client.get("/insights", headers=guest).status_code == 200
    assert "lets you see analytics as a viewer" in client.get("/leads", headers=guest).text
    assert client.get("/visits.csv", headers=guest).status_code == 403


def test_a_member_changes_things_without_a_cookie_and_a_viewer_does_not(
    stack: RuntimeStack, client: httpx.Client, key: str
) -> None:
    lead = make_lead(stack, "given@embedding.test")
    owner = stack.sql("SELECT id FROM users LIMIT 1")
    for role, status in (("viewer", 403), ("member", 303)):
        guest = let_in(client, key, role=role)
        answer = client.post(f"/leads/{lead}/owner", headers=guest, data={"owner": owner})
        assert answer.status_code == status, role
        given = stack.sql(f"SELECT owner_id IS NOT NULL FROM leads WHERE id = '{lead}'")  # noqa: S608
        assert given == ("t" if role == "member" else "f")


def test_a_pass_in_place_of_another_ends_it(client: httpx.Client, key: str) -> None:
    first = let_in(client, key)
    token = ask(client, key).json()["token"]
    before = first["Authorization"].removeprefix("Bearer ")
    later = show(client, token, before=before).json()["pass"]
    assert client.get("/leads", headers=first).status_code == 401
    assert client.get("/leads", headers={"Authorization": f"Bearer {later}"}).status_code == 200


def test_whose_key_or_origin_is_gone_is_out_with_the_next_request(
    admin: httpx.Client, client: httpx.Client
) -> None:
    short = make_key(admin)
    guest, waiting = let_in(client, short), ask(client, short).json()["token"]
    assert client.get("/leads", headers=guest).status_code == 200
    allow(admin, OTHER)
    try:
        assert client.get("/leads", headers=guest).status_code == 401
        assert "frame-ancestors https://other.test;" in policy(client)
    finally:
        allow(admin, PLATFORM, OTHER)
    assert client.get("/leads", headers=guest).status_code == 200
    page = admin.get("/settings/embedding").text
    remove = re.findall(r'action="(/settings/embedding/keys/[\w-]+/remove)"', page)[-1]
    form = re.search(r'name="form" value="(\w+)"', page)
    assert form
    assert admin.post(remove, data={"form": form.group(1)}).status_code == 303
    assert client.get("/leads", headers=guest).status_code == 401
    assert show(client, waiting).status_code == 401
    assert ask(client, short).status_code == 401


def test_what_is_no_key_or_pass_opens_nothing(client: httpx.Client, key: str) -> None:
    for wrong in ("x", "le_embed_" + "a" * 43, key[:-1], key + "a"):
        assert ask(client, wrong).status_code == 401, wrong
    for wrong in (key, "a" * 43, "x y"):
        answer = client.get("/leads", headers={"Authorization": f"Bearer {wrong}"})
        assert answer.status_code == 401, wrong
        assert "location" not in answer.headers


def test_only_the_frame_itself_gets_a_pass(client: httpx.Client, key: str) -> None:
    for site in ("cross-site", "same-site", "none"):
        token = ask(client, key).json()["token"]
        answer = client.post(
            "/embed/pass",
            json={"token": token, "origin": PLATFORM},
            headers={"Sec-Fetch-Site": site},
        )
        assert answer.status_code == 403, site
        assert "access-control-allow-origin" not in answer.headers


def policy(client: httpx.Client, path: str = "/embed/leads") -> str:
    return client.get(path).headers["Content-Security-Policy"]


def test_only_the_empty_frame_may_be_framed_and_by_the_list_alone(
    client: httpx.Client, key: str
) -> None:
    """N = each view, and six pages."""
    guest = let_in(client, key)
    for view in VIEWS:
        page = client.get(f"/embed/{view}")
        assert f"frame-ancestors {PLATFORM} {OTHER};" in policy(client, f"/embed/{view}")
        assert "set-cookie" not in page.headers
        assert "<form" not in page.text
    for path in ("/sign-in", "/", "/leads", "/insights", "/conversations", "/settings/embedding"):
        for headers in ({}, guest):
            framed = client.get(path, headers=headers).headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in framed, path
    assert client.get("/embed/settings").status_code == 422


def test_a_list_takes_origins_and_nothing_that_is_more_than_one(admin: httpx.Client) -> None:
    for wrong in (
        *("*", "https://*", "https://*.platform.test", "http://platform.test", "platform.test"),
        *("https://platform.test/path", "https://a.test;script-src", "data:", "https://a.test:0"),
        "https://user@platform.test",
    ):
        answer = allow(admin, wrong)
        assert answer.status_code == 422, wrong
        assert "without a path" in answer.text
    assert allow(admin, "HTTPS://Platform.test:443/", OTHER, OTHER).status_code == 303
    assert f"frame-ancestors {PLATFORM} {OTHER};" in policy(admin)


def test_a_look_is_made_of_values(client: httpx.Client) -> None:
    css = client.get("/embed/theme.css?colour=%23aa0000&font=Inter&radius=4&scheme=dark").text
    for part in ("--brand:#aa0000", "--radius:4px", 'font-family:"Inter", system-ui, sans-serif'):
        assert part in css
    assert "@media" not in css
    for wrong in (
        *("colour=red", "colour=%23aa0000;}", "font=a%22;}body{", "font=url(x)", "radius=99"),
        *("radius=1px", "scheme=neon", "css=body{}", "radius=-1"),
    ):
        answer = client.get(f"/embed/theme.css?{wrong}")
        assert answer.status_code == 422, wrong


def test_only_administrators_make_keys(stack: RuntimeStack, client: httpx.Client, key: str) -> None:
    guest = let_in(client, key, role="member")
    for path in ("/settings/embedding", "/settings/embedding/keys"):
        data = {"origins": "https://evil.test", "name": "x", "role": "member", "views": "leads"}
        assert client.post(path, headers=guest, data=data).status_code == 403
    assert "evil" not in stack.sql("SELECT value FROM preferences WHERE name = 'embedding'")
    assert key not in stack.sql("SELECT embedding_keys::text FROM embedding_keys")
