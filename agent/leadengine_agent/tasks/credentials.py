"""`credentials`: the first administrator's password, until somebody has seen it."""

from typing import Any

from pydantic import SecretStr

from leadengine_agent.failures import not_found
from leadengine_agent.protocol import Credentials, CredentialsResult
from leadengine_agent.records import current_record
from leadengine_agent.tasks.context import Context
from leadengine_agent.vault import Vault


def run(order: Credentials, context: Context) -> dict[str, Any]:
    """Answer a `CredentialsResult`."""
    layout = context.layout.stack(order.client)
    record = current_record(layout)
    if record is None:
        raise not_found(order.client)
    vault = Vault(layout.secrets)
    if order.forget:
        vault.forget_admin_password()
    password = vault.read("admin_password")
    secret = SecretStr(password) if password else None
    return CredentialsResult(email=record.spec.email, password=secret).to_result()
