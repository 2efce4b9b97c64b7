"""Hetzner's Cloud API, which servers and DNS share: a client, and its errors in our words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import hcloud
import requests

from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.apis.refusals import (
    ApiError,
    QuotaError,
    SoldOutError,
    UnknownFateError,
    token_refused,
)
from leadengine_ctl.apis.session import PatientSession

API = "Hetzner"
SETTING = "LECTL_HETZNER_TOKEN"
_CLEAR = frozenset({"placement_error", "resource_unavailable", "resource_limit_exceeded"})
"""Refusals that may come with the status of a failure."""

Value = TypeVar("Value")


def hetzner_client(token: str, patience: Patience, endpoint: str | None) -> hcloud.Client:
    """A client that waits as we do: deadlines for every request, patience for reads alone."""
    where = endpoint or "https://api.hetzner.cloud/v1"
    client = hcloud.Client(token, api_endpoint=where, application_name="lectl")
    # The library has no other place for a session than this one.
    inner = client._client
    inner._session = PatientSession(API, patience, _is_refusal)
    # It would also repeat what has changed something already.
    inner._retry_max_retries = 0
    return client


def _is_refusal(answer: requests.Response) -> bool:
    try:
        return answer.json()["error"]["code"] in _CLEAR
    except (ValueError, KeyError, TypeError):
        return False


@contextmanager
def translated() -> Iterator[None]:
    """Let errors of the library leave as ours.

    Raises:
        ApiError: as the API's own code says.
    """
    try:
        yield
    except hcloud.APIException as error:
        raise _translation(error) from error
    except hcloud.HCloudException as error:
        raise ApiError(f"{API} could not do it", f"It says: {error}.") from error


def missing_as_none(order: Callable[[], Value]) -> Value | None:
    """Run it; None when what it is about does not exist."""
    return _without(order, {"not_found", 404})


def unless_in_use(order: Callable[[], object]) -> None:
    """Run it; nothing happens while what it is about is still used."""
    _without(order, {"not_found", 404, "resource_in_use"})


def _without(order: Callable[[], Value], codes: set[int | str]) -> Value | None:
    try:
        with translated():
            return order()
    except ApiError as error:
        cause = error.__cause__
        if isinstance(cause, hcloud.APIException) and cause.code in codes:
            return None
        raise


def _translation(error: hcloud.APIException) -> ApiError:
    code, says = str(error.code), f"Hetzner says: {error.message} ({error.code})."
    if code in {"unauthorized", "401"}:
        return token_refused(API, SETTING, 401)
    if code in {"forbidden", "token_readonly", "403"}:
        return token_refused(API, SETTING, 403)
    if code == "resource_limit_exceeded":
        return QuotaError(
            "The Hetzner project may not have one more",
            says,
            "Delete what is not needed, or ask for a higher limit in the Hetzner Console: Limits.",
        )
    if code in {"resource_unavailable", "placement_error"}:
        return SoldOutError(
            "Hetzner has none of these left there",
            says,
            "Choose another size or region: lectl host sizes hetzner",
        )
    if code == "uniqueness_error":
        # Names are unique in a project: an order whose answer was lost comes back as this.
        return UnknownFateError(
            "Hetzner has one of that name already", says, "Choose another name, or delete that one."
        )
    return ApiError(f"{API} refuses", says, "Change the command as the answer says.")
