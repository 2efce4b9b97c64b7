"""Orders about a client that a host does not have."""

from leadengine_agent.protocol import (
    Certify,
    CertifyAhead,
    CreateTenant,
    Credentials,
    DeleteTenant,
    Inspect,
    Logs,
    Order,
    PackTenant,
    Proven,
    PutParcel,
    ReadParcel,
    SuspendTenant,
    TenantCredentials,
    Tenants,
    UnpackTenant,
)

OF_NOBODY: tuple[Order, ...] = (
    Inspect(client="nobody"),
    Logs(client="nobody"),
    Credentials(client="nobody"),
    Certify(client="nobody"),
    CertifyAhead(client="nobody"),
    Proven(client="nobody", value="a" * 43),
    Tenants(client="nobody"),
    TenantCredentials(client="nobody", tenant="acme"),
    SuspendTenant(client="nobody", tenant="acme"),
    DeleteTenant(client="nobody", tenant="acme"),
    CreateTenant(client="nobody", tenant="acme", domain="acme.test", email="a@acme.test"),
    PackTenant(client="nobody", tenant="acme"),
    ReadParcel(client="nobody", offset=0),
    PutParcel(client="nobody", offset=0, data="AAAA"),
    UnpackTenant(client="nobody", sha256="0" * 64),
)
