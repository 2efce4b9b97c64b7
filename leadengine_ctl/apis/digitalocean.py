"""DigitalOcean's API by python-digitalocean, with what that library leaves out.

It forgets the headers and the code of a refusal, and has no deadline for orders. So its one method
that sends is replaced; addresses, token, pages and JSON stay its own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urljoin

import digitalocean
import requests

from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.apis.refusals import ApiError, QuotaError, SoldOutError, token_refused
from leadengine_ctl.apis.session import PatientSession

API = "DigitalOcean"
SETTING = "LECTL_DIGITALOCEAN_TOKEN"
_OWN = "https://api.digitalocean.com/v2/"

Value = TypeVar("Value")


class RefusalError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class DigitalOceanApi(digitalocean.Manager):  # type: ignore[misc]
    """The library's manager; `get_data(url, type, params)` is how everything is asked.

    Args:
        endpoint: the base URL of the API; None: DigitalOcean's own.
    """

    def __init__(self, token: str, patience: Patience, endpoint: str | None) -> None:
        super().__init__(token=token, end_point=endpoint or _OWN)
        self._patient = PatientSession(API, patience)

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.get_data(path, params={"per_page": 200, **params})
        return found

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = self.get_data(path, type="POST", params=body)
        return made

    def put(self, path: str, body: dict[str, Any]) -> None:
        self.get_data(path, type="PUT", params=body)

    def delete(self, path: str) -> None:
        self.get_data(path, type="DELETE")

    # The name that Python gives to the library's private method: this replaces it.
    def _BaseAPI__perform_request(  # noqa: N802
        self,
        url: str,
        type: str = "GET",  # noqa: A002 - the library's own name
        params: dict[str, Any] | None = None,
    ) -> requests.Response:
        body = {"params": params} if type == "GET" else {"json": params or {}}
        answer = self._patient.request(
            type,
            urljoin(self.end_point, url),
            headers={"Authorization": f"Bearer {self.token}"},
            **body,
        )
        if not answer.ok:
            raise _refusal(answer)
        return answer


def _refusal(answer: requests.Response) -> RefusalError:
    try:
        said = answer.json()
    except ValueError:
        said = {}
    said = said if isinstance(said, dict) else {}
    return RefusalError(
        answer.status_code, str(said.get("id", "")), str(said.get("message", answer.reason))
    )


@contextmanager
def translated() -> Iterator[None]:
    """Let errors of the library leave as ours.

    Raises:
        ApiError: as status and message say.
    """
    try:
        yield
    except RefusalError as error:
        raise _translation(error) from error
    except digitalocean.Error as error:
        raise ApiError(f"{API} could not do it", f"It says: {error}.") from error


def missing_as_none(order: Callable[[], Value]) -> Value | None:
    """Run it; None when what it is about does not exist."""
    try:
        with translated():
            return order()
    except ApiError as error:
        cause = error.__cause__
        if isinstance(cause, RefusalError) and cause.status == 404:
            return None
        raise


def _translation(error: RefusalError) -> ApiError:
    says = f"DigitalOcean says: {error.message} ({error.code or error.status})."
    if error.status in {401, 403}:
        return token_refused(API, SETTING, error.status)
    message = error.message.lower()
    if "limit" in message and error.status == 422:
        return QuotaError(
            "The DigitalOcean account may not have one more Droplet",
            says,
            "Delete what is not needed, or ask for a higher limit in the control panel: "
            "Settings, Droplet limit.",
        )
    if error.status == 422 and ("not available" in message or "unavailable" in message):
        return SoldOutError(
            "DigitalOcean has none of these left there",
            says,
            "Choose another size or region: lectl host sizes digitalocean",
        )
    return ApiError(f"{API} refuses", says, "Change the command as the answer says.")
