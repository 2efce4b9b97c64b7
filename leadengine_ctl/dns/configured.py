"""Which DNS providers there are credentials for."""

from leadengine_ctl.settings import Settings


def configured(settings: Settings) -> tuple[str, ...]:
    """Names of the providers to ask for a zone."""
    found = {
        "cloudflare": settings.cloudflare_token is not None,
        "hetzner": settings.hetzner_token is not None,
        "digitalocean": settings.digitalocean_token is not None,
        # boto3 finds its credentials by itself, so it is asked only when somebody wants that.
        "route53": settings.route53,
    }
    return tuple(name for name, has in found.items() if has)
