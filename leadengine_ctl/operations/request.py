"""What a deploy is asked to do. It is recorded as it is: no secret is in it."""

from leadengine_agent.protocol import Kind, Plan
from leadengine_agent.values import (
    ClientId,
    CompanyName,
    DomainName,
    Email,
    Frozen,
    HexColour,
    Slug,
    Version,
)


class DeployTarget(Frozen):
    """Who and where. `host` is an address; defaults are filled in already.

    Attributes:
        kind: a stack of one client's own, or one that clients share.
    """

    client: Slug
    kind: Kind = "dedicated"
    domain: DomainName
    email: Email
    plan: Plan
    host: str


class DeployRequest(DeployTarget):
    """What was asked for.

    Attributes:
        without_backup: a live stack may be changed without a point from before.
        dns: who lets the domain lead to the host: a provider, `auto` for the one that has its zone,
            `manual` for a person; None: nobody asked.
        replace_dns: records that lead elsewhere may go.
        wildcard: the certificate is for every name right below the domain too; None: as before.
        settings: names the operator's settings for mail and certificates: another deploy with others is
            another deploy, and does not go on with an interrupted one.
        client_id: of a client that lived elsewhere before; None: as it is, or a new one.
        beside: the stack whose data it shares and as which it serves; None: as it was, or nobody's.
        instead_of: the host that is lost, and whose place another takes; None: it stays where it is.
        prove_by: who keeps the domain's DNS, as in `dns`: the certificate is proven by a TXT record
            there; None: the domain leads to the host.
        company, colour: the client's name before visitors and its colour, as whoever signed up said; None:
            as they are set.
    """

    release: Version
    without_backup: bool = False
    dns: str | None = None
    replace_dns: bool = False
    prove_by: str | None = None
    client_id: ClientId | None = None
    wildcard: bool | None = None
    beside: Slug | None = None
    instead_of: str | None = None
    company: CompanyName | None = None
    colour: HexColour | None = None
    settings: str = ""
