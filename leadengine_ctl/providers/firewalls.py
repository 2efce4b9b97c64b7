"""The firewall of every server: what is open to anybody, and nothing else."""

from hcloud.firewalls import FirewallRule

ANYWHERE = ["0.0.0.0/0", "::/0"]


def hetzner_rules(ports: tuple[int, ...]) -> list[FirewallRule]:
    """Incoming rules; outgoing traffic is free where there are no rules for it."""
    tcp = [
        FirewallRule(
            direction=FirewallRule.DIRECTION_IN,
            protocol=FirewallRule.PROTOCOL_TCP,
            port=str(port),
            source_ips=ANYWHERE,
        )
        for port in ports
    ]
    ping = FirewallRule(
        direction=FirewallRule.DIRECTION_IN,
        protocol=FirewallRule.PROTOCOL_ICMP,
        source_ips=ANYWHERE,
    )
    return [*tcp, ping]
