"""The steps of putting the panel on a host."""

from leadengine_ctl.planning.plan import Plan, Step


def plan_panel(domain: str, host: str) -> Plan:
    """Say what installing the panel does."""
    return Plan(
        title=f"Let the panel serve {domain} on {host}",
        steps=(
            Step("prepare", "Make the machine a host: Docker Engine and agent"),
            Step(
                "images", "Send the images of panel, PostgreSQL and nginx, as far as it lacks them"
            ),
            Step("install", "Files, secrets made there, certificate, containers"),
        ),
        notes=(
            "Ports 80 and 443 of the host are the panel's: clients live on other hosts.",
            f"{domain} should point to the host; until it does, the certificate is self-signed.",
        ),
    )
