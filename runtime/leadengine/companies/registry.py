"""Who is asked about companies: one line for each provider."""

from leadengine.companies.base import CompanyLookup
from leadengine.companies.ipinfo import Ipinfo
from leadengine.settings import Settings


def lookup_of(settings: Settings) -> CompanyLookup | None:
    """The provider a stack has a token for; None without one."""
    token = settings.ipinfo_token.get_secret_value()
    return Ipinfo(token, settings.ipinfo_url) if token else None
