"""The steps of hardening a host, as they are told before they are taken."""

from leadengine_ctl.planning.plan import Plan, Step


def plan_hardening(host: str) -> Plan:
    """Say what hardening does; the names are those the host reports."""
    return Plan(
        title=f"Harden {host}",
        steps=(
            Step("door", "SSH with keys only; a firewall that lets in SSH, 80 and 443 alone"),
            Step("updates", "Security updates daily, the reboots they need in this host's window"),
            Step("clock", "Something that sets the clock right"),
            Step("journal", "A journal of at most 500 MB"),
            Step("kernel", "Network stack and kernel refuse what nobody here needs"),
            Step("swap", "2 GB of swap where there is none and memory is short"),
            Step("engine", "Docker Engine: live-restore, no new rights, limits; it is restarted"),
        ),
        notes=(
            "Containers live through it. SSH and firewall go back when a new sign-in does not work.",
        ),
    )
