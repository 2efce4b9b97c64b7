"""Every provider of servers there is. A new one is one file and one line here."""

from collections.abc import Callable

from pydantic import SecretStr

from leadengine_ctl.apis.patience import Patience
from leadengine_ctl.errors import UsageError
from leadengine_ctl.providers.base import Provider
from leadengine_ctl.providers.existing import ExistingHosts
from leadengine_ctl.providers.memory import MemoryProvider
from leadengine_ctl.settings import Settings

Regions = tuple[str, ...]


def open_provider(name: str, settings: Settings, regions: Regions = ()) -> Provider:
    """A provider by its name.

    Args:
        regions: where servers of ours are, for providers that are asked region by region.

    Raises:
        UsageError: there is no provider of that name, or no token for it.
    """
    kind = _KINDS.get(name)
    if kind is None:
        names = ", ".join(each for each in _KINDS if each not in {"existing", "memory"})
        raise UsageError(
            f"There is no provider called '{name}'",
            f"Providers are {names}.",
            "Write it as in '--on hetzner:cx32' or '--on digitalocean:s-2vcpu-4gb@fra1'.",
        )
    return kind(settings, regions)


def _hetzner(settings: Settings, _regions: Regions) -> Provider:
    # Imported here, as each library below: nobody waits for those of other providers.
    from leadengine_ctl.providers.hetzner import Hetzner

    token = _token(settings.hetzner_token, "Hetzner", "LECTL_HETZNER_TOKEN")
    return Hetzner(token, Patience(settings.cloud_patience), settings.hetzner_endpoint)


def _digitalocean(settings: Settings, _regions: Regions) -> Provider:
    from leadengine_ctl.providers.digitalocean import DigitalOcean

    token = _token(settings.digitalocean_token, "DigitalOcean", "LECTL_DIGITALOCEAN_TOKEN")
    return DigitalOcean(token, Patience(settings.cloud_patience), settings.digitalocean_endpoint)


def _aws(settings: Settings, regions: Regions) -> Provider:
    from leadengine_ctl.providers.aws import DEBIAN, Aws

    return Aws(
        settings.aws_region,
        Patience(settings.cloud_patience),
        settings.aws_endpoint,
        settings.aws_image_owner or DEBIAN,
        more_regions=regions,
    )


def _existing(_settings: Settings, _regions: Regions) -> Provider:
    return ExistingHosts()


def _memory(settings: Settings, _regions: Regions) -> Provider:
    return MemoryProvider(settings.data_folder / "memory" / "provider.json")


def _token(token: SecretStr | None, provider: str, setting: str) -> str:
    if token is None:
        raise UsageError(
            f"There is no token for {provider}",
            f"{setting} is not set.",
            f"Make a token that may read and write, and set {setting}; "
            "docs/how-to/clouds says what to click.",
        )
    return token.get_secret_value()


_KINDS: dict[str, Callable[[Settings, Regions], Provider]] = {
    "digitalocean": _digitalocean,
    "hetzner": _hetzner,
    "aws": _aws,
    "existing": _existing,
    "memory": _memory,
}
NAMES = tuple(_KINDS)
