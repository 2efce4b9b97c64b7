"""Another application's backend and its frame, as HTTP has them: keys, guest tokens, passes."""

import re
from typing import Any

import httpx

from tests.lab.runtime.stack import RuntimeStack
from tests.lab.runtime.test_accounts_pages import form_of

PLATFORM = "https://platform.test"
VIEWS = ("leads", "analytics", "concierge")


def allow(admin: httpx.Client, *origins: str, below: str = "") -> httpx.Response:
    """Put these on the list, and nobody else, as an administrator does."""
    path = f"{below}/settings/embedding"
    data = {"origins": "\n".join(origins), "form": form_of(admin, path)}
    return admin.post(path, data=data)


def make_key(
    admin: httpx.Client, role: str = "viewer", views: tuple[str, ...] = VIEWS, below: str = ""
) -> str:
    """A key by the form; it stands in the answer, and nowhere else."""
    path = f"{below}/settings/embedding"
    data = {"name": "Platform", "role": role, "views": list(views), "form": form_of(admin, path)}
    found = re.search(r"le_embed_[\w-]{43}", admin.post(f"{path}/keys", data=data).text)
    assert found
    assert found.group() not in admin.get(path).text
    return found.group()


def ask(guest: httpx.Client, key: str, below: str = "", **wanted: Any) -> httpx.Response:
    """What the application's backend sends."""
    body = {"views": list(VIEWS), "audience": PLATFORM, **wanted}
    headers = {"Authorization": f"Bearer {key}"}
    return guest.post(f"{below}/embed/tokens", json=body, headers=headers)


def show(
    guest: httpx.Client, token: str, origin: str = PLATFORM, below: str = "", **more: str
) -> httpx.Response:
    """What the frame sends."""
    return guest.post(f"{below}/embed/pass", json={"token": token, "origin": origin, **more})


def let_in(guest: httpx.Client, key: str, below: str = "", **wanted: Any) -> dict[str, str]:
    """The header of a guest's frame."""
    asked = ask(guest, key, below, **wanted)
    assert asked.status_code == 201, asked.text
    shown = show(guest, asked.json()["token"], wanted.get("audience", PLATFORM), below)
    assert shown.status_code == 200, shown.text
    return {"Authorization": f"Bearer {shown.json()['pass']}"}


def make_lead(stack: RuntimeStack, email: str, name: str = "") -> str:
    """Somebody who said who they are; returns their id."""
    return stack.sql(
        "INSERT INTO leads (tenant_id, email, name, first_seen_at, last_seen_at) SELECT id, "  # noqa: S608
        f"'{email}', '{name}', now(), now() FROM tenants ORDER BY created_at LIMIT 1 RETURNING id"
    ).splitlines()[0]
