"""Every DNS provider there is. A new one is one file and one line here."""

from collections.abc import Callable

from pydantic import SecretStr

from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.dns.base import DnsProvider
from leadengine_ctl.dns.memory import MemoryDns
from leadengine_ctl.errors import UsageError
from leadengine_ctl.settings import Settings


def open_dns(name: str, settings: Settings) -> DnsProvider:
    """A provider by its name.

    Raises:
        UsageError: there is no provider of that name, or no token for it.
    """
    kind = _KINDS.get(name)
    if kind is None:
        names = ", ".join(each for each in _KINDS if each != "memory")
        raise UsageError(
            f"There is no DNS provider called '{name}'",
            f"Providers are {names}; 'auto' asks all that have a token, 'manual' leaves it to you.",
            "Write it as in '--dns hetzner'.",
        )
    return kind(settings)


def _cloudflare(settings: Settings) -> DnsProvider:
    # Imported here, as each library below: nobody waits for those of other providers.
    from leadengine_ctl.dns.cloudflare import CloudflareDns

    token = _token(settings.cloudflare_token, "Cloudflare", "LECTL_CLOUDFLARE_TOKEN")
    return CloudflareDns(token, Patience(settings.cloud_patience), settings.cloudflare_endpoint)


def _digitalocean(settings: Settings) -> DnsProvider:
    from leadengine_ctl.dns.digitalocean import DigitalOceanDns

    token = _token(settings.digitalocean_token, "DigitalOcean", "LECTL_DIGITALOCEAN_TOKEN")
    return DigitalOceanDns(token, Patience(settings.cloud_patience), settings.digitalocean_endpoint)


def _hetzner(settings: Settings) -> DnsProvider:
    from leadengine_ctl.dns.hetzner import HetznerDns

    token = _token(settings.hetzner_token, "Hetzner", "LECTL_HETZNER_TOKEN")
    return HetznerDns(token, Patience(settings.cloud_patience), settings.hetzner_endpoint)


def _route53(settings: Settings) -> DnsProvider:
    from leadengine_ctl.dns.route53 import Route53

    return Route53(Patience(settings.cloud_patience), settings.aws_endpoint)


def _memory(settings: Settings) -> DnsProvider:
    return MemoryDns(("test", "com"), settings.data_folder / "memory" / "dns.json")


def _token(token: SecretStr | None, provider: str, setting: str) -> str:
    if token is None:
        raise UsageError(
            f"There is no token for {provider}",
            f"{setting} is not set.",
            f"Make a token that may change zones, and set {setting}.",
        )
    return token.get_secret_value()


_KINDS: dict[str, Callable[[Settings], DnsProvider]] = {
    "cloudflare": _cloudflare,
    "digitalocean": _digitalocean,
    "hetzner": _hetzner,
    "route53": _route53,
    "memory": _memory,
}
