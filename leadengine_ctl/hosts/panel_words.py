"""What a host is told about its panel."""

import json
from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True)
class PanelLink:
    """What a host is told about its panel.

    Attributes:
        url, authority: where it is, and PEM certificates to trust there; empty: the public ones.
        host: what the host is called.
        token: admits it once; None: it is enrolled already, and only the rest may have changed.
        operators: key id -> public key of those who may sign what the panel may not order by itself.
        new_stacks, domains: whether the panel may start new stacks there, and below which domains.
    """

    url: str
    host: str
    authority: str = ""
    token: SecretStr | None = None
    operators: tuple[tuple[str, str], ...] = ()
    new_stacks: bool = True
    domains: tuple[str, ...] = ()

    def as_json(self) -> bytes:
        """For the wire alone: the token is in clear."""
        policy = {
            "host": self.host,
            "operators": dict(self.operators),
            "new_stacks": self.new_stacks,
            "domains": self.domains,
        }
        token = self.token.get_secret_value() if self.token else ""
        said = {"url": self.url, "authority": self.authority, "token": token, "policy": policy}
        return json.dumps(said).encode()
