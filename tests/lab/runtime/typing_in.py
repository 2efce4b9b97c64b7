"""Filling in the dashboard's forms, as a browser does."""

import httpx

from tests.lab.runtime.test_accounts_pages import form_of


def post(
    client: httpx.Client, path: str, page: str = "/settings/account", **fields: object
) -> httpx.Response:
    """Send a form of our own pages; `page` is one that has a form."""
    return client.post(path, data={**fields, "form": form_of(client, page)})
