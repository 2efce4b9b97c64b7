"""The steps of carrying a client between a hosted stack and one of its own, and what to know before."""

from leadengine_ctl.planning.plan import Plan, Step

_BOTH = (
    Step("carry", "Bring all its rows over, in pieces"),
    Step("arrive", "Put them in place, read them again, compare; else it lives on where it was"),
    Step("open", "Let it be served there"),
    Step("tidy", "Delete what was packed"),
)
_ANEW = (
    "Authenticators and the secrets of webhooks are the stack's own: both are set up anew. Open"
    " conversations and the browsers that agreed begin anew as well."
)


def plan_carry_out(client: str, cloud: str, domain: str) -> Plan:
    """Say what giving a hosted client a stack of its own does."""
    return Plan(
        title=f"Give {client} of the hosted stack {cloud} a stack of its own, at {domain}",
        steps=(
            Step("deploy", f"Put a stack for the same client ID live at {domain}"),
            Step("close", f"Suspend {client} in {cloud}, let the worker end, pack it"),
            *_BOTH,
        ),
        notes=(
            f"The snippet of its website is another one afterwards: it names {domain}.",
            _ANEW,
            f"{client} is kept in {cloud}, suspended. 'lectl tenant delete {client}' ends that.",
        ),
    )


def plan_carry_in(client: str, cloud: str, host: str) -> Plan:
    """Say what taking a client with a stack of its own into a hosted one does."""
    return Plan(
        title=f"Take {client} into the hosted stack {cloud}",
        steps=(
            Step(
                "close", f"Stop answering on {host}, let the worker end, pack it, freeze the stack"
            ),
            *_BOTH,
        ),
        notes=(
            "The snippet of its website is another one afterwards: 'lectl tenant show' has it.",
            _ANEW,
            f"Its own stack is kept on {host}, frozen. 'lectl destroy {client}' ends that.",
        ),
    )
