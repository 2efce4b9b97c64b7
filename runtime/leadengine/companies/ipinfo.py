"""ipinfo.io: one question per network, over TLS, with the token in a header and never in an address."""

from typing import Any

import httpx

from leadengine.companies.base import BudgetSpentError, Found, LookupFailedError
from leadengine.tracking.networks import IpAddress

BASE = "https://ipinfo.io"
TIMEOUT_SECONDS = 8.0
# An internet provider's customer could be anybody: naming the provider would name nobody.
_COMPANIES = frozenset(["business", "education", "government"])
_HIDDEN = ("vpn", "proxy", "tor", "relay")


class Ipinfo:
    """A `CompanyLookup` that asks ipinfo; plans without company data know little, and say so."""

    def __init__(self, token: str, base: str = BASE) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._client = httpx.AsyncClient(base_url=base, headers=headers, timeout=TIMEOUT_SECONDS)

    async def look_up(self, address: IpAddress) -> Found:
        try:
            answer = await self._client.get(f"/{address}/json")
        except httpx.HTTPError as error:
            # Its text may hold the address of the request, and with it the visitor's.
            raise LookupFailedError(f"ipinfo: {type(error).__name__}") from None
        if answer.status_code in (402, 429):
            raise BudgetSpentError(f"ipinfo takes no more questions ({answer.status_code})")
        if answer.status_code != 200:
            raise LookupFailedError(f"ipinfo answered {answer.status_code}")
        return _read(answer)

    async def close(self) -> None:
        await self._client.aclose()


def _read(answer: httpx.Response) -> Found:
    try:
        said = answer.json()
    except ValueError:
        raise LookupFailedError("ipinfo did not answer with JSON") from None
    if not isinstance(said, dict):
        raise LookupFailedError("ipinfo did not answer with an object")
    company, privacy, network = (_part(said, name) for name in ("company", "privacy", "asn"))
    hosting = privacy.get("hosting") is True or network.get("type") == "hosting"
    kind = str(company.get("type", ""))
    hidden = any(privacy.get(name) is True for name in _HIDDEN)
    if hosting or hidden or kind not in _COMPANIES or not company.get("domain"):
        return Found(country=_text(said, "country"), hosting=hosting)
    return Found(
        domain=_text(company, "domain").lower(),
        name=_text(company, "name") or _text(company, "domain"),
        kind=kind,
        country=_text(said, "country"),
    )


def _part(said: dict[str, Any], name: str) -> dict[str, Any]:
    part = said.get(name)
    return part if isinstance(part, dict) else {}


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return "".join(char for char in value if char >= " ")[:200] if isinstance(value, str) else ""
